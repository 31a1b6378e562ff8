import type { Json } from "../../store/tables";
import { recordDeath } from "../core/incarnation";
import {
  choice,
  defineCommand,
  defineQuery,
  freshId,
  json,
  pageOf,
  pagingParameters,
  required,
  text,
  withoutNulls,
} from "./operation";
import { itemsOf, Structure } from "./operation-structure";
import {
  deletePolicy,
  numberRules,
  type PolicyRow,
  type PolicyRule,
  putPolicy,
  requirePolicy,
  rulesOf,
} from "./policy";
import { apiRefusal } from "./rule";

const ruleKeys = ["RuleId", "RuleType", "BackupType", "Schedule", "Retention"] as const;
const rulesHelp =
  'JSON: [{"RuleType":"BACKUP","Schedule":"I|1767225600|P1D","Retention":30}], or Rules.1.RuleType and so on.';

function decodeRules(value: Json): Omit<PolicyRule, "ruleId">[] {
  return itemsOf(value, "Rules").map((item, index) => {
    const path = `Rules[${index}]`;
    const rule = new Structure(item, path, ruleKeys);
    const ruleType = rule.choice("RuleType", ["BACKUP", "TRANSITION"] as const);
    if (ruleType === undefined) {
      throw apiRefusal("MissingParameter", `${path}.RuleType`, `${path} has no RuleType`, "it is BACKUP or TRANSITION");
    }
    return {
      ruleType,
      backupType: rule.choice("BackupType", ["COMPLETE"] as const) ?? null,
      schedule: rule.text("Schedule") ?? null,
      retention: rule.integer("Retention") ?? null,
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
  description: "Creates a backup policy.",
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
    Rules: rulesOf(policy).map((rule) =>
      withoutNulls({
        RuleId: rule.ruleId,
        RuleType: rule.ruleType,
        BackupType: rule.backupType,
        Schedule: rule.schedule,
        Retention: rule.retention,
      }),
    ),
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
    const policies =
      PolicyId === undefined ? await store.find("policy", { account }) : [await requirePolicy(context, PolicyId)];
    const { page, paging: told } = pageOf(policies, paging);
    const records: Json[] = [];
    for (const policy of page) {
      records.push(policyRecord(policy, await store.count("protection", { account, policyId: policy.id })));
    }
    return { ...told, Policies: records };
  },
});

export const policyOperations = [createPolicyV2, updatePolicyV2, deletePolicyV2, describePoliciesV2];
