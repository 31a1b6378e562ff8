import { expect } from "chai";
import * as fc from "fast-check";
import { WireProvider } from "../support/wire-provider";
import { cases } from "./generated-case";
import { type Lived, live } from "./life";

/** Shrinking takes many lives: after so long what has been found by then is told. */
const longestInMilliseconds = 900_000;

/**
 * Laws 1, 2, 3, 10 and 11 over so many generated lives: programs of both clouds that are edited once or twice. The
 * lives are in several files, which run side by side; `part` makes each file's lives other ones, whatever the seed.
 */
export function holdLaws(part: number, numRuns: number): void {
  describe(`laws 1, 2, 3, 10 and 11 over the wire, part ${part}`, function () {
    this.timeout(longestInMilliseconds + 60_000);
    const provider = new WireProvider();
    before(() => provider.start());
    after(() => provider.stop());

    it(`hold at every moment of ${numRuns} lives, each of 2 or 3 programs of both clouds`, async () => {
      const lives: Lived[] = [];
      const law = fc.asyncProperty(cases, async (generated) => {
        lives.push(await live(provider, generated));
      });
      const seed = (fc.readConfigureGlobal()?.seed ?? 0) + part;
      const path = process.env.CLOUDBACKUP_PATH;
      await fc.assert(law, { numRuns, seed, path, interruptAfterTimeLimit: longestInMilliseconds });
      if (path !== undefined) return;
      expect(lives, "lives before the time was over").to.have.length(numRuns);
      expect(lives.reduce((sum, { programs }) => sum + programs, 0)).to.be.at.least(2 * numRuns);
      const share = (is: (lived: Lived) => boolean) => lives.filter(is).length / lives.length;
      // A generator whose programs are mostly refused would prove little.
      expect(share(({ isImported }) => isImported)).to.be.above(0.6);
      expect(share(({ isDrifted }) => isDrifted)).to.be.above(0.2);
      expect(share(({ isOfBothClouds }) => isOfBothClouds)).to.be.above(0.9);
    });
  });
}
