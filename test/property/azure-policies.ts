import * as fc from "fast-check";
import {
  daysOfWeek,
  type MonthDays,
  type MonthlyRetention,
  type PolicyProperties,
  type SchedulePolicy,
  type YearlyRetention,
} from "../../provider/engine/azure/policy";
import { zoneNames } from "../support/azure-retention-calendar";

const times = fc.constantFrom("00:00", "02:00", "02:30", "08:00", "22:30", "23:30");
const nothing = { scheduleRunTimes: [], scheduleRunDays: [], hourlySchedule: null };
const runDays = fc.subarray([...daysOfWeek], { minLength: 1 });

const daily: fc.Arbitrary<SchedulePolicy> = times.map((time) => ({
  ...nothing,
  scheduleRunFrequency: "Daily",
  scheduleRunTimes: [time],
}));

const weekly: fc.Arbitrary<SchedulePolicy> = fc.record({
  scheduleRunFrequency: fc.constant("Weekly" as const),
  scheduleRunTimes: times.map((time) => [time]),
  scheduleRunDays: runDays,
  hourlySchedule: fc.constant(null),
});

const windows = [
  { interval: 4, scheduleWindowDuration: 24 },
  { interval: 4, scheduleWindowDuration: 12 },
  { interval: 6, scheduleWindowDuration: 18 },
  { interval: 8, scheduleWindowDuration: 8 },
  { interval: 12, scheduleWindowDuration: 24 },
] as const;

const hourly: fc.Arbitrary<SchedulePolicy> = fc
  .tuple(fc.constantFrom(...windows), times)
  .map(([window, scheduleWindowStartTime]) => ({
    ...nothing,
    scheduleRunFrequency: "Hourly",
    hourlySchedule: { ...window, scheduleWindowStartTime },
  }));

const byDate: fc.Arbitrary<MonthDays> = fc.constantFrom([1], [15, 31], [29], [30], [null], [1, null]).map((dates) => ({
  retentionScheduleFormatType: "Daily",
  daysOfTheMonth: dates.map((date) => ({ date, isLast: date === null })),
  daysOfTheWeek: [],
  weeksOfTheMonth: [],
}));

/** Of weekly schedules only days on which a backup runs can be named. */
function byWeekday(schedule: SchedulePolicy): fc.Arbitrary<MonthDays> {
  const days = schedule.scheduleRunFrequency === "Weekly" ? schedule.scheduleRunDays : daysOfWeek;
  return fc.record({
    retentionScheduleFormatType: fc.constant("Weekly" as const),
    daysOfTheMonth: fc.constant([]),
    daysOfTheWeek: fc.subarray([...days], { minLength: 1, maxLength: Math.min(2, days.length) }),
    weeksOfTheMonth: fc.subarray(["First", "Third", "Fourth", "Last"] as const, { minLength: 1, maxLength: 2 }),
  });
}

function monthly(schedule: SchedulePolicy): fc.Arbitrary<MonthlyRetention> {
  return fc
    .tuple(fc.oneof(byDate, byWeekday(schedule)), fc.constantFrom(1, 2, 6, 14, 24))
    .map(([days, count]) => ({ ...days, count }));
}

function yearly(schedule: SchedulePolicy): fc.Arbitrary<YearlyRetention> {
  const months = fc.constantFrom(["January", "March"], ["February", "January"], ["March", "October"]);
  return fc.tuple(monthly(schedule), months, fc.constantFrom(1, 2, 10)).map(([days, monthsOfYear, count]) => ({
    ...days,
    monthsOfYear: monthsOfYear as YearlyRetention["monthsOfYear"],
    count,
  }));
}

const option = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 2 });

/** Days in the snapshot tier, as each type allows them (Z-22). */
function snapshotDays(policyType: string, { scheduleRunFrequency }: SchedulePolicy): fc.Arbitrary<number> {
  if (policyType === "V2") return fc.constantFrom(1, 3, 7);
  return scheduleRunFrequency === "Weekly" ? fc.constant(5) : fc.constantFrom(1, 2, 5);
}

const tierings: fc.Arbitrary<PolicyProperties["tieringPolicy"]> = fc.constantFrom(
  null,
  { tieringMode: "DoNotTier" as const, duration: null, durationType: null },
  { tieringMode: "TierRecommended" as const, duration: null, durationType: null },
  { tieringMode: "TierAfter" as const, duration: 100, durationType: "Days" as const },
  { tieringMode: "TierAfter" as const, duration: 4, durationType: "Months" as const },
  { tieringMode: "TierAfter" as const, duration: 1, durationType: "Years" as const },
);

function propertiesFor(
  policyType: PolicyProperties["policyType"],
  schedulePolicy: SchedulePolicy,
): fc.Arbitrary<PolicyProperties> {
  const isWeekly = schedulePolicy.scheduleRunFrequency === "Weekly";
  const weeks = fc.constantFrom(1, 2, 4, 12);
  const ofWeek = isWeekly ? fc.constant(schedulePolicy.scheduleRunDays) : runDays;
  const weeklyRetention = fc.record({ count: weeks, daysOfTheWeek: ofWeek });
  const retentionPolicy = fc.record({
    daily: isWeekly ? fc.constant(null) : fc.record({ count: fc.constantFrom(7, 8, 14, 30, 100) }),
    weekly: isWeekly ? weeklyRetention : option(weeklyRetention),
    monthly: option(monthly(schedulePolicy)),
    yearly: option(yearly(schedulePolicy)),
  });
  return fc
    .record({
      policyType: fc.constant(policyType),
      timeZone: fc.constantFrom(...zoneNames),
      instantRpRetentionRangeInDays: snapshotDays(policyType, schedulePolicy),
      snapshotConsistencyType: fc.constant(null),
      schedulePolicy: fc.constant(schedulePolicy),
      retentionPolicy,
      tieringPolicy: tierings,
    })
    .map((policy) => (canArchive(policy) ? policy : { ...policy, tieringPolicy: null }));
}

/** Whether some point lives long enough for the way into the archive that is asked for. */
function canArchive({ retentionPolicy: { monthly: months, yearly: years }, tieringPolicy }: PolicyProperties): boolean {
  const longest = Math.max(months?.count ?? 0, 12 * (years?.count ?? 0));
  return tieringPolicy?.tieringMode !== "TierAfter" || longest >= (tieringPolicy.durationType === "Years" ? 24 : 12);
}

const schedules = {
  V1: fc.oneof(daily, weekly),
  V2: fc.oneof(daily, weekly, hourly, hourly),
} as const;

/** Policies of a type that the service takes, every part of them. */
export function policiesOf(type: PolicyProperties["policyType"]): fc.Arbitrary<PolicyProperties> {
  return schedules[type].chain((schedule) => propertiesFor(type, schedule));
}

export const policies: fc.Arbitrary<PolicyProperties> = fc.oneof(policiesOf("V1"), policiesOf("V2"));
