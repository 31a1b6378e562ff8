import type { Json } from "../../store/tables";
import { canonicalJson } from "../core/json";
import type { Command, Query } from "../engine";
import { EngineError } from "../error";
import { requireAccess, requireAccessToPut } from "./access";
import { armKey, nameOf, policyIdOf, vaultOf } from "./arm-id";
import { findPolicy, type PolicyProperties, type PolicyRow, propertiesOf } from "./policy";
import { reapplyRetention } from "./policy-change";
import {
  type PolicyWarning,
  policyRefusals,
  policyTypeRefusal,
  policyWarnings,
  retentionShortened,
} from "./policy-rule";
import { apiRefusal, refusal } from "./rule";
import { findVault, requireVault, settingsOf, type Vault } from "./vault";
import { describeItems } from "./vault-holding";

export interface PolicyInput {
  readonly vaultId: string;
  readonly policyName: string;
  readonly urn: string | null;
  readonly properties: PolicyProperties;
}

/** All that the service says to a policy before it is written. */
export interface PolicyAssessment {
  readonly refusals: readonly Error[];
  /** Only of a policy without refusals. */
  readonly warnings: readonly PolicyWarning[];
}

/** Looks at a policy without writing it: the rules of `putPolicy`, all refusals at once. */
export const assessPolicy: Query<PolicyInput, PolicyAssessment> = async (context, input) => {
  const refusals: Error[] = policyRefusals(input.properties);
  const old = await findPolicy(context, policyIdOf(input.vaultId, input.policyName));
  let vault: Vault | undefined;
  try {
    vault = await requireVault(context, { armId: input.vaultId, property: "vaultId" });
    const operations = { get: "ProtectionPolicies_Get", put: "ProtectionPolicies_CreateOrUpdate" };
    requireAccessToPut(context, vault, { isAsAsked: isAsAsked(old, input), ...operations });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    refusals.push(error);
  }
  if (old !== undefined) refusals.push(...(await changeRefusals(context, { old, next: input.properties, vault })));
  return { refusals, warnings: refusals.length > 0 ? [] : policyWarnings(input.properties) };
};

/** Whether nothing is asked for that is not there: a program that changes nothing may be run by a reader (Z-20). */
function isAsAsked(policy: PolicyRow | undefined, { urn, properties }: PolicyInput): boolean {
  if (policy === undefined || policy.urn !== urn) return false;
  return canonicalJson(policy.properties) === canonicalJson(properties as unknown as Json);
}

interface PolicyChange {
  readonly old: PolicyRow;
  readonly next: PolicyProperties;
  readonly vault: Vault | undefined;
}

/** What the policy's past keeps from being changed: its machines (Z-21), and the vault's immutability (Z-30). */
const changeRefusals: Query<PolicyChange, Error[]> = async (context, { old, next, vault }) => {
  const before = propertiesOf(old);
  const refusals: Error[] = [];
  // The items are many: only a change of the type asks for them.
  const items = before.policyType === next.policyType ? undefined : await usersOf(context, old.armId);
  const typeRefusal = policyTypeRefusal(before, next, items);
  if (typeRefusal !== undefined) refusals.push(typeRefusal);
  if (next.snapshotConsistencyType !== null && before.snapshotConsistencyType === null) {
    refusals.push(...(await scriptRefusals(context, old)));
  }
  if (vault === undefined || settingsOf(vault).immutability === "Disabled") return refusals;
  const shortened = retentionShortened(before, next);
  if (shortened.length === 0) return refusals;
  const message = `vault ${vault.vaultName} is immutable: retention may only grow, but ${shortened.join("; ")}`;
  const remedy = "keep the retention, or lengthen it; machines that need less take another policy from the start";
  return [...refusals, refusal("Z-30", "UserErrorImmutableVault", "retentionPolicy", message, remedy)];
};

/** Machines with a script framework can't come under a policy that takes no notice of it (Z-08). */
const scriptRefusals: Query<PolicyRow, Error[]> = async ({ store, settings }, { id }) => {
  const items = await store.find("protectedItem", { account: settings.account, policyId: id });
  const vmIds = items.map(({ vmId }) => vmId);
  const names = (await store.getMany("scriptFramework", vmIds)).map((framework) => nameOf(framework.id));
  if (names.length === 0) return [];
  const under = `${names.join(", ")}, under the policy, ${names.length === 1 ? "has" : "have"} a script framework`;
  const message = `snapshotConsistencyType can't be OnlyCrashConsistent: ${under}`;
  const remedy = "leave snapshotConsistencyType out, or drop the framework of the machine first";
  return [refusal("Z-08", "UserErrorScriptsWithCrashConsistent", "snapshotConsistencyType", message, remedy)];
};

/** The items that a policy protects, in words; undefined for none. */
const usersOf: Query<string, string | undefined> = async ({ store, settings }, armId) => {
  const items = await store.find("protectedItem", { account: settings.account, policyId: armKey(armId) });
  return items.length === 0 ? undefined : describeItems(items);
};

/** A policy's name is unique in its vault. */
export const policyNameRefusal: Query<string, Error | undefined> = async (context, armId) => {
  const policy = await findPolicy(context, armId);
  if (policy === undefined) return undefined;
  return apiRefusal(
    "BMSUserErrorObjectAlreadyExists",
    "policyName",
    `the vault already has a protection policy named ${policy.policyName}`,
    "choose another policyName, or import the policy: " +
      `pulumi import cloudbackup:recoveryservices:ProtectionPolicy <name> ${policy.armId}`,
  );
};

/**
 * ProtectionPolicies_CreateOrUpdate: an update reaches every machine under the policy, and the points that there are
 * already.
 */
export const putPolicy: Command<PolicyInput, PolicyRow> = async (context, input) => {
  const { refusals } = await assessPolicy(context, input);
  const [problem] = refusals;
  if (problem !== undefined) throw problem;
  const armId = policyIdOf(input.vaultId, input.policyName);
  const old = await findPolicy(context, armId);
  const row: PolicyRow = {
    id: armKey(armId),
    account: context.settings.account,
    armId: old?.armId ?? armId,
    urn: input.urn ?? old?.urn ?? null,
    vaultId: armKey(input.vaultId),
    policyName: old?.policyName ?? input.policyName,
    properties: input.properties as unknown as Json,
    createTime: old?.createTime ?? context.now,
    updateTime: context.now,
  };
  await context.store.put("protectionPolicy", [row]);
  if (old !== undefined) await reapplyRetention(context, { policy: row, old: propertiesOf(old) });
  return row;
};

/** ProtectionPolicies_Delete: refused while items use it. Gone already is fine. */
export const deletePolicy: Command<string, void> = async (context, armId) => {
  const policy = await findPolicy(context, armId);
  if (policy === undefined) return;
  const vault = await findVault(context, vaultOf(policy.armId));
  if (vault !== undefined) requireAccess(context, vault, "configure", "ProtectionPolicies_Delete");
  const users = await usersOf(context, policy.armId);
  if (users !== undefined) {
    throw apiRefusal(
      "BMSUserErrorPolicyInUse",
      "policyId",
      `policy ${policy.policyName} is used by ${users}`,
      "give these items another policy, or stop their protection, first",
    );
  }
  await context.store.remove("protectionPolicy", [policy.id]);
};

/** The policies of a vault, by name. */
export const listPolicies: Query<string, readonly PolicyRow[]> = async ({ store, settings }, vaultId) => {
  const order = { column: "policyName", direction: "ascending" } as const;
  return store.find("protectionPolicy", { account: settings.account, vaultId: armKey(vaultId) }, { order });
};
