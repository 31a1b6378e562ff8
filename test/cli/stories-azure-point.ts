import { protectedMachine, vault } from "./stories-azure-protection";
import { machines, vmId } from "./stories-virtual-machine";
import { gives, refused, type Story } from "./story";

const db = { vmId };
const point = { recoveryPointId: "{recoveryPointId}" };
const group = vmId.replace(/\/providers\/.*/, "");
const storage = { storageAccountId: `${group}/providers/Microsoft.Storage/storageAccounts/staging` };
const network = `${group}/providers/Microsoft.Network/virtualNetworks/net`;
const restore = { ...point, ...storage };
const disks = { ...restore, recoveryType: "RestoreDisks", targetResourceGroupId: group };
const other = {
  ...restore,
  recoveryType: "AlternateLocation",
  targetVirtualMachineId: vmId.replace(/db$/, "again"),
  virtualNetworkId: network,
  subnetId: `${network}/subnets/default`,
};

/** Azure's backups on demand, their points and jobs, and what is restored from them. */
export const azurePointStories: readonly Story[] = [
  {
    title: "a backup of Azure on demand, its job and its point",
    inventory: machines,
    rows: [
      ["Backups_Trigger", db, refused("BMSUserErrorObjectNotFound")],
      ["RecoveryPoints_List", db, refused("BMSUserErrorObjectNotFound")],
      ["BackupJobs_List", db, refused("BMSUserErrorObjectNotFound")],
      ...protectedMachine,
      ["Backups_Trigger", { ...db, recoveryPointExpiryTimeInUTC: "soon" }, refused("InvalidParameter")],
      [
        "Backups_Trigger",
        { ...db, recoveryPointExpiryTimeInUTC: "2020-01-01T00:00:00Z" },
        refused("UserErrorInvalidExpiryTime"),
      ],
      ["Backups_Trigger", { itemId: "{item.id}", recoveryPointExpiryTimeInUTC: "2026-06-01T00:00:00Z" }, "done"],
      ["BackupJobs_List", db, gives("value.0.properties.status", "InProgress")],
      ["advance", { seconds: "86400" }, "done"],
      ["BackupJobs_List", { ...db, limit: "5" }, gives("value.1.properties.status", "Completed")],
      ["RecoveryPoints_List", { ...db, limit: "1" }, gives("value.length", 1)],
      ["RecoveryPoints_List", db, gives("value.1.properties.recoveryPointType", "AppConsistent")],
      [
        "RecoveryPoints_List",
        db,
        gives("value.1.properties.recoveryPointProperties.expiryTime", "2026-06-01T00:00:00Z"),
      ],
      ["deleteInstantSnapshot", point, "done"],
      [
        "RecoveryPoints_List",
        db,
        gives("value.1.properties.recoveryPointTierDetails", [{ type: "HardenedRP", status: "Valid" }]),
      ],
      ["deleteInstantSnapshot", point, refused("Engine.SnapshotNotFound")],
      ["deleteRecoveryPoint", { recoveryPointId: "{recoveryPointId}x" }, refused("BMSUserErrorObjectNotFound")],
      ["Vaults_CreateOrUpdate", { ...vault, immutabilityState: "Unlocked" }, "done"],
      ["deleteRecoveryPoint", point, refused("UserErrorImmutableVault")],
      ["Vaults_CreateOrUpdate", { ...vault, immutabilityState: "Disabled" }, "done"],
      ["deleteRecoveryPoint", point, "done"],
      ["Restores_Trigger", { ...restore, recoveryType: "OriginalLocation" }, refused("Engine.PointDeleted")],
    ],
  },
  {
    title: "restores of Azure bring disks, a machine, and the machine itself back",
    inventory: machines,
    rows: [
      ...protectedMachine,
      ["Backups_Trigger", db, "done"],
      ["advance", { seconds: "86400" }, "done"],
      ["Restores_Trigger", { ...disks, restoreDiskLunList: "0" }, refused("InvalidParameter")],
      ["Restores_Trigger", { ...disks, restoreDiskLunList: "[7]" }, refused("UserErrorDiskNotInRecoveryPoint")],
      ["Restores_Trigger", { ...disks, targetResourceGroupId: "Prod" }, refused("InvalidParameter")],
      ["Restores_Trigger", { ...restore, recoveryType: "RestoreDisks" }, refused("MissingParameter")],
      ["Restores_Trigger", { ...disks, restoreDiskLunList: "[0]" }, gives("diskIds.length", 1)],
      ["Restores_Trigger", disks, gives("tier", "InstantRP")],
      ["Restores_Trigger", other, gives("vmId", other.targetVirtualMachineId)],
      ["VirtualMachines_Get", { vmId: other.targetVirtualMachineId }, gives("storageProfile.dataDisks.length", 1)],
      ["Restores_Trigger", other, refused("UserErrorTargetVmExists")],
      ["VirtualMachines_PowerOff", db, "done"],
      ["Restores_Trigger", { ...restore, recoveryType: "OriginalLocation" }, gives("vmId", vmId)],
      ["advance", { seconds: "86400" }, "done"],
      ["BackupJobs_List", db, gives("value.1.properties.operation", "Restore")],
    ],
  },
];
