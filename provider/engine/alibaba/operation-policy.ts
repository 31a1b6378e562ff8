import type { Json } from "../../store/tables";
import { recordDeath } from "../core/incarnation";
import { choice, defineCommand, defineQuery, json, required, text, withoutNulls } from "../core/operation";
import { freshId, pageOf, pagingParameters } from "./operation-common";
import { itemsOf, Structure } from "./operation-structure";
import { deletePolicy, type PolicyRow, planType, putPolicy, requirePolicy, rulesOf } from "./policy";
import {
  numberRules,
  type PolicyRule,
  periods,
  type RetentionRule,
  ruleTypes,
  type TagFilter,
  type UnnumberedRule,
} from "./policy-rule";
import { apiRefusal } from "./rule";
import { bindByTags } from "./tag-binding";

/** A TAG rule may mean any machine. */
const allMachines = { instanceIds: null };

const ruleKeys = [
  "RuleId",
  "RuleType",
  "BackupType",
  "Schedule",
  "Retention",
  "ArchiveDays",
  "RetentionRules",
  "ReplicationRegionId",
  "Immutable",
  "TagFilters",
  "DataSourceFilters",
] as const;
const rulesHelp =
  'JSON: [{"RuleType":"BACKUP","Schedule":"I|1767225600|P1D","Retention":30}], or Rules.1.RuleType and so on. ' +
  "TRANSITION has Retention, ArchiveDays, RetentionRules; REPLICATION has ReplicationRegionId, Retention; SECURITY " +
  "has Immutable; TAG has TagFilters.";

function decodeRules(value: Json): UnnumberedRule[] {
  return itemsOf(value, "Rules").map((item, index) => {
    const path = `Rules[${index}]`;
    const rule = new Structure(item, path, ruleKeys);
    const retentionRules = rule.json("RetentionRules");
    const tagFilters = rule.json("TagFilters");
    const sources = rule.json("DataSourceFilters");
    return withoutAbsent({
      ruleType: requireValue(rule.choice("RuleType", ruleTypes), `${path}.RuleType`, ruleTypes.join(", ")),
      backupType: rule.choice("BackupType", ["COMPLETE"] as const),
      schedule: rule.text("Schedule"),
      retention: rule.integer("Retention"),
      archiveDays: rule.integer("ArchiveDays"),
      retentionRules: retentionRules === undefined ? undefined : decodePeriods(retentionRules, path),
      replicationRegionId: rule.text("ReplicationRegionId"),
      immutable: rule.boolean("Immutable"),
      tagFilters: tagFilters === undefined ? undefined : decodeFilters(tagFilters, path),
      dataSourceFilters: sources === undefined ? undefined : decodeSources(sources, path),
    }) as unknown as UnnumberedRule;
  });
}

function withoutAbsent(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

function requireValue<T>(value: T | undefined, path: string, what: string): T {
  if (value !== undefined) return value;
  throw apiRefusal("MissingParameter", path, `${path} is missing`, `it is one of: ${what}`);
}

function decodePeriods(value: Json, rulePath: string): readonly RetentionRule[] {
  return itemsOf(value, `${rulePath}.RetentionRules`).map((item, index) => {
    const path = `${rulePath}.RetentionRules[${index}]`;
    const rule = new Structure(item, path, ["AdvancedRetentionType", "Retention", "WhichSnapshot"]);
    const type = rule.choice("AdvancedRetentionType", periods);
    if ((rule.integer("WhichSnapshot") ?? 1) !== 1) {
      throw apiRefusal("InvalidParameter", `${path}.WhichSnapshot`, `${path}.WhichSnapshot is not 1`, "it is always 1");
    }
    return {
      advancedRetentionType: requireValue(type, `${path}.AdvancedRetentionType`, periods.join(", ")),
      retention: requireValue(rule.integer("Retention"), `${path}.Retention`, "1 to 364635 days"),
    };
  });
}

function decodeSources(value: Json, rulePath: string): UnnumberedRule["dataSourceFilters"] {
  return itemsOf(value, `${rulePath}.DataSourceFilters`).map((item, index) => {
    const path = `${rulePath}.DataSourceFilters[${index}]`;
    const sourceType = new Structure(item, path, ["SourceType"]).choice("SourceType", ["UDM_ECS"] as const);
    return { sourceType: requireValue(sourceType, `${path}.SourceType`, "UDM_ECS") };
  });
}

function decodeFilters(value: Json, rulePath: string): readonly TagFilter[] {
  return itemsOf(value, `${rulePath}.TagFilters`).map((item, index) => {
    const path = `${rulePath}.TagFilters[${index}]`;
    const filter = new Structure(item, path, ["Key", "Operator", "Value"]);
    return {
      key: requireValue(filter.text("Key"), `${path}.Key`, "the machines' tags"),
      operator: filter.choice("Operator", ["EQUAL", "NOT"] as const) ?? "EQUAL",
      value: filter.text("Value") ?? "",
    };
  });
}

function checkName(name: string): string {
  if (name.length >= 1 && name.length <= 64) return name;
  const message = `the name has ${name.length} characters`;
  throw apiRefusal("InvalidParameter.PolicyName", "PolicyName", message, "use 1 to 64");
}

const createPolicyV2 = defineCommand({
  name: "CreatePolicyV2",
  product: "hbr",
  description: "Creates a backup policy; a TAG rule binds the machines that carry the tags.",
  parameters: {
    PolicyName: required(text("1 to 64 characters.")),
    PolicyDescription: text("Free text."),
    PolicyType: choice(
      ["UDM_ECS_ONLY", "STANDARD"] as const,
      "UDM_ECS_ONLY serves ECS instances. Default: UDM_ECS_ONLY.",
    ),
    Rules: required(json(rulesHelp)),
  },
  call: async (context, given) => {
    const id = await freshId(context, "policy", "po", given.PolicyName);
    await putPolicy(context, {
      id,
      policyName: checkName(given.PolicyName),
      policyDescription: given.PolicyDescription ?? null,
      policyType: given.PolicyType ?? "UDM_ECS_ONLY",
      rules: numberRules(id, decodeRules(given.Rules)),
    });
    await bindByTags(context, allMachines);
    return { PolicyId: id };
  },
});

const updatePolicyV2 = defineCommand({
  name: "UpdatePolicyV2",
  product: "hbr",
  description: "Changes a backup policy; it reaches every machine that is bound to it.",
  parameters: {
    PolicyId: required(text("The policy, po-….")),
    PolicyName: text("1 to 64 characters. Default: as it is."),
    PolicyDescription: text("Free text. Default: as it is."),
    Rules: json(`All the rules. ${rulesHelp} Default: as they are.`),
  },
  call: async (context, given) => {
    const old = await requirePolicy(context, given.PolicyId);
    await putPolicy(context, {
      id: old.id,
      policyName: checkName(given.PolicyName ?? old.policyName),
      policyDescription: given.PolicyDescription ?? old.policyDescription,
      policyType: old.policyType === "STANDARD" ? "STANDARD" : "UDM_ECS_ONLY",
      rules: given.Rules === undefined ? rulesOf(old) : numberRules(old.id, decodeRules(given.Rules)),
    });
    await bindByTags(context, allMachines);
    return {};
  },
});

const deletePolicyV2 = defineCommand({
  name: "DeletePolicyV2",
  product: "hbr",
  description: "Deletes a backup policy to which no machine is bound.",
  parameters: { PolicyId: required(text("The policy, po-….")) },
  call: async (context, { PolicyId }) => {
    await requirePolicy(context, PolicyId);
    await deletePolicy(context, PolicyId);
    await bindByTags(context, allMachines);
    await recordDeath(context, { resourceType: "cloudbackup:hbr:Policy", resourceId: PolicyId });
    return {};
  },
});

function policyRecord(policy: PolicyRow, bindings: number): Json {
  return withoutNulls({
    PolicyId: policy.id,
    PolicyName: policy.policyName,
    PolicyDescription: policy.policyDescription,
    PolicyType: policy.policyType,
    PolicyBindingCount: bindings,
    CreatedTime: policy.createTime,
    UpdatedTime: policy.updateTime,
    Rules: rulesOf(policy).map(ruleRecord),
  });
}

function ruleRecord(rule: PolicyRule): Json {
  const { retentionRules, tagFilters } = rule;
  return withoutNulls({
    RuleId: rule.ruleId,
    RuleType: rule.ruleType,
    BackupType: rule.backupType ?? null,
    Schedule: rule.schedule ?? null,
    Retention: rule.retention ?? null,
    ArchiveDays: rule.archiveDays ?? null,
    ReplicationRegionId: rule.replicationRegionId ?? null,
    Immutable: rule.immutable ?? null,
    RetentionRules:
      retentionRules?.map((each) => ({
        AdvancedRetentionType: each.advancedRetentionType,
        Retention: each.retention,
        WhichSnapshot: 1,
      })) ?? null,
    DataSourceFilters: rule.dataSourceFilters?.map(({ sourceType }) => ({ SourceType: sourceType })) ?? null,
    TagFilters: tagFilters?.map(({ key, operator, value }) => ({ Key: key, Operator: operator, Value: value })) ?? null,
  });
}

const describePoliciesV2 = defineQuery({
  name: "DescribePoliciesV2",
  product: "hbr",
  description: "Lists backup policies.",
  parameters: { PolicyId: text("Only this policy. Default: all."), ...pagingParameters },
  call: async (context, { PolicyId, ...paging }) => {
    const { store, settings } = context;
    const { account } = settings;
    const found =
      PolicyId === undefined ? await store.find("policy", { account }) : [await requirePolicy(context, PolicyId)];
    const policies = found.filter(({ policyType }) => policyType !== planType);
    const { page, paging: told } = pageOf(policies, paging);
    const records: Json[] = [];
    for (const policy of page) {
      records.push(policyRecord(policy, await store.count("protection", { account, policyId: policy.id })));
    }
    return { ...told, Policies: records };
  },
});

export const policyOperations = [createPolicyV2, updatePolicyV2, deletePolicyV2, describePoliciesV2];
