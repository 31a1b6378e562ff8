import { randomInt } from "node:crypto";
import * as fc from "fast-check";

/** Committed, so that the same code has the same result wherever it is tested. */
const committedSeed = 20_260_101;

/**
 * The seed of all generated cases: `CLOUDBACKUP_SEED` is a number, or `random` for other cases than the usual ones. It
 * is printed whatever comes of the run.
 */
function configureSeed(): void {
  const { CLOUDBACKUP_SEED: given = "" } = process.env;
  const seed = given === "random" ? randomInt(2 ** 31) : given === "" ? committedSeed : Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error(`CLOUDBACKUP_SEED is neither a whole number nor random: ${given}`);
  fc.configureGlobal({ seed });
  process.stdout.write(`generated cases: CLOUDBACKUP_SEED=${seed}\n`);
}

configureSeed();
