import { expect } from "chai";
import * as fc from "fast-check";
import { azureActionOf, isAccepted } from "./azure-actions";
import { openAzureEstate, readAzureRows } from "./azure-estate";
import { type AzureEvent, azureEventLists } from "./azure-events";

/** What is left of a history, every way of the clock in one go or in parts. */
async function exportOf(events: readonly AzureEvent[], parts: readonly number[]): Promise<string> {
  const engine = await openAzureEstate();
  const sequence = { next: 0 };
  for (const event of events) {
    if (event.kind === "advance") {
      const stops = parts.map((part) => Math.floor(event.seconds * part)).sort((a, b) => a - b);
      for (const [index, stop] of [...stops, event.seconds].entries()) {
        await engine.advance(stop - (stops[index - 1] ?? 0));
      }
      continue;
    }
    const action = azureActionOf(event, await readAzureRows(engine), sequence);
    if (action !== undefined) await isAccepted(engine, action);
  }
  return engine.export();
}

describe("law 5, same bytes on Azure", function () {
  this.timeout(240_000);

  it("however the way of the clock is split while everything happens that can happen to points", async () => {
    const parts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(azureEventLists, parts, async (events, split) => {
        expect(await exportOf(events, split)).to.equal(await exportOf(events, []));
      }),
      { numRuns: 40 },
    );
  });
});
