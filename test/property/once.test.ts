import { expect } from "chai";
import * as fc from "fast-check";
import { Died, DyingStore } from "../support/dying-store";
import { emptyState } from "../support/fake-pulumi";
import { TestEngine } from "../support/test-engine";
import { type History, histories, outcome, pulumiFor } from "./history";
import { inventory } from "./programs";

interface Death {
  /** In which update the process is killed, and at which of its writes, both counted round. */
  readonly version: number;
  readonly write: number;
  readonly isCommitted: boolean;
}

const deaths: fc.Arbitrary<Death> = fc.record({
  version: fc.nat({ max: 2 }),
  write: fc.nat({ max: 40 }),
  isCommitted: fc.boolean(),
});

/** Lives through a history with one killed update; tells the export and the last outcome of each version. */
async function exportsOf({ versions, order, pauses, parallel }: History, death: Death | undefined) {
  const engine = await TestEngine.inMemory({ inventory });
  const seen: string[] = [];
  let state = emptyState;
  for (const [version, program] of versions.entries()) {
    if (death?.version === version) {
      const dying = new DyingStore(engine.store, { ...death, write: death.write + 1 });
      const killed = await pulumiFor(engine, order, dying).up(program, state, { parallel });
      if (killed.failure?.error instanceof Died) expect(dying.writes).to.equal(death.write + 1);
      state = killed.state;
    }
    // Twice: what the first update deletes at its end may be what kept the program from being refused.
    let run = await pulumiFor(engine, order).up(program, state, { parallel });
    if (run.failure === undefined) run = await pulumiFor(engine, order).up(program, run.state, { parallel });
    state = run.state;
    const failure = run.failure === undefined ? "" : outcome({ ...run, steps: [] });
    seen.push(`${failure}\n${await engine.export()}`);
    if (run.failure !== undefined) break;
    await engine.advance(pauses[version] ?? 0);
  }
  return seen;
}

describe("law 4, once", function () {
  this.timeout(240_000);

  it("an update that was killed at any write and is run again ends as if nothing had happened", async () => {
    await fc.assert(
      fc.asyncProperty(histories, deaths, async (history, death) => {
        const undisturbed = await exportsOf(history, undefined);
        const disturbed = await exportsOf(history, death);
        expect(disturbed.join("\n")).to.equal(undisturbed.join("\n"));
      }),
      { numRuns: 30 },
    );
  });
});
