import type { Json } from "../../store/tables";
import { canonicalJson } from "../core/json";
import type { Command, Query, QueryContext } from "../engine";
import type { EngineError } from "../error";
import { accessRefusal, isAllowed, readerRefusals, requireAccess } from "./access";
import { armKey, isSameId } from "./arm-id";
import { isSameLocation, normaliseLocation } from "./catalogue";
import { apiRefusal, refusal } from "./rule";
import { findVault, type RoleAssignment, requireVault, settingsOf, type Vault, type VaultSettings } from "./vault";
import { describeItems, holdingItems } from "./vault-holding";
import { emptyOnlyChanges, oneWayRefusals, vaultRefusals } from "./vault-rule";

export interface VaultInput {
  readonly armId: string;
  readonly urn: string | null;
  readonly vaultName: string;
  readonly resourceGroupName: string;
  readonly location: string;
  readonly settings: VaultSettings;
  readonly roleAssignments: readonly RoleAssignment[];
  readonly tags: Readonly<Record<string, string>>;
}

/** ENGINE: whoever makes a vault must be able to manage it afterwards: the owner always can (Z-20). */
function makerRefusal({ settings: { caller } }: QueryContext, input: VaultInput): EngineError | undefined {
  const isManaged = input.roleAssignments.some(
    ({ principalId, roleDefinitionName }) => principalId === caller && roleDefinitionName === "Backup Contributor",
  );
  if (caller === null || isManaged) return undefined;
  return refusal(
    "Z-20",
    "AuthorizationFailed",
    "roleAssignments",
    `${caller} would not be Backup Contributor on vault ${input.vaultName}: Vaults_CreateOrUpdate is refused`,
    `add {principalId: "${caller}", roleDefinitionName: "Backup Contributor"}, or run as the owner (no caller)`,
  );
}

/** A vault of this name that is none of the program's earlier lives of it. */
const takenRefusal: Query<{ input: VaultInput; ownIds: readonly string[] }, EngineError | undefined> = async (
  { store },
  { input, ownIds },
) => {
  const other = await store.get("vault", armKey(input.armId));
  if (other === undefined || ownIds.some((id) => isSameId(id, input.armId))) return undefined;
  if (other.urn !== null && other.urn === input.urn) return undefined;
  return apiRefusal(
    "Engine.VaultExists",
    "vaultName",
    `a Recovery Services vault ${other.vaultName} already exists in resource group ${other.resourceGroupName}`,
    `choose another vaultName, or import it: pulumi import cloudbackup:recoveryservices:Vault <name> ${other.armId}`,
  );
};

export interface VaultAssessment {
  readonly input: VaultInput;
  /** What the program said last; undefined for a new vault. */
  readonly old: VaultInput | undefined;
  /** Ids of the program's earlier lives of this vault. */
  readonly ownIds: readonly string[];
}

/** All that keeps a vault from being made or changed. */
export const assessVault: Query<VaultAssessment, readonly EngineError[]> = async (context, { input, old, ownIds }) => {
  if (old === undefined) {
    const others = [makerRefusal(context, input), await takenRefusal(context, { input, ownIds })];
    return [...vaultRefusals(input), ...others.filter((each) => each !== undefined)];
  }
  const own = [...(await configureRefusals(context, { input, old })), ...vaultRefusals(input)];
  const replaced = replacingProperties(old, input);
  const replacement = await replacementRefusals(context, { vaultId: old.armId, replaced });
  // Another vault begins anew; only for the one that is there counts what it can't turn back.
  if (replaced.length > 0 && replacement.length === 0) return own;
  const change = { vaultId: old.armId, before: old.settings, after: input.settings };
  return [...own, ...replacement, ...(await changeRefusals(context, change))];
};

/** Whoever changes a vault needs a role for it; a program that changes nothing may be run by a reader (Z-20). */
const configureRefusals: Query<{ input: VaultInput; old: VaultInput }, readonly EngineError[]> = async (
  context,
  { input, old },
) => {
  const vault = await findVault(context, old.armId);
  if (vault === undefined) return [];
  if (canonicalJson(old as unknown as Json) === canonicalJson(input as unknown as Json)) {
    return readerRefusals(context, { vaultId: vault.id, operation: "Vaults_Get" });
  }
  return isAllowed(context, vault, "configure") ? [] : [accessRefusal(context, vault, "configure", "Vaults_Update")];
};

/**
 * The properties whose change makes another vault. Where a key goes, double encryption is no matter of its own: the key
 * can't go.
 */
function replacingProperties(before: VaultInput, after: VaultInput): readonly string[] {
  const isKeyGone = before.settings.encryption !== null && after.settings.encryption === null;
  return [
    ...(isSameId(before.vaultName, after.vaultName) ? [] : ["vaultName"]),
    ...(isSameId(before.resourceGroupName, after.resourceGroupName) ? [] : ["resourceGroupName"]),
    ...(isSameLocation(before.location, after.location) ? [] : ["location"]),
    ...(isKeyGone || before.settings.infrastructureEncryption === after.settings.infrastructureEncryption
      ? []
      : ["encryption.infrastructureEncryption"]),
  ];
}

/** A vault that holds data is never replaced: a change that would do so is refused. */
const replacementRefusals: Query<{ vaultId: string; replaced: readonly string[] }, EngineError[]> = async (
  context,
  { vaultId, replaced },
) => {
  const held = replaced.length === 0 ? [] : await holdingItems(context, vaultId);
  if (held.length === 0) return [];
  const message = `only another vault can have this, and ${vaultId} holds ${describeItems(held)}`;
  const remedy = "turn it back; a second vault with a name of its own may stand beside this one";
  return replaced.map((property) => refusal("Z-29", "Engine.VaultHoldsData", property, message, remedy));
};

interface SettingsChange {
  readonly vaultId: string;
  readonly before: VaultSettings;
  readonly after: VaultSettings;
}

/** What can't be changed any more, or not while the vault holds data (Z-28 to Z-31). */
const changeRefusals: Query<SettingsChange, EngineError[]> = async (context, { vaultId, before, after }) => {
  const refusals = oneWayRefusals(before, after);
  const changes = emptyOnlyChanges(before, after);
  const held = changes.length === 0 ? [] : await holdingItems(context, vaultId);
  if (held.length === 0) return refusals;
  const why = `while the vault holds data; it holds ${describeItems(held)}`;
  return [
    ...refusals,
    ...changes.map(({ rule, code, property, what, remedy }) => refusal(rule, code, property, `${what} ${why}`, remedy)),
  ];
};

function toRow(context: QueryContext, input: VaultInput): Omit<Vault, "keyEnabled" | "createTime"> {
  return {
    id: armKey(input.armId),
    account: context.settings.account,
    armId: input.armId,
    urn: input.urn,
    vaultName: input.vaultName,
    resourceGroupName: input.resourceGroupName,
    location: normaliseLocation(input.location),
    settings: input.settings as unknown as Json,
    roleAssignments: input.roleAssignments as unknown as readonly Json[],
    tags: { ...input.tags },
  };
}

/**
 * Vaults_CreateOrUpdate of a new vault. A replacement may have the id of what it replaces: it then takes its place,
 * with the policies that are in it.
 */
export const createVault: Command<VaultInput, Vault> = async (context, input) => {
  const [problem] = await assessVault(context, { input, old: undefined, ownIds: [] });
  if (problem !== undefined) throw problem;
  const [held] = await replacementRefusals(context, { vaultId: input.armId, replaced: ["vaultName"] });
  if (held !== undefined) throw held;
  const vault: Vault = { ...toRow(context, input), keyEnabled: true, createTime: context.now };
  await context.store.put("vault", [vault]);
  return vault;
};

/** Vaults_Update: what was locked meanwhile, by whomever, stays locked. */
export const updateVault: Command<VaultInput, Vault> = async (context, input) => {
  const old = await requireVault(context, { armId: input.armId, property: "" });
  requireAccess(context, old, "configure", "Vaults_Update");
  const before = settingsOf(old);
  const [problem] = [
    ...vaultRefusals(input),
    ...(await changeRefusals(context, { vaultId: old.id, before, after: input.settings })),
    ...keyRefusals(old, input.settings),
  ];
  if (problem !== undefined) throw problem;
  const isSameKey = before.encryption?.keyUri === input.settings.encryption?.keyUri;
  const vault: Vault = {
    ...toRow(context, input),
    armId: old.armId,
    keyEnabled: isSameKey ? old.keyEnabled : true,
    createTime: old.createTime,
  };
  await context.store.put("vault", [vault]);
  return vault;
};

function keyRefusals(old: Vault, after: VaultSettings): EngineError[] {
  const before = settingsOf(old);
  const property = "encryption.infrastructureEncryption";
  if (before.infrastructureEncryption !== after.infrastructureEncryption) {
    const message = "infrastructureEncryption is decided when the vault is made";
    return [refusal("Z-28", "Engine.InfrastructureEncryption", property, message, "make another vault")];
  }
  if (old.keyEnabled || before.encryption?.keyUri === after.encryption?.keyUri) return [];
  const message = `the key in use, ${before.encryption?.keyUri}, is disabled: what it wraps can't be given another key`;
  return [
    refusal("Z-28", "Engine.VaultKeyDisabled", "encryption.keyUri", message, "enable the key in Key Vault first"),
  ];
}

/** Vaults_ListBySubscriptionId: the vaults that the caller may read, by id. */
export const listVaults: Query<undefined, readonly Vault[]> = async (context) => {
  const vaults = await context.store.find("vault", { account: context.settings.account });
  return vaults.filter((vault) => isAllowed(context, vault, "read")).sort((a, b) => (a.id < b.id ? -1 : 1));
};

/** A vault that is read by somebody: undefined when there is none, refused without a role (Z-20). */
export const readVault: Query<string, Vault | undefined> = async (context, armId) => {
  const vault = await findVault(context, armId);
  if (vault !== undefined) requireAccess(context, vault, "read", "Vaults_Get");
  return vault;
};
