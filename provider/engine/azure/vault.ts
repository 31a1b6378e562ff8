import type { Row } from "../../store/tables";
import type { Query } from "../engine";
import { armKey } from "./arm-id";
import { apiRefusal } from "./rule";

export type Vault = Row<"vault">;

export interface VaultIdentity {
  readonly type: "None" | "SystemAssigned" | "UserAssigned" | "SystemAssigned, UserAssigned";
  readonly userAssignedIdentities: readonly string[];
}

/** A customer-managed key; one-way (Z-28). */
export interface VaultEncryption {
  readonly keyUri: string;
  readonly useSystemAssignedIdentity: boolean;
  readonly userAssignedIdentity: string | null;
}

export interface VaultSettings {
  readonly sku: "RS0" | "Standard";
  readonly identity: VaultIdentity;
  readonly redundancy: "LocallyRedundant" | "GeoRedundant" | "ZoneRedundant";
  readonly crossRegionRestore: boolean;
  readonly encryption: VaultEncryption | null;
  readonly infrastructureEncryption: boolean;
  readonly softDelete: { readonly state: "Enabled" | "Disabled" | "AlwaysON"; readonly retentionDays: number };
  readonly immutability: "Disabled" | "Unlocked" | "Locked";
  readonly publicNetworkAccess: "Enabled" | "Disabled";
}

/** What a vault is when nobody says otherwise. */
export const defaultVaultSettings: VaultSettings = {
  sku: "Standard",
  identity: { type: "None", userAssignedIdentities: [] },
  redundancy: "GeoRedundant",
  crossRegionRestore: false,
  encryption: null,
  infrastructureEncryption: false,
  softDelete: { state: "Enabled", retentionDays: 14 },
  immutability: "Disabled",
  publicNetworkAccess: "Enabled",
};

export const backupRoles = ["Backup Reader", "Backup Operator", "Backup Contributor"] as const;
export type BackupRole = (typeof backupRoles)[number];

export interface RoleAssignment {
  readonly principalId: string;
  readonly roleDefinitionName: BackupRole;
}

export function settingsOf(vault: Vault): VaultSettings {
  return vault.settings as unknown as VaultSettings;
}

export function roleAssignmentsOf(vault: Vault): readonly RoleAssignment[] {
  return vault.roleAssignments as unknown as readonly RoleAssignment[];
}

/** A vault by its ARM id, in whatever case. */
export const findVault: Query<string, Vault | undefined> = async ({ store, settings }, armId) => {
  const vault = await store.get("vault", armKey(armId));
  return vault?.account === settings.account ? vault : undefined;
};

export const requireVault: Query<{ armId: string; property: string }, Vault> = async (context, { armId, property }) => {
  const vault = await findVault(context, armId);
  if (vault !== undefined) return vault;
  throw apiRefusal(
    "ResourceNotFound",
    property,
    `there is no Recovery Services vault ${armId}`,
    "take vaultId from the output of recoveryservices:Vault",
  );
};
