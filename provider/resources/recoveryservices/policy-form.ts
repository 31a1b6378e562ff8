import type { z } from "zod";
import {
  daysOfWeek,
  type MonthDays,
  type MonthlyRetention,
  monthsOfYear,
  type PolicyProperties,
  type RetentionPolicy,
  type SchedulePolicy,
  type TieringPolicy,
  weeksOfMonth,
} from "../../engine/azure/policy";
import type { retentionPolicy, schedulePolicy, tieringPolicy } from "./policy-schema";

export type ScheduleInput = z.output<typeof schedulePolicy>;
type RetentionInput = z.output<typeof retentionPolicy>;
type TieringInput = z.output<typeof tieringPolicy>;
type MonthDaysInput = Omit<NonNullable<RetentionInput["monthlySchedule"]>, "retentionDuration">;

/** `02:30` of a time with a date, which counts for nothing; everything else stays as it is, for the engine to judge. */
function timeOfDay(text: string): string {
  const match = /^\d{4}-\d{2}-\d{2}T(\d{2}:\d{2})(?::00(?:\.0+)?)?(?:Z|\+00:00)?$/.exec(text.trim());
  return match?.[1] ?? text;
}

/** Lists that are sets get one order, and each member once. */
function inOrder<T extends string>(members: readonly T[] | undefined, order: readonly T[]): T[] {
  return order.filter((member) => members?.includes(member) === true);
}

/** The schedule as the engine has it, whichever of the API's two forms it was written in. */
export function toSchedule(given: ScheduleInput): SchedulePolicy {
  const { scheduleRunFrequency, dailySchedule, weeklySchedule, hourlySchedule } = given;
  const times = given.scheduleRunTimes ?? dailySchedule?.scheduleRunTimes ?? weeklySchedule?.scheduleRunTimes ?? [];
  return {
    scheduleRunFrequency,
    scheduleRunTimes: times.map(timeOfDay),
    scheduleRunDays: inOrder(given.scheduleRunDays ?? weeklySchedule?.scheduleRunDays, daysOfWeek),
    hourlySchedule:
      hourlySchedule === undefined
        ? null
        : { ...hourlySchedule, scheduleWindowStartTime: timeOfDay(hourlySchedule.scheduleWindowStartTime) },
  };
}

function toMonthDays(given: MonthDaysInput): MonthDays {
  const dates = given.retentionScheduleDaily?.daysOfTheMonth ?? [];
  const rank = ({ date, isLast }: MonthDays["daysOfTheMonth"][number]) => (isLast ? 32 : 0) + (date ?? 0);
  return {
    retentionScheduleFormatType: given.retentionScheduleFormatType,
    // The API writes the date 0 beside isLast.
    daysOfTheMonth: dates
      .map(({ date, isLast }) => ({ date: date === 0 ? null : (date ?? null), isLast }))
      .sort((a, b) => rank(a) - rank(b)),
    daysOfTheWeek: inOrder(given.retentionScheduleWeekly?.daysOfTheWeek, daysOfWeek),
    weeksOfTheMonth: inOrder(given.retentionScheduleWeekly?.weeksOfTheMonth, weeksOfMonth),
  };
}

export function toRetention({
  dailySchedule,
  weeklySchedule,
  monthlySchedule,
  yearlySchedule,
}: RetentionInput): RetentionPolicy {
  const countOf = ({ retentionDuration }: { retentionDuration: { count: number } }) => retentionDuration.count;
  return {
    daily: dailySchedule === undefined ? null : { count: countOf(dailySchedule) },
    weekly:
      weeklySchedule === undefined
        ? null
        : { count: countOf(weeklySchedule), daysOfTheWeek: inOrder(weeklySchedule.daysOfTheWeek, daysOfWeek) },
    monthly:
      monthlySchedule === undefined ? null : { count: countOf(monthlySchedule), ...toMonthDays(monthlySchedule) },
    yearly:
      yearlySchedule === undefined
        ? null
        : {
            count: countOf(yearlySchedule),
            monthsOfYear: inOrder(yearlySchedule.monthsOfYear, monthsOfYear),
            ...toMonthDays(yearlySchedule),
          },
  };
}

export function toTiering(given: TieringInput | undefined): TieringPolicy | null {
  if (given?.ArchivedRP === undefined) return null;
  const { tieringMode, duration, durationType } = given.ArchivedRP;
  return { tieringMode, duration: duration ?? null, durationType: durationType ?? null };
}

/** The schedule in the one form that compares. */
export function fromSchedule({
  scheduleRunFrequency,
  scheduleRunTimes,
  scheduleRunDays,
  hourlySchedule,
}: SchedulePolicy): ScheduleInput {
  return {
    scheduleRunFrequency,
    ...(scheduleRunTimes.length === 0 ? {} : { scheduleRunTimes: [...scheduleRunTimes] }),
    ...(scheduleRunDays.length === 0 ? {} : { scheduleRunDays: [...scheduleRunDays] }),
    ...(hourlySchedule === null ? {} : { hourlySchedule: { ...hourlySchedule } }),
  };
}

function fromMonthDays({ retentionScheduleFormatType, ...days }: MonthDays): MonthDaysInput {
  if (retentionScheduleFormatType === "Weekly") {
    const retentionScheduleWeekly = {
      daysOfTheWeek: [...days.daysOfTheWeek],
      weeksOfTheMonth: [...days.weeksOfTheMonth],
    };
    return { retentionScheduleFormatType, retentionScheduleWeekly };
  }
  const daysOfTheMonth = days.daysOfTheMonth.map(({ date, isLast }) => ({
    ...(date === null ? {} : { date }),
    isLast,
  }));
  return { retentionScheduleFormatType, retentionScheduleDaily: { daysOfTheMonth } };
}

function lasting<U extends string>(count: number, durationType: U) {
  return { retentionDuration: { count, durationType } };
}

function fromMonthly({ count, ...days }: MonthlyRetention) {
  return { ...fromMonthDays(days), ...lasting(count, "Months" as const) };
}

export function fromRetention({ daily, weekly, monthly, yearly }: RetentionPolicy): RetentionInput {
  return {
    ...(daily === null ? {} : { dailySchedule: lasting(daily.count, "Days" as const) }),
    ...(weekly === null
      ? {}
      : { weeklySchedule: { daysOfTheWeek: [...weekly.daysOfTheWeek], ...lasting(weekly.count, "Weeks" as const) } }),
    ...(monthly === null ? {} : { monthlySchedule: fromMonthly(monthly) }),
    ...(yearly === null
      ? {}
      : {
          yearlySchedule: {
            monthsOfYear: [...yearly.monthsOfYear],
            ...fromMonthDays(yearly),
            ...lasting(yearly.count, "Years" as const),
          },
        }),
  };
}

export function fromTiering(tiering: TieringPolicy | null): TieringInput | undefined {
  if (tiering === null) return undefined;
  const { tieringMode, duration, durationType } = tiering;
  return {
    ArchivedRP: {
      tieringMode,
      ...(duration === null ? {} : { duration }),
      ...(durationType === null ? {} : { durationType }),
    },
  };
}

/** A policy in words: `daily at 02:30, UTC; snapshots 2 days; kept: daily 30 days, weekly 12 weeks`. */
export function describePolicy({ schedulePolicy: schedule, ...policy }: PolicyProperties): string {
  const { daily, weekly, monthly, yearly } = policy.retentionPolicy;
  const kept = [
    ...(daily === null ? [] : [`daily ${counted(daily.count, "day")}`]),
    ...(weekly === null ? [] : [`weekly ${counted(weekly.count, "week")}`]),
    ...(monthly === null ? [] : [`monthly ${counted(monthly.count, "month")}`]),
    ...(yearly === null ? [] : [`yearly ${counted(yearly.count, "year")}`]),
  ];
  const snapshots = `snapshots ${counted(policy.instantRpRetentionRangeInDays, "day")}`;
  return `${describeSchedule(schedule)}, ${policy.timeZone}; ${snapshots}; kept: ${kept.join(", ")}`;
}

function counted(count: number, unit: string): string {
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}

function describeSchedule({ hourlySchedule, scheduleRunDays, scheduleRunTimes }: SchedulePolicy): string {
  if (hourlySchedule !== null) {
    const { interval, scheduleWindowStartTime, scheduleWindowDuration } = hourlySchedule;
    return `every ${interval} hours from ${scheduleWindowStartTime} for ${scheduleWindowDuration} hours`;
  }
  const days = scheduleRunDays.length === 0 ? "daily" : `on ${scheduleRunDays.join(", ")}`;
  return `${days} at ${scheduleRunTimes.join(", ")}`;
}
