import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { type CheckScope, defineResource } from "../../definition/resource";
import { readerRefusals, requireReader } from "../../engine/azure/access";
import { guidOf, jobIdOf, keepSpelling, vaultOf } from "../../engine/azure/arm-id";
import {
  assessManualBackup,
  createManualBackup,
  defaultRetentionDays,
  findManualBackup,
  forgetManualBackup,
} from "../../engine/azure/manual-backup";
import { recoveryPointTypeOf } from "../../engine/azure/recovery-point-type";
import type { VaultJob } from "../../engine/azure/vault-job";
import type { ConsistencyLevel } from "../../engine/core/level";
import type { Reason } from "../../engine/core/reason";
import { isoTime, secondsPerDay } from "../../engine/core/time";
import { consistencyLevel, reasonOutput, toReasonOutput } from "../shared/consistency";
import { refusalFinding } from "../shared/finding";
import { levelWarnings } from "../shared/level-warning";
import { recoveryPointType } from "../shared/recovery-point-type";

const inputs = z.strictObject({
  itemId: z.string().min(1).meta({
    description: "The protected item to back up now, from recoveryservices:ProtectedItem.",
    replaceOnChanges: "a backup that was made is of its item",
  }),
  recoveryPointExpiryTimeInUTC: z.iso
    .datetime({ offset: true, error: "a time such as 2026-01-31T00:00:00Z" })
    .optional()
    .meta({
      description: `When the point expires, ISO 8601. Default: ${defaultRetentionDays} days after the backup.`,
      replaceOnChanges: "the expiry of a backup is fixed when it is made",
    }),
});

const outputs = z.object({
  jobId: z.string().meta({ description: "ARM id of the backup job." }),
  recoveryPointId: z.string().meta({ description: "ARM id of the recovery point." }),
  recoveryPointType: recoveryPointType.meta({ description: "The point's consistency in Azure's words." }),
  level: consistencyLevel.meta({ description: "The same, decided when the job started." }),
  reasons: z.array(reasonOutput).meta({ description: "Why it is less than asked for; empty when it is not." }),
  createdTime: z
    .string()
    .meta({ moment: true, description: "When the job started, ISO 8601 in UTC, by the engine's clock." }),
  expireTime: z.string().meta({ moment: true, description: "When the point expires, ISO 8601 in UTC." }),
});

type Inputs = z.output<typeof inputs>;

function expiryOf({ recoveryPointExpiryTimeInUTC: expiry }: Inputs): number | null {
  return expiry === undefined ? null : Math.floor(Date.parse(expiry) / 1000);
}

function toOutputs(job: VaultJob, askedExpireTime: number | null): z.output<typeof outputs> {
  const level = job.level as ConsistencyLevel;
  return {
    jobId: job.armId,
    recoveryPointId: job.recoveryPointId ?? "",
    recoveryPointType: recoveryPointTypeOf(level),
    level,
    reasons: (job.reasons as unknown as readonly Reason[]).map(toReasonOutput),
    createdTime: isoTime(job.startTime),
    expireTime: isoTime(askedExpireTime ?? job.startTime + defaultRetentionDays * secondsPerDay),
  };
}

/** A backup that was taken already is not judged anew: its machine may have changed or gone since. */
async function check(properties: Inputs, { context, old }: CheckScope<Inputs>): Promise<Finding[]> {
  if (old !== undefined && old.itemId === properties.itemId && expiryOf(old) === expiryOf(properties)) {
    const asked = { vaultId: vaultOf(properties.itemId), operation: "JobDetails_Get" };
    return (await readerRefusals(context, asked)).map(refusalFinding);
  }
  const assessment = await assessManualBackup(context, { itemId: properties.itemId, expireTime: expiryOf(properties) });
  return [...assessment.refusals.map(refusalFinding), ...levelWarnings(assessment)];
}

export const vaultBackupResource = defineResource({
  token: "cloudbackup:recoveryservices:Backup",
  source: "Backups_Trigger",
  description:
    "A backup of a protected item on demand, taken when the resource is created. Azure deletes no single point: " +
    "destroying the resource leaves the point until it expires.",
  inputs,
  outputs,
  importId: {
    pattern: /^\/subscriptions\/[^/]+\/.+\/vaults\/[^/]+\/backupJobs\/[0-9a-f-]{36}$/i,
    example:
      "/subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.RecoveryServices/vaults/<vault>/backupJobs/" +
      "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
  },
  stables: ["jobId", "recoveryPointId", "recoveryPointType", "level", "reasons", "createdTime", "expireTime"],
  id: ({ itemId }, hash) => jobIdOf(vaultOf(itemId), guidOf(hash)),
  check,
  create: async (context, { id }, properties) => {
    const expireTime = expiryOf(properties);
    return toOutputs(
      await createManualBackup(context, { jobId: id, itemId: properties.itemId, expireTime }),
      expireTime,
    );
  },
  read: async (context, id, old) => {
    const backup = await findManualBackup(context, id);
    if (backup === undefined) return undefined;
    await requireReader(context, { vaultId: backup.job.vaultId, operation: "JobDetails_Get" });
    const { askedExpireTime: asked } = backup;
    const expiry = asked === null ? {} : { recoveryPointExpiryTimeInUTC: isoTime(asked) };
    const itemId = keepSpelling(old?.itemId, backup.itemId ?? "");
    return { inputs: { itemId, ...expiry }, outputs: toOutputs(backup.job, asked) };
  },
  comparable: (given) => {
    const { recoveryPointExpiryTimeInUTC: expiry } = given;
    return typeof expiry === "string" && Number.isFinite(Date.parse(expiry))
      ? { ...given, recoveryPointExpiryTimeInUTC: isoTime(Math.floor(Date.parse(expiry) / 1000)) }
      : given;
  },
  delete: (context, id) => forgetManualBackup(context, id),
});
