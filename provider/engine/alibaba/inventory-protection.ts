import type { Json } from "../../store/tables";
import { digitsOf, hashOf } from "../core/identifier";
import { loadChanged, stepsOf } from "../core/inventory-record";
import type { CommandContext } from "../engine";
import { savePlan } from "./backup-plan";
import { protectionsOver } from "./consistency-group";
import { decodeSettings, settingKeys } from "./operation-settings";
import { planType, savePolicy } from "./policy";
import { numberRules, type PolicyType, type RetentionRule, type TagFilter, type UnnumberedRule } from "./policy-rule";
import { findProtection, saveProtection } from "./protection";
import { defaultSettings, type ProtectionSettings } from "./protection-settings";
import { attachmentId } from "./ram";
import { ensureServiceRole } from "./service";
import { bindByTags } from "./tag-binding";

/** A role as GetRole tells it; `policies`, our own key, names what is attached to it. */
export interface InventoryRole {
  readonly RoleName: string;
  readonly RoleId?: string;
  readonly AssumeRolePolicyDocument: Json;
  readonly Description?: string;
  readonly MaxSessionDuration?: number;
  readonly policies?: readonly string[];
}

/** A RAM policy as GetPolicy tells it, with the document of its default version. */
export interface InventoryRamPolicy {
  readonly PolicyName: string;
  readonly PolicyType?: "Custom" | "System";
  readonly Description?: string;
  readonly DefaultVersion?: string;
  readonly PolicyDocument: Json;
}

/** A rule of a backup policy as DescribePoliciesV2 tells it; what the API tells beside this counts for nothing. */
export interface InventoryPolicyRule {
  readonly RuleType: UnnumberedRule["ruleType"];
  readonly Schedule?: string;
  readonly Retention?: number;
  readonly ArchiveDays?: number;
  readonly RetentionRules?: readonly {
    readonly AdvancedRetentionType: RetentionRule["advancedRetentionType"];
    readonly Retention: number;
  }[];
  readonly ReplicationRegionId?: string;
  readonly Immutable?: boolean;
  readonly TagFilters?: readonly {
    readonly Key: string;
    readonly Operator?: TagFilter["operator"];
    readonly Value?: string;
  }[];
}

/** A backup policy as DescribePoliciesV2 tells it. */
export interface InventoryPolicy {
  readonly PolicyId: string;
  readonly PolicyName: string;
  readonly PolicyDescription?: string;
  readonly PolicyType?: PolicyType;
  readonly CreatedTime?: number;
  readonly Rules: readonly InventoryPolicyRule[];
}

type InventorySettings = Readonly<Record<string, Json>>;

/** Which machine or group is bound to which policy, as DescribePolicyBindings tells it. */
export interface InventoryBinding {
  readonly PolicyBindingId?: string;
  readonly PolicyId: string;
  readonly DataSourceId: string;
  readonly Disabled?: boolean;
  readonly CreatedByTag?: boolean;
  readonly AdvancedOptions?: { readonly UdmDetail?: InventorySettings };
}

/** A consistency group as the engine's own describeConsistencyGroups tells it. */
export interface InventoryGroup {
  readonly groupId: string;
  readonly groupName: string;
  readonly InstanceIds: readonly string[];
}

/** A backup plan as DescribeBackupPlans tells it. */
export interface InventoryPlan {
  readonly PlanId: string;
  readonly PlanName: string;
  readonly InstanceId: string;
  readonly Retention: number;
  readonly Disabled?: boolean;
  readonly Rules: readonly { readonly Schedule: string }[];
  readonly Detail?: InventorySettings;
}

/** The protection that an account has already. */
export interface InventoryProtection {
  readonly roles: readonly InventoryRole[];
  readonly ramPolicies: readonly InventoryRamPolicy[];
  readonly policies: readonly InventoryPolicy[];
  readonly groups: readonly InventoryGroup[];
  readonly bindings: readonly InventoryBinding[];
  readonly plans: readonly InventoryPlan[];
}

function withoutAbsent<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}

/** A rule in the engine's words; its backup type goes without saying, as there is one only. */
export function ruleOfRecord(record: InventoryPolicyRule): UnnumberedRule {
  const { RetentionRules, TagFilters } = record;
  return withoutAbsent({
    ruleType: record.RuleType,
    schedule: record.Schedule,
    retention: record.Retention,
    archiveDays: record.ArchiveDays,
    retentionRules: RetentionRules?.map(({ AdvancedRetentionType, Retention }) => ({
      advancedRetentionType: AdvancedRetentionType,
      retention: Retention,
    })),
    replicationRegionId: record.ReplicationRegionId,
    immutable: record.Immutable,
    tagFilters: TagFilters?.map(({ Key, Operator, Value }) => ({
      key: Key,
      operator: Operator ?? "EQUAL",
      value: Value ?? "",
    })),
  }) as UnnumberedRule;
}

/** Settings in the engine's words; keys that the engine has no use for, and empty texts, are left out. */
function settingsOfRecord(record: InventorySettings | undefined): ProtectionSettings {
  const known = settingKeys.flatMap((key) => {
    const value = record?.[key];
    return value === undefined || value === null || value === "" ? [] : [[key, value] as const];
  });
  return decodeSettings(Object.fromEntries(known), "UdmDetail", defaultSettings);
}

type Loader<T> = (context: CommandContext, record: T) => Promise<void>;

const loadRole: Loader<InventoryRole> = async (context, record) => {
  const { store, settings, now } = context;
  const { RoleName: roleName } = record;
  const old = await store.get("ramRole", `${settings.account}/${roleName}`);
  await store.put("ramRole", [
    {
      id: `${settings.account}/${roleName}`,
      account: settings.account,
      roleName,
      roleId: record.RoleId ?? old?.roleId ?? digitsOf(18, settings.account, "inventory role", roleName),
      arn: `acs:ram::${settings.account}:role/${roleName}`,
      assumeRolePolicyDocument: record.AssumeRolePolicyDocument,
      description: textOrNull(record.Description),
      maxSessionDuration: record.MaxSessionDuration ?? 3600,
      tags: old?.tags ?? {},
      createTime: old?.createTime ?? now,
    },
  ]);
};

function textOrNull(text: string | undefined): string | null {
  return text === undefined || text === "" ? null : text;
}

const loadRamPolicy: Loader<InventoryRamPolicy> = async ({ store, settings, now }, record) => {
  const { PolicyName: policyName, DefaultVersion: defaultVersion = "v1", PolicyDocument: policyDocument } = record;
  await store.put("ramPolicy", [
    {
      id: `${settings.account}/${policyName}`,
      account: settings.account,
      policyName,
      policyType: record.PolicyType ?? "Custom",
      description: textOrNull(record.Description),
      // No answer of the API tells it: it is what a program says when it says nothing.
      rotateStrategy: "DeleteOldestNonDefaultVersionWhenLimitExceeded",
      defaultVersion,
      versions: [{ versionId: defaultVersion, policyDocument, createTime: now }],
      createTime: now,
    },
  ]);
};

/** What is attached to a role; a policy that the engine doesn't know gives no permission. */
const loadAttachments: Loader<InventoryRole> = async ({ store, settings, now }, { RoleName, policies }) => {
  if (policies === undefined) return;
  const { account } = settings;
  await store.removeWhere("ramAttachment", { account, roleName: RoleName });
  const known = await store.getMany(
    "ramPolicy",
    policies.map((name) => `${account}/${name}`),
  );
  await store.put(
    "ramAttachment",
    known.map(({ policyName, policyType }) => ({
      id: attachmentId(account, policyType, policyName, RoleName),
      account,
      policyType,
      policyName,
      roleName: RoleName,
      attachTime: now,
    })),
  );
};

const loadPolicy: Loader<InventoryPolicy> = async (context, record) => {
  const { PolicyId: id, PolicyType, CreatedTime } = record;
  const row = await savePolicy(context, {
    id,
    policyName: record.PolicyName,
    policyDescription: textOrNull(record.PolicyDescription),
    policyType: PolicyType ?? "UDM_ECS_ONLY",
    rules: numberRules(id, record.Rules.map(ruleOfRecord)),
  });
  const createTime = Math.min(CreatedTime ?? row.createTime, row.createTime);
  await context.store.put("policy", [{ ...row, createTime }]);
};

const loadGroup: Loader<InventoryGroup> = async ({ store, settings, now }, { groupId, groupName, InstanceIds }) => {
  const old = await store.get("consistencyGroup", groupId);
  const instanceIds = [...InstanceIds].sort();
  const createTime = old?.createTime ?? now;
  await store.put("consistencyGroup", [{ id: groupId, account: settings.account, groupName, instanceIds, createTime }]);
};

/** A machine that something else in the engine has bound since stays as it is: one policy per machine. */
const loadBinding: Loader<InventoryBinding> = async (context, record) => {
  const { PolicyId: policyId, DataSourceId: sourceId, PolicyBindingId } = record;
  const id = PolicyBindingId ?? `pd-${hashOf("inventory binding", policyId, sourceId).slice(0, 20)}`;
  const others = (await protectionsOver(context, sourceId)).filter((other) => other.id !== id && !other.createdByTag);
  if (others.some((other) => !other.id.startsWith("plan-"))) return;
  const old = await findProtection(context, id);
  await saveProtection(context, {
    id,
    urn: old?.urn ?? null,
    sourceId,
    policyId,
    disabled: record.Disabled ?? false,
    settings: settingsOfRecord(record.AdvancedOptions?.UdmDetail),
    createdByTag: record.CreatedByTag ?? false,
  });
};

const loadPlan: Loader<InventoryPlan> = async (context, record) => {
  const { DestinationRegionId: regionId, DestinationRetention: days, DoCopy } = record.Detail ?? {};
  const isCopied = typeof regionId === "string" && regionId !== "" && DoCopy !== false;
  const old = await findProtection(context, record.PlanId);
  const plan = {
    id: record.PlanId,
    urn: old?.urn ?? null,
    planName: record.PlanName,
    instanceId: record.InstanceId,
    schedules: record.Rules.map(({ Schedule }) => Schedule),
    retention: record.Retention,
    copy: isCopied ? { regionId, retentionDays: typeof days === "number" ? days : null } : null,
    disabled: record.Disabled ?? false,
    settings: settingsOfRecord(record.Detail),
  };
  await savePlan(context, plan, plan.id, planType);
};

/**
 * Brings the protection of an inventory into the engine: it is there, whatever the rules would say to making it now.
 * Records that have not changed since they were loaded last leave what they are about as it is.
 */
export async function loadProtection(context: CommandContext, protection: InventoryProtection): Promise<void> {
  const { roles, bindings, plans } = protection;
  const steps = [
    ...stepsOf("role", roles, ({ RoleName }) => RoleName, loadRole),
    ...stepsOf("ramPolicy", protection.ramPolicies, ({ PolicyName }) => PolicyName, loadRamPolicy),
    ...stepsOf("attachments", roles, ({ RoleName }) => RoleName, loadAttachments),
    ...stepsOf("policy", protection.policies, ({ PolicyId }) => PolicyId, loadPolicy),
    ...stepsOf("group", protection.groups, ({ groupId }) => groupId, loadGroup),
    ...stepsOf("binding", bindings, (each) => `${each.PolicyId} ${each.DataSourceId}`, loadBinding),
    ...stepsOf("plan", plans, ({ PlanId }) => PlanId, loadPlan),
  ];
  if (!(await loadChanged(context, "Protection", steps))) return;
  if (bindings.length + plans.length > 0) await ensureServiceRole(context);
  await bindByTags(context, { instanceIds: null });
}
