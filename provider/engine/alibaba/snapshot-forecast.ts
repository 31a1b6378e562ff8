import { mostSlotsWithin } from "../core/schedule";
import { secondsPerDay } from "../core/time";
import type { EffectivePolicy } from "./policy";
import type { RetentionRule } from "./policy-rule";
import { retentionOf, SlotList } from "./slot";
import { SnapshotQuota, snapshotsPerDisk } from "./snapshot-quota";

const daysPerPeriod = { DAILY: 1, WEEKLY: 7, MONTHLY: 28, YEARLY: 365 } as const;
/** The first stretch that is looked at, days; each further one is twice as long. */
const firstLookDays = 32;

/** A year and a bit: every schedule but the rarest has then shown where it is densest, days. */
const yearDays = 400;

/** When a disk that is protected from now on can take no snapshot more under a policy; null when it always can. */
export function quotaReachedAt(policy: EffectivePolicy, now: number): number | null {
  if (mostAtOnce(policy) <= snapshotsPerDisk) return null;
  const quota = new SnapshotQuota();
  let previousTime: number | null = null;
  let lookedUntil = now;
  const from = Math.max(now, ...policy.backups.map(({ schedule }) => schedule.startTime));
  const end = from + (yearDays + longestLife(policy)) * secondsPerDay;
  for (let days = firstLookDays; lookedUntil < end; days *= 2) {
    const until: number = Math.min(end, now + days * secondsPerDay);
    for (const slot of new SlotList(policy, until).after(lookedUntil)) {
      if (quota.failure(["disk"], slot.time) !== undefined) return slot.time;
      quota.add(["disk"], slot.time + retentionOf(slot, policy, previousTime).days * secondsPerDay);
      previousTime = slot.time;
    }
    lookedUntil = until;
  }
  return null;
}

/** No more points of a policy than so many are there at once, wherever one looks; most policies are done with it. */
export function mostAtOnce({ backups, retentionRules }: EffectivePolicy): number {
  const plain = backups.reduce((sum, { schedule, retentionDays }) => sum + mostSlotsWithin(schedule, retentionDays), 0);
  return plain + retentionRules.reduce((sum, rule) => sum + periodsWithin(rule), 0);
}

function periodsWithin({ advancedRetentionType, retention }: RetentionRule): number {
  return Math.ceil(retention / daysPerPeriod[advancedRetentionType]) + 1;
}

function longestLife({ backups, retentionRules }: EffectivePolicy): number {
  return Math.max(...[...backups.map(({ retentionDays }) => retentionDays), ...retentionRules.map((r) => r.retention)]);
}
