import type { Json } from "../../store/tables";
import { loadChanged, stepsOf } from "../core/inventory-record";
import type { CommandContext } from "../engine";
import { armKey, itemIdOf, nameOf, parseArmId, vaultOf } from "./arm-id";
import { normaliseLocation } from "./catalogue";
import { listItemsOf } from "./item-list";
import { findItem, type ProtectionState } from "./item-row";
import type { PolicyProperties } from "./policy";
import { type PolicyReading, readPolicyDocument } from "./policy-document";
import { policyDocumentSchema } from "./policy-document-schema";
import { defaultVaultSettings, findVault, type RoleAssignment, type VaultIdentity, type VaultSettings } from "./vault";

/** A key that `az` prints as null where there is nothing. */
type Told<T> = T | null | undefined;

type SwitchState = Told<"Enabled" | "Disabled">;

/** A vault as `az backup vault list` prints it; `roleAssignments` is our own key. */
export interface InventoryVault {
  readonly id: string;
  readonly location: string;
  readonly sku?: Told<{ readonly name?: Told<VaultSettings["sku"]> }>;
  readonly identity?: Told<{
    readonly type?: Told<VaultIdentity["type"]>;
    readonly userAssignedIdentities?: Told<Readonly<Record<string, unknown>>>;
  }>;
  readonly tags?: Told<Readonly<Record<string, string>>>;
  readonly properties?: Told<{
    readonly publicNetworkAccess?: SwitchState;
    readonly encryption?: Told<{
      readonly keyVaultProperties?: Told<{ readonly keyUri?: Told<string> }>;
      readonly kekIdentity?: Told<{
        readonly useSystemAssignedIdentity?: Told<boolean>;
        readonly userAssignedIdentity?: Told<string>;
      }>;
      readonly infrastructureEncryption?: SwitchState;
    }>;
    readonly redundancySettings?: Told<{
      readonly standardTierStorageRedundancy?: Told<VaultSettings["redundancy"]>;
      readonly crossRegionRestore?: SwitchState;
    }>;
    readonly securitySettings?: Told<{
      readonly softDeleteSettings?: Told<{
        readonly softDeleteState?: Told<VaultSettings["softDelete"]["state"]>;
        readonly softDeleteRetentionPeriodInDays?: Told<number>;
      }>;
      readonly immutabilitySettings?: Told<{ readonly state?: Told<VaultSettings["immutability"]> }>;
    }>;
  }>;
  readonly roleAssignments?: readonly RoleAssignment[];
}

/** A protection policy as `az backup policy list` prints it. */
export interface InventoryVaultPolicy {
  readonly id: string;
  readonly properties: Readonly<Record<string, Json>>;
}

/** A protected item as `az backup item list` prints it. */
export interface InventoryItem {
  readonly id: string;
  readonly properties: {
    readonly sourceResourceId: string;
    readonly policyId?: Told<string>;
    readonly protectionState?: Told<string>;
    readonly isScheduledForDeferredDelete?: Told<boolean>;
    readonly deferredDeleteTimeInUtc?: Told<string>;
    readonly deferredDeleteTimeInUTC?: Told<string>;
    readonly extendedProperties?: Told<{
      readonly diskExclusionProperties?: Told<{
        readonly diskLunList?: Told<readonly number[]>;
        readonly isInclusionList?: Told<boolean>;
      }>;
    }>;
  };
}

/** What vaults there are, and what is in them. */
export interface InventoryVaults {
  readonly vaults: readonly InventoryVault[];
  readonly policies: readonly InventoryVaultPolicy[];
  readonly items: readonly InventoryItem[];
}

/** A vault's settings in the engine's words; what isn't told is as the service has it by default. */
export function settingsOfVault({ sku, identity, properties }: InventoryVault): VaultSettings {
  const { encryption, redundancySettings, securitySettings, publicNetworkAccess } = properties ?? {};
  const { softDeleteSettings, immutabilitySettings } = securitySettings ?? {};
  const standard = defaultVaultSettings;
  const keyUri = encryption?.keyVaultProperties?.keyUri ?? null;
  return {
    sku: sku?.name ?? standard.sku,
    identity: {
      type: identity?.type ?? standard.identity.type,
      userAssignedIdentities: Object.keys(identity?.userAssignedIdentities ?? {}),
    },
    redundancy: redundancySettings?.standardTierStorageRedundancy ?? standard.redundancy,
    crossRegionRestore: redundancySettings?.crossRegionRestore === "Enabled",
    encryption:
      keyUri === null
        ? null
        : {
            keyUri,
            useSystemAssignedIdentity: encryption?.kekIdentity?.useSystemAssignedIdentity ?? false,
            userAssignedIdentity: encryption?.kekIdentity?.userAssignedIdentity ?? null,
          },
    infrastructureEncryption: encryption?.infrastructureEncryption === "Enabled",
    softDelete: {
      state: softDeleteSettings?.softDeleteState ?? standard.softDelete.state,
      retentionDays: softDeleteSettings?.softDeleteRetentionPeriodInDays ?? standard.softDelete.retentionDays,
    },
    immutability: immutabilitySettings?.state ?? standard.immutability,
    publicNetworkAccess: publicNetworkAccess ?? standard.publicNetworkAccess,
  };
}

const policyKeys = Object.keys(policyDocumentSchema.properties as object);

/** A policy's properties in the engine's words, or what is wrong with them; keys without meaning here are left out. */
export function propertiesOfPolicy({ properties }: InventoryVaultPolicy): PolicyReading {
  const known = policyKeys.flatMap((key) => {
    const value = properties[key];
    return value === undefined || value === null ? [] : [[key, value] as const];
  });
  return readPolicyDocument(Object.fromEntries(known), undefined);
}

/** How an item stands, in the engine's words: what has no first backup yet, or fails, is protected all the same. */
export function stateOfItem({ properties }: InventoryItem): ProtectionState {
  if (properties.isScheduledForDeferredDelete === true) return "SoftDeleted";
  const { protectionState } = properties;
  if (protectionState === "ProtectionStopped" || protectionState === "BackupsSuspended") return protectionState;
  return protectionState === "ProtectionPaused" ? "ProtectionStopped" : "Protected";
}

async function loadVault(context: CommandContext, record: InventoryVault): Promise<void> {
  const { store, settings, now } = context;
  const old = await findVault(context, record.id);
  await store.put("vault", [
    {
      id: armKey(record.id),
      account: settings.account,
      armId: old?.armId ?? record.id,
      urn: old?.urn ?? null,
      vaultName: nameOf(record.id),
      resourceGroupName: parseArmId(record.id)?.resourceGroupName ?? "",
      location: normaliseLocation(record.location),
      settings: settingsOfVault(record) as unknown as Json,
      roleAssignments: (record.roleAssignments ?? []) as unknown as readonly Json[],
      keyEnabled: old?.keyEnabled ?? true,
      tags: { ...record.tags },
      createTime: old?.createTime ?? now,
    },
  ]);
}

async function loadPolicy({ store, settings, now }: CommandContext, record: InventoryVaultPolicy): Promise<void> {
  const { properties } = propertiesOfPolicy(record);
  const old = await store.get("protectionPolicy", armKey(record.id));
  await store.put("protectionPolicy", [
    {
      id: armKey(record.id),
      account: settings.account,
      armId: old?.armId ?? record.id,
      urn: old?.urn ?? null,
      vaultId: armKey(vaultOf(record.id)),
      policyName: nameOf(record.id),
      properties: properties as PolicyProperties as unknown as Json,
      createTime: old?.createTime ?? now,
      updateTime: now,
    },
  ]);
}

function deferredDeleteTimeOf({ properties }: InventoryItem): number | null {
  const told = properties.deferredDeleteTimeInUTC ?? properties.deferredDeleteTimeInUtc;
  return told === undefined || told === null ? null : Math.floor(Date.parse(told) / 1000);
}

/** A machine that another vault protects since then stays there: one vault per machine (Z-32). */
async function loadItem(context: CommandContext, record: InventoryItem): Promise<void> {
  const { store, settings, now } = context;
  const { sourceResourceId, policyId, extendedProperties } = record.properties;
  const state = stateOfItem(record);
  const armId = itemIdOf(vaultOf(record.id), sourceResourceId);
  const others = (await listItemsOf(context, sourceResourceId)).filter(({ id }) => id !== armKey(armId));
  const isTaken = others.some(({ protectionState }) => protectionState === "Protected");
  if (isTaken && state === "Protected") return;
  const exclusion = extendedProperties?.diskExclusionProperties;
  const old = await findItem(context, armId);
  const unrun = { lastStartTime: null, lastCompleteTime: null, lastVaultedTime: null, lastTransferTime: null, runs: 0 };
  await store.put("protectedItem", [
    {
      ...unrun,
      createTime: now,
      scheduledUntil: now,
      urn: null,
      ...old,
      id: armKey(armId),
      account: settings.account,
      armId: old?.armId ?? armId,
      vaultId: armKey(vaultOf(record.id)),
      vmId: armKey(sourceResourceId),
      sourceResourceId,
      policyId: policyId === undefined || policyId === null || state === "SoftDeleted" ? null : armKey(policyId),
      protectionState: state,
      diskExclusion:
        exclusion === undefined || exclusion === null
          ? null
          : {
              diskLunList: [...(exclusion.diskLunList ?? [])].sort((a, b) => a - b),
              isInclusionList: exclusion.isInclusionList ?? false,
            },
      deferredDeleteTime: state === "SoftDeleted" ? deferredDeleteTimeOf(record) : null,
    },
  ]);
}

/**
 * Brings the vaults of an inventory into the engine, with what is in them: they are there, whatever the rules would say
 * to making them now. Records that have not changed since they were loaded last leave what they are about as it is.
 */
export async function loadVaults(context: CommandContext, { vaults, policies, items }: InventoryVaults): Promise<void> {
  const keyOf = ({ id }: { readonly id: string }) => armKey(id);
  await loadChanged(context, "Vaults", [
    ...stepsOf("vault", vaults, keyOf, loadVault),
    ...stepsOf("policy", policies, keyOf, loadPolicy),
    ...stepsOf("item", items, keyOf, loadItem),
  ]);
}
