import type { Json } from "../../store/tables";
import { recordDeath } from "../core/incarnation";
import type { QueryContext } from "../engine";
import {
  boolean,
  choice,
  defineCommand,
  defineQuery,
  freshId,
  json,
  list,
  pageOf,
  pagingParameters,
  required,
  text,
} from "./operation";
import { decodeSettings, settingsRecord } from "./operation-settings";
import { itemsOf, Structure } from "./operation-structure";
import { requirePolicy } from "./policy";
import { findProtectionOf, type Protection, putProtection, removeProtection, settingsOf } from "./protection";
import { defaultSettings, type ProtectionSettings } from "./protection-settings";
import { apiRefusal } from "./rule";

const sourceType = choice(["UDM_ECS"], "The only one of the engine: UDM_ECS. Default: UDM_ECS.");
const optionsHelp = 'JSON: {"UdmDetail":{"AppConsistent":true,"RamRoleName":"…"}}.';

/** An API's binding has no merge gate: that is a program's. */
const noGate = { requireConsistency: null };

function decodeOptions(value: Json | undefined, path: string, before: ProtectionSettings): ProtectionSettings {
  if (value === undefined) return before;
  const detail = new Structure(value, path, ["UdmDetail"]).json("UdmDetail");
  return detail === undefined ? before : decodeSettings(detail, `${path}.UdmDetail`, before);
}

const createPolicyBindings = defineCommand({
  name: "CreatePolicyBindings",
  product: "hbr",
  description: "Binds machines to a backup policy; one policy per machine (A-30).",
  parameters: {
    PolicyId: required(text("The policy, po-….")),
    PolicyBindingList: required(json(`JSON: [{"SourceType":"UDM_ECS","DataSourceId":"i-…","AdvancedOptions":{…}}].`)),
  },
  call: async (context, { PolicyId, PolicyBindingList }) => {
    const policy = await requirePolicy(context, PolicyId);
    for (const [index, item] of itemsOf(PolicyBindingList, "PolicyBindingList").entries()) {
      const path = `PolicyBindingList[${index}]`;
      const binding = new Structure(item, path, ["SourceType", "DataSourceId", "Disabled", "AdvancedOptions"]);
      binding.choice("SourceType", ["UDM_ECS"]);
      const instanceId = binding.text("DataSourceId");
      if (instanceId === undefined) {
        throw apiRefusal("MissingParameter", `${path}.DataSourceId`, `${path} has no DataSourceId`, "it is a machine");
      }
      await putProtection(context, {
        ...noGate,
        id: await freshId(context, "protection", "pd", policy.id, instanceId),
        urn: null,
        instanceId,
        policyId: policy.id,
        disabled: binding.boolean("Disabled") ?? false,
        settings: decodeOptions(binding.json("AdvancedOptions"), `${path}.AdvancedOptions`, defaultSettings),
      });
    }
    return {};
  },
});

/** The binding that policy and machine name. */
async function requireBinding(context: QueryContext, policyId: string, instanceId: string): Promise<Protection> {
  const policy = await requirePolicy(context, policyId);
  const protection = await findProtectionOf(context, instanceId);
  if (protection?.policyId === policy.id) return protection;
  const message = `machine ${instanceId} is not bound to policy ${policy.id}`;
  const remedy = protection === undefined ? "it is bound to none" : `it is bound to ${protection.policyId}`;
  throw apiRefusal("EntityNotExist.PolicyBinding", "DataSourceId", message, remedy);
}

const updatePolicyBinding = defineCommand({
  name: "UpdatePolicyBinding",
  product: "hbr",
  description: "Suspends or resumes the backups of one machine, or changes their settings.",
  parameters: {
    PolicyId: required(text("The policy, po-….")),
    SourceType: sourceType,
    DataSourceId: required(text("The machine, i-….")),
    Disabled: boolean("true suspends the backups. Default: as it is."),
    AdvancedOptions: json(`${optionsHelp} Default: as they are.`),
  },
  call: async (context, given) => {
    const old = await requireBinding(context, given.PolicyId, given.DataSourceId);
    await putProtection(context, {
      ...noGate,
      id: old.id,
      urn: old.urn,
      instanceId: old.instanceId,
      policyId: old.policyId,
      disabled: given.Disabled ?? old.disabled,
      settings: decodeOptions(given.AdvancedOptions, "AdvancedOptions", settingsOf(old)),
    });
    return {};
  },
});

const deletePolicyBinding = defineCommand({
  name: "DeletePolicyBinding",
  product: "hbr",
  description: "Takes machines from a backup policy; their recovery points stay (A-45).",
  parameters: {
    PolicyId: required(text("The policy, po-….")),
    SourceType: sourceType,
    DataSourceIds: required(list('The machines, ["i-…"].')),
  },
  call: async (context, { PolicyId, DataSourceIds }) => {
    for (const instanceId of DataSourceIds) {
      const { id } = await requireBinding(context, PolicyId, instanceId);
      await removeProtection(context, { id, deletePoints: false });
      await recordDeath(context, { resourceType: "cloudbackup:hbr:InstanceProtection", resourceId: id });
    }
    return {};
  },
});

function bindingRecord(protection: Protection): Json {
  return {
    PolicyBindingId: protection.id,
    PolicyId: protection.policyId,
    SourceType: "UDM_ECS",
    DataSourceId: protection.instanceId,
    Disabled: protection.disabled,
    CreatedTime: protection.createTime,
    AdvancedOptions: { UdmDetail: settingsRecord(settingsOf(protection)) },
  };
}

const describePolicyBindings = defineQuery({
  name: "DescribePolicyBindings",
  product: "hbr",
  description: "Lists which machines are bound to which policy.",
  parameters: {
    PolicyId: text("Only this policy. Default: all."),
    SourceType: sourceType,
    DataSourceIds: list('Only these machines, ["i-…"]. Default: all.'),
    ...pagingParameters,
  },
  call: async (context, { PolicyId, DataSourceIds, SourceType: _only, ...paging }) => {
    const policy = PolicyId === undefined ? {} : { policyId: (await requirePolicy(context, PolicyId)).id };
    const bound = await context.store.find("protection", { account: context.settings.account, ...policy });
    const wanted = bound.filter(({ instanceId }) => DataSourceIds === undefined || DataSourceIds.includes(instanceId));
    const { page, paging: told } = pageOf(wanted, paging);
    return { ...told, PolicyBindings: page.map(bindingRecord) };
  },
});

export const bindingOperations = [
  createPolicyBindings,
  updatePolicyBinding,
  deletePolicyBinding,
  describePolicyBindings,
];
