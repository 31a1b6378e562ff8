import { expect } from "chai";
import * as fc from "fast-check";
import { type Case, cases } from "../property/generated-case";
import { live } from "../property/life";
import { WireProvider } from "../support/wire-provider";
import { type LivedInCli, liveInCli } from "./generated-life";

/** Every so many programs are imported into an empty stack, too. */
const importedOneIn = 8;
const shrinkingInMilliseconds = 900_000;

/**
 * The laws over so many generated programs with one edit each, through the real CLI. The programs are in several files,
 * which run side by side; `part` makes each file's programs other ones, whatever the seed.
 */
export function holdLawsInCli(part: number, numRuns: number): void {
  describe(`generated programs through the CLI, part ${part}`, function () {
    this.timeout(2 * shrinkingInMilliseconds + 600_000);

    it(`the laws 1, 2, 3, 10 and 11 hold for ${numRuns} programs with one edit each`, async () => {
      const seed = (fc.readConfigureGlobal()?.seed ?? 0) + part;
      const lives: LivedInCli[] = [];
      const law = fc.asyncProperty(cases, async (generated) => {
        lives.push(await liveInCli(generated, lives.length % importedOneIn === 0));
      });
      const found = await fc.check(law, { seed, numRuns, endOnFailure: true });
      if (found.failed) throw await shrunk(found);
      // A generator whose programs are mostly refused would prove little.
      expect(lives.filter(({ isSettled }) => isSettled).length).to.be.above(numRuns / 2);
      expect(lives.filter(({ isImported }) => isImported).length).to.be.above(0);
    });
  });
}

/** A smaller program that fails: looked for over the wire, which is quick, else with the CLI. */
async function shrunk({ seed, counterexamplePath, errorInstance }: fc.RunDetails<[Case]>): Promise<Error> {
  const again = { seed, path: counterexamplePath ?? undefined, interruptAfterTimeLimit: shrinkingInMilliseconds };
  const provider = new WireProvider();
  await provider.start();
  const overWire = fc.asyncProperty(cases, async (generated) => void (await live(provider, generated)));
  const small = await fc.check(overWire, again).finally(() => provider.stop());
  const inCli = fc.asyncProperty(cases, async (generated) => void (await liveInCli(generated, true)));
  const told = fc.defaultReportMessage(small.failed ? small : await fc.check(inCli, again));
  return new Error(`the CLI said:\n${errorInstance}\n\n${told}`);
}
