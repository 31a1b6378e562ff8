import type { Json } from "../../store/tables";
import { recordDeath } from "../core/incarnation";
import { boolean, choice, defineCommand, defineQuery, integer, required, text, withoutNulls } from "../core/operation";
import type { QueryContext } from "../engine";
import { requireAccess } from "./access";
import { vaultIdOf } from "./arm-id";
import { isSameLocation } from "./catalogue";
import { apiRefusal } from "./rule";
import {
  defaultVaultSettings,
  findVault,
  requireVault,
  roleAssignmentsOf,
  settingsOf,
  type Vault,
  type VaultSettings,
} from "./vault";
import { createVault, listVaults, updateVault, type VaultInput } from "./vault-change";
import { deleteVault } from "./vault-deletion";

interface VaultName {
  readonly resourceGroupName: string;
  readonly vaultName: string;
}

const vaultName = {
  resourceGroupName: required(text("Resource group of the vault.")),
  vaultName: required(text("Name of the vault.")),
};

function idOf(
  { settings: { subscriptionId } }: QueryContext,
  { resourceGroupName, vaultName: name }: VaultName,
): string {
  return vaultIdOf({ subscriptionId, resourceGroupName }, name);
}

/** A vault as ARM writes it. */
function vaultRecord(vault: Vault): Json {
  const settings = settingsOf(vault);
  const { encryption, infrastructureEncryption, softDelete, redundancy } = settings;
  const key = encryption && {
    keyVaultProperties: { keyUri: encryption.keyUri },
    kekIdentity: withoutNulls({
      useSystemAssignedIdentity: encryption.useSystemAssignedIdentity,
      userAssignedIdentity: encryption.userAssignedIdentity,
    }),
    infrastructureEncryption: infrastructureEncryption ? "Enabled" : "Disabled",
  };
  return {
    id: vault.armId,
    name: vault.vaultName,
    type: "Microsoft.RecoveryServices/vaults",
    location: vault.location,
    tags: vault.tags,
    sku: { name: settings.sku },
    identity: { type: settings.identity.type },
    properties: withoutNulls({
      provisioningState: "Succeeded",
      publicNetworkAccess: settings.publicNetworkAccess,
      encryption: key,
      redundancySettings: {
        standardTierStorageRedundancy: redundancy,
        crossRegionRestore: settings.crossRegionRestore ? "Enabled" : "Disabled",
      },
      securitySettings: {
        immutabilitySettings: { state: settings.immutability },
        softDeleteSettings: {
          softDeleteState: softDelete.state,
          softDeleteRetentionPeriodInDays: softDelete.retentionDays,
        },
      },
    }),
  };
}

const redundancies = ["LocallyRedundant", "GeoRedundant", "ZoneRedundant"] as const;
const softDeleteStates = ["Enabled", "Disabled", "AlwaysON"] as const;
const immutabilityStates = ["Disabled", "Unlocked", "Locked"] as const;
const identityTypes = ["None", "SystemAssigned"] as const;
const switchStates = ["Enabled", "Disabled"] as const;

/** What a new vault is made of beside its settings, or what an old one stays. */
function partsOf(context: QueryContext, given: VaultName & { location: string | undefined }, old: Vault | undefined) {
  const parts = old ?? {
    armId: idOf(context, given),
    urn: null,
    ...given,
    location: given.location ?? "",
    tags: {},
  };
  const { armId, urn, resourceGroupName, vaultName: name, location, tags } = parts;
  const roleAssignments = old === undefined ? [] : roleAssignmentsOf(old);
  return { armId, urn, resourceGroupName, vaultName: name, location, tags, roleAssignments };
}

/** A vault stays where it is. */
function requireHome(old: Vault | undefined, location: string | undefined): void {
  if (old === undefined || location === undefined || isSameLocation(old.location, location)) return;
  const message = `vault ${old.vaultName} lies in ${old.location}`;
  throw apiRefusal("InvalidResourceLocation", "location", message, "leave location out, or give another vaultName");
}

const createOrUpdate = defineCommand({
  name: "Vaults_CreateOrUpdate",
  product: "recoveryservices",
  description: "Makes a Recovery Services vault, or changes one; what isn't given stays as it is.",
  parameters: {
    ...vaultName,
    location: text("Region, westeurope; needed by a new vault, and stays as it is afterwards."),
    identityType: choice(identityTypes, "The vault's own identity. Default: None."),
    keyUri: text("URI of the key that encrypts the backups; the vault's own identity unwraps it (Z-28)."),
    standardTierStorageRedundancy: choice(redundancies, "Where copies are kept (Z-31). Default: GeoRedundant."),
    crossRegionRestore: boolean("Whether restores may read the paired region's copy (Z-31). Default: false."),
    softDeleteState: choice(softDeleteStates, "What becomes of deleted data (Z-29)."),
    softDeleteRetentionPeriodInDays: integer("Days, 14 to 180. Default: 14."),
    immutabilityState: choice(immutabilityStates, "Whether backups can't be deleted (Z-30)."),
    publicNetworkAccess: choice(switchStates, "Default: Enabled."),
  },
  call: async (context, given) => {
    const old = await findVault(context, idOf(context, given));
    requireHome(old, given.location);
    const before = old === undefined ? defaultVaultSettings : settingsOf(old);
    const settings: VaultSettings = {
      ...before,
      identity: given.identityType === undefined ? before.identity : { ...before.identity, type: given.identityType },
      encryption:
        given.keyUri === undefined
          ? before.encryption
          : { useSystemAssignedIdentity: true, userAssignedIdentity: null, ...before.encryption, keyUri: given.keyUri },
      redundancy: given.standardTierStorageRedundancy ?? before.redundancy,
      crossRegionRestore: given.crossRegionRestore ?? before.crossRegionRestore,
      softDelete: {
        state: given.softDeleteState ?? before.softDelete.state,
        retentionDays: given.softDeleteRetentionPeriodInDays ?? before.softDelete.retentionDays,
      },
      immutability: given.immutabilityState ?? before.immutability,
      publicNetworkAccess: given.publicNetworkAccess ?? before.publicNetworkAccess,
    };
    const parts = partsOf(context, { ...given, location: given.location }, old);
    const input: VaultInput = { ...parts, settings };
    return { vault: vaultRecord(await (old === undefined ? createVault : updateVault)(context, input)) };
  },
});

const getVault = defineQuery({
  name: "Vaults_Get",
  product: "recoveryservices",
  description: "Tells how a vault is set up.",
  parameters: vaultName,
  call: async (context, given) => {
    const vault = await requireVault(context, { armId: idOf(context, given), property: "vaultName" });
    requireAccess(context, vault, "read", "Vaults_Get");
    return { vault: vaultRecord(vault) };
  },
});

const list = defineQuery({
  name: "Vaults_ListBySubscriptionId",
  product: "recoveryservices",
  description: "Lists the vaults that the caller may read.",
  parameters: {},
  call: async (context) => ({ value: (await listVaults(context, undefined)).map(vaultRecord) }),
});

const deleteOperation = defineCommand({
  name: "Vaults_Delete",
  product: "recoveryservices",
  description: "Deletes a vault that holds no items, soft-deleted ones either (Z-29).",
  parameters: vaultName,
  call: async (context, given) => {
    const { armId } = await requireVault(context, { armId: idOf(context, given), property: "vaultName" });
    await deleteVault(context, armId);
    await recordDeath(context, { resourceType: "cloudbackup:recoveryservices:Vault", resourceId: armId });
    return {};
  },
});

export const vaultOperations = [createOrUpdate, getVault, list, deleteOperation];
