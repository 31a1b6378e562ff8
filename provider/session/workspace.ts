import { formatFinding } from "../definition/finding";
import type { ResourceDefinition } from "../definition/resource";
import type { PropertyMap } from "../definition/value";
import { incarnationsOf } from "../engine/core/incarnation";
import type { Engine, SimulatedEngine } from "../engine/engine";
import { assumeFromState } from "./assume";
import type { BranchFile } from "./branch-file";
import type { Host, Severity } from "./contract";

/** A resource as the Pulumi state knows it. */
export interface StateResource {
  readonly definition: ResourceDefinition;
  readonly urn: string;
  readonly id: string;
  readonly inputs: PropertyMap;
}

/** The outputs before and after a refresh, kept for the inverted diff that follows it. */
export interface Refreshed {
  readonly before: PropertyMap;
  readonly after: PropertyMap;
}

/**
 * A configured provider at work: the engine, the private branch of a preview, and what one call has to remember for
 * the next. Nothing here outlives the process.
 */
export class Workspace {
  /** URNs whose last diff asked for a replacement, with the id that is replaced: their next create is a new life. */
  readonly replacing = new Map<string, string>();
  /** URNs whose inputs this process has checked. */
  readonly checked = new Set<string>();
  /** Ids that a create of this process gave out: a delete of the same id means their replaced twin. */
  readonly created = new Set<string>();
  /** Ids that Pulumi knows, with their URNs: a create of another URN must not take them over. */
  readonly #holders = new Map<string, string>();
  readonly #refreshed = new Map<string, Refreshed>();
  /** What an import found, by URN: the check that follows it judges what is there already, and nothing new. */
  readonly imported = new Map<string, PropertyMap>();
  readonly #told = new Set<string>();
  #branch: Engine | undefined;
  #assumed = 0;

  constructor(
    readonly engine: SimulatedEngine,
    readonly forecastDays: number,
    readonly host: Host,
    /** What the provider processes of one preview share; undefined where there can be no other process. */
    private readonly branchFile?: BranchFile,
  ) {}

  /**
   * What is true for this run: the branch once a preview has begun, in this process or in another one of the same run;
   * the engine itself before and without.
   */
  get view(): Engine {
    if (this.#branch === undefined && this.branchFile?.exists() === true) return this.place(true);
    return this.#branch ?? this.engine;
  }

  /** Where an operation is done: previews never touch the engine. */
  place(preview: boolean): Engine {
    if (!preview) {
      this.#branch = undefined;
      return this.engine;
    }
    this.#branch ??= this.engine.branch(this.branchFile?.journal);
    return this.#branch;
  }

  /** Shows what a resource will mean in the status column; computed on a branch of its own, which is thrown away. */
  async showStatus(definition: ResourceDefinition, engine: Engine, urn: string, id: string): Promise<void> {
    const status = definition.status?.bind(definition);
    if (status === undefined) return;
    const told = await engine.branch().run((context) => status(context, id, this.forecastDays), undefined);
    if (told === undefined) return;
    this.host.log("info", told.line, urn, { ephemeral: true });
    for (const warning of told.warnings) this.tell("warning", formatFinding(warning), urn);
  }

  /** Pulumi has this resource: it may have another URN than at its birth, by an alias. */
  hold(definition: ResourceDefinition, id: string, urn: string): void {
    this.#holders.set(`${definition.token} ${id}`, urn);
  }

  isHeldByAnother(definition: ResourceDefinition, id: string, urn: string): boolean {
    const holder = this.#holders.get(`${definition.token} ${id}`);
    return holder !== undefined && holder !== urn;
  }

  rememberRefresh(urn: string, id: string, refreshed: Refreshed): void {
    this.#refreshed.set(`${urn} ${id}`, refreshed);
  }

  /** The refresh that this diff belongs to; each one serves one diff. */
  takeRefresh(urn: string, id: string): Refreshed | undefined {
    const key = `${urn} ${id}`;
    const refreshed = this.#refreshed.get(key);
    this.#refreshed.delete(key);
    return refreshed;
  }

  /**
   * Tells the user something once per run, whatever asks how often. What is merely worth knowing is told of the first
   * resource that it's about, and not again of each, unless it is about each by itself.
   */
  tell(severity: Severity, message: string, urn: string | undefined, ofEach = severity !== "info"): void {
    const key = `${severity} ${ofEach ? urn : ""} ${message}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.host.log(severity, message, urn);
  }

  /** Whether the engine has this resource or once had it; what it never heard of belongs to another engine. */
  async hasHeardOf(resource: StateResource): Promise<boolean> {
    return hasHeardOf(this.view, resource);
  }

  /**
   * On a machine whose engine does not know the stack's resources, a preview goes on from the state's own values.
   * Without this, every dependent would seem broken.
   */
  async assume(resource: StateResource): Promise<void> {
    if (await this.hasHeardOf(resource)) return;
    const problem = await assumeFromState(this.place(true), resource);
    this.#assumed += 1;
    if (this.#assumed === 1) {
      this.tell("warning", foreignEngineWarning(this.engine.store.location), undefined);
    }
    if (problem !== undefined) this.tell("warning", `its state can't be taken over: ${problem}`, resource.urn);
  }
}

/** Whether an engine has this resource or once had it. */
export async function hasHeardOf(
  engine: Engine,
  { definition, id }: Pick<StateResource, "definition" | "id">,
): Promise<boolean> {
  return engine.ask(async (context) => {
    const lives = await incarnationsOf(context, { resourceType: definition.token, resourceId: id });
    return lives.length > 0 || (await definition.read(context, id)) !== undefined;
  }, undefined);
}

export function foreignEngineWarning(location: string): string {
  return (
    `the engine at ${location} does not know resources of this stack; their state's own values are taken instead.\n` +
    "  fix: point engineUrl to the engine that the stack was applied to"
  );
}
