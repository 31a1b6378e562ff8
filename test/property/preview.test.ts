import { expect } from "chai";
import * as fc from "fast-check";
import { containsUnknown } from "../../provider/definition/value";
import { impactPattern } from "../../provider/engine/core/impact";
import { emptyState } from "../support/fake-pulumi";
import { expectDone, expectNoChange, expectSameOutcome, histories, liveThrough, settle } from "./history";

describe("law 1, parity", function () {
  this.timeout(240_000);

  it("a preview promises what the update then does, to the last value, and knows every value", async () => {
    await fc.assert(
      fc.asyncProperty(histories, (history) =>
        liveThrough(history, async ({ pulumi, engine, program, state, pause, parallel }) => {
          const impacts = () =>
            engine.told
              .splice(0)
              .filter((text) => impactPattern.test(text))
              .sort();
          impacts();
          const preview = await pulumi.preview(program, state, { parallel });
          const told = impacts();
          const up = await pulumi.up(program, state, { parallel });
          expectSameOutcome(preview, up);
          expect(told, "what is told of the points that are there").to.deep.equal(impacts());
          const isKnown = preview.steps.every(({ outputs }) => !containsUnknown(outputs));
          expect(isKnown, "every output of the preview is known").to.equal(true);
          await engine.advance(pause);
          return up.state;
        }).then(() => {}),
      ),
      { numRuns: 15 },
    );
  });
});

describe("law 2, rest", function () {
  this.timeout(240_000);

  it("after an update nothing shows a change, also after the clock has moved", async () => {
    await fc.assert(
      fc.asyncProperty(histories, (history) =>
        liveThrough(history, async (moment) => {
          const { engine, pulumi, program, pause } = moment;
          const { state, isDone } = await settle(moment);
          if (!isDone) return state;
          expectNoChange(await pulumi.preview(program, state), "a preview");
          await engine.advance(pause);
          expectNoChange(await pulumi.preview(program, state), "a preview after the clock has moved");
          expectNoChange(await pulumi.preview(program, state, { refresh: true }), "a preview with refresh");
          const refreshed = await pulumi.refresh(state);
          expectNoChange(refreshed, "a refresh");
          const again = await pulumi.refresh(refreshed.state);
          expect(JSON.stringify(again.state)).to.equal(JSON.stringify(refreshed.state), "a second refresh");
          return refreshed.state;
        }).then(() => {}),
      ),
      { numRuns: 15 },
    );
  });
});

describe("law 3, import", function () {
  this.timeout(240_000);

  it("what a program made can be imported by its id, and is then as the program says", async () => {
    await fc.assert(
      fc.asyncProperty(histories, (history) =>
        liveThrough(history, async (moment) => {
          const { engine, pulumi, program, pause } = moment;
          const { state, isDone } = await settle(moment);
          if (!isDone) return state;
          await engine.advance(pause);
          const imported = await pulumi.import(state.resources);
          expectDone(imported);
          const preview = await pulumi.preview(program, imported.state);
          for (const { urn, operation, detailedDiff } of preview.steps) {
            // What destroy does and what a protection must be worth are the program's own: no service tells them.
            const { onDestroy: _told, requireConsistency: _asked, ...difference } = detailedDiff;
            expect(difference, `${urn} differs after its import`).to.deep.equal({});
            expect(operation).to.be.oneOf(["same", "update"]);
          }
          const ids = new Map(state.resources.map(({ name, id }) => [name, id]));
          const importing = program.map((item) => ({ ...item, importId: ids.get(item.name) ?? "" }));
          const declared = await pulumi.up(importing, emptyState);
          expectDone(declared);
          expectNoChange(await pulumi.preview(program, declared.state), "a preview after the import");
          return state;
        }).then(() => {}),
      ),
      { numRuns: 15 },
    );
  });
});
