import type { StackResource } from "../../examples/policy-pack/stack/resource";

type Props = StackResource["props"];

export function resource(token: string, name: string, props: Props): StackResource {
  const type = `cloudbackup:${token}`;
  return { type, name, urn: `urn:pulumi:test::test::${type}::${name}`, props };
}

export const outcome = { longestGapInHours: 24, shortestLifeInDays: 30, shortestDailyLifeInDays: 30 };
export const fullBackup = { ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 30 };
export const copied = { ruleType: "REPLICATION", replicationRegionId: "cn-shanghai" };
export const immutable = { ruleType: "SECURITY", immutable: true };

// Alibaba Cloud: a machine with a data disk, its policy and its protection, in which everything is as it should be.
export const machine = (props: Props = {}) =>
  resource("ecs:Instance", "db", {
    instanceId: "i-1",
    instanceName: "db-1",
    systemDiskId: "d-sys",
    tags: { team: "shop" },
    ...props,
  });
export const disk = (props: Props = {}) =>
  resource("ecs:Disk", "data", { diskId: "d-data", instanceId: "i-1", category: "cloud_essd", ...props });
export const policy = (props: Props = {}) =>
  resource("hbr:Policy", "daily", {
    policyId: "po-1",
    rules: [fullBackup, copied, immutable],
    outcome,
    firstSlotTime: "2026-01-01T00:00:00Z",
    ...props,
  });
export const protection = (props: Props = {}) =>
  resource("hbr:InstanceProtection", "db-backup", {
    instanceId: "i-1",
    policyId: "po-1",
    disabled: false,
    allDisks: true,
    diskIdList: [],
    excludeDiskIdList: [],
    achievedLevel: "APPLICATION",
    reasons: [],
    coveredDisks: ["d-sys", "d-data"],
    uncoveredDisks: [],
    ...props,
  });
export const plan = (props: Props = {}) =>
  resource("hbr:BackupPlan", "nightly", {
    planId: "plan-1",
    instanceId: "i-1",
    doCopy: true,
    destinationRegionId: "cn-shanghai",
    outcome,
    firstSlotTime: "2026-01-01T00:00:00Z",
    achievedLevel: "CRASH",
    reasons: [],
    coveredDisks: ["d-sys", "d-data"],
    ...props,
  });

// Azure: the same.
const vmId = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/sql";
export const vm = (props: Props = {}) =>
  resource("compute:VirtualMachine", "sql", {
    vmId,
    vmName: "sql",
    dataDisks: [{ lun: 0, name: "sql-data" }],
    ...props,
  });
export const vault = (props: Props = {}) =>
  resource("recoveryservices:Vault", "vault", {
    vaultId: "/vaults/v",
    redundancy: "GeoRedundant",
    crossRegionRestore: true,
    immutability: "Locked",
    ...props,
  });
export const azurePolicy = (props: Props = {}) =>
  resource("recoveryservices:ProtectionPolicy", "nightly", {
    policyId: "/vaults/v/backupPolicies/p",
    outcome,
    ...props,
  });
export const item = (props: Props = {}) =>
  resource("recoveryservices:ProtectedItem", "sql-backup", {
    vaultId: "/VAULTS/v",
    policyId: "/vaults/V/backupPolicies/P",
    sourceResourceId: vmId.toUpperCase().replace("/SUBSCRIPTIONS", "/subscriptions"),
    protectionState: "Protected",
    achievedLevel: "APPLICATION",
    reasons: [],
    coveredDisks: [
      { lun: -1, name: "os" },
      { lun: 0, name: "sql-data" },
    ],
    excludedDisks: [],
    ...props,
  });

export const alibaba = [machine(), disk(), policy(), protection()];
export const azure = [vm(), vault(), azurePolicy(), item()];
