import type { Json, Row } from "../../store/tables";
import { hashOf } from "../core/identifier";
import { parseSchedule, type Schedule, ScheduleError } from "../core/schedule";
import { secondsPerDay } from "../core/time";
import type { Command, Query, QueryContext } from "../engine";
import { invariant } from "../error";
import { apiRefusal, refusal } from "./rule";

export type PolicyRow = Row<"policy">;

/** One rule of a policy, as the API writes it; `ruleId` is given by the service. */
export interface PolicyRule {
  readonly ruleId: string;
  readonly ruleType: "BACKUP" | "TRANSITION";
  readonly backupType: "COMPLETE" | null;
  readonly schedule: string | null;
  /** Days; null in a BACKUP rule whose TRANSITION rule has it. */
  readonly retention: number | null;
}

export interface PolicyInput {
  readonly id: string;
  readonly policyName: string;
  readonly policyDescription: string | null;
  readonly policyType: "STANDARD" | "UDM_ECS_ONLY";
  readonly rules: readonly PolicyRule[];
}

export const findPolicy: Query<string, PolicyRow | undefined> = async ({ store, settings }, policyId) => {
  const policy = await store.get("policy", policyId);
  return policy?.account === settings.account ? policy : undefined;
};

export function rulesOf(policy: PolicyRow): readonly PolicyRule[] {
  return policy.rules as unknown as readonly PolicyRule[];
}

/** The rules in one order, whatever the request's was: kind, then schedule; each with its id. */
export function numberRules(policyId: string, rules: readonly Omit<PolicyRule, "ruleId">[]): readonly PolicyRule[] {
  const rank = (rule: Omit<PolicyRule, "ruleId">): string =>
    `${rule.ruleType}|${rule.schedule ?? ""}|${rule.retention ?? ""}`;
  const sorted = [...rules].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  return sorted.map((rule, index) => {
    const number = sorted.slice(0, index).filter((earlier) => earlier.ruleType === rule.ruleType).length;
    return { ruleId: `rule-${hashOf(policyId, rule.ruleType, number).slice(0, 20)}`, ...rule };
  });
}

/** A policy as the scheduler uses it. */
export interface EffectivePolicy {
  readonly schedules: readonly Schedule[];
  /** Days that a point lives: the TRANSITION rule's beat the BACKUP rule's. */
  readonly retentionDays: number;
}

export function effectivePolicy(policy: PolicyRow): EffectivePolicy {
  const rules = rulesOf(policy);
  const backups = rules.filter((rule) => rule.ruleType === "BACKUP");
  const schedules = backups.flatMap((rule) => (rule.schedule === null ? [] : [parseSchedule(rule.schedule)]));
  const transition = rules.find((rule) => rule.ruleType === "TRANSITION" && rule.retention !== null);
  const retentionDays = transition?.retention ?? backups.find((rule) => rule.retention !== null)?.retention ?? null;
  invariant(retentionDays !== null, "a policy that may be bound has a retention");
  return { schedules, retentionDays };
}

/** When a point of the policy expires. */
export function expireTimeOf(policy: EffectivePolicy, createTime: number): number {
  return createTime + policy.retentionDays * secondsPerDay;
}

const permanentMessage =
  "the policy contains a permanent retention rule, which can't be applied to ECS instance backup " +
  "(the number of manual snapshots of a disk is limited)";

/** What is wrong with a policy's rules taken together: all of it, each with its property path. */
export function policyRefusals(input: Pick<PolicyInput, "policyType" | "rules">): Error[] {
  const refusals: Error[] = [];
  const backups = input.rules.filter((rule) => rule.ruleType === "BACKUP");
  const transitions = input.rules.filter((rule) => rule.ruleType === "TRANSITION");
  if (backups.length === 0) {
    const remedy = 'add a rule { ruleType: "BACKUP", schedule, retention }';
    refusals.push(refusal("A-35", "MissingParameter", "rules", "a policy needs at least one BACKUP rule", remedy));
  }
  if (transitions.length > 1) {
    const remedy = "keep one TRANSITION rule";
    refusals.push(refusal("A-36", "InvalidParameter", "rules", "a policy has at most one TRANSITION rule", remedy));
  }
  for (const [index, rule] of input.rules.entries()) {
    refusals.push(...ruleRefusals(rule, index, input, transitions));
  }
  return refusals;
}

function ruleRefusals(
  rule: PolicyRule,
  index: number,
  input: Pick<PolicyInput, "policyType">,
  transitions: readonly PolicyRule[],
): Error[] {
  const refusals: Error[] = [];
  const path = `rules[${index}]`;
  const isRetained = transitions.some((transition) => transition.retention !== null && transition.retention > 0);
  const isPermanent = rule.retention === -1 || (rule.retention === null && !isRetained);
  if (input.policyType === "UDM_ECS_ONLY" && isPermanent) {
    const remedy = "change the retention to a specified number of days, 1 to 364635";
    refusals.push(refusal("A-33", "Engine.PermanentRetention", `${path}.retention`, permanentMessage, remedy));
  }
  if (rule.ruleType === "BACKUP") refusals.push(...scheduleRefusals(rule, path));
  if (rule.ruleType === "TRANSITION" && rule.schedule !== null) {
    const message = "a TRANSITION rule has no schedule";
    refusals.push(
      refusal("A-35", "InvalidParameter", `${path}.schedule`, message, "put the schedule on the BACKUP rule"),
    );
  }
  return refusals;
}

function scheduleRefusals(rule: PolicyRule, path: string): Error[] {
  const remedy = 'write "I|1767225600|P1D" (start in UNIX seconds, ISO 8601 interval) or "C|1767225600|0 0 2 ? * *"';
  if (rule.schedule === null) {
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

/** Whether a machine may be bound to the policy at all. */
export function bindingRefusal(policy: PolicyRow): Error | undefined {
  if (policy.policyType !== "UDM_ECS_ONLY") {
    const message = `policy ${policy.id} is of type STANDARD; ECS instances take policies of type UDM_ECS_ONLY`;
    return refusal(
      "A-67",
      "Engine.PolicyTypeMismatch",
      "policyId",
      message,
      'use a policy with policyType "UDM_ECS_ONLY"',
    );
  }
  const [problem] = policyRefusals({ policyType: "UDM_ECS_ONLY", rules: rulesOf(policy) });
  return problem;
}

export async function requirePolicy(context: QueryContext, policyId: string): Promise<PolicyRow> {
  const policy = await findPolicy(context, policyId);
  if (policy !== undefined) return policy;
  throw apiRefusal(
    "EntityNotExist.Policy",
    "policyId",
    `there is no backup policy ${policyId}`,
    "take policyId from the output of hbr:Policy",
  );
}

/** CreatePolicyV2 and UpdatePolicyV2 in one: an update reaches every machine that is bound. */
export const putPolicy: Command<PolicyInput, PolicyRow> = async (context, input) => {
  const [problem] = policyRefusals(input);
  if (problem !== undefined) throw problem;
  const old = await findPolicy(context, input.id);
  const row: PolicyRow = {
    id: input.id,
    account: context.settings.account,
    policyName: input.policyName,
    policyDescription: input.policyDescription,
    policyType: input.policyType,
    rules: input.rules as unknown as readonly Json[],
    createTime: old?.createTime ?? context.now,
    updateTime: context.now,
  };
  await context.store.put("policy", [row]);
  return row;
};

/** DeletePolicyV2: refused while machines are bound. Gone already is fine. */
export const deletePolicy: Command<string, void> = async (context, policyId) => {
  const { store, settings } = context;
  const bound = await store.find("protection", { account: settings.account, policyId });
  if (bound.length > 0) {
    throw apiRefusal(
      "Engine.PolicyInUse",
      "policyId",
      `policy ${policyId} still protects ${bound.map((protection) => protection.instanceId).join(", ")}`,
      "remove these protections first (DeletePolicyBinding)",
    );
  }
  await store.remove("policy", [policyId]);
};
