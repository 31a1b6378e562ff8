import type { Temporal } from "temporal-polyfill";
import { invariant } from "../error";
import { type DayOfWeek, daysOfWeek, type PolicyProperties, type SchedulePolicy } from "./policy";
import { momentOf, zonedTime } from "./time-zone";

/** Minutes after midnight of `HH:mm`. */
export function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  invariant(hours !== undefined && minutes !== undefined, "a time of a policy was checked");
  return hours * 60 + minutes;
}

const minutesPerDay = 24 * 60;

export function weekdayOf(day: Temporal.PlainDate): DayOfWeek {
  const weekday = daysOfWeek[day.dayOfWeek % 7];
  invariant(weekday !== undefined, "a week has seven days");
  return weekday;
}

/**
 * When a run day's backups start, minutes after its midnight. A window that crosses midnight belongs to the day on
 * which it opens; a backup at the very end of a window is the next window's (ENGINE: with 24 hours there is no other
 * way).
 */
function startsOf({ hourlySchedule, scheduleRunTimes }: SchedulePolicy): readonly number[] {
  if (hourlySchedule === null) return scheduleRunTimes.map(minutesOf);
  const { interval, scheduleWindowStartTime, scheduleWindowDuration } = hourlySchedule;
  const count = Math.max(1, Math.floor(scheduleWindowDuration / interval));
  const start = minutesOf(scheduleWindowStartTime);
  return Array.from({ length: count }, (_, index) => start + index * interval * 60);
}

/** How many backups a day that has some brings. */
export function backupsPerDay({ schedulePolicy }: PolicyProperties): number {
  return startsOf(schedulePolicy).length;
}

/** The place of a slot among the backups of its day. */
export interface RunOfDay {
  /** The day, on the policy's clock, on which its window opened. */
  readonly day: Temporal.PlainDate;
  /** Whether no later backup of that day comes after it (Z-25). */
  readonly isLastOfDay: boolean;
}

/** The slots after a time, without end, in order, on the policy's own clock. */
export function* slotsAfter(properties: PolicyProperties, after: number): Generator<number, void, void> {
  for (const { time } of runsAfter(properties, after)) yield time;
}

/** The same with the day of each. */
export function* runsAfter(
  properties: PolicyProperties,
  after: number,
): Generator<RunOfDay & { readonly time: number }, void, void> {
  const { schedulePolicy, timeZone } = properties;
  const { scheduleRunFrequency, scheduleRunDays } = schedulePolicy;
  const isWeekly = scheduleRunFrequency === "Weekly";
  const starts = startsOf(schedulePolicy);
  invariant(starts.length > 0 && (!isWeekly || scheduleRunDays.length > 0), "a policy has run times and run days");
  // The window of the day before may still be open, and its clock may have leapt.
  let day = zonedTime(after, timeZone).toPlainDate().subtract({ days: 2 });
  for (let last = after; ; day = day.add({ days: 1 })) {
    if (isWeekly && !scheduleRunDays.includes(weekdayOf(day))) continue;
    const moments = momentsOf(day, starts, timeZone);
    for (const time of moments) {
      if (time <= last) continue;
      yield { time, day, isLastOfDay: time >= (moments.at(-1) ?? time) };
      last = time;
    }
  }
}

/** When a day's backups start. The calendar takes long: where the clock does not leap, two of them tell the others. */
function momentsOf(day: Temporal.PlainDate, starts: readonly number[], timeZone: string): readonly number[] {
  const [first, last] = [starts[0] ?? 0, starts.at(-1) ?? 0];
  const from = momentOf(day, first, timeZone);
  if (starts.length === 1) return [from];
  const isEven = momentOf(day, last, timeZone) - from === (last - first) * 60;
  return starts.map((start) => (isEven ? from + (start - first) * 60 : momentOf(day, start, timeZone)));
}

/** The place of a slot that stands alone. */
export function runOf(properties: PolicyProperties, slot: number): RunOfDay {
  const day = runDayOf(properties, slot);
  return { day, isLastOfDay: backupsPerDay(properties) === 1 || isLastOfDay(properties, slot, day) };
}

/** What a clock may leap, and then some, minutes. */
const longestLeap = 180;

/**
 * The day, on the policy's clock, whose backups a moment belongs to: that on which its window opened. A moment that is
 * no slot of the policy (it had another schedule) belongs to its own day.
 */
export function runDayOf({ schedulePolicy, timeZone }: PolicyProperties, time: number): Temporal.PlainDate {
  const day = zonedTime(time, timeZone).toPlainDate();
  const before = day.subtract({ days: 1 });
  const late = startsOf(schedulePolicy).filter((start) => start >= minutesPerDay - longestLeap);
  return late.some((start) => momentOf(before, start, timeZone) === time) ? before : day;
}

/** Whether no later backup of the same run day comes after that of a slot (Z-25). */
export function isLastOfDay(
  properties: PolicyProperties,
  slot: number,
  runDay: Temporal.PlainDate = runDayOf(properties, slot),
): boolean {
  const last = startsOf(properties.schedulePolicy).at(-1);
  invariant(last !== undefined, "a policy has run times");
  return slot >= momentOf(runDay, last, properties.timeZone);
}
