import { isDeepStrictEqual } from "node:util";
import { isPropertyMap, type PropertyMap, type Value } from "../../provider/definition/value";
import { EngineError } from "../../provider/engine/error";
import { emptyState, FakePulumi, type State } from "../support/fake-pulumi";
import { type Declaration, type Program, Reference } from "../support/program";
import { TestEngine } from "../support/test-engine";
import { noTale, readTale, type Tale } from "./tale";
import { changesBetween, type Happening, type Told, tellTime } from "./telling";

const day = 86_400;

type Inputs = Declaration["inputs"];

/** The machine of the stories: a database with two ESSDs. */
function inventoryIn(regionId: string): PropertyMap {
  const machine = { InstanceId: "i-db", RegionId: regionId, ZoneId: `${regionId}-a`, InstanceName: "db" };
  const disk = { InstanceId: "i-db", Category: "cloud_essd", fileSystem: "xfs" };
  return {
    Instances: { Instance: [{ ...machine, OSName: "CentOS  7.9 64 bit", Status: "Running" }] },
    Disks: {
      Disk: [
        { ...disk, DiskId: "d-system", Type: "system", Size: 40, usedGiB: 10 },
        { ...disk, DiskId: "d-data", Type: "data", Size: 200, usedGiB: 50 },
      ],
    },
  };
}

/**
 * A small program and a clock, told line by line: what somebody does is told by the story, what follows from it by
 * what has changed in the engine.
 */
export class Story {
  readonly #lines: string[] = [];
  readonly #names = new Map<string, string>();
  readonly #pulumi: FakePulumi;
  #state: State = emptyState;
  #tale: Tale = noTale;
  #program: Program = [];

  private constructor(readonly engine: TestEngine) {
    this.#pulumi = new FakePulumi(() => engine.open());
  }

  static async begin(title: string, regionId = "cn-hangzhou"): Promise<Story> {
    const engine = await TestEngine.inMemory({ region: regionId, inventory: inventoryIn(regionId) });
    const story = new Story(engine);
    story.#lines.push(title, "");
    return story;
  }

  /** A remark, set apart: a rule with its source, or what to look at. */
  note(text: string): void {
    this.#lines.push(`${" ".repeat(18)}# ${text}`);
  }

  /** Something to see that did not happen now. */
  show(text: string): void {
    this.#lines.push(`${" ".repeat(18)}${text}`);
  }

  /** Declares or changes a resource of the program and runs an update. */
  async up(name: string, type: string, inputs: Inputs, told: string): Promise<void> {
    const declaration = { name, type: `cloudbackup:${type}`, inputs };
    const others = this.#program.filter((each) => each.name !== name);
    this.#program = [...others, declaration];
    await this.#act("program", told, async () => {
      const problem = await this.#update();
      if (problem !== undefined) this.#program = others;
      return problem;
    });
  }

  /** An operation of the simulated cloud, as the console or a script asks for it; its answer, unless it is refused. */
  async call(name: string, given: Readonly<Record<string, string>>, told: string): Promise<object> {
    let answer: object = {};
    await this.#act(name, told, async () => {
      try {
        answer = await this.engine.call(name, given);
        return undefined;
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        return error.rule === "" ? `${error.code}: ${error.message}` : `${error.rule}: ${error.message}`;
      }
    });
    return answer;
  }

  /** What a nightly drift run sees: the resources of the program that are no longer as they were. */
  async drift(): Promise<readonly string[]> {
    const run = await this.#pulumi.refresh(this.#state);
    if (run.failure !== undefined) throw new Error(String(run.failure.error));
    const seen = this.#state.resources.flatMap(({ urn, name, outputs }) => {
      const fresh = run.state.resources.find((each) => each.urn === urn)?.outputs;
      if (fresh === undefined) return [`${name} is gone`];
      return Object.keys({ ...outputs, ...fresh })
        .filter((key) => !isDeepStrictEqual(outputs[key], fresh[key]))
        .map((key) => `${name}.${key}: ${brief(fresh[key])}, was ${brief(outputs[key])}`);
    });
    const time = await this.now();
    for (const text of seen.length === 0 ? ["none"] : seen) this.#line({ time, verb: "drift", text });
    return seen;
  }

  /** Takes a resource out of the program. */
  async down(name: string, told: string): Promise<void> {
    this.#program = this.#program.filter((each) => each.name !== name);
    await this.#act("program", told, () => this.#update());
  }

  /** Why the update was refused; undefined when it was not. */
  async #update(): Promise<string | undefined> {
    const run = await this.#pulumi.up(this.#program, this.#state);
    this.#state = run.state;
    if (run.failure === undefined) return undefined;
    return run.failure.failures.map(({ reason }) => reason).join("\n") || String(run.failure.error);
  }

  async #act(actor: string, told: string, work: () => Promise<string | undefined>): Promise<void> {
    const problem = await work();
    const after = await readTale(this.engine);
    this.#line({ time: after.now, verb: actor, text: told });
    if (problem !== undefined) this.#line({ time: after.now, verb: "refused", text: firstLine(problem) });
    this.#follow(after);
  }

  /** Moves the clock to a moment, day by day, and tells all that happens on the way. */
  async until(moment: string, summary?: (happenings: readonly Happening[]) => readonly Told[]): Promise<void> {
    const end = Date.parse(moment) / 1000;
    const happenings: Happening[] = [];
    for (let now = await this.now(); now < end; now = await this.now()) {
      await this.engine.advance(Math.min(day, end - now));
      const after = await readTale(this.engine);
      happenings.push(...this.#changes(after));
    }
    for (const told of summary === undefined ? happenings : summary(happenings)) this.#line(told);
  }

  async now(): Promise<number> {
    return this.engine.ask(async ({ now }) => now, undefined);
  }

  /** Calls an id by a name from here on. */
  name(id: string, name: string): void {
    this.#names.set(id, name);
  }

  idOf(name: string): string {
    const found = [...this.#names].find(([, each]) => each === name);
    if (found === undefined) throw new Error(`nothing is called ${name}`);
    return found[0];
  }

  outputs(name: string): PropertyMap {
    const resource = this.#state.resources.find((each) => each.name === name);
    if (resource === undefined) throw new Error(`${name} is not in the state`);
    return resource.outputs;
  }

  get tale(): Tale {
    return this.#tale;
  }

  text(): string {
    const names = [...this.#names].sort(([a], [b]) => b.length - a.length);
    const replaced = names.reduce((text, [id, name]) => text.replaceAll(id, name), this.#lines.join("\n"));
    return `${replaced.replace(/([^ \n]+)\t/g, (_, name: string) => `${name.padEnd(5)} `)}\n`;
  }

  #follow(after: Tale): void {
    for (const told of this.#changes(after)) this.#line(told);
  }

  /** Points are named in the order in which they are made. */
  #changes(after: Tale): readonly Happening[] {
    const number = [...this.#names.values()].filter((name) => /^p\d+$/.test(name)).length;
    const fresh = after.points.filter(({ id }) => !this.#names.has(id));
    for (const [index, { id }] of fresh.entries()) this.#names.set(id, `p${number + index + 1}`);
    const changes = changesBetween(this.#tale, after);
    this.#tale = after;
    return changes;
  }

  #line({ time, verb, text }: Told): void {
    this.#lines.push(`${tellTime(time)}  ${verb.padEnd(14)}  ${text}`);
  }
}

/** Texts, and lists of texts or of reasons, short enough for a line. */
function brief(value: Value | undefined): string {
  if (!Array.isArray(value)) return String(value);
  const items = value.map((item) => (isPropertyMap(item) && "rule" in item ? `${item.rule}: ${item.message}` : item));
  return items.length === 0 ? "none" : items.join(", ");
}

/** A refusal without the lines that say how to mend it. */
function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}

/** A policy and the protection of the machine by it, in the program's words. */
export const protection: Inputs = { instanceId: "i-db", policyId: new Reference("policy", "policyId") };
