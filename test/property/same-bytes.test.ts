import { expect } from "chai";
import * as fc from "fast-check";
import type { Session } from "../../provider/session/contract";
import { openStore } from "../../provider/store/open";
import type { Store } from "../../provider/store/store";
import { temporaryDirectory } from "../store/directory";
import { emptyState, FakePulumi } from "../support/fake-pulumi";
import { createPostgresUrl, requirePostgres } from "../support/postgres";
import { memoryStore, TestEngine } from "../support/test-engine";
import { actionOf, isAccepted } from "./actions";
import { openEstate, readRows } from "./estate";
import { type Event, eventLists } from "./events";
import { type History, histories, pulumiFor } from "./history";
import { inventory } from "./programs";

/** What is left of a history on a store. */
async function exportOn(store: Store, history: History, split = false): Promise<string> {
  const engine = new TestEngine(store, { inventory });
  let state = emptyState;
  for (const [version, program] of history.versions.entries()) {
    state = (await pulumiFor(engine, history.order).up(program, state, { parallel: history.parallel })).state;
    const pause = history.pauses[version] ?? 0;
    const parts = split ? [Math.floor(pause / 3), pause - Math.floor(pause / 3)] : [pause];
    for (const part of parts) await engine.advance(part);
  }
  const text = await engine.export();
  await store.close();
  return text;
}

/** What is left of an estate's history, every way of the clock in one go or in parts. */
async function exportOfEvents(events: readonly Event[], parts: readonly number[]): Promise<string> {
  const engine = await openEstate();
  const sequence = { next: 0 };
  for (const event of events) {
    if (event.kind === "advance") {
      // Long enough for jobs to be forgotten on the way.
      const seconds = 3 * event.seconds;
      const stops = parts.map((part) => Math.floor(seconds * part)).sort((a, b) => a - b);
      for (const [index, stop] of [...stops, seconds].entries()) await engine.advance(stop - (stops[index - 1] ?? 0));
      continue;
    }
    const action = actionOf(event, await readRows(engine), sequence);
    if (action !== undefined) await isAccepted(engine, action);
  }
  return engine.export();
}

/** Two processes that serve one run, as with two provider resources: each has its own resources. */
async function openTwo(engine: TestEngine): Promise<Session> {
  const sessions = [await engine.open(), await engine.open()] as const;
  const of = ({ urn }: { urn: string }): Session => (urn.length % 2 === 0 ? sessions[0] : sessions[1]);
  return {
    schema: () => sessions[0].schema(),
    version: () => sessions[0].version(),
    checkConfig: (request) => sessions[0].checkConfig(request),
    diffConfig: (request) => sessions[0].diffConfig(request),
    configure: (request) => sessions[0].configure(request),
    check: (request) => of(request).check(request),
    diff: (request) => of(request).diff(request),
    create: (request) => of(request).create(request),
    read: (request) => of(request).read(request),
    update: (request) => of(request).update(request),
    delete: (request) => of(request).delete(request),
    invoke: (request) => sessions[0].invoke(request),
    construct: (request, monitor) => sessions[0].construct(request, monitor),
    cancel: () => {},
    close: async () => {},
  };
}

const inFile = () => openStore("engine.db", { projectDirectory: temporaryDirectory() });

describe("law 5, same bytes", function () {
  this.timeout(240_000);

  it("a branch in memory and a SQLite file hold the same", async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        expect(await exportOn(await inFile(), history)).to.equal(await exportOn(await memoryStore(), history));
      }),
      { numRuns: 12 },
    );
  });

  it("however the way of the clock is split", async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const whole = await exportOn(await memoryStore(), history);
        expect(await exportOn(await memoryStore(), history, true)).to.equal(whole);
      }),
      { numRuns: 25 },
    );
  });

  it("however the way of the clock is split while everything happens that can happen to points", async () => {
    const parts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(eventLists, parts, async (events, split) => {
        expect(await exportOfEvents(events, split)).to.equal(await exportOfEvents(events, []));
      }),
      { numRuns: 25 },
    );
  });

  it("however many processes an update has", async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ({ versions, parallel }) => {
        const alone = await TestEngine.inMemory({ inventory });
        const divided = await TestEngine.inMemory({ inventory });
        let state = emptyState;
        for (const program of versions) {
          const one = await new FakePulumi(() => alone.open()).up(program, state, { parallel });
          const two = await new FakePulumi(() => openTwo(divided)).up(program, state, { parallel });
          expect(await divided.export()).to.equal(await alone.export());
          expect(JSON.stringify(two.state)).to.equal(JSON.stringify(one.state));
          state = one.state;
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe("law 5, same bytes in PostgreSQL", function () {
  this.timeout(240_000);
  requirePostgres();

  it("a SQLite file and PostgreSQL hold the same", async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const store = await openStore(await createPostgresUrl(), { projectDirectory: temporaryDirectory() });
        expect(await exportOn(store, history)).to.equal(await exportOn(await inFile(), history));
      }),
      { numRuns: 5 },
    );
  });
});
