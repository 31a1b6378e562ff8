import * as pulumi from "@pulumi/pulumi";
import * as cloudbackup from "pulumi-cloudbackup";

const { RuleType, AdvancedRetentionType } = cloudbackup.hbr;
const config = new pulumi.Config();

// A database and its application are worth something only together: one group, one moment, one point.
const machines = ["orders-db", "orders-app"].map(
  (name) => new cloudbackup.ecs.Instance(name, { instanceName: name, systemDisk: { sizeGiB: 40, usedGiB: 12 } }),
);
const orders = new cloudbackup.hbr.ConsistencyGroup("orders", {
  instanceIds: machines.map((machine) => machine.instanceId),
});

// Each night; the first point of a month for a year; nobody deletes any of it early; two weeks of copies in Shanghai.
const nightly = new cloudbackup.hbr.Policy("nightly", {
  rules: [
    { ruleType: RuleType.Backup, schedule: "C|1767225600|0 0 2 ? * *" },
    {
      ruleType: RuleType.Transition,
      retention: 30,
      retentionRules: [{ advancedRetentionType: AdvancedRetentionType.Monthly, retention: 365 }],
    },
    { ruleType: RuleType.Replication, replicationRegionId: "cn-shanghai", retention: 14 },
    { ruleType: RuleType.Security, immutable: true },
  ],
});
const protection = new cloudbackup.hbr.InstanceProtection("orders", {
  groupId: orders.groupId,
  policyId: nightly.policyId,
  snapshotGroup: true,
});

// What this comes to, before anything is applied.
const forecast = cloudbackup.hbr.getForecastOutput({ protectionId: protection.protectionId, days: 60 });
export const in60Days = { points: forecast.points, copies: forecast.copies, failed: forecast.failed };
export const groupKind = protection.groupKind;

// The worst has happened: `cloudbackup points`, then `pulumi config set recoverFrom gs-…` and `pulumi up`.
const recoverFrom = config.get("recoverFrom");
export const recovered =
  recoverFrom === undefined
    ? []
    : new cloudbackup.hbr.Restore("orders-in-shanghai", {
        recoveryPointId: recoverFrom,
        regionId: "cn-shanghai",
        instanceType: "ecs.g7.large",
        restoredNetwork: "vsw-shanghai-1",
        securityGroup: "sg-shanghai-1",
        restoredName: "orders",
        restoredHostName: "orders",
        bootAfterRestore: true,
      }).newInstanceIds;
