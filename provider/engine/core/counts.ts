import { type ConsistencyLevel, consistencyLevels } from "./level";

/** What happened in a cloud while time went by. */
export interface Counts {
  backups: Record<ConsistencyLevel, number>;
  failed: number;
  skipped: number;
  expired: number;
  copied: number;
  failedCopies: number;
}

export function noCounts(): Counts {
  return {
    backups: { APPLICATION: 0, FILE_SYSTEM: 0, CRASH: 0 },
    failed: 0,
    skipped: 0,
    expired: 0,
    copied: 0,
    failedCopies: 0,
  };
}

/** What happened in two clouds together. */
export function addCounts(first: Readonly<Counts>, second: Readonly<Counts>): Counts {
  const backups = Object.fromEntries(
    consistencyLevels.map((level) => [level, first.backups[level] + second.backups[level]]),
  ) as Counts["backups"];
  return {
    backups,
    failed: first.failed + second.failed,
    skipped: first.skipped + second.skipped,
    expired: first.expired + second.expired,
    copied: first.copied + second.copied,
    failedCopies: first.failedCopies + second.failedCopies,
  };
}
