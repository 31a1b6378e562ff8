import { outcomeOf, type PlannedPoint, type PolicyOutcome, worstOutcome } from "../core/policy-outcome";
import { remembering } from "../core/remember";
import { secondsPerDay } from "../core/time";
import type { EffectivePolicy, TimedBackup } from "./policy";
import { retentionOf, type Slot, SlotList } from "./slot";
import { mostAtOnce } from "./snapshot-forecast";
import { SnapshotQuota, snapshotsPerDisk } from "./snapshot-quota";

/** What a schedule that goes by hours and weekdays only shows, days. */
const weeklyLookDays = 36;
/** A year and some weeks show every month and every weekday; rarer schedules are looked at until they repeat, days. */
const lookDays: readonly number[] = [400, 4_000, 80_000];
/** All disks of a machine fill up alike. */
const disks = ["disk"];

/**
 * What a policy yields on a machine that has its disks to itself, from the first slot of each of its schedules on:
 * while a disk has as many snapshots as it may have, no backup leaves a point.
 */
export const policyOutcome = remembering(simulate, JSON.stringify);

function simulate(policy: EffectivePolicy): PolicyOutcome {
  const starts = new Set(policy.backups.map(({ schedule }) => schedule.startTime));
  return worstOutcome([...starts].map((start) => outcomeFrom(policy, start)));
}

/** When the first slot of all schedules lies, UNIX seconds. */
export const firstSlotTime = remembering(findFirstSlot, JSON.stringify);

function findFirstSlot(policy: EffectivePolicy): number {
  const start = Math.min(...policy.backups.map(({ schedule }) => schedule.startTime));
  return slotsFrom(policy, start)[0]?.time ?? start;
}

/** Two slots at least, with the one after the look's end, which ends the last gap. */
function slotsFrom(policy: EffectivePolicy, start: number): readonly Slot[] {
  let slots: readonly Slot[] = [];
  const isShort = policy.backups.every(goesByWeek) && mostAtOnce(policy, start) <= snapshotsPerDisk;
  for (const days of isShort ? [weeklyLookDays, ...lookDays] : lookDays) {
    slots = new SlotList(policy, start + days * secondsPerDay).after(start - 1);
    if (slots.length >= 2) break;
  }
  return slots;
}

/** Cron slots take long to find, and most schedules name neither days of the month nor months. */
function goesByWeek({ schedule: { kind, expression } }: TimedBackup): boolean {
  const [, , , dayOfMonth, month] = expression.trim().split(/\s+/);
  return kind === "cron" && [dayOfMonth, month].every((field) => field === "*" || field === "?");
}

function outcomeFrom(policy: EffectivePolicy, start: number): PolicyOutcome {
  const slots = slotsFrom(policy, start);
  const quota = new SnapshotQuota();
  const points: PlannedPoint[] = [];
  for (const slot of slots) {
    if (quota.failure(disks, slot.time) !== undefined) continue;
    const { days } = retentionOf(slot, policy, points.at(-1)?.time ?? null);
    const expireTime = slot.time + days * secondsPerDay;
    quota.add(disks, expireTime);
    points.push({ time: slot.time, expireTime, day: Math.floor(slot.time / secondsPerDay) });
  }
  const last = slots.at(-1)?.time ?? start;
  // A disk that is full at the end of the look stays so until the first of its snapshots goes.
  const isFull = quota.failure(disks, last + 1) !== undefined;
  const ends = points.map(({ expireTime }) => expireTime).filter((expireTime) => expireTime > last);
  return outcomeOf(points, isFull ? Math.min(...ends) : last);
}
