import { outcomeOf, type PlannedPoint, type PolicyOutcome, worstOutcome } from "../core/policy-outcome";
import { remembering } from "../core/remember";
import { slotsAfter } from "../core/schedule";
import { secondsPerDay } from "../core/time";
import type { EffectivePolicy } from "./policy";
import { retentionOf, type Slot, SlotList } from "./slot";
import { mostAtOnce } from "./snapshot-forecast";
import { SnapshotQuota, snapshotsPerDisk } from "./snapshot-quota";

/** A year and some weeks show every month and every weekday, days. */
const yearDays = 400;
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
  return nextSlot(policy, Math.min(...policy.backups.map(({ schedule }) => schedule.startTime)) - 1);
}

function nextSlot({ backups }: EffectivePolicy, after: number): number {
  return Math.min(...backups.map(({ schedule }) => slotsAfter(schedule, after).next().value ?? after));
}

/** From the first slot on, and the one after the look's end as well, however late: it ends the last gap. */
function slotsFrom(policy: EffectivePolicy, start: number): readonly Slot[] {
  const end = nextSlot(policy, start - 1) + yearDays * secondsPerDay;
  return new SlotList(policy, nextSlot(policy, end)).after(start - 1);
}

function outcomeFrom(policy: EffectivePolicy, start: number): PolicyOutcome {
  const slots = slotsFrom(policy, start);
  const quota = mostAtOnce(policy) > snapshotsPerDisk ? new SnapshotQuota() : undefined;
  const points: PlannedPoint[] = [];
  for (const slot of slots) {
    if (quota?.failure(disks, slot.time) !== undefined) continue;
    const { days } = retentionOf(slot, policy, points.at(-1)?.time ?? null);
    const expireTime = slot.time + days * secondsPerDay;
    quota?.add(disks, expireTime);
    points.push({ time: slot.time, expireTime, day: Math.floor(slot.time / secondsPerDay) });
  }
  const last = slots.at(-1)?.time ?? start;
  // A disk that is full at the end of the look stays so until the first of its snapshots goes.
  const isFull = quota?.failure(disks, last + 1) !== undefined;
  const ends = points.map(({ expireTime }) => expireTime).filter((expireTime) => expireTime > last);
  return outcomeOf(points, isFull ? Math.min(...ends) : last);
}
