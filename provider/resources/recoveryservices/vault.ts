import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { type CheckScope, defineResource } from "../../definition/resource";
import { isPropertyMap, type PropertyMap } from "../../definition/value";
import { armKey, vaultIdOf } from "../../engine/azure/arm-id";
import { isSameLocation, normaliseLocation } from "../../engine/azure/catalogue";
import { roleAssignmentsOf, settingsOf, type Vault, type VaultSettings } from "../../engine/azure/vault";
import { assessVault, createVault, readVault, updateVault, type VaultInput } from "../../engine/azure/vault-change";
import { deleteVault } from "../../engine/azure/vault-deletion";
import { oneWaySteps } from "../../engine/azure/vault-rule";
import type { QueryContext } from "../../engine/engine";
import { ruled } from "../shared/azure-rule";
import { reasonWarning, refusalFinding } from "../shared/finding";
import { roleAssignment } from "../shared/role-assignment";

const vaultNamePattern = /^[A-Za-z][A-Za-z0-9-]{1,49}$/;
const vaultNameRule = "2 to 50 letters, digits and '-', a letter first";

const keyVault = String.raw`[a-z0-9-]+\.(vault|managedhsm)\.(azure\.net|azure\.cn|usgovcloudapi\.net)`;
const keyPattern = new RegExp(`^https://${keyVault}/keys/[a-z0-9-]{1,127}(/[a-z0-9]+)?/?$`, "i");

const enabledOrDisabled = z.enum(["Enabled", "Disabled"]);

const identity = z
  .strictObject({
    type: z
      .enum(["None", "SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned"])
      .meta({
        typeName: "VaultIdentityType",
        valueDescriptions: {
          None: "No identity.",
          SystemAssigned: "An identity of the vault's own.",
          UserAssigned: "Identities that are made elsewhere.",
          "SystemAssigned, UserAssigned": "Both.",
        },
      })
      .default("None")
      .meta({ description: "Which identities the vault has. Default: None." }),
    userAssignedIdentities: z
      .array(z.string().min(1))
      .default([])
      .meta({ description: "ARM ids of the identities of type UserAssigned. Default: none.", set: true }),
  })
  .meta({ typeName: "VaultIdentity", description: "The managed identities of a vault." });

const encryption = z
  .strictObject({
    keyUri: z
      .string()
      .regex(keyPattern, "the URI of a key, https://<key vault>.vault.azure.net/keys/<name>")
      .meta({
        description:
          "The key, https://<key vault>.vault.azure.net/keys/<name>, with or without a version; may be another one " +
          "later. Source: Vaults, properties.encryption.keyVaultProperties.keyUri.",
      }),
    useSystemAssignedIdentity: z
      .boolean()
      .default(false)
      .meta({
        description:
          "Whether the vault's own identity unwraps the key; either this or userAssignedIdentity. Default: false. " +
          "Source: Vaults, properties.encryption.kekIdentity.",
      }),
    userAssignedIdentity: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          "ARM id of the identity that unwraps the key, one of the vault's. Can't take the place of the vault's own " +
          "while the vault holds data. Source: Vaults, properties.encryption.kekIdentity.",
      }),
    infrastructureEncryption: z
      .boolean()
      .optional()
      .meta({
        description:
          "Whether data is encrypted a second time, by the platform; decided when the vault is made. Default: false. " +
          "Source: Vaults, properties.encryption.infrastructureEncryption.",
        replaceOnChanges: "infrastructure encryption is decided when a vault is made",
      }),
  })
  .meta({ typeName: "VaultEncryption", description: "The customer-managed key of a vault." });

const softDelete = z
  .strictObject({
    state: z
      .enum(["Enabled", "Disabled", "AlwaysON"])
      .meta({
        typeName: "SoftDeleteState",
        valueDescriptions: {
          Enabled: "Deleted data stays for a while.",
          Disabled: "Deleted data is gone.",
          AlwaysON: "As Enabled, for ever: can't be turned off (Z-29).",
        },
      })
      .default("Enabled")
      .meta({
        ...ruled("Z-29", "write Enabled, Disabled or AlwaysON"),
        description:
          "Whether deleted data stays for a while. Default: Enabled. Source: seed 004, backup process; Vaults, " +
          "properties.securitySettings.softDeleteSettings.softDeleteState.",
      }),
    retentionDays: z
      .int()
      .min(14)
      .max(180)
      .default(14)
      .meta({
        ...ruled("Z-29", "give 14 to 180 days"),
        description:
          "How long, days, 14 to 180; what holds when data is deleted counts. Default: 14. Source: Vaults, " +
          "properties.securitySettings.softDeleteSettings.softDeleteRetentionPeriodInDays.",
        units: "days",
      }),
  })
  .meta({ typeName: "VaultSoftDelete", description: "What becomes of deleted backup data." });

const inputs = z.strictObject({
  vaultName: z
    .string()
    .regex(vaultNamePattern, vaultNameRule)
    .meta({
      description: `Name of the vault: ${vaultNameRule}; in any case. Default: made from the resource's name.`,
      replaceOnChanges: "the name is a part of the vault's ARM id",
      autoName: { maxLength: 50, pattern: vaultNamePattern, rule: vaultNameRule },
    }),
  resourceGroupName: z
    .string()
    .regex(/^[\w.()-]{0,89}[\w()-]$/, "1 to 90 letters, digits, '.', '_', '-' and brackets, no '.' at the end")
    .meta({
      description: "Resource group of the vault, in any case.",
      replaceOnChanges: "the resource group is a part of the vault's ARM id",
    }),
  location: z.string().min(1).meta({
    description: "Region of the vault and of all that it protects: westeurope, or West Europe.",
    replaceOnChanges: "a vault can't move to another region",
  }),
  sku: z
    .enum(["RS0", "Standard"])
    .meta({
      typeName: "VaultSku",
      valueDescriptions: { RS0: "As Standard.", Standard: "The only one there is in fact." },
    })
    .default("Standard")
    .meta({ description: "Price class, without effect on anything. Default: Standard. Source: Vaults, sku.name." }),
  identity: identity.prefault({}).meta({ description: "Managed identities; a key needs one. Default: none." }),
  redundancy: z
    .enum(["LocallyRedundant", "GeoRedundant", "ZoneRedundant"])
    .meta({
      typeName: "VaultRedundancy",
      valueDescriptions: {
        LocallyRedundant: "Copies in one datacenter.",
        GeoRedundant: "And in the paired region.",
        ZoneRedundant: "Copies in several zones of the region.",
      },
    })
    .default("GeoRedundant")
    .meta({
      ...ruled("Z-31", "write LocallyRedundant, GeoRedundant or ZoneRedundant"),
      description:
        "Where the vault keeps copies; changes only while it holds no data (Z-31). Default: GeoRedundant. " +
        "Source: Vaults, properties.redundancySettings.standardTierStorageRedundancy.",
    }),
  crossRegionRestore: z
    .boolean()
    .default(false)
    .meta({
      description:
        "Whether restores may read the copy in the paired region; needs GeoRedundant, and can't be turned off again " +
        "(Z-31). Default: false. Source: Vaults, properties.redundancySettings.crossRegionRestore.",
    }),
  encryption: encryption.optional().meta({
    description:
      "The customer-managed key that encrypts the backups; can be turned on while the vault holds no data, and never " +
      "off again (Z-28). Default: the platform's keys. Source: seed 004, backup process; Vaults, " +
      "properties.encryption.",
  }),
  softDelete: softDelete
    .prefault({})
    .meta({ description: "What becomes of deleted backup data (Z-29). Default: it stays 14 days." }),
  immutability: z
    .enum(["Disabled", "Unlocked", "Locked"])
    .meta({
      typeName: "VaultImmutability",
      valueDescriptions: {
        Disabled: "Backups may be deleted, and their retention shortened.",
        Unlocked: "They may not; this can be turned off again.",
        Locked: "They may not, for ever (Z-30).",
      },
    })
    .default("Disabled")
    .meta({
      ...ruled("Z-30", "write Disabled, Unlocked or Locked"),
      description:
        "Whether backups are kept from being deleted before they expire. Default: Disabled. Source: Vaults, " +
        "properties.securitySettings.immutabilitySettings.state.",
    }),
  publicNetworkAccess: enabledOrDisabled
    .meta({
      typeName: "VaultPublicNetworkAccess",
      valueDescriptions: { Enabled: "From public networks.", Disabled: "Through private endpoints only." },
    })
    .default("Enabled")
    .meta({
      description:
        "Whether the vault is reached from public networks. Default: Enabled. Source: Vaults, " +
        "properties.publicNetworkAccess.",
    }),
  roleAssignments: z
    .array(roleAssignment)
    .default([])
    .meta({
      description:
        "Who beside the owner may do what with the vault, which is the boundary of access (Z-20). Default: nobody. " +
        "Source: seed 004, Recovery Services vault.",
      set: true,
    }),
  tags: z.record(z.string().min(1).max(512), z.string().max(256)).default({}).meta({
    description: "Tags of the vault. Default: none. Source: Vaults, tags.",
  }),
});

const outputs = z.object({
  vaultId: z.string().meta({
    description: "ARM id of the vault, /subscriptions/…/providers/Microsoft.RecoveryServices/vaults/….",
  }),
  provisioningState: z.string().meta({ description: "Succeeded." }),
});

type Inputs = z.output<typeof inputs>;

function toSettings(properties: Inputs): VaultSettings {
  const { encryption: key } = properties;
  return {
    sku: properties.sku,
    identity: properties.identity,
    redundancy: properties.redundancy,
    crossRegionRestore: properties.crossRegionRestore,
    encryption:
      key === undefined
        ? null
        : {
            keyUri: key.keyUri,
            useSystemAssignedIdentity: key.useSystemAssignedIdentity,
            userAssignedIdentity: key.userAssignedIdentity ?? null,
          },
    infrastructureEncryption: key?.infrastructureEncryption === true,
    softDelete: properties.softDelete,
    immutability: properties.immutability,
    publicNetworkAccess: properties.publicNetworkAccess,
  };
}

function toInput(armId: string, urn: string, properties: Inputs): VaultInput {
  const { vaultName, resourceGroupName, location, roleAssignments, tags } = properties;
  return {
    armId,
    urn,
    vaultName,
    resourceGroupName,
    location,
    settings: toSettings(properties),
    roleAssignments,
    tags,
  };
}

function idOf({ vaultName, resourceGroupName }: Inputs, { subscriptionId }: QueryContext["settings"]): string {
  return vaultIdOf({ subscriptionId, resourceGroupName }, vaultName);
}

function fromEncryption({ encryption: key, infrastructureEncryption }: VaultSettings): Pick<Inputs, "encryption"> {
  if (key === null) return {};
  const { keyUri, useSystemAssignedIdentity, userAssignedIdentity } = key;
  return {
    encryption: {
      keyUri,
      useSystemAssignedIdentity,
      ...(userAssignedIdentity === null ? {} : { userAssignedIdentity }),
      ...(infrastructureEncryption ? { infrastructureEncryption } : {}),
    },
  };
}

/** The inputs of a vault that is there; names and location as the program writes them where they mean the same. */
function readInputs(vault: Vault, old: Inputs | undefined): Inputs {
  const { infrastructureEncryption: _own, encryption: _key, ...settings } = settingsOf(vault);
  const isSameVault =
    old !== undefined &&
    armKey(old.vaultName) === armKey(vault.vaultName) &&
    armKey(old.resourceGroupName) === armKey(vault.resourceGroupName) &&
    isSameLocation(old.location, vault.location);
  const { vaultName, resourceGroupName, location } = isSameVault ? old : vault;
  return {
    vaultName,
    resourceGroupName,
    location,
    ...settings,
    identity: { ...settings.identity, userAssignedIdentities: [...settings.identity.userAssignedIdentities] },
    ...fromEncryption(settingsOf(vault)),
    roleAssignments: roleAssignmentsOf(vault).map((assignment) => ({ ...assignment })),
    tags: { ...vault.tags },
  };
}

function toOutputs({ armId }: Vault): z.output<typeof outputs> {
  return { vaultId: armId, provisioningState: "Succeeded" };
}

/** Names and locations without case, and what is false as absent. */
function comparable(properties: PropertyMap): PropertyMap {
  const lower = (name: "vaultName" | "resourceGroupName"): PropertyMap => {
    const value = properties[name];
    return typeof value === "string" ? { [name]: value.toLowerCase() } : {};
  };
  const { location, encryption: key } = properties;
  const isFalse = isPropertyMap(key) && key.infrastructureEncryption === false;
  return {
    ...properties,
    ...lower("vaultName"),
    ...lower("resourceGroupName"),
    ...(typeof location === "string" ? { location: normaliseLocation(location) } : {}),
    ...(isFalse ? { encryption: { ...key, infrastructureEncryption: null } } : {}),
  };
}

async function check(properties: Inputs, { context, urn, ownIds, old }: CheckScope<Inputs>): Promise<Finding[]> {
  const toVault = (each: Inputs) => toInput(idOf(each, context.settings), urn, each);
  const [input, before] = [toVault(properties), old === undefined ? undefined : toVault(old)];
  const refusals = await assessVault(context, { input, old: before, ownIds });
  if (refusals.length > 0 || before === undefined) return refusals.map(refusalFinding);
  return oneWaySteps(before.settings, input.settings).map(({ property, reason }) => reasonWarning(property, reason));
}

export const vaultResource = defineResource({
  token: "cloudbackup:recoveryservices:Vault",
  source: "Vaults",
  description:
    "A Recovery Services vault: it keeps the backups of the machines that are protected in it, and is the boundary " +
    "of access to them (seed 004, Recovery Services vault). What can't be turned back is refused, and a vault that " +
    "holds data is never replaced.",
  inputs,
  outputs,
  importId: {
    pattern: /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.RecoveryServices\/vaults\/[^/]+$/i,
    example:
      "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/backup/providers/" +
      "Microsoft.RecoveryServices/vaults/vault",
  },
  stables: ["vaultId", "provisioningState"],
  id: (properties, _hash, settings) => idOf(properties, settings),
  comparable,
  check,
  create: async (context, { id, urn }, properties) =>
    toOutputs(await createVault(context, toInput(id, urn, properties))),
  read: async (context, id, old) => {
    const vault = await readVault(context, id);
    if (vault === undefined) return undefined;
    return { id: vault.armId, inputs: readInputs(vault, old), outputs: toOutputs(vault) };
  },
  update: async (context, { id, urn }, properties) =>
    toOutputs(await updateVault(context, toInput(id, urn, properties))),
  delete: (context, id) => deleteVault(context, id),
});
