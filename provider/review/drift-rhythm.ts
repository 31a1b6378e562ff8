import type { SchedulePolicy } from "../engine/azure/policy";
import { slotsAfter as slotsOfPolicy } from "../engine/azure/policy-schedule";
import { parseSchedule, slotsAfter } from "../engine/core/schedule";
import { manualClockStart, secondsPerDay } from "../engine/core/time";

/** How far a rhythm is looked at: beyond it every schedule has repeated itself, but for one of years. */
const horizonInDays = 400;
const mostSlots = 3_000;
/** An interval in months has shown its longest month by then; one in hours has shown itself. */
const slotsOfInterval = 14;

/**
 * The longest time between two backups of schedules as Alibaba Cloud writes them, hours: what may be lost at most.
 * Infinity when there is no schedule.
 */
export function longestGapInHours(texts: readonly string[]): number {
  const schedules = texts.map(parseSchedule);
  const start = Math.max(...schedules.map(({ startTime }) => startTime));
  const [only, ...others] = schedules;
  const most = only?.kind === "interval" && others.length === 0 ? slotsOfInterval : mostSlots;
  const each = schedules.map((schedule) => [...firstSlots(slotsAfter(schedule, start - 1), start, most)]);
  // Frequent slots are looked at for a shorter time; beyond it there would seem to be none.
  const end = Math.min(...each.map((slots) => slots.at(-1) ?? start));
  return longestGap(each.flat().filter((slot) => slot <= end));
}

/** The same of an Azure policy. Its clock leaps twice a year; that hour is no rhythm, so it is looked at in UTC. */
export function longestGapOfPolicyInHours(schedulePolicy: SchedulePolicy): number {
  const daysOfTwoWeeks = 15;
  const properties = { ...asideFromSchedule, schedulePolicy };
  const slots: number[] = [];
  for (const slot of slotsOfPolicy(properties, manualClockStart)) {
    if (slot > manualClockStart + daysOfTwoWeeks * secondsPerDay) break;
    slots.push(slot);
  }
  return longestGap(slots);
}

/** What a policy has beside its schedule, and what a rhythm does not depend on. */
const asideFromSchedule = {
  policyType: "V2",
  timeZone: "UTC",
  instantRpRetentionRangeInDays: 1,
  snapshotConsistencyType: null,
  retentionPolicy: { daily: null, weekly: null, monthly: null, yearly: null },
  tieringPolicy: null,
} as const;

function* firstSlots(slots: Generator<number, void, void>, start: number, most: number): Generator<number, void, void> {
  let count = 0;
  for (const slot of slots) {
    yield slot;
    count += 1;
    const isFar = slot > start + horizonInDays * secondsPerDay && count >= 3;
    if (isFar || count >= most) return;
  }
}

function longestGap(slots: readonly number[]): number {
  const inOrder = [...slots].sort((a, b) => a - b);
  let longest = inOrder.length < 2 ? Number.POSITIVE_INFINITY : 0;
  for (const [index, slot] of inOrder.entries()) {
    longest = Math.max(longest, slot - (inOrder[index - 1] ?? slot));
  }
  return Math.round(longest / 360) / 10;
}
