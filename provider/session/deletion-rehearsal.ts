import { fromPlain } from "../definition/plain";
import type { ResourceDefinition } from "../definition/resource";
import type { Engine } from "../engine/engine";
import { EngineError } from "../engine/error";
import { deleteFrom } from "./delete";
import type { StackResource } from "./stack-state";
import { hasHeardOf } from "./workspace";

/**
 * GONE: it would be deleted. FAILS: its deletion would be refused. STAYS: something that depends on it fails.
 * PROTECTED: Pulumi refuses it. RACES: it depends on the order, which nothing fixes. FORGOTTEN: Pulumi lets go of it
 * without deleting it. UNKNOWN: the engine has never heard of it. NOT_REHEARSED: it is another provider's.
 */
export type Outcome = "GONE" | "FAILS" | "STAYS" | "PROTECTED" | "RACES" | "FORGOTTEN" | "UNKNOWN" | "NOT_REHEARSED";

/** Why a deletion is refused. */
export interface Refusal {
  readonly code: string;
  /** Empty when it is a plain code of the API. */
  readonly rule: string;
  readonly message: string;
  readonly remedy: string;
  readonly source: string;
  /** UNIX seconds: what holds it ends then; null: it doesn't end by itself. Undefined: it is no matter of time. */
  readonly until: number | null | undefined;
}

export interface Attempt {
  readonly outcome: Outcome;
  readonly refusal?: Refusal;
  /** Indexes of the resources that fail. */
  readonly staysFor?: readonly number[];
  readonly notes: readonly string[];
}

export function refusalOf({ code, rule, message, remedy, source, until }: EngineError): Refusal {
  return { code, rule, message, remedy, source, until };
}

/** Deletes resources of a stack on branches. */
export class DeletionRehearsal {
  constructor(
    private readonly resources: readonly StackResource[],
    private readonly engines: ReadonlyMap<string, Engine>,
    private readonly definitionOf: (type: string) => ResourceDefinition | undefined,
  ) {}

  /**
   * One step of a destroy, whose deletions Pulumi runs side by side. What is refused when it comes first, and not when
   * it comes last, depends on luck.
   */
  async step(indexes: readonly number[], condemned: ReadonlySet<number>): Promise<ReadonlyMap<number, Attempt>> {
    const going = new Set([...condemned].map((index) => this.resources[index]?.urn ?? ""));
    const alone = new Map<number, Attempt>();
    const isCrowd = indexes.length > 1;
    for (const index of isCrowd ? indexes : []) {
      const resource = this.resources[index] as StackResource;
      const branch = this.engines.get(resource.provider)?.branch();
      alone.set(index, await this.#attempt(resource, going, branch));
    }
    const attempts = new Map<number, Attempt>();
    for (const index of indexes) {
      const resource = this.resources[index] as StackResource;
      const attempt = await this.#attempt(resource, going, this.engines.get(resource.provider));
      const first = alone.get(index)?.refusal;
      const races = attempt.outcome === "GONE" && first !== undefined;
      attempts.set(index, races ? { ...attempt, outcome: "RACES", refusal: first } : attempt);
    }
    if (isCrowd) await this.#retry(attempts, going);
    return attempts;
  }

  /** What would have gone had it come after the others of its step. */
  async #retry(attempts: Map<number, Attempt>, going: ReadonlySet<string>): Promise<void> {
    for (let hasMoved = true; hasMoved; ) {
      hasMoved = false;
      for (const [index, { outcome, refusal }] of attempts) {
        if (outcome !== "FAILS" || refusal === undefined) continue;
        const resource = this.resources[index] as StackResource;
        const attempt = await this.#attempt(resource, going, this.engines.get(resource.provider));
        if (attempt.outcome !== "GONE") continue;
        attempts.set(index, { ...attempt, outcome: "RACES", refusal });
        hasMoved = true;
      }
    }
  }

  async #attempt(resource: StackResource, going: ReadonlySet<string>, engine: Engine | undefined): Promise<Attempt> {
    const { custom, type, protect } = resource;
    if (protect) return { outcome: "PROTECTED", notes: [] };
    const forgotten = whyForgotten(resource, going);
    if (forgotten !== undefined) return { outcome: "FORGOTTEN", notes: [forgotten] };
    if (!custom || type.startsWith("pulumi:")) return { outcome: "GONE", notes: [] };
    const definition = this.definitionOf(type);
    if (definition === undefined || engine === undefined) return { outcome: "NOT_REHEARSED", notes: [] };
    try {
      if (!(await hasHeardOf(engine, { definition, id: resource.id }))) {
        const where = engine.store.location.replace(/( \(branch\))+$/, "");
        return { outcome: "UNKNOWN", notes: [`the engine at ${where} has never heard of it`] };
      }
      const { oldInputs, notes } = await unseal(engine, definition, resource);
      await deleteFrom(engine, definition, { id: resource.id, oldInputs, properties: resource.outputs });
      return { outcome: "GONE", notes };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { outcome: "FAILS", refusal: refusalOf(error), notes: [] };
    }
  }
}

/** Pulumi lets go of these without asking the provider. */
function whyForgotten(resource: StackResource, going: ReadonlySet<string>): string | undefined {
  if (!resource.custom) return undefined;
  if (resource.pendingReplacement) return "it is deleted already, and its replacement never came";
  if (resource.external) return "the program only reads it";
  if (resource.retainOnDelete) return "retainOnDelete: it stays in the engine, and no stack has it";
  if (resource.deletedWith === "" || !going.has(resource.deletedWith)) return undefined;
  return `deletedWith: it is left to go with ${resource.deletedWith}`;
}

/** Inputs that are ciphertext in the state, as the engine knows them. */
async function unseal(engine: Engine, definition: ResourceDefinition, { id, inputs, sealed }: StackResource) {
  if (sealed.length === 0) return { oldInputs: inputs, notes: [] };
  const live = await engine.ask((context) => definition.read(context, id), undefined);
  const known = fromPlain(live?.inputs ?? {}, [], definition.inputs);
  const missing = sealed.filter((name) => !Object.hasOwn(known, name));
  const notes = sealed.includes("onDestroy")
    ? ['its onDestroy is a secret that could not be decrypted; rehearsed with "retain"']
    : missing.map((name) => `its ${name} is a secret that could not be decrypted; rehearsed without it`);
  const found = sealed.filter((name) => Object.hasOwn(known, name)).map((name) => [name, known[name]] as const);
  return { oldInputs: { ...inputs, ...Object.fromEntries(found) } as typeof inputs, notes };
}
