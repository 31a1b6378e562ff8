import type { Json, Row } from "../../store/tables";
import { listed } from "../core/listed";
import { parseSchedule, type Schedule } from "../core/schedule";
import type { Command, Query, QueryContext } from "../engine";
import { type EngineError, invariant } from "../error";
import { findDefaultPolicy, regionOfDefaultPolicy } from "./default-policy";
import { reapplyRetention } from "./policy-change";
import { type PolicyRule, type PolicyType, type RetentionRule, ruleRefusals, type UnnumberedRule } from "./policy-rule";
import type { Protection } from "./protection-row";
import { apiRefusal, type RuleId, refusal } from "./rule";

export type PolicyRow = Row<"policy">;

/** The type under which a backup plan keeps its own rules; no machine but the plan's is ever bound to it. */
export const planType = "PLAN";

export interface PolicyInput {
  readonly id: string;
  readonly policyName: string;
  readonly policyDescription: string | null;
  readonly policyType: PolicyType;
  readonly rules: readonly PolicyRule[];
}

/** A policy that people see, a region's built-in one as well; a plan's own rules are none. */
export const findPolicy: Query<string, PolicyRow | undefined> = async (context, policyId) => {
  const { store, settings } = context;
  const policy = (await store.get("policy", policyId)) ?? (await findDefaultPolicy(context, policyId));
  return policy?.account === settings.account && policy.policyType !== planType ? policy : undefined;
};

/** The policies of a name, which several may have. */
export const findPoliciesNamed: Query<string, PolicyRow[]> = async ({ store, settings }, policyName) => {
  const named = await store.find("policy", { account: settings.account, policyName });
  return named.filter(({ policyType }) => policyType !== planType);
};

export function rulesOf(policy: PolicyRow): readonly PolicyRule[] {
  const rules = policy.rules as unknown as readonly (PolicyRule & Record<string, unknown>)[];
  return rules.map((rule) => Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== null))) as never;
}

/** When backups run, and how long what they leave is kept. */
export interface TimedBackup {
  readonly schedule: Schedule;
  /** Days. */
  readonly retentionDays: number;
}

/** A policy as the scheduler uses it. */
export interface EffectivePolicy {
  readonly backups: readonly TimedBackup[];
  readonly retentionRules: readonly RetentionRule[];
  /** Days in the standard tier; null: points are never archived. */
  readonly archiveDays: number | null;
  /** Where points are copied, and for how many days a copy lives; null: as long as its point. */
  readonly replication: { readonly regionId: string; readonly retentionDays: number | null } | null;
  readonly immutable: boolean;
}

export function effectivePolicy(policy: PolicyRow): EffectivePolicy {
  return effectiveRules(rulesOf(policy));
}

/** Bindable rules as the scheduler uses them; the TRANSITION rule's retention beats the BACKUP rules' (A-36). */
export function effectiveRules(rules: readonly UnnumberedRule[]): EffectivePolicy {
  const find = (type: UnnumberedRule["ruleType"]) => rules.find(({ ruleType }) => ruleType === type);
  const [transition, replication] = [find("TRANSITION"), find("REPLICATION")];
  const backups = rules
    .filter(({ ruleType }) => ruleType === "BACKUP")
    .map(({ schedule, retention }) => {
      const retentionDays = transition?.retention ?? retention;
      invariant(schedule !== undefined && retentionDays !== undefined, "a bound policy has schedules and retentions");
      return { schedule: parseSchedule(schedule), retentionDays };
    });
  const destination = replication?.replicationRegionId;
  return {
    backups,
    retentionRules: transition?.retentionRules ?? [],
    archiveDays: transition?.archiveDays ?? null,
    replication:
      destination === undefined ? null : { regionId: destination, retentionDays: replication?.retention ?? null },
    immutable: find("SECURITY")?.immutable === true,
  };
}

/** All that keeps machines from being bound to a policy. */
export function bindingRefusals(policy: PolicyRow): EngineError[] {
  const refusals: EngineError[] = [];
  if (policy.policyType === "STANDARD") {
    const message = `policy ${policy.id} is of type STANDARD; ECS instances take policies of type UDM_ECS_ONLY`;
    const remedy = 'use a policy with policyType "UDM_ECS_ONLY"';
    refusals.push(refusal("A-67", "Engine.PolicyTypeMismatch", "policyId", message, remedy));
  }
  const isOwn = ({ rule }: EngineError) => policy.policyType === "UDM_ECS_ONLY" || rule === "A-33";
  const problem = ruleRefusals("UDM_ECS_ONLY", rulesOf(policy)).find(isOwn);
  if (problem !== undefined) {
    const { rule, code, message, remedy } = problem;
    refusals.push(refusal(rule as RuleId, code, "policyId", `policy ${policy.id}: ${message}`, remedy));
  }
  return refusals;
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

/**
 * CreatePolicyV2 and UpdatePolicyV2 in one: an update reaches every machine that is bound, and the points that there
 * are already.
 */
export const putPolicy: Command<PolicyInput, PolicyRow> = async (context, input) => {
  const [problem] = ruleRefusals(input.policyType, input.rules);
  if (problem !== undefined) throw problem;
  return savePolicy(context, input);
};

/** Writes a policy's row, a plan's own one as well. */
export const savePolicy: Command<Omit<PolicyInput, "policyType"> & { policyType: string }, PolicyRow> = async (
  context,
  input,
) => {
  const old = (await context.store.get("policy", input.id)) ?? (await findDefaultPolicy(context, input.id));
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
  const protections = old === undefined ? [] : await protectionsUnder(context, row.id);
  if (old !== undefined && protections.length > 0) {
    await reapplyRetention(context, { protections, old: effectivePolicy(old), next: effectivePolicy(row) });
  }
  return row;
};

/** The protections that a policy rules, those that are suspended as well. */
export const protectionsUnder: Query<string, Protection[]> = async ({ store, settings }, policyId) =>
  store.find("protection", { account: settings.account, policyId });

/** A built-in policy to which a machine is bound is a row like every other: it then runs, and may be edited. */
export const keepPolicy: Command<string, void> = async (context, policyId) => {
  const builtIn = await findDefaultPolicy(context, policyId);
  if (builtIn === undefined || (await context.store.get("policy", policyId)) !== undefined) return;
  await context.store.put("policy", [builtIn]);
};

/** So many machines and programs are named in a message; of the others it tells the number. */
const mostNamed = 10;

/** Says what a policy protects, and which programs have that: they may be of other stacks. */
async function inUse({ store }: QueryContext, policyId: string, held: readonly Protection[]): Promise<EngineError> {
  const ids = held.map(({ instanceId }) => instanceId);
  const [machines, groups] = [await store.getMany("machine", ids), await store.getMany("consistencyGroup", ids)];
  const names = new Map([
    ...machines.map(({ id, instanceName }) => [id, instanceName] as const),
    ...groups.map(({ id, groupName }) => [id, groupName] as const),
  ]);
  const sources = ids.map((id) => (names.has(id) && names.get(id) !== id ? `${names.get(id)} (${id})` : id));
  const urns = held.flatMap(({ urn }) => (urn === null ? [] : [urn])).sort();
  const programs = urns.length === 0 ? "" : `; programs have them as ${listed(urns, mostNamed)}`;
  return apiRefusal(
    "Engine.PolicyInUse",
    "policyId",
    `policy ${policyId} still protects ${listed(sources, mostNamed)}`,
    `remove these protections first (DeletePolicyBinding)${programs}`,
  );
}

/** DeletePolicyV2: refused while machines are bound other than by its own TAG rule. Gone already is fine. */
export const deletePolicy: Command<string, void> = async (context, policyId) => {
  const { store, settings } = context;
  const regionId = regionOfDefaultPolicy(settings.account, policyId);
  if (regionId !== undefined) {
    const message = `policy ${policyId} is the built-in default policy of region ${regionId}: it can't be deleted`;
    const remedy = "leave it alone; a program lets go of it with retainOnDelete, or pulumi state delete";
    throw refusal("A-67", "Engine.DefaultPolicy", "policyId", message, remedy);
  }
  const bound = await protectionsUnder(context, policyId);
  const held = bound.filter(({ createdByTag }) => !createdByTag);
  if (held.length > 0) throw await inUse(context, policyId, held);
  await store.remove(
    "protection",
    bound.map(({ id }) => id),
  );
  await store.remove("policy", [policyId]);
};
