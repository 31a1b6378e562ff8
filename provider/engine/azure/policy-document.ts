import type { ErrorObject } from "ajv";
import type { Json } from "../../store/tables";
import { lazyValidator } from "../core/json-schema";
import { nearest } from "../core/nearest";
import { withoutNulls } from "../core/operation";
import { isoTime } from "../core/time";
import type { EngineError } from "../error";
import { nameOf } from "./arm-id";
import { invalidPolicy, type PolicyProperties, type PolicyRow, propertiesOf, type SchedulePolicy } from "./policy";
import { policyDocumentSchema } from "./policy-document-schema";
import {
  fromRetention,
  fromSchedule,
  fromTiering,
  type RetentionForm,
  type ScheduleForm,
  scheduleFormRefusals,
  type TieringForm,
  timeOfDay,
  toRetention,
  toSchedule,
  toTiering,
} from "./policy-form";
import { defaultSnapshotDays } from "./policy-rule";
import { apiRefusal, refusal } from "./rule";

/** A policy's `properties` as ARM writes them; what is left out stays as it is. */
interface PolicyDocument {
  readonly policyType?: PolicyProperties["policyType"];
  readonly timeZone?: string;
  readonly instantRpRetentionRangeInDays?: number;
  /** Null takes it away. */
  readonly snapshotConsistencyType?: PolicyProperties["snapshotConsistencyType"];
  readonly schedulePolicy?: ScheduleForm & { readonly schedulePolicyType?: string };
  readonly retentionPolicy?: RetentionForm;
  /** Null takes it away. */
  readonly tieringPolicy?: TieringForm | null;
}

/** A document as the engine has it, or all that is wrong with its shape. */
export type PolicyReading =
  | { readonly refusals: readonly EngineError[]; readonly properties?: never }
  | { readonly refusals?: never; readonly properties: PolicyProperties };

/** Reads a policy's `properties`; what they leave out stays as in `old`, or has the service's default. */
export function readPolicyDocument(value: Json, old: PolicyProperties | undefined): PolicyReading {
  const given = normalised(value);
  const violations = schemaRefusals(given);
  if (violations.length > 0) return { refusals: violations };
  const document = given as PolicyDocument;
  const { schedulePolicy, retentionPolicy, tieringPolicy } = document;
  const schedule = schedulePolicy === undefined ? old?.schedulePolicy : toSchedule(schedulePolicy);
  const retention = retentionPolicy === undefined ? old?.retentionPolicy : toRetention(retentionPolicy);
  const policyType = document.policyType ?? old?.policyType ?? "V1";
  const refusals = [
    ...(schedule === undefined ? [missing("schedulePolicy", '{"scheduleRunFrequency": "Daily", …}')] : []),
    ...(retention === undefined ? [missing("retentionPolicy", '{"dailySchedule": {…}}')] : []),
    ...typeRefusals(document, policyType),
    ...(schedulePolicy === undefined ? [] : scheduleFormRefusals(schedulePolicy)),
    ...(schedule === undefined ? [] : retentionTimeRefusals(given, schedule)),
  ];
  if (refusals.length > 0 || schedule === undefined || retention === undefined) return { refusals };
  const { snapshotConsistencyType: consistency, instantRpRetentionRangeInDays: days } = document;
  return {
    properties: {
      policyType,
      timeZone: document.timeZone ?? old?.timeZone ?? "UTC",
      instantRpRetentionRangeInDays:
        days ?? old?.instantRpRetentionRangeInDays ?? defaultSnapshotDays(policyType, schedule.scheduleRunFrequency),
      snapshotConsistencyType: consistency === undefined ? (old?.snapshotConsistencyType ?? null) : consistency,
      schedulePolicy: schedule,
      retentionPolicy: retention,
      tieringPolicy: tieringPolicy === undefined ? (old?.tieringPolicy ?? null) : toTiering(tieringPolicy ?? undefined),
    },
  };
}

/** ARM writes null for what isn't there, but at the top null takes something away; a day is not the last by default. */
function normalised(value: Json): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const nested = (key: string, member: unknown): unknown => {
    if (member === null) return undefined;
    if (key !== "daysOfTheMonth" || !Array.isArray(member)) return member;
    return member.map((day: unknown) => (typeof day === "object" ? { isLast: false, ...day } : day));
  };
  const entries = Object.entries(value).map(([name, member]) => {
    const text = member === null ? undefined : JSON.stringify(member, nested);
    return [name, text === undefined ? member : (JSON.parse(text) as Json)] as const;
  });
  return Object.fromEntries(entries);
}

const validator = lazyValidator(policyDocumentSchema);

function schemaRefusals(document: Json): readonly EngineError[] {
  const validate = validator();
  return validate(document) ? [] : (validate.errors ?? []).map(explain);
}

function malformed(property: string, message: string, remedy: string): EngineError {
  return apiRefusal(invalidPolicy, property, `${property} ${message}`, remedy);
}

function missing(property: string, example: string): EngineError {
  return malformed(property, "is missing", `a new policy needs it: ${example}`);
}

/** What is wrong with the document itself. */
const whole = "properties";

function below(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function explain({ keyword, instancePath, params, schemaPath, message }: ErrorObject): EngineError {
  const path = instancePath
    .replace(/\/(\d+)/g, "[$1]")
    .replace(/\//g, ".")
    .slice(1);
  const names = params as Readonly<Record<string, unknown>>;
  if (keyword === "additionalProperties") {
    const known = Object.keys(partOfSchema(schemaPath.replace(/additionalProperties$/, "properties")));
    const name = String(names.additionalProperty);
    const meant = nearest(name, known);
    const hint = meant === undefined ? "" : `did you mean ${meant}? `;
    return malformed(below(path, name), "is not known", `${hint}the keys are ${known.join(", ")}`);
  }
  if (keyword === "required") return malformed(below(path, String(names.missingProperty)), "is missing", "give it");
  if (keyword === "enum") {
    const allowed = (names.allowedValues as readonly Json[]).filter((each) => each !== null).join(", ");
    return malformed(path || whole, "has a value that the API doesn't know", `give one of ${allowed}`);
  }
  return malformed(path || whole, message ?? "is malformed", "write it as ProtectionPolicies_Get prints it");
}

/** What ajv's path, `#/properties/…`, names in the schema. */
function partOfSchema(schemaPath: string): object {
  const steps = schemaPath.replace(/^#\//, "").split("/");
  return steps.reduce<object>((part, step) => (part as Record<string, object>)[step] ?? {}, policyDocumentSchema);
}

const scheduleTypes = { V1: "SimpleSchedulePolicy", V2: "SimpleSchedulePolicyV2" } as const;

/** The discriminator of the schedule follows from the policy's type, and may not say otherwise (Z-21). */
function typeRefusals({ schedulePolicy }: PolicyDocument, policyType: PolicyProperties["policyType"]): EngineError[] {
  const given = schedulePolicy?.schedulePolicyType;
  if (given === undefined || given === scheduleTypes[policyType]) return [];
  const property = "schedulePolicy.schedulePolicyType";
  const message = `a policy of type ${policyType} has a ${scheduleTypes[policyType]}, not a ${given}`;
  const remedy = "leave schedulePolicyType out, or change policyType";
  return [refusal("Z-21", invalidPolicy, property, message, remedy)];
}

/** Retention times say again when the backups run: what they say otherwise would be lost. */
function retentionTimeRefusals(document: Json, schedule: SchedulePolicy): EngineError[] {
  const retention = (document as Record<string, Record<string, { retentionTimes?: string[] }>>).retentionPolicy ?? {};
  const times = timesOf(schedule);
  return Object.entries(retention).flatMap(([name, slot]) =>
    (slot.retentionTimes ?? [])
      .filter((time) => !times.includes(timeOfDay(time)))
      .map((time) => {
        const property = `retentionPolicy.${name}.retentionTimes`;
        const message = `${time} is no time at which the policy backs up: ${times.join(", ") || "it has none"}`;
        return refusal("Z-27", invalidPolicy, property, message, "leave retentionTimes out");
      }),
  );
}

function timesOf({ scheduleRunTimes, hourlySchedule }: SchedulePolicy): readonly string[] {
  return hourlySchedule === null ? scheduleRunTimes : [hourlySchedule.scheduleWindowStartTime];
}

/** A policy as ARM writes it; it can be given to ProtectionPolicies_CreateOrUpdate again. */
export function policyRecord(policy: PolicyRow, protectedItemsCount: number): Json {
  const properties = propertiesOf(policy);
  // ARM gives times of day a date, which counts for nothing.
  const day = isoTime(policy.createTime).slice(0, 10);
  const inFull = (time: string) => `${day}T${time}:00Z`;
  const retentionTimes = timesOf(properties.schedulePolicy).map(inFull);
  const slots = Object.entries(fromRetention(properties.retentionPolicy));
  return {
    id: policy.armId,
    name: nameOf(policy.armId),
    type: "Microsoft.RecoveryServices/vaults/backupPolicies",
    properties: withoutNulls({
      backupManagementType: "AzureIaasVM",
      policyType: properties.policyType,
      timeZone: properties.timeZone,
      instantRpRetentionRangeInDays: properties.instantRpRetentionRangeInDays,
      snapshotConsistencyType: properties.snapshotConsistencyType,
      schedulePolicy: scheduleRecord(properties, inFull),
      retentionPolicy: {
        retentionPolicyType: "LongTermRetentionPolicy",
        ...Object.fromEntries(slots.map(([name, slot]) => [name, { ...slot, retentionTimes } as Json])),
      },
      tieringPolicy: (fromTiering(properties.tieringPolicy) ?? null) as Json,
      protectedItemsCount,
    }),
  };
}

/** A standard policy has its times and days at the top, an enhanced one below its frequency. */
function scheduleRecord(
  { policyType, schedulePolicy }: PolicyProperties,
  inFull: (time: string) => string,
): Record<string, Json> {
  const { scheduleRunFrequency, hourlySchedule } = schedulePolicy;
  const { scheduleRunTimes = [], scheduleRunDays } = fromSchedule(schedulePolicy);
  const type = { schedulePolicyType: scheduleTypes[policyType], scheduleRunFrequency };
  if (hourlySchedule !== null) {
    const scheduleWindowStartTime = inFull(hourlySchedule.scheduleWindowStartTime);
    return { ...type, hourlySchedule: { ...hourlySchedule, scheduleWindowStartTime } };
  }
  const run = {
    scheduleRunTimes: scheduleRunTimes.map(inFull),
    ...(scheduleRunDays === undefined ? {} : { scheduleRunDays }),
  };
  if (policyType === "V1") return { ...type, ...run };
  return { ...type, [scheduleRunFrequency === "Weekly" ? "weeklySchedule" : "dailySchedule"]: run };
}
