import type { Counts } from "../core/counts";
import { secondsPerDay } from "../core/time";
import type { Query } from "../engine";
import { findItem } from "./item-row";
import { emptyLedger, type RunWatch, runItems } from "./item-run";
import { findPolicy, propertiesOf } from "./policy";
import { backupsPerDay } from "./policy-schedule";
import { isExpired } from "./recovery-point";
import { type Reason, reason } from "./rule";
import { SlotList } from "./slot";

/** Next backups that a forecast names. */
const namedBackups = 5;

/** What one item will have made by a time. */
export interface ItemForecast {
  /** UNIX seconds; null when no backup leaves a point until then. */
  readonly firstBackup: number | null;
  readonly nextBackups: readonly number[];
  /** Recovery points that exist at that time, and of them those in each tier. */
  readonly points: number;
  readonly snapshots: number;
  readonly vaulted: number;
  readonly archived: number;
  readonly counts: Readonly<Counts>;
  /** Points that expire until then, those that exist already and those to come. */
  readonly expiring: number;
  readonly bytes: number;
  /** The longest time from one point to the next, the newest existing one counted; null when there is no next. */
  readonly longestGapInSeconds: number | null;
  /** The longest time from a backup's start to its point in the vault; null when nothing goes there. */
  readonly longestBackupInSeconds: number | null;
  /** What will not be as a user may think (Z-24, Z-25). */
  readonly warnings: readonly Reason[];
}

/** Looks ahead at one item with the code of `advance`; writes nothing. */
export const forecastItem: Query<{ itemId: string; until: number }, ItemForecast | undefined> = async (
  context,
  { itemId, until },
) => {
  const item = await findItem(context, itemId);
  if (item === undefined || item.policyId === null) return undefined;
  const policy = await findPolicy(context, item.policyId);
  if (policy === undefined) return undefined;
  const properties = propertiesOf(policy);
  const { store } = context;
  const newest = { order: { column: "createTime", direction: "descending" }, limit: 1 } as const;
  const [latest] = await store.find("vaultPoint", { itemId: item.id }, newest);
  const times = new BackupTimes(latest?.createTime ?? null);
  const ledger = { ...emptyLedger(), watch: times };
  await runItems(context, [{ item, slots: new SlotList(properties, until) }], ledger, async () => {});
  const existing = await store.find("vaultPoint", { itemId: item.id });
  const kept = existing.filter((point) => !isExpired(point, until));
  const all = [...kept, ...ledger.points];
  const isIn = (from: number | null, to: number | null) =>
    from !== null && from <= until && (to === null || to > until);
  return {
    firstBackup: times.first[0] ?? null,
    nextBackups: times.first,
    points: all.length,
    snapshots: all.filter(({ createTime, snapshotUntil }) => isIn(createTime, snapshotUntil)).length,
    vaulted: all.filter(({ vaultTime, archiveTime }) => isIn(vaultTime, archiveTime)).length,
    archived: all.filter(({ archiveTime }) => isIn(archiveTime, null)).length,
    counts: ledger.counts,
    expiring: ledger.counts.expired + existing.length - kept.length,
    bytes: all.reduce((sum, { bytesTotal }) => sum + bytesTotal, 0),
    longestGapInSeconds: times.longestGap,
    longestBackupInSeconds: times.longestBackup,
    warnings: [
      ...slowWarnings(backupsPerDay(properties), times.longestBackup),
      ...dailyWarnings(backupsPerDay(properties), properties.instantRpRetentionRangeInDays),
    ],
  };
};

/** With a daily policy a backup is done within a day, or the next one finds it running (Z-24). */
function slowWarnings(perDay: number, longestBackup: number | null): Reason[] {
  if (perDay !== 1 || longestBackup === null || longestBackup < secondsPerDay) return [];
  const hours = Math.round(longestBackup / 360) / 10;
  const message = `a backup takes up to ${hours} hours until it is in the vault; a daily policy counts on less than 24`;
  return [reason("Z-24", message, "leave disks out, split the machine, or back up when less has changed")];
}

function dailyWarnings(perDay: number, snapshotDays: number): Reason[] {
  if (perDay <= 1) return [];
  const message =
    `only the last of ${perDay} points a day goes to the vault; the others live ${snapshotDays} days, whatever the ` +
    "policy's retention says";
  return [reason("Z-25", message, "raise instantRpRetentionRangeInDays (to 30 at most) if they are needed longer")];
}

/** Keeps of all backup times what a forecast tells. */
class BackupTimes implements RunWatch {
  readonly first: number[] = [];
  longestGap: number | null = null;
  longestBackup: number | null = null;

  constructor(private latest: number | null) {}

  made(createTime: number, vaultTime: number | null): void {
    if (this.latest !== null) this.longestGap = Math.max(this.longestGap ?? 0, createTime - this.latest);
    if (this.first.length < namedBackups) this.first.push(createTime);
    this.latest = createTime;
    if (vaultTime !== null) this.longestBackup = Math.max(this.longestBackup ?? 0, vaultTime - createTime);
  }
}
