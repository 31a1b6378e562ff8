import { gives, refused, type Story } from "./story";

const vault = { resourceGroupName: "backup", vaultName: "vault" };
const nowhere = { resourceGroupName: "backup", vaultName: "none" };
const keyUri = "https://keys.vault.azure.net/keys/backup";
const reader = { principalId: "audit", roleDefinitionName: "Backup Reader" };
const path = "vault.properties.securitySettings";

/** Recovery Services vaults, who may do what with them, and their keys. */
export const vaultStories: readonly Story[] = [
  {
    title: "a vault is made, locked, and never opened again",
    rows: [
      ["Vaults_CreateOrUpdate", vault, refused("LocationNotAvailableForResourceType")],
      ["Vaults_CreateOrUpdate", { ...vault, location: "West Europe" }, gives("vault.location", "westeurope")],
      ["Vaults_CreateOrUpdate", { ...vault, location: "eastus" }, refused("InvalidResourceLocation")],
      [
        "Vaults_CreateOrUpdate",
        { ...vault, softDeleteRetentionPeriodInDays: "9" },
        refused("Engine.SoftDeleteRetention"),
      ],
      [
        "Vaults_CreateOrUpdate",
        {
          ...vault,
          immutabilityState: "Locked",
          softDeleteState: "AlwaysON",
          standardTierStorageRedundancy: "ZoneRedundant",
        },
        gives(`${path}.softDeleteSettings.softDeleteRetentionPeriodInDays`, 14),
      ],
      ["Vaults_CreateOrUpdate", { ...vault, immutabilityState: "Unlocked" }, refused("Engine.ImmutabilityLocked")],
      ["Vaults_CreateOrUpdate", { ...vault, softDeleteState: "Enabled" }, refused("Engine.SoftDeleteAlwaysOn")],
      ["Vaults_CreateOrUpdate", { ...vault, crossRegionRestore: "true" }, refused("Engine.CrossRegionRestore")],
      ["Vaults_Get", vault, gives(`${path}.immutabilitySettings.state`, "Locked")],
      ["Vaults_Get", nowhere, refused("ResourceNotFound")],
      ["Vaults_ListBySubscriptionId", {}, gives("value.0.name", "vault")],
      ["Vaults_ListBySubscriptionId", { top: "1" }, refused("InvalidParameter")],
      ["Vaults_Delete", vault, "done"],
      ["Vaults_Delete", vault, refused("ResourceNotFound")],
      ["Vaults_ListBySubscriptionId", {}, gives("value", [])],
    ],
  },
  {
    title: "roles on a vault, and its key",
    rows: [
      ["Vaults_CreateOrUpdate", { ...vault, location: "westeurope" }, "done"],
      ["RoleAssignments_Create", { ...reader, scope: "{vault.id}" }, "done"],
      ["RoleAssignments_Create", { ...reader, scope: "{vault.id}x" }, refused("ResourceNotFound")],
      ["RoleAssignments_Delete", { ...reader, scope: "{vault.id}" }, "done"],
      ["RoleAssignments_Delete", { ...reader, scope: "{vault.id}x" }, refused("ResourceNotFound")],
      ["setVaultKey", { vaultId: "{vault.id}", enabled: "false" }, refused("KeyNotFound")],
      ["Vaults_CreateOrUpdate", { ...vault, keyUri }, refused("Engine.VaultKeyIdentity")],
      [
        "Vaults_CreateOrUpdate",
        { ...vault, keyUri, identityType: "SystemAssigned" },
        gives("vault.properties.encryption.keyVaultProperties.keyUri", keyUri),
      ],
      ["setVaultKey", { vaultId: "{vault.id}", enabled: "false" }, "done"],
      ["Vaults_CreateOrUpdate", { ...vault, keyUri: `${keyUri}2` }, refused("Engine.VaultKeyDisabled")],
      ["setVaultKey", { vaultId: "{vault.id}", enabled: "true" }, "done"],
      ["Vaults_CreateOrUpdate", { ...vault, keyUri: `${keyUri}2` }, "done"],
    ],
  },
];
