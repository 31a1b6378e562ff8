import { Secret } from "../../provider/definition/value";
import { forgetManualBackup } from "../../provider/engine/azure/manual-backup";
import { removeItem } from "../../provider/engine/azure/protected-item";
import { deletePolicy } from "../../provider/engine/azure/protection-policy";
import { removeRestore } from "../../provider/engine/azure/restore";
import { removeFramework } from "../../provider/engine/azure/script-deployment";
import { deleteVault } from "../../provider/engine/azure/vault-deletion";
import { removeMachine } from "../../provider/engine/azure/virtual-machine";
import { declare, type Life, of } from "./life";

const vault = declare("vault", "recoveryservices:Vault", { resourceGroupName: "backup", location: "westeurope" });
const otherVault = declare("backups", "recoveryservices:Vault", {
  resourceGroupName: "backup",
  location: "northeurope",
});
const days = (count: number) => ({ dailySchedule: { retentionDuration: { count } } });
const atTwo = { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] };
const machine = declare("machine", "compute:VirtualMachine", {
  resourceGroupName: "prod",
  location: "westeurope",
  dataDisks: [
    { lun: 0, sizeGiB: 64 },
    { lun: 1, sizeGiB: 64 },
  ],
});
const machineId = of("machine", "vmId");
const vaultId = of("vault", "vaultId");
const daily = declare("daily", "recoveryservices:ProtectionPolicy", {
  vaultId,
  policyType: "V2",
  schedulePolicy: atTwo,
  retentionPolicy: days(30),
});
const weeks = declare("weeks", "recoveryservices:ProtectionPolicy", {
  vaultId,
  policyType: "V2",
  schedulePolicy: atTwo,
  retentionPolicy: days(60),
});
const other = declare("other", "compute:VirtualMachine", { resourceGroupName: "prod", location: "westeurope" });
/** A vault from which everything can be deleted at once. */
const loose = declare("vault", "recoveryservices:Vault", {
  resourceGroupName: "backup",
  location: "westeurope",
  softDelete: { state: "Disabled" },
});
const item = declare("item", "recoveryservices:ProtectedItem", {
  vaultId,
  onDestroy: "delete",
  sourceResourceId: machineId,
  policyId: of("daily", "policyId"),
});
const itemId = of("item", "itemId");
const backup = declare("backup", "recoveryservices:Backup", { itemId });
const group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/prod/providers";
const network = `${group}/Microsoft.Network/virtualNetworks/net`;
const recoveryPointId = of("backup", "recoveryPointId");
const storageAccountId = `${group}/Microsoft.Storage/storageAccounts/staging`;
const asNewMachine = (vmName: string) => ({
  recoveryType: "AlternateLocation",
  recoveryPointId,
  storageAccountId,
  targetVirtualMachineId: `${group}/Microsoft.Compute/virtualMachines/${vmName}`,
  virtualNetworkId: network,
  subnetId: `${network}/subnets/default`,
});
const asDisks = (restoreDiskLunList: readonly number[]) => ({
  recoveryType: "RestoreDisks",
  recoveryPointId,
  storageAccountId,
  restoreDiskLunList,
  targetResourceGroupId: group.replace("/providers", ""),
});

const scriptPaths = { preScriptLocation: "/opt/pre.sh", postScriptLocation: "/opt/post.sh" };
const freeze = { content: "#!/bin/sh\nlogger freeze\n" };
const thaw = { content: "#!/bin/sh\nlogger thaw\n" };

/** Of the lives of Azure's resources. */
export const azureLives: Readonly<Record<string, Life>> = {
  "compute:ScriptFramework": {
    needs: [machine, other],
    inputs: {
      vmId: machineId,
      config: { ...scriptPaths, preScriptParams: [new Secret('pass "word"'), "x"] },
      preScript: freeze,
      postScript: thaw,
    },
    update: {
      vmId: machineId,
      config: { ...scriptPaths, preScriptLocation: "/opt/other.sh", timeoutInSeconds: 60 },
      configMode: "640",
      preScript: { content: "#!/bin/sh\nlogger hold\n", mode: "0755", owner: "app", simulate: { failingTries: 1 } },
      postScript: thaw,
    },
    replace: { vmId: of("other", "vmId"), config: scriptPaths, preScript: freeze, postScript: thaw },
    lose: (context, id) => removeFramework(context, id),
  },
  "compute:ScriptFramework of a file": {
    type: "compute:ScriptFramework",
    needs: [machine],
    inputs: {
      vmId: machineId,
      configFile: { content: '{"preScriptLocation": "/a", "postScriptLocation": "/b", "preScriptParams": ["s"]}' },
      preScript: freeze,
      postScript: thaw,
    },
    update: { vmId: machineId, config: { preScriptLocation: "", postScriptLocation: "", fsFreezeEnabled: false } },
    replace: undefined,
    lose: (context, id) => removeFramework(context, id),
  },
  "compute:VirtualMachine": {
    needs: [],
    inputs: { resourceGroupName: "prod", location: "West Europe", dataDisks: [{ lun: 0, sizeGiB: 64 }] },
    update: {
      resourceGroupName: "Prod",
      location: "westeurope",
      powerState: "VM deallocated",
      dataDisks: [
        { lun: 4, sizeGiB: 128, name: "logs", usedGiB: 8, encrypted: true },
        { lun: 0, sizeGiB: 32 },
      ],
    },
    replace: { resourceGroupName: "prod", location: "northeurope", dataDisks: [{ lun: 0, sizeGiB: 64 }] },
    lose: (context, id) => removeMachine(context, id),
  },
  "compute:VirtualMachine with a name of its own": {
    type: "compute:VirtualMachine",
    needs: [],
    inputs: { vmName: "db", resourceGroupName: "prod", location: "westeurope", osDisk: { name: "system" } },
    update: { vmName: "DB", resourceGroupName: "prod", location: "West Europe", osDisk: { sizeGiB: 64 } },
    replace: { vmName: "Db", resourceGroupName: "prod", location: "westeurope", osType: "Windows" },
    lose: (context, id) => removeMachine(context, id),
  },
  "recoveryservices:ProtectionPolicy": {
    needs: [vault, otherVault],
    inputs: { vaultId: of("vault", "vaultId"), schedulePolicy: atTwo, retentionPolicy: days(30) },
    update: {
      vaultId: of("vault", "vaultId"),
      policyType: "V2",
      timeZone: "W. Europe Standard Time",
      instantRpRetentionRangeInDays: 5,
      snapshotConsistencyType: "OnlyCrashConsistent",
      schedulePolicy: {
        scheduleRunFrequency: "Hourly",
        hourlySchedule: { interval: 4, scheduleWindowStartTime: "08:00", scheduleWindowDuration: 24 },
      },
      retentionPolicy: {
        dailySchedule: { retentionDuration: { count: 60, durationType: "Days" } },
        weeklySchedule: { daysOfTheWeek: ["Sunday", "Friday"], retentionDuration: { count: 12 } },
        monthlySchedule: {
          retentionScheduleFormatType: "Daily",
          retentionScheduleDaily: { daysOfTheMonth: [{ date: 15 }, { isLast: true }] },
          retentionDuration: { count: 18 },
        },
        yearlySchedule: {
          monthsOfYear: ["December"],
          retentionScheduleFormatType: "Weekly",
          retentionScheduleWeekly: { daysOfTheWeek: ["Sunday"], weeksOfTheMonth: ["Last"] },
          retentionDuration: { count: 7 },
        },
      },
      tieringPolicy: { ArchivedRP: { tieringMode: "TierAfter", duration: 4, durationType: "Months" } },
    },
    replace: { vaultId: of("backups", "vaultId"), schedulePolicy: atTwo, retentionPolicy: days(30) },
    lose: (context, id) => deletePolicy(context, id),
  },
  "recoveryservices:Vault": {
    needs: [],
    inputs: { resourceGroupName: "backup", location: "West Europe" },
    update: {
      resourceGroupName: "Backup",
      location: "westeurope",
      identity: { type: "UserAssigned", userAssignedIdentities: ["/subscriptions/s/identities/unwrap"] },
      encryption: {
        keyUri: "https://keys.vault.azure.net/keys/backup",
        userAssignedIdentity: "/subscriptions/s/identities/unwrap",
        infrastructureEncryption: false,
      },
      redundancy: "ZoneRedundant",
      softDelete: { state: "AlwaysON", retentionDays: 30 },
      immutability: "Unlocked",
      publicNetworkAccess: "Disabled",
      roleAssignments: [{ principalId: "operator", roleDefinitionName: "Backup Operator" }],
      tags: { team: "db" },
    },
    replace: { resourceGroupName: "backup", location: "North Europe" },
    lose: (context, id) => deleteVault(context, id),
  },
  "recoveryservices:ProtectedItem": {
    needs: [vault, daily, weeks, machine, other],
    inputs: { vaultId, sourceResourceId: machineId, policyId: of("daily", "policyId") },
    update: {
      vaultId,
      sourceResourceId: machineId,
      policyId: of("weeks", "policyId"),
      diskExclusionProperties: { diskLunList: [1], isInclusionList: true },
      requireConsistency: "FILE_SYSTEM",
      onDestroy: "delete",
    },
    replace: { vaultId, sourceResourceId: of("other", "vmId"), policyId: of("daily", "policyId") },
    lose: (context, id) => removeItem(context, { armId: id, points: "delete" }),
  },
  "recoveryservices:ProtectedItem that is stopped": {
    type: "recoveryservices:ProtectedItem",
    needs: [vault, daily, machine, other],
    inputs: { vaultId, sourceResourceId: machineId, protectionState: "ProtectionStopped" },
    update: { vaultId, sourceResourceId: machineId, policyId: of("daily", "policyId") },
    replace: { vaultId, sourceResourceId: of("other", "vmId"), protectionState: "ProtectionStopped" },
    lose: (context, id) => removeItem(context, { armId: id, points: "delete" }),
  },
  "recoveryservices:Backup": {
    needs: [loose, daily, machine, item],
    inputs: { itemId },
    update: undefined,
    replace: { itemId, recoveryPointExpiryTimeInUTC: "2026-03-01T00:00:00Z" },
    lose: (context, id) => forgetManualBackup(context, id),
  },
  "recoveryservices:Restore": {
    needs: [loose, daily, machine, item, backup],
    inputs: asNewMachine("again"),
    update: { ...asNewMachine("AGAIN"), onDestroy: "delete" },
    // The machine of the first restore stays, so nothing goes back to it.
    replace: undefined,
    lose: (context, id) => removeRestore(context, { id, deleteMade: true }),
  },
  "recoveryservices:Restore of disks": {
    type: "recoveryservices:Restore",
    needs: [loose, daily, machine, item, backup],
    inputs: asDisks([0, -1]),
    update: { ...asDisks([-1, 0]), onDestroy: "delete" },
    replace: asDisks([1]),
    lose: (context, id) => removeRestore(context, { id, deleteMade: true }),
  },
  "recoveryservices:Restore of the machine itself": {
    type: "recoveryservices:Restore",
    needs: [loose, daily, machine, item, backup],
    inputs: { recoveryType: "OriginalLocation", recoveryPointId, storageAccountId },
    update: { recoveryType: "OriginalLocation", recoveryPointId, storageAccountId, onDestroy: "delete" },
    replace: { recoveryType: "OriginalLocation", recoveryPointId, storageAccountId: `${storageAccountId}2` },
    lose: (context, id) => removeRestore(context, { id, deleteMade: true }),
  },
};
