import type { Row } from "../../store/tables";
import type { Query } from "../engine";
import { armKey } from "./arm-id";
import { apiRefusal } from "./rule";

export type PolicyRow = Row<"protectionPolicy">;

/** The API's code of a policy that breaks a rule. */
export const invalidPolicy = "BMSUserErrorInvalidPolicyInput";

/** What a policy may be called. */
export const policyNamePattern = /^[A-Za-z][A-Za-z0-9_-]{2,149}$/;
export const policyNameRule = "3 to 150 letters, digits, '-' and '_', a letter first";

export const daysOfWeek = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
export type DayOfWeek = (typeof daysOfWeek)[number];
export const weeksOfMonth = ["First", "Second", "Third", "Fourth", "Last"] as const;
export type WeekOfMonth = (typeof weeksOfMonth)[number];
export const monthsOfYear = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
export type MonthOfYear = (typeof monthsOfYear)[number];

/** When backups run. Times are `HH:mm` (minutes 00 or 30) on the policy's own clock. */
export interface SchedulePolicy {
  readonly scheduleRunFrequency: "Hourly" | "Daily" | "Weekly";
  /** Daily and Weekly: one time. */
  readonly scheduleRunTimes: readonly string[];
  /** Weekly. */
  readonly scheduleRunDays: readonly DayOfWeek[];
  /** Hourly (V2). */
  readonly hourlySchedule: {
    readonly interval: number;
    readonly scheduleWindowStartTime: string;
    readonly scheduleWindowDuration: number;
  } | null;
}

/** A day of a month by its number; the last one, whatever its number, has no date. */
export interface DayOfMonth {
  readonly date: number | null;
  readonly isLast: boolean;
}

/** Which days of a month: by number, or by weekday. */
export interface MonthDays {
  readonly retentionScheduleFormatType: "Daily" | "Weekly";
  readonly daysOfTheMonth: readonly DayOfMonth[];
  readonly daysOfTheWeek: readonly DayOfWeek[];
  readonly weeksOfTheMonth: readonly WeekOfMonth[];
}

export interface MonthlyRetention extends MonthDays {
  readonly count: number;
}

export interface YearlyRetention extends MonthlyRetention {
  readonly monthsOfYear: readonly MonthOfYear[];
}

/** How long points live: Days, Weeks, Months and Years by slot. */
export interface RetentionPolicy {
  readonly daily: { readonly count: number } | null;
  readonly weekly: { readonly count: number; readonly daysOfTheWeek: readonly DayOfWeek[] } | null;
  readonly monthly: MonthlyRetention | null;
  readonly yearly: YearlyRetention | null;
}

export interface TieringPolicy {
  readonly tieringMode: "TierRecommended" | "TierAfter" | "DoNotTier";
  /** TierAfter. */
  readonly duration: number | null;
  readonly durationType: "Days" | "Weeks" | "Months" | "Years" | null;
}

/** A policy as the engine works with it. */
export interface PolicyProperties {
  readonly policyType: "V1" | "V2";
  /** A Windows zone id, `W. Europe Standard Time`. */
  readonly timeZone: string;
  readonly instantRpRetentionRangeInDays: number;
  readonly snapshotConsistencyType: "OnlyCrashConsistent" | null;
  readonly schedulePolicy: SchedulePolicy;
  readonly retentionPolicy: RetentionPolicy;
  /** ArchivedRP; null: nothing is archived. */
  readonly tieringPolicy: TieringPolicy | null;
}

export function propertiesOf(policy: PolicyRow): PolicyProperties {
  return policy.properties as unknown as PolicyProperties;
}

/** A policy by its ARM id, in whatever case. */
export const findPolicy: Query<string, PolicyRow | undefined> = async ({ store, settings }, armId) => {
  const policy = await store.get("protectionPolicy", armKey(armId));
  return policy?.account === settings.account ? policy : undefined;
};

export const requirePolicy: Query<string, PolicyRow> = async (context, armId) => {
  const policy = await findPolicy(context, armId);
  if (policy !== undefined) return policy;
  throw apiRefusal(
    "BMSUserErrorObjectNotFound",
    "policyId",
    `there is no protection policy ${armId}`,
    "take policyId from the output of recoveryservices:ProtectionPolicy",
  );
};
