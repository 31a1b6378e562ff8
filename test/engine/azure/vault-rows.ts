import {
  armKey,
  guidOf,
  itemIdOf,
  machineIdOf,
  pointIdOf,
  policyIdOf,
  vaultIdOf,
} from "../../../provider/engine/azure/arm-id";
import type { VaultSettings } from "../../../provider/engine/azure/vault";
import type { VaultInput } from "../../../provider/engine/azure/vault-change";
import type { Row } from "../../../provider/store/tables";
import { testSettings } from "../../support/test-engine";

const { account, subscriptionId } = testSettings;
const scope = { subscriptionId, resourceGroupName: "backup" };

/** Where the manual clock starts. */
export const start = 1_767_225_600;
export const day = 86_400;

export const vaultId = vaultIdOf(scope, "vault");

export const plainSettings: VaultSettings = {
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

/** A vault with the defaults, but for what is given. */
export function vaultWith(settings: Partial<VaultSettings> = {}, rest: Partial<VaultInput> = {}): VaultInput {
  return {
    armId: vaultId,
    urn: "urn:pulumi:dev::backup::cloudbackup:recoveryservices:Vault::vault",
    vaultName: "vault",
    resourceGroupName: "backup",
    location: "westeurope",
    settings: { ...plainSettings, ...settings },
    roleAssignments: [],
    tags: {},
    ...rest,
  };
}

export function policyRow(policyName: string): Row<"protectionPolicy"> {
  const armId = policyIdOf(vaultId, policyName);
  return {
    id: armKey(armId),
    account,
    armId,
    urn: null,
    vaultId: armKey(vaultId),
    policyName,
    properties: {},
    createTime: start,
    updateTime: start,
  };
}

/** An item of the vault, protected unless it is said otherwise. */
export function itemRow(vmName: string, change: Partial<Row<"protectedItem">> = {}): Row<"protectedItem"> {
  const sourceResourceId = machineIdOf({ ...scope, resourceGroupName: "machines" }, vmName);
  const armId = itemIdOf(vaultId, sourceResourceId);
  return {
    id: armKey(armId),
    account,
    armId,
    urn: null,
    vaultId: armKey(vaultId),
    vmId: armKey(sourceResourceId),
    sourceResourceId,
    policyId: null,
    protectionState: "Protected",
    diskExclusion: null,
    createTime: start,
    scheduledUntil: start,
    lastStartTime: null,
    lastCompleteTime: null,
    lastVaultedTime: null,
    lastTransferTime: null,
    runs: 0,
    deferredDeleteTime: null,
    ...change,
  };
}

export function softDeletedRow(vmName: string, deferredDeleteTime: number): Row<"protectedItem"> {
  return itemRow(vmName, { protectionState: "SoftDeleted", deferredDeleteTime });
}

/** A point of 100 bytes: a snapshot for two days, in the vault after an hour. */
export function pointRow(vmName: string, number: number, change: Partial<Row<"vaultPoint">> = {}): Row<"vaultPoint"> {
  const item = itemRow(vmName);
  const armId = pointIdOf(item.armId, guidOf(vmName, number));
  return {
    id: armKey(armId),
    account,
    armId,
    itemId: item.id,
    vmId: item.vmId,
    vaultId: item.vaultId,
    policyId: null,
    jobId: "job",
    createTime: start,
    level: "CRASH",
    reasons: [],
    disks: [],
    excludedDisks: [],
    bytesTotal: 100,
    ruleName: "Daily",
    snapshotUntil: start + 2 * day,
    vaultTime: start + 3600,
    archiveTime: null,
    expireTime: start + 30 * day,
    policyExpireTime: start + 30 * day,
    damaged: false,
    ...change,
  };
}
