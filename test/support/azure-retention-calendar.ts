import { Temporal } from "temporal-polyfill";
import type { MonthDays, PolicyProperties } from "../../provider/engine/azure/policy";

/** Calendar arithmetic of the auditor, written anew: nothing of the engine's decides here. */

/** The zones of generated policies, as Windows and as IANA names them. */
const zones: Readonly<Record<string, string>> = {
  UTC: "UTC",
  "W. Europe Standard Time": "Europe/Berlin",
  "Pacific Standard Time": "America/Los_Angeles",
  "AUS Eastern Standard Time": "Australia/Sydney",
  "Lord Howe Standard Time": "Australia/Lord_Howe",
  "India Standard Time": "Asia/Kolkata",
  "Azores Standard Time": "Atlantic/Azores",
};

export const zoneNames: readonly string[] = Object.keys(zones);

const secondsPerDay = 86_400;

function zoneOf({ timeZone }: PolicyProperties): string {
  const zone = zones[timeZone];
  if (zone === undefined) throw new Error(`no zone ${timeZone}`);
  return zone;
}

function clock(time: number, policy: PolicyProperties): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(time * 1000).toZonedDateTimeISO(zoneOf(policy));
}

function seconds(moment: Temporal.ZonedDateTime): number {
  return moment.epochMilliseconds / 1000;
}

/** A calendar period after a time, on the clock of the policy's zone. */
function later(time: number, policy: PolicyProperties, duration: Temporal.DurationLike): number {
  return seconds(clock(time, policy).add(duration));
}

/** A backup that the policy asks for. */
export interface AuditedSlot {
  readonly time: number;
  /** The day whose window it belongs to. */
  readonly day: Temporal.PlainDate;
  /** Z-25: of several a day only the last one goes to the vault. */
  readonly isLast: boolean;
}

const weekdayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;
const monthNames = [
  ...(["January", "February", "March", "April", "May", "June"] as const),
  ...(["July", "August", "September", "October", "November", "December"] as const),
];

/** By ISO: Monday is the first day. */
function weekdayOf({ dayOfWeek }: Temporal.PlainDate): (typeof weekdayNames)[number] {
  return weekdayNames[dayOfWeek - 1] ?? "Sunday";
}

function monthOf({ month }: Temporal.PlainDate): (typeof monthNames)[number] {
  return monthNames[month - 1] ?? "December";
}

/** The backups of a policy after one time, up to and with another. */
export function auditedSlots(policy: PolicyProperties, after: number, until: number): AuditedSlot[] {
  const { scheduleRunFrequency, scheduleRunDays, scheduleRunTimes, hourlySchedule } = policy.schedulePolicy;
  const last = clock(until, policy).toPlainDate().add({ days: 1 });
  const slots: AuditedSlot[] = [];
  let day = clock(after, policy).toPlainDate().subtract({ days: 2 });
  for (; Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    if (scheduleRunFrequency === "Weekly" && !scheduleRunDays.includes(weekdayOf(day))) continue;
    const first = hourlySchedule?.scheduleWindowStartTime ?? scheduleRunTimes[0] ?? "";
    const opening = day.toPlainDateTime(Temporal.PlainTime.from(first));
    const hours = hourlySchedule === null ? [0] : windowHours(hourlySchedule);
    for (const hour of hours) {
      const time = seconds(opening.add({ hours: hour }).toZonedDateTime(zoneOf(policy)));
      if (time > after && time <= until) slots.push({ time, day, isLast: hour === hours.at(-1) });
    }
  }
  return slots;
}

/** Hours after a window's opening; at its end the next one has its turn. */
function windowHours({ interval, scheduleWindowDuration }: { interval: number; scheduleWindowDuration: number }) {
  const hours: number[] = [];
  for (let hour = 0; hour < scheduleWindowDuration; hour += interval) hours.push(hour);
  return hours;
}

/** Which retention keeps a point, and until when. */
export interface AuditedLife {
  readonly ruleName: string;
  readonly end: number;
}

/** The longest of the retentions that speak of a day (Z-27); of two that are equal, the grander one. */
export function auditedLife(policy: PolicyProperties, day: Temporal.PlainDate, createTime: number) {
  const { daily, weekly, monthly, yearly } = policy.retentionPolicy;
  const lives: AuditedLife[] = [];
  if (daily !== null) lives.push({ ruleName: "Daily", end: createTime + daily.count * secondsPerDay });
  if (weekly?.daysOfTheWeek.includes(weekdayOf(day))) {
    lives.push({ ruleName: "Weekly", end: createTime + weekly.count * 7 * secondsPerDay });
  }
  if (monthly !== null && isNamed(day, monthly)) {
    lives.push({ ruleName: "Monthly", end: later(createTime, policy, { months: monthly.count }) });
  }
  if (yearly?.monthsOfYear.includes(monthOf(day)) && isNamed(day, yearly)) {
    lives.push({ ruleName: "Yearly", end: later(createTime, policy, { years: yearly.count }) });
  }
  const longest = Math.max(...lives.map(({ end }) => end));
  return lives.filter(({ end }) => end === longest).at(-1);
}

const ordinals = ["First", "Second", "Third", "Fourth"] as const;

function isNamed(day: Temporal.PlainDate, days: MonthDays): boolean {
  const isLastDay = day.add({ days: 1 }).month !== day.month;
  if (days.retentionScheduleFormatType === "Daily") {
    return days.daysOfTheMonth.some((each) => (each.isLast && isLastDay) || each.date === day.day);
  }
  const isLast = day.add({ weeks: 1 }).month !== day.month;
  const ordinal = ordinals[Math.floor((day.day - 1) / 7)];
  const isWeek = days.weeksOfTheMonth.some((week) => (week === "Last" ? isLast : week === ordinal));
  return isWeek && days.daysOfTheWeek.includes(weekdayOf(day));
}

/** When a point of the vault goes to the archive: after three months there, and with six months left. */
export function auditedArchiveTime(
  policy: PolicyProperties,
  point: { ruleName: string; createTime: number; vaultTime: number; end: number | null; notBefore: number },
): number | null {
  const { tieringPolicy: tiering } = policy;
  const isLong = point.ruleName === "Monthly" || point.ruleName === "Yearly";
  if (tiering === null || tiering.tieringMode === "DoNotTier" || !isLong) return null;
  const times = [later(point.vaultTime, policy, { months: 3 }), point.notBefore];
  if (tiering.tieringMode === "TierAfter") {
    const unit = ({ Days: "days", Weeks: "weeks", Months: "months", Years: "years" } as const)[
      tiering.durationType ?? "Days"
    ];
    times.push(later(point.createTime, policy, { [unit]: tiering.duration ?? 0 }));
  }
  const time = Math.max(...times);
  return point.end === null || point.end - time >= 180 * secondsPerDay ? time : null;
}

/** The day that a policy's points of a time belong to: that of the slot, or, where it has none, that of the clock. */
export function dayUnder(policy: PolicyProperties, time: number): Temporal.PlainDate {
  return auditedSlots(policy, time - 1, time)[0]?.day ?? clock(time, policy).toPlainDate();
}
