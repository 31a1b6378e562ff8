import { expect } from "chai";
import * as fc from "fast-check";
import type { EngineError } from "../../provider/engine/error";
import { holdingsOf, machinesConcerned } from "../../provider/engine/holding";
import { emptyState, type State } from "../support/fake-pulumi";
import { asStack, rehearse } from "../support/rehearse";
import { TestEngine } from "../support/test-engine";
import { histories, pulumiFor } from "./history";
import { inventory } from "./programs";

/** The state as if the program asked for all its points, or for none of them. */
function withOnDestroy({ resources, replaced }: State, onDestroy: "retain" | "delete" | undefined): State {
  if (onDestroy === undefined) return { resources, replaced };
  const changed = resources.map((resource) =>
    "onDestroy" in resource.inputs ? { ...resource, inputs: { ...resource.inputs, onDestroy } } : resource,
  );
  return { resources: changed, replaced };
}

describe("a destroy's rehearsal", function () {
  this.timeout(240_000);

  it("says what the destroy then does: failures, what is left, recovery points and bytes", async () => {
    const seen = { failures: 0, kept: 0, lost: 0 };
    const fates = fc.constantFrom("retain", "delete", undefined);
    await fc.assert(
      fc.asyncProperty(histories, fates, async ({ versions, order, pauses, parallel }, onDestroy) => {
        const engine = await TestEngine.inMemory({ inventory });
        const pulumi = pulumiFor(engine, order);
        let state = emptyState;
        for (const [index, program] of versions.slice(0, 2).entries()) {
          state = (await pulumi.up(program, state, { parallel })).state;
          await engine.advance(pauses[index] ?? 0);
        }
        state = withOnDestroy(state, onDestroy);
        const stack = asStack(state);
        const before = await engine.export();
        const rehearsal = await rehearse(engine, stack);
        expect(await engine.export(), "nothing is written").to.equal(before);
        const machines = await engine.ask(
          machinesConcerned,
          stack.map(({ id }) => id),
        );
        const destroyed = await pulumi.destroy(state, { continueOnError: true });
        const failures = destroyed.failures.map(({ urn, error }) => `${urn} ${(error as EngineError).message}`);
        const failing = rehearsal.resources.filter(({ outcome }) => outcome === "FAILS");
        expect(failing.map(({ urn, refusal }) => `${urn} ${refusal?.message}`).sort()).to.deep.equal(failures.sort());
        const left = rehearsal.resources.filter(({ outcome }) => outcome === "FAILS" || outcome === "STAYS");
        const { resources, replaced } = destroyed.state;
        expect(left.map(({ urn }) => urn).sort()).to.deep.equal(
          [...resources, ...replaced].map(({ urn }) => urn).sort(),
        );
        expect(rehearsal.kept).to.deep.equal(await engine.ask(holdingsOf, machines));
        seen.failures += failures.length;
        seen.kept += rehearsal.kept.length;
        seen.lost += rehearsal.lost.length;
      }),
      { numRuns: 25 },
    );
    expect(Math.min(seen.failures, seen.kept, seen.lost), JSON.stringify(seen)).to.be.greaterThan(0);
  });
});
