import { slotsAfter } from "../core/schedule";
import { secondsPerDay } from "../core/time";
import type { EffectivePolicy, TimedBackup } from "./policy";
import type { RetentionRule } from "./policy-rule";
import { retentionOf, SlotList } from "./slot";
import { SnapshotQuota, snapshotsPerDisk } from "./snapshot-quota";

const daysPerPeriod = { DAILY: 1, WEEKLY: 7, MONTHLY: 28, YEARLY: 365 } as const;
/** The first stretch that is looked at, days; each further one is twice as long. */
const firstLookDays = 32;

/** When a disk that is protected from now on can take no snapshot more under a policy; null when it always can. */
export function quotaReachedAt(policy: EffectivePolicy, now: number): number | null {
  if (mostAtOnce(policy, now) <= snapshotsPerDisk) return null;
  const quota = new SnapshotQuota();
  let previousTime: number | null = null;
  let lookedUntil = now;
  for (let days = firstLookDays; lookedUntil - now <= longestLife(policy) * secondsPerDay; days *= 2) {
    const until: number = now + days * secondsPerDay;
    for (const slot of new SlotList(policy, until).after(lookedUntil)) {
      if (quota.failure(["disk"], slot.time) !== undefined) return slot.time;
      quota.add(["disk"], slot.time + retentionOf(slot, policy, previousTime).days * secondsPerDay);
      previousTime = slot.time;
    }
    lookedUntil = until;
  }
  return null;
}

/** About how many points of a policy are there at once, at least; most policies are done with it. */
export function mostAtOnce({ backups, retentionRules }: EffectivePolicy, now: number): number {
  const plain = backups.reduce((sum, backup) => sum + slotsWithin(backup, now), 0);
  return plain + retentionRules.reduce((sum, rule) => sum + periodsWithin(rule), 0);
}

/** The slots in one retention, counted no further than they matter. */
function slotsWithin({ schedule, retentionDays }: TimedBackup, now: number): number {
  const from = Math.max(now, schedule.startTime);
  let count = 1;
  for (const slot of slotsAfter(schedule, from)) {
    if (slot > from + retentionDays * secondsPerDay || count > snapshotsPerDisk) break;
    count += 1;
  }
  return count;
}

function periodsWithin({ advancedRetentionType, retention }: RetentionRule): number {
  return Math.ceil(retention / daysPerPeriod[advancedRetentionType]) + 1;
}

function longestLife({ backups, retentionRules }: EffectivePolicy): number {
  return Math.max(...[...backups.map(({ retentionDays }) => retentionDays), ...retentionRules.map((r) => r.retention)]);
}
