import type * as core from "../core/assessment";
import { attempt, gateWords } from "../core/assessment";
import { canonicalJson, type Json } from "../core/json";
import type { ConsistencyLevel } from "../core/level";
import { aliasAdvice } from "../core/protection-gap";
import { readableTime } from "../core/time";
import type { Query, QueryContext } from "../engine";
import { requireAccessToPut } from "./access";
import { armKey, itemIdOf, nameOf, parseArmId, vaultOf } from "./arm-id";
import { type Consistency, evaluateConsistency, isWorse } from "./consistency";
import { type DiskExclusion, exclusionRefusals } from "./disk-coverage";
import { listItemsOf } from "./item-list";
import { findItem, type ProtectedItem } from "./item-row";
import { backupSettingsOf } from "./item-run";
import { findPolicy, type PolicyProperties, type PolicyRow, propertiesOf, requirePolicy } from "./policy";
import { retentionShortened } from "./policy-rule";
import { type Reason, refusal } from "./rule";
import { requireVault, settingsOf, type Vault } from "./vault";
import { keyProblem } from "./vault-key";
import { loadFacts, type MachineFacts, machineNotFound } from "./virtual-machine";

/** What a program may ask of an item. */
export interface ItemInput {
  readonly vaultId: string;
  readonly sourceResourceId: string;
  /** Null only while protection is stopped. */
  readonly policyId: string | null;
  readonly protectionState: "Protected" | "ProtectionStopped" | "BackupsSuspended";
  readonly diskExclusion: DiskExclusion | null;
  /** Recover takes soft-deleted points back (Z-29). */
  readonly createMode: "Default" | "Recover";
  readonly urn: string | null;
  /** The item that is being changed; null for a new one. */
  readonly ownId: string | null;
  /** The level below which the program refuses to go. */
  readonly requireConsistency: ConsistencyLevel | null;
}

/** All that the service says to a backup of an item before it is made. */
export type Assessment = core.Assessment<Consistency, Reason>;

/** Looks at an item without making it: the same rules as `putItem`, all refusals at once. */
export const assessItem: Query<ItemInput, Assessment> = async (context, input) => {
  const refusals: Error[] = [];
  const vault = await attempt(refusals, () => requireVault(context, { armId: input.vaultId, property: "vaultId" }));
  const old = await findItem(context, itemIdOf(input.vaultId, input.sourceResourceId));
  if (vault !== undefined) {
    const operations = { get: "ProtectedItems_Get", put: "ProtectedItems_CreateOrUpdate" };
    const access = { isAsAsked: isAsAsked(old, input), ...operations };
    await attempt(refusals, () => requireAccessToPut(context, vault, access));
    // Who may not do it learns nothing of what is in the vault.
    if (refusals.length > 0) return { refusals, warnings: [], consistency: undefined };
  }
  const { policyId } = input;
  const policy = policyId === null ? undefined : await attempt(refusals, () => requirePolicy(context, policyId));
  const facts = await loadFacts(context, input.sourceResourceId);
  if (facts === undefined) refusals.push(machineNotFound(input.sourceResourceId, "sourceResourceId"));
  const properties = policy && propertiesOf(policy);
  refusals.push(...placeRefusals(input, vault, policy, facts));
  refusals.push(...exclusionRefusals(input.diskExclusion, facts?.disks ?? [], properties?.policyType));
  refusals.push(...stateRefusals(input, vault, old), ...(await holderRefusals(context, input, old)));
  if (properties !== undefined) refusals.push(...(await swapRefusals(context, properties, vault, old)));
  if (facts === undefined || properties === undefined) return { refusals, warnings: [], consistency: undefined };
  if (properties.snapshotConsistencyType !== null && facts.framework !== undefined) refusals.push(frameworkConflict());
  const consistency = evaluateConsistency(facts, backupSettingsOf(properties, input.diskExclusion));
  const isBackedUp = input.protectionState === "Protected";
  if (refusals.length === 0 && isBackedUp) refusals.push(...gateRefusals(consistency, input));
  const problem = vault && keyProblem(vault);
  return { refusals, warnings: problem === undefined ? [] : [{ property: "vaultId", reason: problem }], consistency };
};

/** Whether nothing is asked for that is not there: a program that changes nothing may be run by a reader (Z-20). */
function isAsAsked(item: ProtectedItem | undefined, { urn, policyId, protectionState, ...input }: ItemInput): boolean {
  if (item === undefined || item.urn !== urn || item.protectionState !== protectionState) return false;
  const isPolicy = item.policyId === (policyId === null ? null : armKey(policyId));
  return isPolicy && canonicalJson(item.diskExclusion) === canonicalJson(input.diskExclusion as unknown as Json);
}

function frameworkConflict(): Error {
  const message =
    "the policy takes crash-consistent snapshots only, but pre- and post-scripts are set up on the machine";
  const remedy = "leave snapshotConsistencyType out of the policy, or remove the compute:ScriptFramework";
  return refusal("Z-08", "UserErrorScriptsWithCrashConsistent", "policyId", message, remedy);
}

/** Vault and machine share the region, the policy is the vault's (Z-32). */
function placeRefusals(
  input: ItemInput,
  vault: Vault | undefined,
  policy: PolicyRow | undefined,
  facts: MachineFacts | undefined,
): Error[] {
  const refusals: Error[] = [];
  if (vault !== undefined && facts !== undefined && vault.location !== facts.machine.location) {
    const message = `the VM lies in ${facts.machine.location}, the vault in ${vault.location}: not the same region`;
    const remedy = `use a vault in ${facts.machine.location}`;
    refusals.push(refusal("Z-32", "UserErrorVmNotInSameRegion", "vaultId", message, remedy));
  }
  if (vault !== undefined && policy !== undefined && policy.vaultId !== vault.id) {
    const message = `policy ${policy.policyName} belongs to another vault than ${vault.vaultName}`;
    refusals.push(refusal("Z-32", "UserErrorPolicyNotInVault", "policyId", message, "use a policy of the same vault"));
  }
  if (parseArmId(input.sourceResourceId) === undefined) {
    const message = "is not the ARM id of a virtual machine";
    const remedy = "take it from the output vmId of compute:VirtualMachine";
    refusals.push(refusal("Z-32", "InvalidResourceId", "sourceResourceId", message, remedy));
  }
  return refusals;
}

/** Suspending by policy needs an immutable vault (Z-33); what is soft-deleted is undeleted, not made again (Z-29). */
function stateRefusals(input: ItemInput, vault: Vault | undefined, old: ProtectedItem | undefined): Error[] {
  const refusals: Error[] = [];
  if (input.policyId === null && input.protectionState !== "ProtectionStopped") {
    const message = `an item that is ${input.protectionState} needs a policy`;
    refusals.push(refusal("Z-33", "MissingParameter", "policyId", message, "name a policy of the same vault"));
  }
  const isImmutable = vault !== undefined && settingsOf(vault).immutability !== "Disabled";
  if (input.protectionState === "BackupsSuspended" && vault !== undefined && !isImmutable) {
    const message = "BackupsSuspended keeps points by policy, which only an immutable vault offers";
    const remedy = "turn the vault's immutability on (Unlocked), or use ProtectionStopped";
    refusals.push(refusal("Z-33", "UserErrorSuspendNotSupported", "protectionState", message, remedy));
  }
  if (old?.protectionState === "SoftDeleted" && input.createMode !== "Recover") {
    const until = old.deferredDeleteTime === null ? "" : ` until ${readableTime(old.deferredDeleteTime)}`;
    const message = `the vault still holds deleted points of this VM${until}`;
    const remedy = 'set createMode to "Recover" to undelete them and go on, or wait until they are gone';
    refusals.push(refusal("Z-29", "UserErrorItemSoftDeleted", "createMode", message, remedy));
  }
  return refusals;
}

/** One vault per VM, and one resource per item (Z-32); the same URN's earlier copy is on its way out. */
async function holderRefusals(
  context: QueryContext,
  input: ItemInput,
  own: ProtectedItem | undefined,
): Promise<Error[]> {
  const others = await listItemsOf(context, input.sourceResourceId);
  return others
    .filter((other) => other.protectionState !== "SoftDeleted" && other.protectionState !== "ProtectionStopped")
    .filter((other) => other.id !== input.ownId && (other.urn === null || other.urn !== input.urn))
    .map((other) => {
      const message =
        other.id === own?.id
          ? `the VM is protected in this vault already, under ${other.armId}`
          : `the VM is protected in another vault already, ${nameOf(vaultOf(other.armId))}; one vault per VM`;
      const remedy =
        `import it (pulumi import cloudbackup:recoveryservices:ProtectedItem <name> '${other.armId}'), or stop that ` +
        `protection first${aliasAdvice(other.urn, input.urn)}`;
      return refusal("Z-32", "UserErrorVmAlreadyProtected", "sourceResourceId", message, remedy);
    });
}

/** Another policy takes over in place, unless it takes away what the old one gave (Z-21, Z-30). */
async function swapRefusals(
  context: QueryContext,
  next: PolicyProperties,
  vault: Vault | undefined,
  old: ProtectedItem | undefined,
): Promise<Error[]> {
  const before = old?.policyId == null ? undefined : await findPolicy(context, old.policyId);
  if (before === undefined || old?.protectionState === "SoftDeleted") return [];
  const properties = propertiesOf(before);
  const refusals: Error[] = [];
  if (properties.policyType === "V2" && next.policyType === "V1") {
    const message = "a VM under an enhanced policy (V2) can't go back to a standard one (V1)";
    refusals.push(refusal("Z-21", "UserErrorPolicyTypeChange", "policyId", message, "use another enhanced policy"));
  }
  const isImmutable = vault !== undefined && settingsOf(vault).immutability !== "Disabled";
  const shorter = isImmutable ? retentionShortened(properties, next) : [];
  if (shorter.length > 0) {
    const message = `the vault is immutable, and the new policy keeps less: ${shorter.join("; ")}`;
    refusals.push(refusal("Z-30", "UserErrorImmutableVault", "policyId", message, "use a policy that keeps as long"));
  }
  return refusals;
}

/** The merge gate: less than is required is refused. */
function gateRefusals(consistency: Consistency, { requireConsistency: required }: ItemInput): Error[] {
  if (required === null || !isWorse(consistency.achieved, required)) return [];
  const words = gateWords(consistency, required, "set up pre- and post-scripts (compute:ScriptFramework)");
  const rule = consistency.reasons[0]?.rule ?? "Z-34";
  return [refusal(rule, "Engine.ConsistencyRequired", "requireConsistency", words.message, words.remedy)];
}
