import { expect } from "chai";
import { isoTime, manualClockStart, secondsPerDay } from "../../provider/engine/core/time";
import type { EngineError } from "../../provider/engine/error";
import { holdingsOf, machinesConcerned } from "../../provider/engine/holding";
import type { Rehearsal, RehearsedResource } from "../../provider/session/rehearsal";
import { emptyState, FakePulumi, type State } from "../support/fake-pulumi";
import { asStack, rehearse } from "../support/rehearse";
import { TestEngine } from "../support/test-engine";
import { type RehearsalRow, rehearsalRows } from "./rehearsal-rows";

interface World {
  readonly engine: TestEngine;
  readonly pulumi: FakePulumi;
  readonly state: State;
}

async function worldOf({ program, days = 0, meddle }: RehearsalRow): Promise<World> {
  const engine = await TestEngine.inMemory();
  const pulumi = new FakePulumi(() => engine.open());
  const { state, failure } = await pulumi.up(program, emptyState);
  expect(failure?.failures.map(({ reason }) => reason) ?? failure?.error).to.equal(undefined);
  await engine.advance(days * secondsPerDay);
  await meddle?.(engine, Object.fromEntries(state.resources.map(({ name, id }) => [name, id])));
  return { engine, pulumi, state };
}

/** Days since the engine was made; what is between two days counts as the later one. */
const dayOf = (time: number): number => Math.ceil((time - manualClockStart) / secondsPerDay);

function outcomeOf({ outcome, refusal, goesAt }: RehearsedResource): string {
  const why = refusal === undefined ? [] : [refusal.rule || refusal.code];
  const end = goesAt === undefined ? [] : [goesAt === null ? "never" : String(dayOf(goesAt))];
  return [outcome, ...why, ...end].join(" ");
}

function told(rehearsal: Rehearsal) {
  const { now, resources, kept, lost, later, restored } = rehearsal;
  const nameOf = (urn: string) => urn.slice(urn.lastIndexOf("::") + 2);
  const untold = resources.filter(({ outcome }) => outcome !== "GONE");
  return {
    outcomes: Object.fromEntries(untold.map((resource) => [resource.name, outcomeOf(resource)])),
    kept: kept.map(({ machineName, count, kind, state, until }) => {
      const days = until === null ? "ever" : Math.ceil((until - now) / secondsPerDay);
      return `${machineName} ${count} ${kind} ${state ?? "-"} ${days}`;
    }),
    lost: lost.map(({ machineName, count, kind }) => `${machineName} ${count} ${kind}`),
    later: later.map(({ time, gone }) => `${dayOf(time)}: ${gone.map(nameOf).sort().join(", ")}`),
    restored: restored.map(({ kind, name }) => `${kind} ${name}`),
  };
}

const sorted = (line: string): string => {
  const [day = "", names = ""] = line.split(": ");
  return `${day}: ${names.split(", ").sort().join(", ")}`;
};

describe("session/rehearsal", () => {
  for (const [what, row] of Object.entries(rehearsalRows)) {
    it(`says what a destroy makes of ${what}`, async () => {
      const { engine, state } = await worldOf(row);
      const stack = asStack(state, row.options);
      const before = await engine.export();
      const targets = row.targets?.map((name) => stack.find((each) => each.name === name)?.urn ?? "");
      const rehearsal = await rehearse(engine, stack, targets && new Set(targets));
      expect(await engine.export(), "nothing is written").to.equal(before);
      const { outcomes, kept, lost = [], later = [], restored = [] } = row;
      expect(told(rehearsal)).to.deep.equal({ outcomes, kept, lost, later: later.map(sorted), restored });
    });

    if (row.options !== undefined || row.targets !== undefined) continue;

    it(`is right about ${what}`, async () => {
      const { engine, pulumi, state } = await worldOf(row);
      const rehearsal = await rehearse(engine, asStack(state));
      const machines = await engine.ask(
        machinesConcerned,
        state.resources.map(({ id }) => id),
      );
      const destroyed = await pulumi.destroy(state, { continueOnError: true });
      expect(destroyed.failures.map(({ urn, error }) => [urn, (error as EngineError).message]).sort()).to.deep.equal(
        rehearsal.resources
          .flatMap(({ urn, refusal }) => (refusal === undefined ? [] : [[urn, refusal.message]]))
          .sort(),
      );
      expect(destroyed.state.resources.map(({ urn }) => urn).sort()).to.deep.equal(
        rehearsal.resources
          .filter(({ outcome }) => outcome !== "GONE")
          .map(({ urn }) => urn)
          .sort(),
      );
      expect(await engine.ask(holdingsOf, machines)).to.deep.equal(rehearsal.kept);
      await laterDestroys({ engine, pulumi, state: destroyed.state }, rehearsal);
    });
  }

  it("names what holds a policy, and the programs that have it", async () => {
    const row = rehearsalRows["a protection that is let go of holds its policy"] as RehearsalRow;
    const { engine, state } = await worldOf(row);
    const { resources } = await rehearse(engine, asStack(state, row.options));
    const refusal = resources.find(({ name }) => name === "policy")?.refusal;
    expect(refusal?.message).to.match(/still protects db \(i-.+\)$/);
    expect(refusal?.remedy)
      .to.contain("programs have them as urn:pulumi:")
      .and.match(/::protection$/);
  });

  it("calls it luck in whatever order the state has what no dependency orders, as an import leaves it", async () => {
    const row = rehearsalRows["what no dependency orders is a matter of luck"] as RehearsalRow;
    const { engine, state } = await worldOf(row);
    const stack = asStack(state, row.options).toReversed();
    expect(told(await rehearse(engine, stack)).outcomes).to.deep.equal(row.outcomes);
  });
});

/** Each later destroy takes what the rehearsal says, and one that comes a day before it takes nothing. */
async function laterDestroys({ engine, pulumi, state }: World, { later, now }: Rehearsal): Promise<void> {
  let [left, time] = [state, now];
  for (const { time: next, gone, left: count } of later) {
    await engine.advance(next - time - 1);
    expect((await pulumi.destroy(left, { continueOnError: true })).state.resources, isoTime(next)).to.have.length(
      left.resources.length,
    );
    await engine.advance(1);
    const { state: after } = await pulumi.destroy(left, { continueOnError: true });
    const urns = new Set(after.resources.map(({ urn }) => urn));
    expect(
      left.resources
        .map(({ urn }) => urn)
        .filter((urn) => !urns.has(urn))
        .sort(),
    ).to.deep.equal([...gone].sort());
    expect(after.resources).to.have.length(count);
    [left, time] = [after, next];
  }
}
