import { createHash } from "node:crypto";
import type { PropertyDiff } from "../../provider/definition/property-diff";
import { containsUnknown, type PropertyMap } from "../../provider/definition/value";
import type { CheckFailure, DiffResult, ReadResult, Session } from "../../provider/session/contract";
import { elideMap, restoreMap } from "./elide";
import {
  type Declaration,
  type Program,
  type Registered,
  referencesIn,
  resolveInputs,
  urnOfDeclaration,
} from "./program";

/** A resource in the state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
  /** Names of the resources whose outputs its inputs take. */
  readonly dependencies: readonly string[];
}

/** In the order in which the resources were made. */
export interface State {
  readonly resources: readonly StateResource[];
  /** Replaced copies whose deletion is still to come. */
  readonly replaced: readonly StateResource[];
}

export const emptyState: State = { resources: [], replaced: [] };

export interface Step {
  readonly operation: "create" | "update" | "replace" | "same" | "delete" | "import" | "refresh";
  readonly urn: string;
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
  readonly detailedDiff: Readonly<Record<string, PropertyDiff>>;
}

/** What ended a run before its time. */
export interface RunFailure {
  readonly urn: string;
  readonly failures: readonly CheckFailure[];
  /** What a call threw; undefined when the inputs were refused. */
  readonly error: unknown;
}

export interface Run {
  readonly steps: readonly Step[];
  readonly state: State;
  readonly failure: RunFailure | undefined;
  /** Of a destroy that goes on after failures: all of them. */
  readonly failures: readonly RunFailure[];
}

export interface RunOptions {
  /** Reads every resource first, as `--refresh` does. */
  readonly refresh?: boolean;
  /** How many independent resources are worked on at once. */
  readonly parallel?: number;
}

class Refused extends Error {
  constructor(readonly failure: RunFailure) {
    super(failure.failures.map(({ reason }) => reason).join("\n") || String(failure.error));
  }
}

const signal = new AbortController().signal;

/**
 * A small model of Pulumi's engine: what it asks of a provider in a preview, an update, a refresh, a destroy and an
 * import, in which order, with which values. Each run opens a session of its own, as each is a process of its own.
 * `choices` gives each run its `choose(n)`, which picks one of n resources that may come next.
 */
export class FakePulumi {
  constructor(
    private readonly open: () => Promise<Session>,
    private readonly choices: () => (count: number) => number = () => () => 0,
  ) {}

  preview(program: Program, state: State, options: RunOptions = {}): Promise<Run> {
    return this.#run(state, (run) => run.program(program, options), true);
  }

  up(program: Program, state: State, options: RunOptions = {}): Promise<Run> {
    return this.#run(state, (run) => run.program(program, options), false);
  }

  /** With `--preview-only` the caller drops the state. */
  refresh(state: State): Promise<Run> {
    return this.#run(state, (run) => run.refresh(), false);
  }

  /** The command `pulumi import`, which has nothing but ids; the program is written from what is read. */
  import(resources: readonly Pick<StateResource, "type" | "name" | "id">[]): Promise<Run> {
    return this.#run(emptyState, (run) => run.import(resources), false);
  }

  /** With `continueOnError` a failure keeps what the resource depends on, and everything else goes. */
  destroy(state: State, { continueOnError = false } = {}): Promise<Run> {
    return this.#run(state, (run) => run.deleteAll([], continueOnError), false);
  }

  async #run(state: State, work: (run: EngineRun) => Promise<void>, preview: boolean): Promise<Run> {
    const session = await this.open();
    const run = new EngineRun(session, state, preview, this.choices());
    try {
      await work(run);
      return { steps: run.steps, state: run.state(), failure: run.failures[0], failures: run.failures };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { steps: run.steps, state: run.state(), failure: error.failure, failures: [error.failure] };
    } finally {
      session.cancel();
      await session.close();
    }
  }
}

class EngineRun {
  readonly steps: Step[] = [];
  /** Those after which the run went on. */
  readonly failures: RunFailure[] = [];
  readonly #resources: Map<string, StateResource>;
  readonly #registered = new Map<string, Registered>();
  readonly #replaced: StateResource[];

  constructor(
    private readonly session: Session,
    state: State,
    private readonly preview: boolean,
    private readonly choose: (count: number) => number,
  ) {
    this.#resources = new Map(state.resources.map((resource) => [resource.urn, resource]));
    this.#replaced = [...state.replaced];
  }

  state(): State {
    return { resources: [...this.#resources.values()], replaced: [...this.#replaced] };
  }

  async program(program: Program, { refresh = false, parallel = 1 }: RunOptions): Promise<void> {
    if (refresh) await this.refresh();
    const waiting = [...program];
    while (waiting.length > 0) {
      const batch: Declaration[] = [];
      while (batch.length < parallel) {
        const ready = waiting.filter((item) => referencesIn(item.inputs).every((name) => this.#registered.has(name)));
        const next = ready[this.choose(ready.length)];
        if (next === undefined) break;
        batch.push(next);
        waiting.splice(waiting.indexOf(next), 1);
      }
      if (batch.length === 0) throw new Error(`a circle: ${waiting.map(({ name }) => name).join(", ")}`);
      await this.#register(batch);
    }
    await this.deleteAll(program.map(urnOfDeclaration));
  }

  /** Checks and diffs come one after the other, in the order of registration; then the steps run side by side. */
  async #register(batch: readonly Declaration[]): Promise<void> {
    const planned: (() => Promise<void>)[] = [];
    for (const declaration of batch) planned.push(await this.#plan(declaration));
    const ended = await Promise.allSettled(planned.map((step) => step()));
    const failed = ended.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async #plan(declaration: Declaration): Promise<() => Promise<void>> {
    const urn = urnOfDeclaration(declaration);
    const old = this.#resources.get(urn);
    const news = resolveInputs(declaration.inputs, this.#registered, this.preview);
    const randomSeed = createHash("sha256").update(urn).digest();
    if (old === undefined && declaration.importId !== undefined) {
      return this.#planImport(declaration, declaration.importId, news, randomSeed);
    }
    const inputs = await this.#check(declaration, old?.inputs ?? {}, news, randomSeed);
    if (old === undefined) return () => this.#create(declaration, inputs, "create", {});
    const diff = await this.#diff(old, inputs);
    if (diff.changes === "none") {
      return async () => this.#finish(declaration, "same", old.id, inputs, old.outputs, diff.detailedDiff);
    }
    if (diff.replaces.length === 0) return () => this.#update(declaration, old, inputs, diff);
    if (diff.deleteBeforeReplace) throw new Error("this model makes a replacement before it deletes what is replaced");
    const afresh = await this.#check(declaration, {}, news, randomSeed);
    return () => this.#create(declaration, afresh, "replace", diff.detailedDiff, old);
  }

  async #planImport(declaration: Declaration, id: string, news: PropertyMap, randomSeed: Uint8Array) {
    const urn = urnOfDeclaration(declaration);
    const { type, name } = declaration;
    const read = await this.#readNew(declaration, id);
    const inputs = await this.#check(declaration, read.inputs, news, randomSeed);
    const { detailedDiff } = await this.#diff(
      { urn, type, name, id: read.id, inputs: read.inputs, outputs: read.properties, dependencies: [] },
      inputs,
    );
    return async () => this.#finish(declaration, "import", read.id, inputs, read.properties, detailedDiff);
  }

  async import(resources: readonly Pick<StateResource, "type" | "name" | "id">[]): Promise<void> {
    for (const { type, name, id } of resources) {
      const declaration = { type, name, inputs: {} };
      const read = await this.#readNew(declaration, id);
      const inputs = await this.#check(declaration, {}, read.inputs, new Uint8Array(32));
      this.#finish(declaration, "import", read.id, inputs, read.properties, {});
    }
  }

  async #readNew(declaration: Declaration, id: string): Promise<ReadResult> {
    const { type } = declaration;
    const urn = urnOfDeclaration(declaration);
    const request = { urn, id, type, properties: undefined, inputs: undefined, signal };
    const read = await this.#call(urn, () => this.session.read(request));
    if (read === undefined) throw refused(urn, new Error(`${type} ${id} does not exist`));
    return read;
  }

  async #check(
    { type, name }: Declaration,
    olds: PropertyMap,
    news: PropertyMap,
    randomSeed: Uint8Array,
  ): Promise<PropertyMap> {
    const urn = urnOfDeclaration({ type, name, inputs: {} });
    const request = { urn, type, name, olds, news, randomSeed, autonaming: undefined };
    const { inputs, failures } = await this.#call(urn, () => this.session.check(request));
    if (failures.length > 0) throw new Refused({ urn, failures, error: undefined });
    return inputs;
  }

  #diff(old: StateResource, news: PropertyMap): Promise<DiffResult> {
    const { urn, id, type } = old;
    const [olds, oldInputs] = [elideMap(old.outputs), elideMap(old.inputs)];
    const request = { urn, id, type, olds, oldInputs, news: elideMap(news), ignoreChanges: [] };
    return this.#call(urn, () => this.session.diff(request));
  }

  async #create(
    declaration: Declaration,
    inputs: PropertyMap,
    operation: "create" | "replace",
    detailedDiff: Step["detailedDiff"],
    old?: StateResource,
  ): Promise<void> {
    const urn = urnOfDeclaration(declaration);
    const request = {
      urn,
      type: declaration.type,
      properties: inputs,
      preview: this.preview,
      timeoutInSeconds: 0,
      signal,
    };
    const { id, properties } = await this.#call(urn, () => this.session.create(request));
    this.#expectKnown(urn, properties);
    if (id === "" && !this.preview) throw new Error(`${urn} was created without an id`);
    if (old !== undefined) this.#replaced.push(old);
    this.#finish(declaration, operation, id, inputs, properties, detailedDiff);
  }

  async #update(declaration: Declaration, old: StateResource, news: PropertyMap, diff: DiffResult): Promise<void> {
    const { urn, id, type } = old;
    const [olds, oldInputs] = [elideMap(old.outputs), elideMap(old.inputs)];
    const common = { preview: this.preview, ignoreChanges: [], timeoutInSeconds: 0, signal };
    const { properties } = await this.#call(urn, () =>
      this.session.update({ urn, id, type, olds, oldInputs, news, ...common }),
    );
    this.#expectKnown(urn, properties);
    this.#finish(declaration, "update", id, news, properties, diff.detailedDiff);
  }

  #finish(
    declaration: Declaration,
    operation: Step["operation"],
    id: string,
    inputs: PropertyMap,
    outputs: PropertyMap,
    detailedDiff: Step["detailedDiff"],
  ): void {
    const { type, name } = declaration;
    const urn = urnOfDeclaration(declaration);
    const dependencies = [...new Set(referencesIn(declaration.inputs))];
    // A resource that was registered anew goes to the end: the state is in the order of registration.
    this.#resources.delete(urn);
    this.#resources.set(urn, { urn, type, name, id, inputs, outputs, dependencies });
    this.#registered.set(name, { id, outputs });
    this.steps.push({ operation, urn, id, inputs, outputs, detailedDiff });
  }

  /** Reads everything; the diff after it is turned round: what was read is old, what the state said is new. */
  async refresh(): Promise<void> {
    for (const old of [...this.#resources.values()]) {
      const { urn, id, type } = old;
      const [properties, inputs] = [elideMap(old.outputs), elideMap(old.inputs)];
      const read = await this.#call(urn, () => this.session.read({ urn, id, type, properties, inputs, signal }));
      if (read === undefined) {
        this.#resources.delete(urn);
        this.steps.push({ operation: "delete", urn, id, inputs: old.inputs, outputs: old.outputs, detailedDiff: {} });
        continue;
      }
      const fresh: StateResource = {
        ...old,
        id: read.id,
        inputs: restoreMap(read.inputs, old.inputs),
        outputs: restoreMap(read.properties, old.outputs),
      };
      const { detailedDiff } = await this.#diff(fresh, old.inputs);
      this.#expectKnown(urn, read.properties);
      this.#resources.set(urn, fresh);
      const { inputs: inputsNow, outputs } = fresh;
      this.steps.push({ operation: "refresh", urn, id: read.id, inputs: inputsNow, outputs, detailedDiff });
    }
  }

  /** What the program has no more, and replaced copies: dependents first. A preview only tells. */
  async deleteAll(kept: readonly string[], continueOnError = false): Promise<void> {
    const gone = [...this.#resources.values()].filter(({ urn }) => !kept.includes(urn));
    let waiting = [...this.#replaced, ...gone];
    while (waiting.length > 0) {
      const needed = new Set(waiting.flatMap(({ dependencies }) => dependencies));
      const free = waiting.filter(({ name }) => !needed.has(name));
      const next = free[this.choose(free.length)] ?? waiting[waiting.length - 1];
      if (next === undefined) return;
      waiting.splice(waiting.indexOf(next), 1);
      try {
        await this.#delete(next);
      } catch (error) {
        if (!continueOnError || !(error instanceof Refused)) throw error;
        this.failures.push(error.failure);
        const needed = this.#neededBy(next);
        waiting = waiting.filter(({ name }) => !needed.has(name));
      }
    }
  }

  /** Names of all that a resource depends on, directly or not. */
  #neededBy({ dependencies }: StateResource): ReadonlySet<string> {
    const needed = new Set(dependencies);
    for (const name of needed) {
      const found = [...this.#resources.values()].find((resource) => resource.name === name);
      for (const further of found?.dependencies ?? []) needed.add(further);
    }
    return needed;
  }

  async #delete(resource: StateResource): Promise<void> {
    const { urn, id, type, inputs, outputs } = resource;
    const [properties, oldInputs] = [elideMap(outputs), elideMap(inputs)];
    const request = { urn, id, type, properties, oldInputs, timeoutInSeconds: 0, signal };
    if (!this.preview) await this.#call(urn, () => this.session.delete(request));
    const replaced = this.#replaced.indexOf(resource);
    if (replaced >= 0) this.#replaced.splice(replaced, 1);
    else this.#resources.delete(urn);
    this.steps.push({ operation: "delete", urn, id, inputs, outputs, detailedDiff: {} });
  }

  /** An unknown outside a preview is an error of the provider. */
  #expectKnown(urn: string, properties: PropertyMap): void {
    if (!this.preview && containsUnknown(properties)) throw new Error(`${urn} has unknown outputs after an update`);
  }

  async #call<T>(urn: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw refused(urn, error);
    }
  }
}

function refused(urn: string, error: unknown): Refused {
  return new Refused({ urn, failures: [], error });
}

/** The steps that would show as a change. */
export function changesOf({ steps }: Run): Step[] {
  return steps.filter(
    ({ operation, detailedDiff }) =>
      operation !== "same" && (operation !== "refresh" || Object.keys(detailedDiff).length > 0),
  );
}
