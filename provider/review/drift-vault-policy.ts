import type { RetentionPolicy, TieringPolicy } from "../engine/azure/policy";
import {
  type RetentionForm,
  type ScheduleForm,
  type TieringForm,
  toRetention,
  toSchedule,
  toTiering,
} from "../engine/azure/policy-form";
import { defaultSnapshotDays } from "../engine/azure/policy-rule";
import { type Change, changes, keyOf, numberOf, type Properties } from "./drift-change";
import { type DriftFinding, found } from "./drift-finding";
import { compareMeasures, type Measure } from "./drift-measure";
import { longestGapOfPolicyInHours } from "./drift-rhythm";

const measured = ["schedulePolicy", "retentionPolicy", "instantRpRetentionRangeInDays", "tieringPolicy"];

/** What somebody did to an Azure policy; `why` tells of the machines under it. */
export function vaultPolicyFindings(change: Change, why: string): readonly DriftFinding[] {
  const findings = measured.some((property) => changes(change, property))
    ? compareVaultPolicies(change.before, change.after, why)
    : [];
  if (!changes(change, "snapshotConsistencyType")) return findings;
  const isOnlyCrash = change.after.snapshotConsistencyType === "OnlyCrashConsistent";
  const what = isOnlyCrash ? "snapshots without agent and scripts only" : "snapshots with agent and scripts again";
  const cause = { rules: ["Z-08", "Z-34"], subjects: [keyOf(change.before.policyId)] };
  const told = { property: "snapshotConsistencyType", what, why, rule: "Z-08", cause };
  return [...findings, found({ ...told, class: "COSMETIC" })];
}

/** What becomes of the machines when one policy takes the place of another. */
export function compareVaultPolicies(before: Properties, after: Properties, why: string): readonly DriftFinding[] {
  // A retention that neither policy has follows the daily one, which is told already.
  const told = new Set([...always, ...ownKeys(before), ...ownKeys(after)]);
  const measures = (policy: Properties) => measuresOf(policy).filter(({ key }) => told.has(key));
  return compareMeasures("retentionPolicy", measures(before), measures(after), why);
}

const always = ["rpo", "base", "snapshot", "archive"];

function ownKeys(policy: Properties): readonly string[] {
  const { weekly, monthly, yearly } = retentionOf(policy);
  const periods = Object.entries({ weekly, monthly, yearly });
  return periods.flatMap(([key, value]) => (value === null ? [] : [key, `${key} count`]));
}

function retentionOf({ retentionPolicy = {} }: Properties): RetentionPolicy {
  return toRetention(retentionPolicy as RetentionForm);
}

const daysPerWeek = 7;

/** Days from the first of January by the calendar, so that twelve months are a year. */
function daysOfMonths(months: number): number {
  return Math.round((Date.UTC(2026, months, 1) - Date.UTC(2026, 0, 1)) / 86_400_000);
}

function measuresOf(policy: Properties): readonly Measure[] {
  const schedule = toSchedule(policy.schedulePolicy as ScheduleForm);
  const { daily, weekly, monthly, yearly } = retentionOf(policy);
  const weeks = weekly === null ? 0 : weekly.count * daysPerWeek;
  const base = daily?.count ?? weeks;
  const days = { noun: "days", unit: "days of retention", better: "more", endless: "for ever", rule: "Z-27" } as const;
  const points = { noun: "", unit: "points", better: "more", endless: "", rule: "Z-27" } as const;
  const perMonth = (each: typeof monthly) =>
    each === null ? 0 : each.daysOfTheMonth.length + each.daysOfTheWeek.length * each.weeksOfTheMonth.length;
  const type = policy.policyType === "V2" ? "V2" : "V1";
  const snapshotDays =
    numberOf(policy.instantRpRetentionRangeInDays) ?? defaultSnapshotDays(type, schedule.scheduleRunFrequency);
  const fast = { noun: "days", unit: "days in the fast tier", better: "more" } as const;
  const months = (count: number | undefined) => Math.max(base, daysOfMonths(count ?? 0));
  return [
    {
      ...{ key: "rpo", name: "RPO", value: longestGapOfPolicyInHours(schedule), noun: "hours" },
      ...{ unit: "hours of RPO", better: "less", endless: "no backups", rule: "Z-21" },
    },
    { key: "base", name: "retention", value: base, ...days },
    { key: "weekly", name: "retention of weekly points", value: Math.max(base, weeks), ...days },
    { key: "monthly", name: "retention of monthly points", value: months(monthly?.count), ...days },
    { key: "yearly", name: "retention of yearly points", value: months((yearly?.count ?? 0) * 12), ...days },
    { key: "weekly count", name: "weekly points a week", value: weekly?.daysOfTheWeek.length ?? 0, ...points },
    { key: "monthly count", name: "monthly points a month", value: perMonth(monthly), ...points },
    {
      ...{ key: "yearly count", name: "yearly points a year", ...points },
      value: perMonth(yearly) * (yearly?.monthsOfYear.length ?? 0),
    },
    { key: "snapshot", name: "instant restore", value: snapshotDays, ...fast, endless: "always", rule: "Z-22" },
    {
      ...{ key: "archive", name: "outside the archive", ...fast, endless: "always", rule: "Z-27" },
      value: daysBeforeArchive(toTiering(policy.tieringPolicy as TieringForm | undefined)),
    },
  ];
}

/** The archive takes points that are three months old, at the earliest. */
const recommendedMonths = 3;

function daysBeforeArchive(tiering: TieringPolicy | null): number {
  if (tiering === null || tiering.tieringMode === "DoNotTier") return Number.POSITIVE_INFINITY;
  const { duration, durationType } = tiering;
  if (tiering.tieringMode === "TierRecommended" || duration === null) return daysOfMonths(recommendedMonths);
  if (durationType === "Days") return duration;
  if (durationType === "Weeks") return duration * daysPerWeek;
  return daysOfMonths(durationType === "Years" ? duration * 12 : duration);
}
