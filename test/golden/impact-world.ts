import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import { impactPattern } from "../../provider/engine/core/impact";
import { changesOf, emptyState, FakePulumi, type State } from "../support/fake-pulumi";
import type { Declaration, Program } from "../support/program";
import { TestEngine } from "../support/test-engine";

const day = 86_400;

export const declare = (name: string, type: string, inputs: Declaration["inputs"]): Declaration => ({
  name,
  type: `cloudbackup:${type}`,
  inputs,
});

/** What a later destroy would do. */
const laterPattern = /\bwould (?:prune|keep) .* recovery points?/;

/** A point of either cloud, as far as its life goes. */
interface Life {
  readonly id: string;
  readonly expireTime: number | null;
}

/** A change of a program, and what a review is told of it. */
export interface ImpactCase {
  readonly what: string;
  readonly before: Program;
  /** How long the first program runs. */
  readonly days: number;
  /** What else happens before the change. */
  readonly meanwhile?: (world: ImpactWorld) => Promise<void>;
  /** The change; it may name what there is by now. */
  readonly after: Program | ((world: ImpactWorld) => Promise<Program>);
}

/** An engine, a program on it, and what is told of the points. */
export class ImpactWorld {
  readonly #pulumi: FakePulumi;
  #state: State = emptyState;

  private constructor(readonly engine: TestEngine) {
    this.#pulumi = new FakePulumi(() => engine.open());
  }

  static async with(config: PropertyMap): Promise<ImpactWorld> {
    return new ImpactWorld(await TestEngine.inMemory(config));
  }

  async up(program: Program): Promise<void> {
    const run = await this.#pulumi.up(program, this.#state);
    this.#state = run.state;
    const { failure } = run;
    expect(failure && `${failure.urn} ${JSON.stringify(failure.failures)} ${failure.error}`).to.equal(undefined);
  }

  async preview(program: Program): Promise<number> {
    const run = await this.#pulumi.preview(program, this.#state);
    expect(run.failure, JSON.stringify(run.failure?.failures)).to.equal(undefined);
    return changesOf(run).length;
  }

  /** What is told meanwhile of points that are there. */
  async told(work: () => Promise<unknown>): Promise<readonly string[]> {
    const before = this.engine.told.length;
    await work();
    return this.engine.told.slice(before).filter((text) => impactPattern.test(text) || laterPattern.test(text));
  }

  advance(days: number): Promise<void> {
    return this.engine.advance(days * day);
  }

  /** The points that have not come to their end, oldest first. */
  lives(): Promise<readonly Life[]> {
    return this.engine.ask(async ({ store, now }) => {
      const points: readonly (Life & { readonly createTime: number })[] = [
        ...(await store.find("recoveryPoint")),
        ...(await store.find("vaultPoint")),
      ];
      const living = points.filter(({ expireTime }) => expireTime === null || expireTime > now);
      return living.sort((a, b) => a.createTime - b.createTime || (a.id < b.id ? -1 : 1));
    }, undefined);
  }
}

/** How many points each fate has, by the rows alone. */
function fatesBetween(before: readonly Life[], after: readonly Life[]): Record<string, number> {
  const ends = new Map(after.map(({ id, expireTime }) => [id, expireTime ?? Number.POSITIVE_INFINITY]));
  const counts: Record<string, number> = {};
  for (const { id, expireTime } of before) {
    const [old, end] = [expireTime ?? Number.POSITIVE_INFINITY, ends.get(id)];
    const fate =
      end === undefined
        ? "pruned"
        : Math.abs(end - old) < day || end === old
          ? "kept"
          : end < old
            ? "shortened"
            : "extended";
    counts[fate] = (counts[fate] ?? 0) + 1;
  }
  return counts;
}

/** How many points each fate has, by the reasons that are told; those kept are not told of where nobody asked. */
function fatesTold(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, count, fate] of texts.join("\n").matchAll(/^ {2}(\d+) (pruned|shortened|extended): /gm)) {
    counts[fate ?? ""] = (counts[fate ?? ""] ?? 0) + Number(count);
  }
  return counts;
}

/**
 * Tells a case: what its preview says, after it was made sure that the update says and does the same, and that nothing
 * is said again once it is done.
 */
export async function tellCase({ what, ...each }: ImpactCase, config: PropertyMap): Promise<string> {
  const world = await ImpactWorld.with(config);
  await world.up(each.before);
  await world.advance(each.days);
  await each.meanwhile?.(world);
  const after = typeof each.after === "function" ? await each.after(world) : each.after;
  const told = await world.told(() => world.preview(after));
  const before = await world.lives();
  expect(await world.told(() => world.up(after)), `${what}: what the update says`).to.deep.equal(told);
  const { kept: _kept, ...changed } = fatesBetween(before, await world.lives());
  const isAct = !told.some((text) => /a destroy \(onDestroy|the replacement/.test(text));
  if (isAct && !told.some((text) => text.includes("disks of")))
    expect(fatesTold(told), `${what}: what is told is what happens`).to.deep.equal(changed);
  const again = await world.told(async () => expect(await world.preview(after)).to.equal(0));
  expect(again, `${what}: once it is done`).to.deep.equal([]);
  return `## ${what}\n${told.join("\n") || "(nothing is said)"}\n`;
}
