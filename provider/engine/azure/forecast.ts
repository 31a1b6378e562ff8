import {
  type FollowedPoint,
  type Lag,
  type LookSpan,
  leavesAsLong,
  lengthOf,
  type Outcome,
  outcomeAt,
  type Risk,
  slotsOfPolicy,
} from "../core/forecast";
import { readableTime, secondsPerDay } from "../core/time";
import type { Query } from "../engine";
import { nameOf, vaultOf } from "./arm-id";
import { findRegion } from "./catalogue";
import { findItem, type ProtectedItem } from "./item-row";
import { emptyLedger, type RunWatch, runItems } from "./item-run";
import { findPolicy, propertiesOf } from "./policy";
import { backupsPerDay, slotsAfter } from "./policy-schedule";
import type { VaultPoint } from "./recovery-point";
import { type Reason, reason } from "./rule";
import { type Slot, SlotList } from "./slot";
import { findVault, settingsOf } from "./vault";

/** A clock that leaps makes no gap longer, seconds. */
const tolerance = 3600;
/** Days in which every schedule has shown the longest time that it leaves between slots. */
const scheduleLookDays = 15;

/** What one item will have made by a time. */
export interface ItemForecast extends Outcome {
  /** Of the points at that time those in each tier. */
  readonly snapshots: number;
  readonly vaulted: number;
  readonly archived: number;
  /** Jobs that fail until then, slots that are skipped. */
  readonly failed: number;
  readonly skipped: number;
  /** Whether the worst gap is longer than the schedule by itself leaves. */
  readonly isGapLonger: boolean;
  /** The region to which the vault's redundancy copies; null: to none. How long that takes is not simulated. */
  readonly pairedLocation: string | null;
  /** What will not be as a user may think (Z-24, Z-25). */
  readonly warnings: readonly Reason[];
}

interface ForecastInput extends LookSpan<SlotList> {
  readonly itemId: string;
}

/** Looks ahead at one item with the code of `advance`, in one pass for all horizons; writes nothing. */
export const forecastItem: Query<ForecastInput, ItemForecast | undefined> = async (context, input) => {
  const { store, now } = context;
  const { until } = input;
  const item = await findItem(context, input.itemId);
  if (item === undefined || item.policyId === null) return undefined;
  const policy = await findPolicy(context, item.policyId);
  if (policy === undefined) return undefined;
  const properties = propertiesOf(policy);
  const end = Math.max(until, input.lookUntil ?? until);
  const slots = slotsOfPolicy(input.slots, policy.id, end, () => new SlotList(properties, end));
  const watch = new Watch(item);
  await runItems(context, [{ item, slots }], { ...emptyLedger(), watch }, async () => {});
  const existing = (await store.find("vaultPoint", { itemId: item.id })).map((point) =>
    followed(point, Math.min(point.createTime, now)),
  );
  const { points: made, risks, lags } = watch;
  const outcome = outcomeAt({ now, until: end, existing, made, risks, lags }, until);
  const lag = outcome.worstLag === null ? null : outcome.worstLag.completeTime - outcome.worstLag.createTime;
  return {
    ...outcome,
    ...tiersOf([...existing, ...made], until),
    failed: countUntil(risks, "FAILED", until),
    skipped: countUntil(risks, "SKIPPED", until),
    isGapLonger: isGapLonger(item, slots, lengthOf(outcome.worstGap)),
    pairedLocation: await pairedLocationOf(context, item.vaultId),
    warnings: [
      ...slowWarnings(backupsPerDay(properties), lag),
      ...dailyWarnings(backupsPerDay(properties), properties.instantRpRetentionRangeInDays),
    ],
  };
};

type ItemPoint = FollowedPoint & Pick<VaultPoint, "snapshotUntil" | "vaultTime" | "archiveTime">;

function followed(point: VaultPoint, slotTime: number): ItemPoint {
  const { armId: id, createTime, expireTime, bytesTotal: bytes, damaged } = point;
  const { snapshotUntil, vaultTime, archiveTime } = point;
  return { id, slotTime, createTime, expireTime, bytes, isUsable: !damaged, snapshotUntil, vaultTime, archiveTime };
}

/** Keeps of all runs what a forecast tells. */
class Watch implements RunWatch {
  readonly points: ItemPoint[] = [];
  readonly risks: Risk<Reason>[] = [];
  readonly lags: Lag[] = [];
  readonly #vault: string;

  constructor({ armId }: ProtectedItem) {
    this.#vault = nameOf(vaultOf(armId));
  }

  made({ time: slotTime }: Slot, point: VaultPoint): void {
    this.points.push(followed(point, slotTime));
    const { createTime, vaultTime: completeTime } = point;
    if (completeTime !== null) this.lags.push({ slotTime, createTime, completeTime, destination: this.#vault });
  }

  failed({ time: slotTime }: Slot, why: Reason): void {
    this.risks.push({ slotTime, kind: "FAILED", reason: why });
  }

  skipped({ time: slotTime }: Slot, runningUntil: number): void {
    const message = `the snapshot before is still being taken, until ${readableTime(runningUntil)}`;
    const remedy = "back up less often, or make the scripts and their time-outs shorter";
    this.risks.push({ slotTime, kind: "SKIPPED", reason: reason("Z-24", message, remedy) });
  }
}

function countUntil(risks: readonly Risk[], kind: Risk["kind"], until: number): number {
  return risks.filter((risk) => risk.kind === kind && risk.slotTime <= until).length;
}

/** How many of the points at a time are in each tier. */
function tiersOf(points: readonly ItemPoint[], until: number) {
  const all = points.filter(
    ({ slotTime, expireTime }) => slotTime <= until && (expireTime === null || expireTime > until),
  );
  const isIn = (from: number | null, to: number | null) =>
    from !== null && from <= until && (to === null || to > until);
  return {
    snapshots: all.filter(({ createTime, snapshotUntil }) => isIn(createTime, snapshotUntil)).length,
    vaulted: all.filter(({ vaultTime, archiveTime }) => isIn(vaultTime, archiveTime)).length,
    archived: all.filter(({ archiveTime }) => isIn(archiveTime, null)).length,
  };
}

/** The slots of the look ahead mostly tell; where they are few, those of two weeks are asked. */
function isGapLonger({ scheduledUntil }: ProtectedItem, slots: SlotList, gap: number): boolean {
  if (gap === 0) return false;
  const known = slots.after(scheduledUntil).map(({ time }) => time);
  return (
    !leavesAsLong(known, gap - tolerance) &&
    !leavesAsLong(upTo(slotsAfter(slots.properties, scheduledUntil), scheduledUntil), gap - tolerance)
  );
}

function* upTo(times: Iterable<number>, from: number): Generator<number> {
  for (const time of times) {
    if (time > from + scheduleLookDays * secondsPerDay) return;
    yield time;
  }
}

const pairedLocationOf: Query<string, string | null> = async (context, vaultId) => {
  const vault = await findVault(context, vaultId);
  if (vault === undefined || settingsOf(vault).redundancy !== "GeoRedundant") return null;
  return findRegion(vault.location)?.pairedLocation ?? null;
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
