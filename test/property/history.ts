import { expect } from "chai";
import * as fc from "fast-check";
import type { Session } from "../../provider/session/contract";
import type { Store } from "../../provider/store/store";
import { changesOf, emptyState, FakePulumi, type Run, type State } from "../support/fake-pulumi";
import type { Program } from "../support/program";
import { TestEngine } from "../support/test-engine";
import { inventory, type Programs, programs } from "./programs";

/** A program's versions, and what else decides how they are run. */
export interface History {
  readonly versions: Programs;
  /** Chooses among resources that may come next. */
  readonly order: number;
  /** How long the clock moves after each version, seconds. */
  readonly pauses: readonly number[];
  readonly parallel: number;
}

const pause = fc.constantFrom(0, 3600, 86_400 + 1, 12 * 86_400, 40 * 86_400);

export const histories: fc.Arbitrary<History> = fc.record({
  versions: programs,
  order: fc.nat(),
  pauses: fc.array(pause, { minLength: 3, maxLength: 3 }),
  parallel: fc.integer({ min: 1, max: 4 }),
});

export function pulumiFor(engine: TestEngine, order: number, store?: Store): FakePulumi {
  return pulumiOver(() => engine.open(store), order);
}

/** The same choices for every run, so that a preview and its update take the resources in one order. */
export function pulumiOver(open: () => Promise<Session>, order: number): FakePulumi {
  return new FakePulumi(open, () => {
    let state = order;
    return (count) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return count === 0 ? 0 : (state >>> 8) % count;
    };
  });
}

export interface Moment {
  readonly engine: TestEngine;
  readonly pulumi: FakePulumi;
  readonly program: Program;
  readonly state: State;
  readonly pause: number;
  readonly parallel: number;
}

/** Does the work for each version on one engine; it gives the state that the next version starts from. */
export async function liveThrough(history: History, work: (moment: Moment) => Promise<State>): Promise<TestEngine> {
  const engine = await TestEngine.inMemory({ inventory });
  const pulumi = pulumiFor(engine, history.order);
  const { parallel } = history;
  let state = emptyState;
  for (const [index, program] of history.versions.entries()) {
    state = await work({ engine, pulumi, program, state, pause: history.pauses[index] ?? 0, parallel });
  }
  return engine;
}

/**
 * An update, and a second one when the first took something away: deletions come last, so what rests on something that
 * goes away sees it only then. Undefined when a version is refused, as some generated ones rightly are.
 */
export async function settle({ pulumi, program, state, parallel }: Moment): Promise<{ state: State; isDone: boolean }> {
  const first = await pulumi.up(program, state, { parallel });
  if (first.failure !== undefined) return { state: first.state, isDone: false };
  if (!first.steps.some(({ operation }) => operation === "delete")) return { state: first.state, isDone: true };
  const second = await pulumi.up(program, first.state, { parallel });
  return { state: second.state, isDone: second.failure === undefined };
}

/** What a run promises or does, a line for each step, in an order that doesn't matter. */
export function outcome({ steps, failure }: Run): string {
  const lines = steps.map(({ urn, ...step }) => `${urn} ${JSON.stringify(step)}`).sort();
  const error = failure?.error === undefined ? [] : [String(failure.error)];
  const told = failure === undefined ? [] : [failure.urn, ...failure.failures.map(({ reason }) => reason), ...error];
  return [...lines, ...told].join("\n");
}

/** Law 1. What differs is in the message itself: of long texts an assertion shows the beginning only. */
export function expectSameOutcome(preview: Run, up: Run): void {
  const [promised, done] = [outcome(preview), outcome(up)];
  const without = (lines: string, others: string) =>
    lines.split("\n").filter((line) => !others.split("\n").includes(line));
  const told = [
    ...without(promised, done).map((line) => `preview: ${line}`),
    ...without(done, promised).map((line) => `update: ${line}`),
  ];
  expect(promised === done, `law 1: the preview and the update differ\n${told.join("\n")}`).to.equal(true);
}

export function expectNoChange(run: Run, what: string): void {
  const changes = outcome({ ...run, steps: changesOf(run) });
  expect(changes, `${what} shows changes`).to.equal("");
}

export function expectDone({ failure }: Run): void {
  expect(failure && `${failure.urn}: ${JSON.stringify(failure.failures)} ${failure.error ?? ""}`).to.equal(undefined);
}
