import * as cloudbackup from "pulumi-cloudbackup";

// A design can be tried before its machines exist: these ones live in the simulated engine only.
const web = new cloudbackup.ecs.Instance("web", {
  instanceName: "web",
  osName: "Ubuntu 22.04 64 bit",
  systemDisk: { category: cloudbackup.ecs.DiskCategory.CloudEssd, sizeGiB: 40, usedGiB: 11 },
});
const uploads = new cloudbackup.ecs.Disk("uploads", {
  instanceId: web.instanceId,
  category: cloudbackup.ecs.DiskCategory.CloudEssd,
  sizeGiB: 200,
  fileSystem: "xfs",
  usedGiB: 120,
});

// The instance id comes by way of the disk, so that the backup finds the disk attached.
const beforeMigration = new cloudbackup.hbr.Backup("before-migration", {
  instanceId: uploads.instanceId,
  snapshotGroup: true,
  retention: { value: 4, unit: cloudbackup.hbr.RetentionUnit.Week },
});

// The auditors want this one for seven years; the policy's other points go as planned.
const forAuditors = new cloudbackup.hbr.RetentionOverride("for-auditors", {
  target: { recoveryPointId: beforeMigration.recoveryPointId },
  retentionDays: 2557,
});

// Asks without changing anything: what would an application-consistent backup of this machine be worth today?
const outlook = cloudbackup.hbr.getConsistencyOutput({ instanceId: uploads.instanceId, appConsistent: true });

export const level = beforeMigration.level;
export const expires = forAuditors.expireTime;
export const wouldBe = outlook.achievedLevel;
export const missing = outlook.reasons.apply((reasons) => reasons.map((reason) => `${reason.rule} ${reason.message}`));
