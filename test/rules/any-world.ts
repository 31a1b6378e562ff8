import { expect } from "chai";
import type { PropertyMap, Value } from "../../provider/definition/value";
import type { Command } from "../../provider/engine/engine";
import { EngineError } from "../../provider/engine/error";
import { emptyState, FakePulumi, type Run, type State } from "../support/fake-pulumi";
import type { Declaration } from "../support/program";
import { TestEngine, testSettings } from "../support/test-engine";

export type Inputs = Record<string, Declaration["inputs"][string] | undefined>;

/** A machine on which all is as it must be, and a program that protects it; a row of the rules spoils one thing. */
export abstract class AnyWorld {
  readonly config: Record<string, Value> = {};
  /** Names of the program's resources that it does without. */
  readonly omitted = new Set<string>();
  readonly more: Declaration[] = [];
  #engine: TestEngine | undefined;
  #state: State = emptyState;

  /** What the program declares before a row adds to it or leaves something out. */
  protected abstract declarations(): readonly Declaration[];

  /** What the world brings to the provider's configuration. */
  protected abstract configuration(): PropertyMap;

  program(): Declaration[] {
    return [...this.declarations(), ...this.more].filter(({ name }) => !this.omitted.has(name));
  }

  /** One more resource, or other inputs for one that was declared. */
  declare(name: string, type: string, inputs: Inputs): this {
    const at = this.more.findIndex((each) => each.name === name);
    const declaration = declare(name, type, inputs);
    if (at >= 0) this.more[at] = declaration;
    else this.more.push(declaration);
    return this;
  }

  /** The engine, once the world is there. */
  get engine(): TestEngine {
    if (this.#engine === undefined) throw new Error("start comes first");
    return this.#engine;
  }

  /** Makes the engine: from now on changes of what it is configured with come too late. */
  async start(): Promise<this> {
    this.#engine ??= await TestEngine.inMemory({ ...this.config, ...this.configuration() });
    return this;
  }

  /** Other configuration for the runs from now on; what is in the engine stays. */
  reconfigure(config: Readonly<Record<string, Value>>): void {
    const { store } = this.engine;
    Object.assign(this.config, config);
    const { caller } = this.config;
    const settings = typeof caller === "string" ? { ...testSettings, caller } : testSettings;
    this.#engine = new TestEngine(store, { ...this.config, ...this.configuration() }, settings);
  }

  async up(): Promise<Run> {
    await this.start();
    const run = await this.#pulumi.up(this.program(), this.#state);
    this.#state = run.state;
    return run;
  }

  /** An update in which nothing is refused. */
  async done(): Promise<Run> {
    const run = await this.up();
    expect(run.failure?.failures ?? run.failure?.error).to.equal(undefined);
    return run;
  }

  async preview(): Promise<Run> {
    await this.start();
    return this.#pulumi.preview(this.program(), this.#state);
  }

  async refresh(): Promise<Run> {
    const run = await this.#pulumi.refresh(this.#state);
    this.#state = run.state;
    return run;
  }

  async destroy(): Promise<Run> {
    const run = await this.#pulumi.destroy(this.#state);
    this.#state = run.state;
    return run;
  }

  get #pulumi(): FakePulumi {
    return new FakePulumi(() => this.engine.open());
  }

  /** What the state says of a resource. */
  outputs(name: string): PropertyMap {
    const resource = this.#state.resources.find((each) => each.name === name);
    if (resource === undefined) throw new Error(`${name} is not in the state`);
    return resource.outputs;
  }

  text(name: string, output: string): string {
    const value = this.outputs(name)[output];
    if (typeof value !== "string") throw new Error(`${name} has no text ${output}`);
    return value;
  }

  /** Calls a function of the provider, `hbr:getService`. */
  async call(name: string, args: PropertyMap = {}): Promise<PropertyMap> {
    const session = await this.engine.open();
    const { result, failures } = await session.invoke({ token: `cloudbackup:${name}`, args, preview: false });
    await session.close();
    if (result === undefined) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    return result;
  }

  /** The error with which an operation, by its real name, is refused. */
  refusedCall(name: string, parameters: Readonly<Record<string, string>>): Promise<EngineError> {
    return thrown(() => this.engine.call(name, parameters));
  }

  refusedCommand<I>(command: Command<I, unknown>, input: I): Promise<EngineError> {
    return thrown(() => this.engine.run(command, input));
  }

  advance(seconds: number): Promise<void> {
    return this.engine.advance(seconds);
  }

  async now(): Promise<number> {
    return this.engine.ask(async ({ now }) => now, undefined);
  }
}

export function declare(name: string, type: string, inputs: Inputs): Declaration {
  return { name, type: `cloudbackup:${type}`, inputs: given(inputs) };
}

/** What is left without what is undefined. */
export function given<T>(inputs: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(inputs).filter((entry): entry is [string, T] => entry[1] !== undefined));
}

async function thrown(work: () => Promise<unknown>): Promise<EngineError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
