import type { Temporal } from "temporal-polyfill";
import { secondsPerDay } from "../core/time";
import { invariant } from "../error";
import { type MonthDays, monthsOfYear, type PolicyProperties, weeksOfMonth } from "./policy";
import { type RunOfDay, runOf, weekdayOf } from "./policy-schedule";
import { zonedTime } from "./time-zone";

/** The retentions of a policy, by what they keep. */
export const retentionNames = ["Daily", "Weekly", "Monthly", "Yearly"] as const;
export type RetentionName = (typeof retentionNames)[number];

/** What becomes of the point of one slot. */
export interface SlotRetention {
  /** The retention that keeps the point; Snapshot: none, it never goes to the vault. */
  readonly ruleName: RetentionName | "Snapshot";
  readonly goesToVault: boolean;
  /** When the snapshot tier lets go of it, UNIX seconds. */
  readonly snapshotUntil: number;
  /** UNIX seconds. */
  readonly expireTime: number;
}

export interface VaultLife {
  readonly ruleName: RetentionName;
  readonly expireTime: number;
}

/**
 * What becomes of the point of a slot: its days in the snapshot tier (Z-22), whether it goes to the vault (Z-25) and
 * how long it lives there (Z-27).
 */
export function slotRetention(
  properties: PolicyProperties,
  slot: number,
  { day, isLastOfDay }: RunOfDay = runOf(properties, slot),
): SlotRetention {
  const snapshotUntil = snapshotUntilOf(properties, slot);
  if (!isLastOfDay) {
    return { ruleName: "Snapshot", goesToVault: false, snapshotUntil, expireTime: snapshotUntil };
  }
  const life = vaultLife(properties, slot, day);
  invariant(life !== null, "every backup day of a policy has a retention");
  return { ...life, goesToVault: true, snapshotUntil };
}

/** When the snapshot tier lets go of a point made at a time. */
export function snapshotUntilOf({ instantRpRetentionRangeInDays }: PolicyProperties, createTime: number): number {
  return createTime + instantRpRetentionRangeInDays * secondsPerDay;
}

/**
 * How long a point lives in the vault: by the retention that keeps it longest of those whose day is the point's run
 * day. Days and weeks by length, months and years by the calendar of the policy's zone. Null: no retention of the
 * policy speaks of that day.
 */
export function vaultLife(properties: PolicyProperties, createTime: number, day: Temporal.PlainDate): VaultLife | null {
  let life: VaultLife | null = null;
  for (const ruleName of retentionNames) {
    if (!keepsDay(properties, ruleName, day)) continue;
    const expireTime = expiryOf(properties, ruleName, createTime);
    if (life === null || expireTime >= life.expireTime) life = { ruleName, expireTime };
  }
  return life;
}

/** Whether a retention of the policy keeps the vault point of a day. */
export function keepsDay({ retentionPolicy }: PolicyProperties, name: RetentionName, day: Temporal.PlainDate): boolean {
  const { daily, weekly, monthly, yearly } = retentionPolicy;
  switch (name) {
    case "Daily":
      return daily !== null;
    case "Weekly":
      return weekly?.daysOfTheWeek.includes(weekdayOf(day)) === true;
    case "Monthly":
      return monthly !== null && isDayOfMonth(monthly, day);
    case "Yearly":
      return yearly !== null && isMonthOf(yearly.monthsOfYear, day) && isDayOfMonth(yearly, day);
  }
}

function isMonthOf(months: readonly string[], day: Temporal.PlainDate): boolean {
  return months.includes(monthsOfYear[day.month - 1] ?? "");
}

/** A date past a month's end does not occur in it; the last day of every month is `isLast`. */
function isDayOfMonth(days: MonthDays, day: Temporal.PlainDate): boolean {
  const isLastDay = day.day === day.daysInMonth;
  if (days.retentionScheduleFormatType === "Daily") {
    return days.daysOfTheMonth.some(({ date, isLast }) => (isLast ? isLastDay : date === day.day));
  }
  if (!days.daysOfTheWeek.includes(weekdayOf(day))) return false;
  const isLastWeek = day.day + 7 > day.daysInMonth;
  const week = weeksOfMonth[Math.ceil(day.day / 7) - 1];
  return days.weeksOfTheMonth.some((each) => (each === "Last" ? isLastWeek : each === week));
}

/** When a point expires that a certain retention of the policy keeps, UNIX seconds. */
export function expiryOf(
  { retentionPolicy, timeZone }: PolicyProperties,
  name: RetentionName,
  createTime: number,
): number {
  const { daily, weekly, monthly, yearly } = retentionPolicy;
  const after = (duration: { months: number } | { years: number }) =>
    zonedTime(createTime, timeZone).add(duration).epochMilliseconds / 1000;
  switch (name) {
    case "Daily":
      return createTime + (daily?.count ?? 0) * secondsPerDay;
    case "Weekly":
      return createTime + (weekly?.count ?? 0) * 7 * secondsPerDay;
    case "Monthly":
      return after({ months: monthly?.count ?? 0 });
    case "Yearly":
      return after({ years: yearly?.count ?? 0 });
  }
}

/** Months that a point spends in vault-standard before it may be archived. */
export const shortestStandardMonths = 3;
/** What a point must have left when it is archived: six months, days. */
export const shortestArchiveDays = 180;

/** A point as its way into the archive sees it. */
export interface ArchivablePoint {
  readonly ruleName: string;
  readonly createTime: number;
  /** Null: it never goes to the vault. */
  readonly vaultTime: number | null;
  /** Null: it lives for ever. */
  readonly expireTime: number | null;
  /** Nothing moves before this time, UNIX seconds; absent: what is asked for was asked for before the point. */
  readonly notBefore?: number;
}

/**
 * When a point moves to the archive; null for never. It must have been in vault-standard for three months, and have
 * six months left. ENGINE: only monthly and yearly points are archived, as blocks that daily ones rest on stay where
 * they are. TierAfter counts from when the point was made; TierRecommended moves it as soon as it may.
 */
export function archiveTimeOf({ tieringPolicy, timeZone }: PolicyProperties, point: ArchivablePoint): number | null {
  const { ruleName, createTime, vaultTime, expireTime, notBefore = 0 } = point;
  if (tieringPolicy === null || tieringPolicy.tieringMode === "DoNotTier" || vaultTime === null) return null;
  if (ruleName !== "Monthly" && ruleName !== "Yearly") return null;
  const earliest = zonedTime(vaultTime, timeZone).add({ months: shortestStandardMonths }).epochMilliseconds / 1000;
  const { tieringMode, duration, durationType } = tieringPolicy;
  const asked =
    tieringMode === "TierAfter" && duration !== null && durationType !== null
      ? zonedTime(createTime, timeZone).add({ [durationType.toLowerCase()]: duration }).epochMilliseconds / 1000
      : earliest;
  const archiveTime = Math.max(earliest, asked, notBefore);
  const hasLifeLeft = expireTime === null || expireTime - archiveTime >= shortestArchiveDays * secondsPerDay;
  return hasLifeLeft ? archiveTime : null;
}

/** The longest that any point of the policy lives, days; months and years at their longest. */
export function longestLifeDays({ retentionPolicy, instantRpRetentionRangeInDays }: PolicyProperties): number {
  const { daily, weekly, monthly, yearly } = retentionPolicy;
  const lives = [daily?.count, (weekly?.count ?? 0) * 7, (monthly?.count ?? 0) * 31, (yearly?.count ?? 0) * 366];
  return Math.max(instantRpRetentionRangeInDays, ...lives.map((days) => days ?? 0));
}
