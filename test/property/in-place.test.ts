import { expect } from "chai";
import * as fc from "fast-check";
import { emptyState } from "../support/fake-pulumi";
import { TestEngine } from "../support/test-engine";
import { without } from "./generated-case";
import { histories, pulumiFor } from "./history";
import { inventory } from "./programs";

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
      { numRuns: 25 },
    );
  });
});
