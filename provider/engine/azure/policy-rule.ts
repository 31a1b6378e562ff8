import { Temporal } from "temporal-polyfill";
import { secondsPerDay } from "../core/time";
import type { EngineError } from "../error";
import { invalidPolicy, type PolicyProperties, type SchedulePolicy } from "./policy";
import { keepsDay, type RetentionName, retentionNames, vaultLife } from "./policy-retention";
import { retentionRefusals } from "./policy-retention-rule";
import { backupsPerDay } from "./policy-schedule";
import { archivesSome, tieringRefusals } from "./policy-tiering-rule";
import { type Reason, type RuleId, reason, refusal } from "./rule";
import { momentOf, timeZoneRefusals } from "./time-zone";

function policyRefusal(rule: RuleId, property: string, message: string, remedy: string): EngineError {
  return refusal(rule, invalidPolicy, property, message, remedy);
}

/** What is wrong with a policy: all of it, each with its property path. */
export function policyRefusals(properties: PolicyProperties): EngineError[] {
  return [
    ...timeZoneRefusals(properties.timeZone, "timeZone"),
    ...consistencyRefusals(properties),
    ...scheduleRefusals(properties),
    ...snapshotRefusals(properties),
    ...retentionRefusals(properties),
    ...tieringRefusals(properties),
  ];
}

function consistencyRefusals({ policyType, snapshotConsistencyType }: PolicyProperties): EngineError[] {
  if (snapshotConsistencyType === null || policyType === "V2") return [];
  const message = `snapshotConsistencyType ${snapshotConsistencyType} needs an enhanced policy`;
  const remedy = 'set policyType: "V2", or leave snapshotConsistencyType out';
  return [policyRefusal("Z-08", "snapshotConsistencyType", message, remedy)];
}

function scheduleRefusals({ policyType, schedulePolicy }: PolicyProperties): EngineError[] {
  const refusals = [...strangeParts(schedulePolicy)];
  if (schedulePolicy.scheduleRunFrequency === "Hourly") {
    if (policyType === "V1") {
      const message = "a standard policy (V1) runs daily or weekly, not hourly";
      const remedy = 'set policyType: "V2" (enhanced), or scheduleRunFrequency: "Daily"';
      refusals.push(policyRefusal("Z-21", "schedulePolicy.scheduleRunFrequency", message, remedy));
    }
    return [...refusals, ...hourlyRefusals(schedulePolicy)];
  }
  if (schedulePolicy.scheduleRunFrequency === "Weekly" && schedulePolicy.scheduleRunDays.length === 0) {
    const message = "a weekly schedule needs the days on which it runs";
    refusals.push(
      policyRefusal("Z-21", "schedulePolicy.scheduleRunDays", message, 'give scheduleRunDays, such as ["Sunday"]'),
    );
  }
  return [...refusals, ...runTimeRefusals(schedulePolicy)];
}

/** What each frequency has no use for. */
function strangeParts(schedule: SchedulePolicy): EngineError[] {
  const { scheduleRunFrequency: frequency, scheduleRunTimes, scheduleRunDays, hourlySchedule } = schedule;
  const isHourly = frequency === "Hourly";
  const given: readonly (readonly [name: string, isStrange: boolean, home: string])[] = [
    ["hourlySchedule", hourlySchedule !== null && !isHourly, "Hourly"],
    ["scheduleRunTimes", scheduleRunTimes.length > 0 && isHourly, "Daily or Weekly"],
    ["scheduleRunDays", scheduleRunDays.length > 0 && frequency !== "Weekly", "Weekly"],
  ];
  return given
    .filter(([, isStrange]) => isStrange)
    .map(([name, , home]) => {
      const remedy = `leave ${name} out, or set scheduleRunFrequency to ${home}`;
      return policyRefusal(
        "Z-21",
        `schedulePolicy.${name}`,
        `a schedule that runs ${frequency} has no ${name}`,
        remedy,
      );
    });
}

const timeRemedy = 'give a time on the hour or half past, such as "02:30"';

function timeRefusals(time: string, property: string): EngineError[] {
  if (/^([01]\d|2[0-3]):(00|30)$/.test(time)) return [];
  const isTime = /^([01]\d|2[0-3]):[0-5]\d$/.test(time);
  const message = isTime
    ? `backups start on the hour or half past it, not at ${time}`
    : `${JSON.stringify(time)} is no time of day`;
  return [policyRefusal("Z-21", property, message, timeRemedy)];
}

function runTimeRefusals({ scheduleRunFrequency, scheduleRunTimes }: SchedulePolicy): EngineError[] {
  const property = "schedulePolicy.scheduleRunTimes";
  if (scheduleRunTimes.length !== 1) {
    const message = `a ${scheduleRunFrequency.toLowerCase()} schedule has one run time, not ${scheduleRunTimes.length}`;
    return [policyRefusal("Z-21", property, message, `${timeRemedy}; several backups a day take an Hourly schedule`)];
  }
  return scheduleRunTimes.flatMap((time, index) => timeRefusals(time, `${property}[${index}]`));
}

const intervals: readonly number[] = [4, 6, 8, 12];

function hourlyRefusals({ hourlySchedule }: SchedulePolicy): EngineError[] {
  const path = "schedulePolicy.hourlySchedule";
  if (hourlySchedule === null) {
    const remedy = 'give { interval: 4, scheduleWindowStartTime: "08:00", scheduleWindowDuration: 24 }';
    return [policyRefusal("Z-21", path, "an Hourly schedule needs its interval and its window", remedy)];
  }
  const { interval, scheduleWindowStartTime, scheduleWindowDuration: duration } = hourlySchedule;
  const refusals = timeRefusals(scheduleWindowStartTime, `${path}.scheduleWindowStartTime`);
  if (!intervals.includes(interval)) {
    const message = `backups run every ${intervals.join(", ")} hours, not every ${interval}`;
    refusals.push(policyRefusal("Z-21", `${path}.interval`, message, `give one of ${intervals.join(", ")}`));
  }
  const isFit = duration >= 4 && duration <= 24 && (!intervals.includes(interval) || duration % interval === 0);
  if (!isFit) {
    const fitting = intervals.includes(interval)
      ? Array.from({ length: Math.floor(24 / interval) }, (_, index) => (index + 1) * interval)
      : [4, 6, 8, 12, 16, 18, 20, 24];
    const message = `the window is 4 to 24 hours long and a multiple of the interval, not ${duration} hours`;
    const remedy = `give one of ${fitting.join(", ")}`;
    refusals.push(policyRefusal("Z-21", `${path}.scheduleWindowDuration`, message, remedy));
  }
  return refusals;
}

interface Range {
  readonly least: number;
  readonly most: number;
  readonly kind: string;
}

function snapshotRange({ policyType, schedulePolicy }: PolicyProperties): Range {
  if (policyType === "V2") return { least: 1, most: 30, kind: "an enhanced policy (V2)" };
  if (schedulePolicy.scheduleRunFrequency !== "Weekly") return { least: 1, most: 5, kind: "a standard policy (V1)" };
  return { least: 5, most: 5, kind: "a standard policy (V1) that runs weekly" };
}

/** Days in the snapshot tier when nobody says otherwise (Z-22). */
export function defaultSnapshotDays(
  policyType: PolicyProperties["policyType"],
  frequency: SchedulePolicy["scheduleRunFrequency"],
): number {
  if (policyType === "V2") return 7;
  return frequency === "Weekly" ? 5 : 2;
}

function snapshotRefusals(properties: PolicyProperties): EngineError[] {
  const { instantRpRetentionRangeInDays: days } = properties;
  const { least, most, kind } = snapshotRange(properties);
  if (Number.isInteger(days) && days >= least && days <= most) return [];
  const range = least === most ? `${least} days` : `${least} to ${most} days`;
  const message = `${kind} keeps snapshots for ${range}, not ${days}`;
  const remedy = `give ${range}${properties.policyType === "V1" && days > 5 ? ', or set policyType: "V2"' : ""}`;
  return [policyRefusal("Z-22", "instantRpRetentionRangeInDays", message, remedy)];
}

/** What is allowed and still not what the documents would make one expect. */
export interface PolicyWarning {
  readonly property: string;
  readonly reason: Reason;
}

const documentedSnapshotDays = 5;

/** Warnings about a policy without refusals. */
export function policyWarnings(properties: PolicyProperties): PolicyWarning[] {
  const { instantRpRetentionRangeInDays: days, schedulePolicy, retentionPolicy, tieringPolicy } = properties;
  const warnings: PolicyWarning[] = [];
  const warn = (rule: RuleId, property: string, message: string, remedy: string) =>
    warnings.push({ property, reason: reason(rule, message, remedy) });
  if (days > documentedSnapshotDays) {
    const message =
      `snapshots stay ${days} days in the snapshot tier, and cost as long: the document says at most 5, the service ` +
      "keeps those of an enhanced policy up to 30";
    warn("Z-22", "instantRpRetentionRangeInDays", message, "give 5 days or fewer to stay within the document");
  }
  const count = backupsPerDay(properties);
  if (count > 1) {
    const message =
      `of ${count} backups a day only the last goes to the vault; the others live ${inDays(days)} in the snapshot ` +
      "tier, whatever the retention says";
    const remedy = "give more days in instantRpRetentionRangeInDays, or run one backup a day";
    warn("Z-25", "schedulePolicy.hourlySchedule", message, remedy);
  }
  for (const name of ["monthly", "yearly"] as const) {
    const days = retentionPolicy[name];
    if (schedulePolicy.scheduleRunFrequency !== "Weekly" || days?.retentionScheduleFormatType !== "Daily") continue;
    const message = `${name} points by date are only made when the date falls on a backup day`;
    const remedy = 'use retentionScheduleFormatType "Weekly" with a backup day';
    warn("Z-27", `retentionPolicy.${name}Schedule.retentionScheduleFormatType`, message, remedy);
  }
  if (tieringPolicy?.tieringMode === "TierRecommended" && !archivesSome(properties)) {
    const message = "no point lives long enough to be archived: that takes three months, and six months left";
    warn("Z-27", "tieringPolicy.ArchivedRP", message, "keep monthly or yearly points for nine months or more");
  }
  return warnings;
}

function inDays(count: number): string {
  return count === 1 ? "1 day" : `${count} days`;
}

/**
 * What a change of a policy keeps shorter, in words; none: every point lives as long as before, or longer (Z-30). A
 * snapshot counts only where it is the whole point: elsewhere the vault has the data (ENGINE).
 */
export function retentionShortened(old: PolicyProperties, next: PolicyProperties): string[] {
  const shortened = vaultLivesShortened(old, next);
  const [before, after] = [old.instantRpRetentionRangeInDays, next.instantRpRetentionRangeInDays];
  if (backupsPerDay(old) > 1 && after < before) {
    shortened.push(`points that only are snapshots would live ${inDays(after)} instead of ${inDays(before)}`);
  }
  return shortened;
}

/** Every kind of day, weekday by month and date, comes in so many days, leap days included. */
const calendarDays = 28 * 366;
const calendarStart = "2024-01-01";

/** The days of a calendar decide: only they show what another retention makes up for. */
function vaultLivesShortened(old: PolicyProperties, next: PolicyProperties): string[] {
  if (JSON.stringify(old.retentionPolicy) === JSON.stringify(next.retentionPolicy)) return [];
  const found = new Map<RetentionName, string>();
  const seen = new Set<string>();
  const start = Temporal.PlainDate.from(calendarStart);
  for (let index = 0; index < calendarDays; index++) {
    const day = start.add({ days: index });
    const kinds = [old, next].map((policy) => retentionNames.filter((name) => keepsDay(policy, name, day)).join());
    const kind = [day.daysInMonth, ...kinds].join("|");
    if (seen.has(kind)) continue;
    seen.add(kind);
    const noon = momentOf(day, 12 * 60, "UTC");
    const before = vaultLife({ ...old, timeZone: "UTC" }, noon, day);
    const after = vaultLife({ ...next, timeZone: "UTC" }, noon, day);
    if (before === null || found.has(before.ruleName) || (after?.expireTime ?? noon) >= before.expireTime) continue;
    const [was, is] = [before.expireTime, after?.expireTime ?? noon].map((time) =>
      Math.round((time - noon) / secondsPerDay),
    );
    const instead = after === null ? "would not be kept" : `would live ${inDays(is ?? 0)}`;
    found.set(
      before.ruleName,
      `${before.ruleName} points ${instead} instead of ${inDays(was ?? 0)} (as that of ${day})`,
    );
  }
  return [...found.values()];
}

/**
 * A machine under an enhanced policy can't go back (Z-21): the type of a policy stays V2 while it protects something.
 * `items` are those that it protects, in words.
 */
export function policyTypeRefusal(
  old: PolicyProperties,
  next: PolicyProperties,
  items: string | undefined,
): EngineError | undefined {
  if (old.policyType !== "V2" || next.policyType !== "V1" || items === undefined) return undefined;
  const message = `the enhanced policy (V2) protects ${items}; a VM can't go back to a standard one (V1)`;
  const remedy = 'keep policyType: "V2", or make another policy for other VMs';
  return refusal("Z-21", "UserErrorPolicyTypeChange", "policyType", message, remedy);
}
