import { recordDeath } from "../core/incarnation";
import { defineCommand, defineQuery, json, type Operation, required, text } from "../core/operation";
import type { Query, QueryContext } from "../engine";
import { requireAccess } from "./access";
import { policyIdOf, vaultIdOf } from "./arm-id";
import { throwTogether } from "./operation-common";
import { findPolicy, type PolicyRow, policyNamePattern, policyNameRule, propertiesOf, requirePolicy } from "./policy";
import { policyRecord, readPolicyDocument } from "./policy-document";
import { assessPolicy, deletePolicy, listPolicies, putPolicy } from "./protection-policy";
import { apiRefusal } from "./rule";
import { requireVault, type Vault } from "./vault";

/** The parameters by which an operation names a vault: its id, or its group and name. */
const vaultParameters = {
  vaultId: text("The vault's ARM id. Either this, or resourceGroupName and vaultName."),
  resourceGroupName: text("Its resource group in the provider's subscription."),
  vaultName: text("Its name."),
};

const policyParameters = { ...vaultParameters, policyName: required(text("Name of the policy in the vault.")) };

interface NamedVault {
  readonly vaultId: string | undefined;
  readonly resourceGroupName: string | undefined;
  readonly vaultName: string | undefined;
}

const requireNamedVault: Query<NamedVault, Vault> = async (context, named) => {
  const { vaultId, resourceGroupName, vaultName } = named;
  if (vaultId !== undefined && resourceGroupName === undefined && vaultName === undefined) {
    return requireVault(context, { armId: vaultId, property: "vaultId" });
  }
  const remedy = "give --vaultId, or --resourceGroupName and --vaultName";
  if (vaultId !== undefined) {
    const message = "vaultId and the vault's group and name exclude each other";
    throw apiRefusal("InvalidParameter", "vaultId", message, remedy);
  }
  if (resourceGroupName === undefined || vaultName === undefined) {
    const absent = vaultName === undefined ? "vaultName" : "resourceGroupName";
    throw apiRefusal("MissingParameter", absent, "the vault is not named", remedy);
  }
  const { subscriptionId } = context.settings;
  const armId = vaultIdOf({ subscriptionId, resourceGroupName }, vaultName);
  return requireVault(context, { armId, property: "vaultName" });
};

async function recordOf(context: QueryContext, policy: PolicyRow) {
  const { account } = context.settings;
  return policyRecord(policy, await context.store.count("protectedItem", { account, policyId: policy.id }));
}

function checkName(policyName: string): void {
  if (policyNamePattern.test(policyName)) return;
  const message = `policyName ${policyName} must be ${policyNameRule}`;
  throw apiRefusal("InvalidParameter", "policyName", message, "give another name");
}

const createOrUpdate = defineCommand({
  name: "ProtectionPolicies_CreateOrUpdate",
  product: "recoveryservices",
  description:
    "Makes a protection policy, or changes one with all machines under it and their points; what isn't given stays.",
  parameters: {
    ...policyParameters,
    properties: required(
      json(
        "JSON as ProtectionPolicies_Get prints it: policyType, timeZone, instantRpRetentionRangeInDays, " +
          "snapshotConsistencyType, schedulePolicy, retentionPolicy, tieringPolicy.",
      ),
    ),
  },
  call: async (context, { policyName, properties: document, ...named }) => {
    const vault = await requireNamedVault(context, named);
    requireAccess(context, vault, "configure", "ProtectionPolicies_CreateOrUpdate");
    const old = await findPolicy(context, policyIdOf(vault.armId, policyName));
    if (old === undefined) checkName(policyName);
    const { refusals, properties } = readPolicyDocument(document, old && propertiesOf(old));
    if (properties === undefined) return throwTogether(refusals);
    const input = { vaultId: vault.armId, policyName, urn: null, properties };
    const assessment = await assessPolicy(context, input);
    if (assessment.refusals.length > 0) return throwTogether(assessment.refusals);
    return { policy: await recordOf(context, await putPolicy(context, input)) };
  },
});

const getPolicy = defineQuery({
  name: "ProtectionPolicies_Get",
  product: "recoveryservices",
  description: "Tells a protection policy as ARM writes it.",
  parameters: policyParameters,
  call: async (context, { policyName, ...named }) => {
    const vault = await requireNamedVault(context, named);
    requireAccess(context, vault, "read", "ProtectionPolicies_Get");
    const policy = await requirePolicy(context, policyIdOf(vault.armId, policyName));
    return { policy: await recordOf(context, policy) };
  },
});

const list = defineQuery({
  name: "ProtectionPolicies_List",
  product: "recoveryservices",
  description: "Lists the protection policies of a vault, by name.",
  parameters: vaultParameters,
  call: async (context, named) => {
    const vault = await requireNamedVault(context, named);
    requireAccess(context, vault, "read", "ProtectionPolicies_List");
    const value = [];
    for (const policy of await listPolicies(context, vault.id)) value.push(await recordOf(context, policy));
    return { value };
  },
});

const remove = defineCommand({
  name: "ProtectionPolicies_Delete",
  product: "recoveryservices",
  description: "Deletes a protection policy that no item uses.",
  parameters: policyParameters,
  call: async (context, { policyName, ...named }) => {
    const vault = await requireNamedVault(context, named);
    requireAccess(context, vault, "configure", "ProtectionPolicies_Delete");
    const { armId } = await requirePolicy(context, policyIdOf(vault.armId, policyName));
    await deletePolicy(context, armId);
    await recordDeath(context, { resourceType: "cloudbackup:recoveryservices:ProtectionPolicy", resourceId: armId });
    return {};
  },
});

/** Operations on protection policies. */
export const policyOperations: readonly Operation[] = [createOrUpdate, getPolicy, list, remove];
