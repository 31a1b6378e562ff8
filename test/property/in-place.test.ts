import { expect } from "chai";
import * as fc from "fast-check";
import { emptyState } from "../support/fake-pulumi";
import { type Program, referencesIn } from "../support/program";
import { TestEngine } from "../support/test-engine";
import { histories, pulumiFor } from "./history";
import { inventory } from "./programs";

/** The program without one of its resources and all that rests on it. */
function without(program: Program, name: string): Program {
  const gone = new Set([name]);
  return program.filter((item) => {
    if (item.name !== name && !referencesIn(item.inputs).some((needed) => gone.has(needed))) return true;
    gone.add(item.name);
    return false;
  });
}

describe("law 11, in place", function () {
  this.timeout(240_000);

  it("adding resources never replaces or deletes another", async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.nat(), async ({ versions, order, parallel }, chosen) => {
        const engine = await TestEngine.inMemory({ inventory });
        const pulumi = pulumiFor(engine, order);
        const [program = []] = versions;
        const added = program[chosen % Math.max(program.length, 1)];
        if (added === undefined) return;
        const smaller = without(program, added.name);
        const before = await pulumi.up(smaller, emptyState, { parallel });
        if (before.failure !== undefined) return;
        const after = await pulumi.up(program, before.state, { parallel });
        const known = new Set(before.state.resources.map(({ urn }) => urn));
        for (const { urn, operation } of after.steps) {
          expect(operation, urn).to.be.oneOf(known.has(urn) ? ["same", "update"] : ["create"]);
        }
      }),
      { numRuns: 70 },
    );
  });
});
