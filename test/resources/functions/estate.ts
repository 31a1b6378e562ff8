import { expect } from "chai";
import type { PropertyMap } from "../../../provider/definition/value";
import { functions } from "../../../provider/registry";
import { emptyState, FakePulumi, type State } from "../../support/fake-pulumi";
import type { Declaration } from "../../support/program";
import { TestEngine } from "../../support/test-engine";

type Inputs = Declaration["inputs"];

export const day = 86_400;
/** Where the manual clock starts. */
export const start = 1_767_225_600;

/** A BACKUP rule from the clock's start. */
export function backupRule(interval: string, retention: number) {
  return { ruleType: "BACKUP", schedule: `I|${start}|${interval}`, retention };
}

/** What a program made in one engine, and the functions that tell of it. */
export class Estate {
  readonly #program: Declaration[] = [];
  #state: State = emptyState;

  private constructor(readonly engine: TestEngine) {}

  static async make(config: PropertyMap = {}): Promise<Estate> {
    return new Estate(await TestEngine.inMemory(config));
  }

  /** The same engine, asked by somebody who has configured something else. */
  as(config: PropertyMap): Estate {
    return new Estate(new TestEngine(this.engine.store, config));
  }

  /** A name that is declared already is changed. */
  declare(name: string, type: string, inputs: Inputs = {}): this {
    const place = this.#program.findIndex((each) => each.name === name);
    const declaration = { name, type: `cloudbackup:${type}`, inputs };
    this.#program.splice(place === -1 ? this.#program.length : place, place === -1 ? 0 : 1, declaration);
    return this;
  }

  /** Brings the engine to what is declared. */
  async up(): Promise<this> {
    const run = await new FakePulumi(() => this.engine.open()).up(this.#program, this.#state);
    if (run.failure !== undefined) {
      const reasons = run.failure.failures.map(({ reason }) => reason).join("\n");
      throw new Error(`${run.failure.urn}: ${reasons || String(run.failure.error)}`);
    }
    this.#state = run.state;
    return this;
  }

  /** An output of what a program made. */
  output(name: string, property: string): string {
    const resource = this.#state.resources.find((each) => each.name === name);
    if (resource === undefined) throw new Error(`${name} is not in the state`);
    return resource.outputs[property] as string;
  }

  /** What a function answers; what it refuses is thrown with its property. */
  async call<T>(token: string, args: PropertyMap = {}): Promise<T> {
    const session = await this.engine.open();
    try {
      const { result, failures } = await session.invoke({ token: `cloudbackup:${token}`, args, preview: false });
      const refused = failures.map(({ property, reason }) => `${property}: ${reason}`);
      if (result === undefined) throw new Error(refused.join("\n"));
      const definition = functions.find((each) => each.token === `cloudbackup:${token}`);
      expect(definition?.outputs.parse(result), "nothing but what the schema declares").to.deep.equal(result);
      return result as T;
    } finally {
      session.cancel();
      await session.close();
    }
  }

  /** What a function refuses. */
  async refusal(token: string, args: PropertyMap): Promise<string> {
    return this.call(token, args).then(
      () => "nothing is refused",
      (error: Error) => error.message,
    );
  }
}
