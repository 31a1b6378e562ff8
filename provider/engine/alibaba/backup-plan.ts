import { hashOf } from "../core/identifier";
import { canonicalJson, type Json } from "../core/json";
import type { Command, CommandContext, Query, QueryContext } from "../engine";
import { findRegion, policyCenterIn } from "./catalogue";
import { findMachine } from "./machine";
import { planType, savePolicy } from "./policy";
import { destinationRefusals, numberRules, type PolicyRule, ruleRefusals, type UnnumberedRule } from "./policy-rule";
import { findProtection, removeProtection, saveProtection } from "./protection";
import {
  type Assessment,
  assessSource,
  bindingConflict,
  gateRefusals,
  keyWarnings,
  type RequiredConsistency,
  replicationRefusals,
} from "./protection-assessment";
import { type Protection, settingsOf } from "./protection-row";
import type { ProtectionSettings } from "./protection-settings";
import { refusal } from "./rule";
import { ensureServiceRole } from "./service";

/** A backup plan: a machine's own schedule, where the region has no Policy Center. */
export interface PlanInput {
  readonly id: string;
  readonly urn: string | null;
  readonly planName: string;
  readonly instanceId: string;
  readonly schedules: readonly string[];
  /** Days. */
  readonly retention: number;
  readonly copy: { readonly regionId: string; readonly retentionDays: number | null } | null;
  readonly disabled: boolean;
  readonly settings: ProtectionSettings;
}

/** A plan as it is now. */
export interface BackupPlan extends PlanInput {
  readonly protection: Protection;
  /** The policy that it was converted to; null before that. */
  readonly convertedPolicyId: string | null;
}

/**
 * A plan is kept as a binding with the plan's id and, until it is converted, as a policy of its own that nobody else
 * sees: so its runs, points and forecasts are those of every protection.
 */
export const findPlan: Query<string, BackupPlan | undefined> = async (context, id) => {
  const protection = await findProtection(context, id);
  const policy = protection === undefined ? undefined : await context.store.get("policy", protection.policyId);
  if (protection === undefined || policy === undefined || !id.startsWith("plan-")) return undefined;
  const rules = policy.rules as unknown as readonly PolicyRule[];
  const copy = rules.find(({ ruleType }) => ruleType === "REPLICATION");
  const transition = rules.find(({ ruleType }) => ruleType === "TRANSITION");
  const backups = rules.filter(({ ruleType }) => ruleType === "BACKUP");
  return {
    id,
    urn: protection.urn,
    planName: policy.policyName,
    instanceId: protection.instanceId,
    schedules: backups.map(({ schedule }) => schedule ?? "").sort(),
    // Somebody may have edited the policy that a plan was converted to: then the longest is told.
    retention: transition?.retention ?? Math.max(...backups.map(({ retention }) => retention ?? 0)),
    copy:
      copy?.replicationRegionId === undefined
        ? null
        : { regionId: copy.replicationRegionId, retentionDays: copy.retention ?? null },
    disabled: protection.disabled,
    settings: settingsOf(protection),
    protection,
    convertedPolicyId: policy.policyType === planType ? null : policy.id,
  };
};

/** The machine's plans, converted or not; those with the given ids come first. */
export async function plansOf(
  context: QueryContext,
  instanceId: string,
  preferred: readonly string[],
): Promise<readonly BackupPlan[]> {
  const bound = await context.store.find("protection", { instanceId });
  const plans: BackupPlan[] = [];
  for (const { id } of bound) {
    const plan = await findPlan(context, id);
    if (plan !== undefined) plans.push(plan);
  }
  const rank = ({ id }: BackupPlan) => (preferred.includes(id) ? 0 : 1);
  return plans.sort((a, b) => rank(a) - rank(b));
}

/** What the plan comes to as rules of a policy, which is also what it is converted to. */
export function rulesOfPlan({ schedules, retention, copy }: PlanInput): UnnumberedRule[] {
  const backups = schedules.map((schedule) => ({
    ruleType: "BACKUP" as const,
    backupType: "COMPLETE" as const,
    schedule,
    retention,
  }));
  if (copy === null) return backups;
  const days = copy.retentionDays === null ? {} : { retention: copy.retentionDays };
  return [...backups, { ruleType: "REPLICATION", replicationRegionId: copy.regionId, ...days }];
}

export interface PlanAssessmentInput extends PlanInput {
  readonly requireConsistency: RequiredConsistency | null;
  readonly isNew: boolean;
}

/** Looks at a plan without making or editing it. */
export const assessPlan: Query<PlanAssessmentInput, Assessment> = async (context, input) => {
  const assessment = await assessSource(context, { sourceId: input.instanceId, settings: input.settings });
  const { regionId, consistency } = assessment;
  const refusals = [...assessment.refusals, ...planRuleRefusals(input)];
  refusals.push(...replicationRefusals(input.settings, input.copy, regionId, "destinationRegionId"));
  if (regionId !== undefined && (await policyCenterIn(context, regionId))) {
    if (input.isNew) refusals.push(centerRefusal(regionId, context));
    else refusals.push(...(await conversionRefusals(context, input)));
  }
  if (refusals.length === 0) refusals.push(...gateRefusals(consistency, input.requireConsistency));
  const warnings = [...assessment.warnings, ...(await keyWarnings(context, input.settings, input.copy))];
  return { ...assessment, refusals, warnings };
};

/** An edit converts the plan, so the machine must not be bound by then; a plan that stays as it is stays a plan. */
async function conversionRefusals(context: QueryContext, input: PlanInput): Promise<Error[]> {
  const old = await findPlan(context, input.id);
  if (old !== undefined && (old.convertedPolicyId !== null || isSame(old, input))) return [];
  const conflict = await bindingConflict(context, { sourceId: input.instanceId, urn: input.urn, ownId: input.id });
  return conflict === undefined ? [] : [conflict];
}

function isSame(old: BackupPlan, input: PlanInput): boolean {
  const text = ({ planName, schedules, retention, copy, disabled, settings }: PlanInput): string =>
    canonicalJson({
      planName,
      schedules: [...schedules].sort(),
      retention,
      copy,
      disabled,
      settings,
    } as unknown as Json);
  return text(old) === text(input);
}

/** The rules of a policy, told by the plan's own property paths. */
function planRuleRefusals(input: PlanInput): Error[] {
  const own = ruleRefusals(
    "UDM_ECS_ONLY",
    rulesOfPlan(input).filter(({ ruleType }) => ruleType === "BACKUP"),
  );
  const copy = input.copy === null ? [] : destinationRefusals(input.copy.regionId, "destinationRegionId");
  return [...own, ...copy];
}

function centerRefusal(regionId: string, context: QueryContext): Error {
  const name = findRegion(regionId, context.settings.edition)?.localName ?? regionId;
  const message = `region ${regionId} (${name}) has a Policy Center: no backup plan can be created there any more`;
  const remedy = "use hbr:Policy and hbr:InstanceProtection";
  return refusal("A-31", "Engine.PolicyCenterRegion", "instanceId", message, remedy);
}

export const createPlan: Command<
  PlanInput & { readonly requireConsistency: RequiredConsistency | null },
  BackupPlan
> = async (context, input) => {
  refuseFirst(await assessPlan(context, { ...input, isNew: true }));
  await ensureServiceRole(context);
  await savePlan(context, input, input.id, planType);
  return (await findPlan(context, input.id)) as BackupPlan;
};

function refuseFirst({ refusals }: Assessment): void {
  const [problem] = refusals;
  if (problem !== undefined) throw problem;
}

/** Writes a plan down as it is told, with its rules as the policy of that id and type. */
export async function savePlan(context: CommandContext, input: PlanInput, policyId: string, policyType: string) {
  const rules = numberRules(policyId, rulesOfPlan(input));
  await savePolicy(context, { id: policyId, policyName: input.planName, policyDescription: null, policyType, rules });
  await saveProtection(context, { ...input, sourceId: input.instanceId, policyId, createdByTag: false });
}

/**
 * Edits a plan; where its region has a Policy Center by now it is converted to a policy and bound in place: same id,
 * and settings, disks and points are kept.
 */
export const editPlan: Command<
  PlanInput & { readonly requireConsistency: RequiredConsistency | null },
  BackupPlan
> = async (context, input) => {
  refuseFirst(await assessPlan(context, { ...input, isNew: false }));
  const old = await findPlan(context, input.id);
  const regionId = (await findMachine(context, input.instanceId))?.regionId ?? "";
  if (old?.convertedPolicyId === null && (await policyCenterIn(context, regionId))) {
    await savePlan(context, input, convertedIdOf(input.id), "UDM_ECS_ONLY");
    await context.store.remove("policy", [input.id]);
  } else {
    const policyId = old?.convertedPolicyId ?? input.id;
    await savePlan(context, input, policyId, policyId === input.id ? planType : "UDM_ECS_ONLY");
  }
  return (await findPlan(context, input.id)) as BackupPlan;
};

/** The id of the policy that a plan becomes. */
function convertedIdOf(planId: string): string {
  return `po-${hashOf("converted plan", planId).slice(0, 20)}`;
}

/** DeleteBackupPlan: this plan and no other; the points stay unless they are asked away. Gone already is fine. */
export const removePlan: Command<{ id: string; deletePoints: boolean }, void> = async (context, input) => {
  const plan = await findPlan(context, input.id);
  if (plan === undefined) return;
  await removeProtection(context, input);
  const policyId = plan.convertedPolicyId ?? plan.id;
  const isShared = (await context.store.count("protection", { account: context.settings.account, policyId })) > 0;
  if (!isShared) await context.store.remove("policy", [policyId]);
};
