import { all, type Output } from "@pulumi/pulumi";
import { callFunction, declare } from "../support/declare";
import { azureEverything } from "./everything-azure";
import { inventoryMachine, procedure, schedule } from "./procedure";

const target = {
  instanceType: "ecs.g7.large",
  restoredNetwork: "vsw-1",
  securityGroup: "sg-1",
  restoredName: "again",
  restoredHostName: "again",
};

/** A policy with a rule of every type. */
const everyRule = [
  { ruleType: "BACKUP", schedule },
  {
    ruleType: "TRANSITION",
    retention: 100,
    archiveDays: 30,
    retentionRules: [{ advancedRetentionType: "MONTHLY", retention: 365 }],
  },
  { ruleType: "REPLICATION", replicationRegionId: "cn-shanghai", retention: 30 },
  { ruleType: "SECURITY", immutable: true },
  { ruleType: "TAG", tagFilters: [{ key: "backup", value: "kept" }] },
];

/**
 * The procedure, and beside it what it has no use for: a backup plan, a consistency group with its protection, backup,
 * overrides, restores and clone, a machine that is bound by its tag, and all of Azure. Every resource of the
 * registry is in it.
 */
export async function everything(options = { isImported: false }): Promise<Record<string, unknown>> {
  const explained = await procedure()();
  const away = declare("ecs:Instance", "away", { instanceName: "away", regionId: "me-central-1" });
  declare("hbr:BackupPlan", "plan", {
    instanceId: away.get("instanceId"),
    rules: [{ schedule }],
    retention: 30,
    doCopy: true,
    destinationRegionId: "eu-central-1",
    destinationRetention: 60,
  });
  const kept = declare("hbr:Policy", "kept", { rules: everyRule });
  declare("ecs:Instance", "tagged", { instanceName: "tagged", tags: { backup: "kept" } });
  const pair = ["pair-1", "pair-2"].map((name) => declare("ecs:Instance", name, { instanceName: name }));
  const group = declare("hbr:ConsistencyGroup", "pair", { instanceIds: pair.map((one) => one.get("instanceId")) });
  const groupId = group.get("groupId");
  const protectedPair = declare("hbr:InstanceProtection", "protected-pair", {
    groupId,
    policyId: kept.get("policyId"),
    replicationEncryption: { mode: "AUTO" },
  });
  const backup = declare("hbr:Backup", "pair-backup", {
    groupId,
    retention: { value: 1, unit: "MONTH" },
    doCopy: true,
    destinationRegionId: "cn-shanghai",
    destinationRetention: { value: 2, unit: "WEEK" },
  });
  const recoveryPointId = backup.get("recoveryPointId");
  const longer = declare("hbr:RetentionOverride", "pair-longer", {
    target: { recoveryPointId },
    dimension: "GROUP",
    retentionDays: 60,
  });
  // Both extend the same points, so data says which comes first.
  const [extended] = [longer.get("recoveryPointIds")].map((ids) => ids.apply((list) => list[0]));
  declare("hbr:RetentionOverride", "disks-longer", {
    target: { recoveryPointId: extended },
    dimension: "DISK",
    retentionDays: 90,
  });
  declare("hbr:Restore", "pair-again", { recoveryPointId, ...target, bootAfterRestore: true });
  declare("hbr:Restore", "pair-back", {
    restoreType: "UDM_ECS_ROLLBACK",
    recoveryPointId,
    sourceInstanceId: pair[0]?.get("instanceId"),
    forceRestore: true,
  });
  declare("hbr:Clone", "pair-cloned", { groupId, ...target });
  const told = answers(all([protectedPair.id, groupId]).apply(([, id]) => id));
  const rules = [{ ruleType: "BACKUP", schedule, retention: 7 }];
  const impact = all([kept.get("policyId"), protectedPair.id]).apply(([policyId]) =>
    callFunction("hbr:getRecoveryPointImpact", { policyId, rules }),
  );
  return { ...explained, ...told, "hbr:getRecoveryPointImpact": impact, ...azureEverything(options) };
}

/** What every function says in the program, once all that it may speak of is there. */
function answers(groupId: Output<string>): Record<string, unknown> {
  const asked: Readonly<Record<string, (group: string) => Readonly<Record<string, unknown>>>> = {
    "ecs:getInstances": () => ({}),
    "ecs:getScriptTemplate": () => ({ application: "mysql" }),
    "ecs:getSnapshots": () => ({ instanceId: inventoryMachine }),
    "hbr:getBackupJobs": (group) => ({ groupId: group }),
    "hbr:getForecast": (group) => ({ groupId: group, days: 40 }),
    "hbr:getRecoveryPoints": (group) => ({ groupId: group }),
    "hbr:getRegions": () => ({}),
    "hbr:getService": () => ({}),
    "hbr:getStorageStatistics": () => ({}),
    "ram:getEffectivePermissions": () => ({ roleName: "AppSnapshotRole" }),
  };
  return Object.fromEntries(
    Object.entries(asked).map(([name, args]) => [name, groupId.apply((group) => callFunction(name, args(group)))]),
  );
}
