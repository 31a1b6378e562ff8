import type { Json } from "../../store/tables";
import { recordDeath } from "../core/incarnation";
import { boolean, defineCommand, defineQuery, json, list, required, text } from "../core/operation";
import type { CommandContext, QueryContext } from "../engine";
import { removePlan } from "./backup-plan";
import { findMachine } from "./machine";
import { freshId, instanceSource, pageOf, pagingParameters } from "./operation-common";
import { decodeSettings, settingsRecord } from "./operation-settings";
import { itemsOf, Structure } from "./operation-structure";
import { planType, requirePolicy } from "./policy";
import { putProtection, removeProtection } from "./protection";
import { type Protection, settingsOf } from "./protection-row";
import { defaultSettings, type ProtectionSettings } from "./protection-settings";
import { apiRefusal, refusal } from "./rule";
import { bindByTags } from "./tag-binding";

const optionsHelp = 'JSON: {"UdmDetail":{"AppConsistent":true,"RamRoleName":"…"}}.';

/** Machines that may be added at once. */
const machinesPerAdd = 99;

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
    const items = itemsOf(PolicyBindingList, "PolicyBindingList");
    if (items.length > machinesPerAdd) {
      const message = `${items.length} machines in one add; at most ${machinesPerAdd}`;
      throw refusal("A-49", "InvalidParameter", "PolicyBindingList", message, "split them over several calls");
    }
    for (const [index, item] of items.entries()) {
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
        sourceId: instanceId,
        policyId: policy.id,
        disabled: binding.boolean("Disabled") ?? false,
        settings: decodeOptions(binding.json("AdvancedOptions"), `${path}.AdvancedOptions`, defaultSettings),
      });
    }
    return {};
  },
});

/** What protects a machine or group by itself: bindings and plans. */
async function protectionsOf({ store, settings }: QueryContext, sourceId: string): Promise<readonly Protection[]> {
  const found = await store.find("protection", { instanceId: sourceId });
  return found.filter(({ account }) => account === settings.account);
}

/** The binding that policy and machine name. */
export async function requireBinding(context: QueryContext, policyId: string, sourceId: string): Promise<Protection> {
  const policy = await requirePolicy(context, policyId);
  const bound = await protectionsOf(context, sourceId);
  const binding = bound.find((protection) => protection.policyId === policy.id);
  if (binding !== undefined) return binding;
  const others = bound.map((protection) => protection.policyId);
  const message = `machine ${sourceId} is not bound to policy ${policy.id}`;
  const remedy = others.length === 0 ? "it is bound to none" : `it is bound to ${others.join(", ")}`;
  throw apiRefusal("EntityNotExist.PolicyBinding", "DataSourceId", message, remedy);
}

/** The key that copies were encrypted with stays. */
export function refuseOtherKey({ usedKmsKeyId }: Protection, { replicationEncryption }: ProtectionSettings): void {
  if (usedKmsKeyId === null || replicationEncryption?.kmsKeyId === usedKmsKeyId) return;
  const message = `copies are encrypted with ${usedKmsKeyId} already: the key can't be changed`;
  const remedy = "keep it, or take the protection away and make it anew (unprotected for that time)";
  throw refusal("A-44", "Engine.KeyInUse", "AdvancedOptions.UdmDetail.DestinationKmsKeyId", message, remedy);
}

const updatePolicyBinding = defineCommand({
  name: "UpdatePolicyBinding",
  product: "hbr",
  description: "Suspends or resumes the backups of one machine, or changes their settings.",
  parameters: {
    PolicyId: required(text("The policy, po-….")),
    SourceType: instanceSource,
    DataSourceId: required(text("The machine, i-…, or the consistency group, cg-….")),
    Disabled: boolean("true suspends the backups. Default: as it is."),
    AdvancedOptions: json(`${optionsHelp} Default: as they are.`),
  },
  call: async (context, given) => {
    const old = await requireBinding(context, given.PolicyId, given.DataSourceId);
    const settings = decodeOptions(given.AdvancedOptions, "AdvancedOptions", settingsOf(old));
    refuseOtherKey(old, settings);
    await putProtection(context, {
      ...noGate,
      id: old.id,
      urn: old.urn,
      sourceId: old.instanceId,
      policyId: old.policyId,
      disabled: given.Disabled ?? old.disabled,
      settings,
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
    SourceType: instanceSource,
    DataSourceIds: required(list('The machines, ["i-…"].')),
  },
  call: async (context, { PolicyId, DataSourceIds }) => {
    for (const instanceId of DataSourceIds) {
      const { id, createdByTag } = await requireBinding(context, PolicyId, instanceId);
      await removeProtection(context, { id, deletePoints: false });
      await recordEnd(context, id);
      // What a TAG rule bound is taken away for good; it comes back when policies or tags change.
      if (!createdByTag) await bindByTags(context, { instanceIds: [instanceId] });
    }
    return {};
  },
});

/** A plan is kept as a binding with the plan's id. */
function isPlanId(id: string): boolean {
  return id.startsWith("plan-");
}

/** The life of a binding's or a plan's resource is over. */
export async function recordEnd(context: CommandContext, id: string): Promise<void> {
  const resourceType = isPlanId(id) ? "cloudbackup:hbr:BackupPlan" : "cloudbackup:hbr:InstanceProtection";
  await recordDeath(context, { resourceType, resourceId: id });
}

const deleteUdmEcsInstance = defineCommand({
  name: "DeleteUdmEcsInstance",
  product: "hbr",
  description:
    "Cancels the protection of a machine, released or not: all its plans and bindings; its points stay (A-59).",
  parameters: { InstanceId: required(text("The machine, i-….")) },
  call: async (context, { InstanceId }) => {
    if ((await findMachine(context, InstanceId)) === undefined) {
      const message = `there is no machine ${InstanceId}`;
      const remedy = "list them: cloudbackup call DescribeInstances";
      throw apiRefusal("InvalidInstanceId.NotFound", "InstanceId", message, remedy);
    }
    const bound = await protectionsOf(context, InstanceId);
    if (bound.length === 0) {
      const message = `machine ${InstanceId} has neither a plan nor a binding of its own`;
      const remedy = "nothing to cancel; a consistency group's protection goes with DeletePolicyBinding of the group";
      throw refusal("A-59", "EntityNotExist.PolicyBinding", "InstanceId", message, remedy);
    }
    for (const { id } of bound) {
      if (isPlanId(id)) await removePlan(context, { id, deletePoints: false });
      else await removeProtection(context, { id, deletePoints: false });
      await recordEnd(context, id);
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
    CreatedByTag: protection.createdByTag,
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
    SourceType: instanceSource,
    DataSourceIds: list('Only these machines, ["i-…"]. Default: all.'),
    ...pagingParameters,
  },
  call: async (context, { PolicyId, DataSourceIds, SourceType: _only, ...paging }) => {
    const policy = PolicyId === undefined ? {} : { policyId: (await requirePolicy(context, PolicyId)).id };
    const { account } = context.settings;
    const bound = await context.store.find("protection", { account, ...policy });
    const plans = await context.store.find("policy", { account });
    const hidden = new Set(plans.filter(({ policyType }) => policyType === planType).map(({ id }) => id));
    const wanted = bound.filter(
      ({ instanceId, policyId }) =>
        !hidden.has(policyId) && (DataSourceIds === undefined || DataSourceIds.includes(instanceId)),
    );
    const { page, paging: told } = pageOf(wanted, paging);
    return { ...told, PolicyBindings: page.map(bindingRecord) };
  },
});

export const bindingOperations = [
  createPolicyBindings,
  updatePolicyBinding,
  deletePolicyBinding,
  describePolicyBindings,
  deleteUdmEcsInstance,
];
