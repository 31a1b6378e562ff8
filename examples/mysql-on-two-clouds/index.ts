import * as cloudbackup from "pulumi-cloudbackup";

/** What both servers must have, whichever cloud they run in; preview and update fail below it. */
const objective = { requireConsistency: "APPLICATION", retentionDays: 30, timeoutInSeconds: 60 } as const;

/** The primary, on Alibaba Cloud ECS: every night at 02:00 UTC. */
const primary = new cloudbackup.ecs.Instance("primary", { osName: "CentOS  7.9 64 bit" });
const primaryData = new cloudbackup.ecs.Disk("primary-data", { instanceId: primary.instanceId, sizeGiB: 200 });
const scripts = cloudbackup.ecs.getScriptTemplateOutput({
  application: "mysql",
  timeoutInSeconds: objective.timeoutInSeconds,
});
const onAlibaba = new cloudbackup.hbr.AppConsistentProtection("primary", {
  instanceIds: [primaryData.instanceId],
  preScript: { content: scripts.preScript },
  postScript: { content: scripts.postScript },
  timeoutInSeconds: objective.timeoutInSeconds,
  rules: [{ ruleType: "BACKUP", schedule: "C|1767225600|0 0 2 * * ?", retention: objective.retentionDays }],
  requireConsistency: objective.requireConsistency,
});

/** The replica, on Azure: the same. */
const place = { resourceGroupName: "mysql", location: "westeurope" };
const replica = new cloudbackup.compute.VirtualMachine("replica", {
  ...place,
  osName: "Ubuntu 22.04",
  dataDisks: [{ lun: 0, sizeGiB: 200 }],
});
const template = cloudbackup.compute.getScriptFrameworkTemplateOutput({
  application: "mysql",
  timeoutInSeconds: objective.timeoutInSeconds,
});
const framework = new cloudbackup.compute.ScriptFramework("replica", {
  vmId: replica.vmId,
  config: template.config,
  preScript: { content: template.preScript },
  postScript: { content: template.postScript },
});
const vault = new cloudbackup.recoveryservices.Vault("mysql", place);
const nightly = new cloudbackup.recoveryservices.ProtectionPolicy("nightly", {
  vaultId: vault.vaultId,
  schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
  retentionPolicy: { dailySchedule: { retentionDuration: { count: objective.retentionDays } } },
});
const onAzure = new cloudbackup.recoveryservices.ProtectedItem("replica", {
  vaultId: vault.vaultId,
  // From the framework, so that it lies on the machine before the first backup.
  sourceResourceId: framework.vmId,
  policyId: nightly.policyId,
  requireConsistency: objective.requireConsistency,
});

/** What both clouds will really give, side by side. */
export const achieved = {
  alibaba: onAlibaba.achievedLevels.apply((levels) => Object.values(levels)[0]),
  azure: onAzure.achievedLevel,
};
/** The same night of both. */
export const in30Days = {
  alibaba: cloudbackup.hbr
    .getForecastOutput({ protectionId: onAlibaba.protectionIds.apply((ids) => Object.values(ids)[0] ?? "") })
    .apply(({ points, failed }) => ({ points, failed })),
  azure: cloudbackup.recoveryservices
    .getForecastOutput({ itemId: onAzure.itemId })
    .apply(({ points, failed }) => ({ points, failed })),
};
