import { daysOfWeek, monthsOfYear, weeksOfMonth } from "./policy";

type Schema = Readonly<Record<string, unknown>>;

function object(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return { type: "object", additionalProperties: false, properties, required };
}

function oneOf(...values: readonly (string | null)[]): Schema {
  return { enum: values };
}

function listOf(items: Schema): Schema {
  return { type: "array", items };
}

const text: Schema = { type: "string" };
const texts = listOf(text);
const days = listOf(oneOf(...daysOfWeek));
const count: Schema = { type: "integer", minimum: 1 };
const run = { scheduleRunTimes: texts, scheduleRunDays: days };

const schedulePolicy = object(
  {
    schedulePolicyType: oneOf("SimpleSchedulePolicy", "SimpleSchedulePolicyV2"),
    scheduleRunFrequency: oneOf("Hourly", "Daily", "Weekly"),
    ...run,
    scheduleWeeklyFrequency: { const: 0 },
    hourlySchedule: object({ interval: count, scheduleWindowStartTime: text, scheduleWindowDuration: count }, [
      "interval",
      "scheduleWindowStartTime",
      "scheduleWindowDuration",
    ]),
    dailySchedule: object({ scheduleRunTimes: texts }),
    weeklySchedule: object(run),
  },
  ["scheduleRunFrequency"],
);

/** A slot of the retention; each has its own unit (Z-27). */
function slot(
  unit: "Days" | "Weeks" | "Months" | "Years",
  parts: Readonly<Record<string, Schema>> = {},
  required: readonly string[] = [],
): Schema {
  const retentionDuration = object({ count, durationType: oneOf(unit) }, ["count", "durationType"]);
  return object({ ...parts, retentionTimes: texts, retentionDuration }, [...required, "retentionDuration"]);
}

const monthDays = {
  retentionScheduleFormatType: oneOf("Daily", "Weekly"),
  retentionScheduleDaily: object(
    {
      daysOfTheMonth: listOf(
        object({ date: { type: "integer", minimum: 0, maximum: 31 }, isLast: { type: "boolean" } }),
      ),
    },
    ["daysOfTheMonth"],
  ),
  retentionScheduleWeekly: object({ daysOfTheWeek: days, weeksOfTheMonth: listOf(oneOf(...weeksOfMonth)) }, [
    "daysOfTheWeek",
    "weeksOfTheMonth",
  ]),
};

const retentionPolicy = object({
  retentionPolicyType: oneOf("LongTermRetentionPolicy"),
  dailySchedule: slot("Days"),
  weeklySchedule: slot("Weeks", { daysOfTheWeek: days }, ["daysOfTheWeek"]),
  monthlySchedule: slot("Months", monthDays, ["retentionScheduleFormatType"]),
  yearlySchedule: slot("Years", { ...monthDays, monthsOfYear: listOf(oneOf(...monthsOfYear)) }, [
    "retentionScheduleFormatType",
    "monthsOfYear",
  ]),
});

const archive = object(
  {
    tieringMode: oneOf("TierRecommended", "TierAfter", "DoNotTier"),
    duration: count,
    durationType: oneOf("Days", "Weeks", "Months", "Years"),
  },
  ["tieringMode"],
);

/** The shape of a protection policy's `properties` in ARM; what they mean is judged by the rules of policies. */
export const policyDocumentSchema = object({
  backupManagementType: oneOf("AzureIaasVM"),
  policyType: oneOf("V1", "V2"),
  timeZone: text,
  instantRpRetentionRangeInDays: count,
  snapshotConsistencyType: oneOf("OnlyCrashConsistent", null),
  schedulePolicy,
  retentionPolicy,
  tieringPolicy: { ...object({ ArchivedRP: archive }), type: ["object", "null"] },
  // What the service only tells: so that what it printed can be given back.
  protectedItemsCount: { type: "integer" },
});
