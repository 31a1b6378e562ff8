import type { EngineError } from "../error";
import {
  type DayOfWeek,
  daysOfWeek,
  invalidPolicy,
  type MonthDays,
  type MonthlyRetention,
  type MonthOfYear,
  monthsOfYear,
  type RetentionPolicy,
  type SchedulePolicy,
  type TieringPolicy,
  type WeekOfMonth,
  weeksOfMonth,
} from "./policy";
import { refusal } from "./rule";

/** A schedule in either of the API's forms: times and days at the top, or below the frequency's own key. */
export interface ScheduleForm {
  scheduleRunFrequency: SchedulePolicy["scheduleRunFrequency"];
  scheduleRunTimes?: string[] | undefined;
  scheduleRunDays?: DayOfWeek[] | undefined;
  hourlySchedule?: { interval: number; scheduleWindowStartTime: string; scheduleWindowDuration: number } | undefined;
  dailySchedule?: { scheduleRunTimes?: string[] | undefined } | undefined;
  weeklySchedule?: { scheduleRunTimes?: string[] | undefined; scheduleRunDays?: DayOfWeek[] | undefined } | undefined;
}

interface Lasting {
  /** Each slot has its own unit. */
  retentionDuration: { count: number; durationType: "Days" | "Weeks" | "Months" | "Years" };
}

interface MonthDaysForm {
  retentionScheduleFormatType: MonthDays["retentionScheduleFormatType"];
  retentionScheduleDaily?: { daysOfTheMonth: { date?: number | undefined; isLast: boolean }[] } | undefined;
  retentionScheduleWeekly?: { daysOfTheWeek: DayOfWeek[]; weeksOfTheMonth: WeekOfMonth[] } | undefined;
}

/** A retention as the API nests it. */
export interface RetentionForm {
  dailySchedule?: Lasting | undefined;
  weeklySchedule?: (Lasting & { daysOfTheWeek: DayOfWeek[] }) | undefined;
  monthlySchedule?: (Lasting & MonthDaysForm) | undefined;
  yearlySchedule?: (Lasting & MonthDaysForm & { monthsOfYear: MonthOfYear[] }) | undefined;
}

/** Tiering as the API nests it. */
export interface TieringForm {
  ArchivedRP?:
    | {
        tieringMode: TieringPolicy["tieringMode"];
        duration?: number | undefined;
        durationType?: NonNullable<TieringPolicy["durationType"]> | undefined;
      }
    | undefined;
}

/** `02:30` of a time with a date, which counts for nothing; everything else stays as it is, for the engine to judge. */
export function timeOfDay(text: string): string {
  const match = /^\d{4}-\d{2}-\d{2}T(\d{2}:\d{2})(?::00(?:\.0+)?)?(?:Z|\+00:00)?$/.exec(text.trim());
  return match?.[1] ?? text;
}

/** Lists that are sets get one order, and each member once. */
function inOrder<T extends string>(members: readonly T[] | undefined, order: readonly T[]): T[] {
  return order.filter((member) => members?.includes(member) === true);
}

/** A schedule is written in one of the API's two forms, and in that of its frequency (Z-21). */
export function scheduleFormRefusals(schedule: ScheduleForm): readonly EngineError[] {
  const { scheduleRunFrequency: frequency, scheduleRunTimes, scheduleRunDays } = schedule;
  const isFlat = scheduleRunTimes !== undefined || scheduleRunDays !== undefined;
  return (["dailySchedule", "weeklySchedule"] as const).flatMap((name) => {
    if (schedule[name] === undefined) return [];
    const home = name === "dailySchedule" ? "Daily" : "Weekly";
    const message =
      home !== frequency
        ? `a schedule that runs ${frequency} has no ${name}`
        : isFlat
          ? `${name} says again what scheduleRunTimes and scheduleRunDays say`
          : undefined;
    if (message === undefined) return [];
    return [refusal("Z-21", invalidPolicy, `schedulePolicy.${name}`, message, `leave ${name} out`)];
  });
}

/** The schedule as the engine has it, whichever of the API's two forms it was written in. */
export function toSchedule(given: ScheduleForm): SchedulePolicy {
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

function toMonthDays(given: MonthDaysForm): MonthDays {
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
}: RetentionForm): RetentionPolicy {
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

export function toTiering(given: TieringForm | undefined): TieringPolicy | null {
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
}: SchedulePolicy): ScheduleForm {
  return {
    scheduleRunFrequency,
    ...(scheduleRunTimes.length === 0 ? {} : { scheduleRunTimes: [...scheduleRunTimes] }),
    ...(scheduleRunDays.length === 0 ? {} : { scheduleRunDays: [...scheduleRunDays] }),
    ...(hourlySchedule === null ? {} : { hourlySchedule: { ...hourlySchedule } }),
  };
}

function fromMonthDays({ retentionScheduleFormatType, ...days }: MonthDays): MonthDaysForm {
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

export function fromRetention({ daily, weekly, monthly, yearly }: RetentionPolicy): RetentionForm {
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

export function fromTiering(tiering: TieringPolicy | null): TieringForm | undefined {
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
