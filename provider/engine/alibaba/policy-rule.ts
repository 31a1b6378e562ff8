import { hashOf } from "../core/identifier";
import { canonicalJson, type Json } from "../core/json";
import { parseSchedule, ScheduleError } from "../core/schedule";
import type { EngineError } from "../error";
import { regionIds, unknownRegion } from "./catalogue";
import { refusal } from "./rule";

export const ruleTypes = ["BACKUP", "TRANSITION", "REPLICATION", "SECURITY", "TAG"] as const;
export type RuleType = (typeof ruleTypes)[number];
export type PolicyType = "STANDARD" | "UDM_ECS_ONLY";

export const periods = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const;

/** Keeps the first point of each period longer than the others. */
export interface RetentionRule {
  readonly advancedRetentionType: (typeof periods)[number];
  /** Days. */
  readonly retention: number;
}

export interface TagFilter {
  readonly key: string;
  readonly operator: "EQUAL" | "NOT";
  readonly value: string;
}

/** One rule of a policy, as the API writes it; what its type has no use for is absent. */
export interface UnnumberedRule {
  readonly ruleType: RuleType;
  readonly backupType?: "COMPLETE";
  readonly schedule?: string;
  /** Days; absent in a BACKUP rule whose TRANSITION rule has it. */
  readonly retention?: number;
  /** Days in the standard tier before a point is archived. */
  readonly archiveDays?: number;
  readonly retentionRules?: readonly RetentionRule[];
  readonly replicationRegionId?: string;
  readonly immutable?: boolean;
  readonly tagFilters?: readonly TagFilter[];
  /** The kinds of sources that a TAG rule binds; absent: ECS instances, the only kind there is. */
  readonly dataSourceFilters?: readonly { readonly sourceType: "UDM_ECS" }[];
}

/** A rule with the id that the service gives. */
export interface PolicyRule extends UnnumberedRule {
  readonly ruleId: string;
}

/** The rules in one order, whatever the request's was: kind, then schedule; each with its id. */
export function numberRules(policyId: string, rules: readonly UnnumberedRule[]): readonly PolicyRule[] {
  const rank = (rule: UnnumberedRule): string =>
    `${rule.ruleType}|${rule.schedule ?? ""}|${canonicalJson(rule as unknown as Json)}`;
  const sorted = [...rules].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  return sorted.map((rule, index) => {
    const number = sorted.slice(0, index).filter((earlier) => earlier.ruleType === rule.ruleType).length;
    return { ruleId: `rule-${hashOf(policyId, rule.ruleType, number).slice(0, 20)}`, ...rule };
  });
}

/** What each type of rule has a use for. */
const partsOf: Readonly<Record<RuleType, readonly (keyof UnnumberedRule)[]>> = {
  BACKUP: ["backupType", "schedule", "retention"],
  TRANSITION: ["retention", "archiveDays", "retentionRules"],
  REPLICATION: ["replicationRegionId", "retention"],
  SECURITY: ["immutable"],
  TAG: ["tagFilters", "dataSourceFilters"],
};

const permanentMessage =
  "the policy contains a permanent retention rule, which can't be applied to ECS instance backup " +
  "(the number of manual snapshots of a disk is limited; A-70)";

/** What is wrong with a policy's rules taken together: all of it, each with its property path. */
export function ruleRefusals(policyType: PolicyType, rules: readonly UnnumberedRule[]): EngineError[] {
  const refusals: EngineError[] = [];
  const of = (type: RuleType) => rules.filter((rule) => rule.ruleType === type);
  if (of("BACKUP").length === 0) {
    const remedy = 'add a rule { ruleType: "BACKUP", schedule, retention }';
    refusals.push(refusal("A-35", "MissingParameter", "rules", "a policy needs at least one BACKUP rule", remedy));
  }
  for (const type of ["TRANSITION", "REPLICATION", "SECURITY"] as const) {
    if (of(type).length < 2) continue;
    const message = `a policy has at most one ${type} rule`;
    refusals.push(refusal("A-36", "InvalidParameter", "rules", message, `keep one ${type} rule`));
  }
  for (const [index, rule] of rules.entries()) {
    const path = `rules[${index}]`;
    refusals.push(...strangeParts(rule, path), ...refusalsOf(rule, path, policyType, rules));
  }
  return refusals;
}

function strangeParts(rule: UnnumberedRule, path: string): EngineError[] {
  const own = new Set<string>(["ruleType", "ruleId", ...partsOf[rule.ruleType]]);
  const article = `${rule.ruleType} rule`;
  return Object.entries(rule)
    .filter(([name, value]) => value !== undefined && !own.has(name))
    .map(([name]) => {
      const home = ruleTypes.filter((type) => (partsOf[type] as readonly string[]).includes(name)).join(" or ");
      const message = `a ${article} has no ${name}`;
      return refusal("A-35", "InvalidParameter", `${path}.${name}`, message, `put ${name} on a ${home} rule`);
    });
}

function refusalsOf(
  rule: UnnumberedRule,
  path: string,
  type: PolicyType,
  rules: readonly UnnumberedRule[],
): EngineError[] {
  switch (rule.ruleType) {
    case "BACKUP":
      return [...permanentRefusals(rule, path, type, rules), ...scheduleRefusals(rule, path)];
    case "TRANSITION":
      return [...permanentRefusals(rule, path, type, rules), ...archiveRefusals(rule, path, rules)];
    case "REPLICATION":
      return [...permanentRefusals({ retention: 1, ...rule }, path, type, rules), ...replicationRefusals(rule, path)];
    case "SECURITY":
      return securityRefusals(rule, path, type);
    case "TAG":
      return tagRefusals(rule, path);
  }
}

function permanentRefusals(
  rule: UnnumberedRule,
  path: string,
  policyType: PolicyType,
  rules: readonly UnnumberedRule[],
): EngineError[] {
  const isRetained = rules.some(({ ruleType, retention }) => ruleType === "TRANSITION" && (retention ?? 0) > 0);
  const isArchiveOnly = rule.ruleType === "TRANSITION" && rules.some((each) => isBackupWithRetention(each));
  const isPermanent = rule.retention === -1 || (rule.retention === undefined && !isRetained && !isArchiveOnly);
  if (policyType !== "UDM_ECS_ONLY" || !isPermanent) return [];
  const remedy = "change the retention to a specified number of days, 1 to 364635";
  return [refusal("A-33", "Engine.PermanentRetention", `${path}.retention`, permanentMessage, remedy)];
}

function isBackupWithRetention({ ruleType, retention }: UnnumberedRule): boolean {
  return ruleType === "BACKUP" && retention !== undefined;
}

function scheduleRefusals(rule: UnnumberedRule, path: string): EngineError[] {
  const remedy = 'write "I|1767225600|P1D" (start in UNIX seconds, ISO 8601 interval) or "C|1767225600|0 0 2 ? * *"';
  if (rule.schedule === undefined) {
    return [refusal("A-35", "MissingParameter", `${path}.schedule`, "a BACKUP rule needs a schedule", remedy)];
  }
  try {
    parseSchedule(rule.schedule);
    return [];
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    return [refusal("A-35", "InvalidParameter", `${path}.schedule`, error.message, remedy)];
  }
}

/** The shortest stay in the standard tier, and in the archive, days. */
const shortestStandardDays = 30;
const shortestArchiveDays = 60;

function archiveRefusals(rule: UnnumberedRule, path: string, rules: readonly UnnumberedRule[]): EngineError[] {
  const { archiveDays } = rule;
  if (archiveDays === undefined) return [];
  const property = `${path}.archiveDays`;
  if (archiveDays < shortestStandardDays) {
    const message = `archiveDays is ${archiveDays}; points stay ${shortestStandardDays} days or more in standard tier`;
    return [refusal("A-48", "InvalidParameter", property, message, `give ${shortestStandardDays} days or more`)];
  }
  const lives = rule.retention === undefined ? rules.filter(isBackupWithRetention) : [rule];
  const shortest = Math.min(...lives.map(({ retention }) => retention ?? Number.POSITIVE_INFINITY));
  if (shortest - archiveDays >= shortestArchiveDays) return [];
  const message =
    `retention is ${shortest} days and archiveDays ${archiveDays}: a point must stay at least ` +
    `${shortestArchiveDays} days in the archive`;
  const remedy = `keep points at least ${archiveDays + shortestArchiveDays} days, or archive them sooner`;
  return [refusal("A-48", "InvalidParameter", property, message, remedy)];
}

function replicationRefusals(rule: UnnumberedRule, path: string): EngineError[] {
  return destinationRefusals(rule.replicationRegionId, `${path}.replicationRegionId`);
}

/** Why points can't be copied to a region: none is named, or nobody knows it. */
export function destinationRefusals(regionId: string | undefined, property: string): EngineError[] {
  if (regionId === undefined || regionId === "") {
    const message = "replication is on, but the destination region isn't specified (A-71)";
    const remedy = "name the destination region, or turn replication off";
    return [refusal("A-34", "Engine.DestinationRegionMissing", property, message, remedy)];
  }
  return regionIds.includes(regionId) ? [] : [unknownRegion(regionId, property)];
}

function securityRefusals(rule: UnnumberedRule, path: string, policyType: PolicyType): EngineError[] {
  const property = `${path}.immutable`;
  if (rule.immutable === undefined) {
    return [
      refusal(
        "A-43",
        "MissingParameter",
        property,
        "a SECURITY rule needs immutable",
        "set immutable to true or false",
      ),
    ];
  }
  if (policyType === "UDM_ECS_ONLY") return [];
  const message =
    "immutable points are a matter of policies of type UDM_ECS_ONLY; a STANDARD policy's vault locks " + "its own";
  return [refusal("A-67", "InvalidParameter", property, message, "leave the SECURITY rule out")];
}

function tagRefusals(rule: UnnumberedRule, path: string): EngineError[] {
  if ((rule.tagFilters ?? []).length > 0) return [];
  const message = "a TAG rule without tagFilters would bind every machine of the account";
  const remedy = 'name the tags: [{ key: "backup", operator: "EQUAL", value: "daily" }]';
  return [refusal("A-03", "MissingParameter", `${path}.tagFilters`, message, remedy)];
}
