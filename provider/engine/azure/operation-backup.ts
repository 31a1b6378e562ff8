import type { Json } from "../../store/tables";
import type { ConsistencyLevel } from "../core/level";
import { defineCommand, defineQuery, integer, type Operation, required, text, withoutNulls } from "../core/operation";
import { isoTime } from "../core/time";
import { nameOf } from "./arm-id";
import { createManualBackup } from "./manual-backup";
import { freeJobId } from "./operation-common";
import { itemParameters, requireItemAccess, requireNamedItem } from "./operation-item";
import { deletePoint, deleteSnapshot } from "./point-deletion";
import { listPoints } from "./point-list";
import { tierDetailsAt } from "./point-tier";
import { disksOfPoint, type VaultPoint } from "./recovery-point";
import { recoveryPointTypeOf } from "./recovery-point-type";
import { apiRefusal } from "./rule";
import { listVaultJobs, type VaultJob, vaultJobStateAt } from "./vault-job";

const limit = integer("The newest ones, so many. Default: 100.");

/** A recovery point as ARM writes it. */
function pointRecord(point: VaultPoint, now: number): Json {
  return {
    id: point.armId,
    name: nameOf(point.armId),
    properties: {
      objectType: "IaasVMRecoveryPoint",
      recoveryPointType: recoveryPointTypeOf(point.level as ConsistencyLevel),
      recoveryPointTime: isoTime(point.createTime),
      recoveryPointTierDetails: tierDetailsAt(point, now).map(({ type, status }) => ({ type, status })),
      recoveryPointDiskConfiguration: {
        numberOfDisksIncludedInBackup: point.disks.length,
        numberOfDisksAttachedToVm: point.disks.length + point.excludedDisks.length,
        includedDiskList: disksOfPoint(point).map(({ lun, name }) => ({ lun, name })),
      },
      recoveryPointProperties: withoutNulls({
        expiryTime: point.expireTime === null ? null : isoTime(point.expireTime),
        ruleName: point.ruleName,
      }),
    },
  };
}

const points = defineQuery({
  name: "RecoveryPoints_List",
  product: "recoveryservices",
  description: "Lists the recovery points of an item, newest first, with the tiers that they are in now.",
  parameters: { ...itemParameters, limit },
  call: async (context, { limit: most, ...named }) => {
    const item = await requireNamedItem(context, named);
    await requireItemAccess(context, item, "read", "RecoveryPoints_List");
    const search = { vaultId: null, level: null, tier: null, createdAfter: null, createdBefore: null };
    const found = await listPoints(context, { ...search, itemIds: [item.id], limit: most ?? 100 });
    return { value: found.points.map((point) => pointRecord(point, context.now)) };
  },
});

function jobRecord(job: VaultJob, now: number): Json {
  const { status } = vaultJobStateAt(job, now);
  return {
    id: job.armId,
    name: nameOf(job.armId),
    properties: withoutNulls({
      jobType: "AzureIaaSVMJob",
      operation: job.operation,
      status,
      startTime: isoTime(job.startTime),
      endTime: job.completeTime <= now ? isoTime(job.completeTime) : null,
      isUserTriggered: job.userTriggered,
      errorCode: status === "InProgress" ? null : job.errorCode,
      errorMessage: status === "InProgress" ? null : job.errorMessage,
    }),
  };
}

const jobs = defineQuery({
  name: "BackupJobs_List",
  product: "recoveryservices",
  description: "Lists the jobs of an item, newest first.",
  parameters: { ...itemParameters, limit },
  call: async (context, { limit: most, ...named }) => {
    const item = await requireNamedItem(context, named);
    await requireItemAccess(context, item, "read", "BackupJobs_List");
    const search = { vaultId: null, operation: null, status: null, since: null };
    const found = await listVaultJobs(context, { ...search, itemIds: [item.id], limit: most ?? 100 });
    return { value: found.jobs.map((job) => jobRecord(job, context.now)) };
  },
});

const trigger = defineCommand({
  name: "Backups_Trigger",
  product: "recoveryservices",
  description: "Backs a protected machine up now.",
  parameters: {
    ...itemParameters,
    recoveryPointExpiryTimeInUTC: text("When the point expires, ISO 8601. Default: 30 days from now."),
  },
  call: async (context, { recoveryPointExpiryTimeInUTC: expiry, ...named }) => {
    const item = await requireNamedItem(context, named);
    const expireTime = expiry === undefined ? null : secondsOf(expiry);
    const job = await createManualBackup(context, {
      jobId: await freeJobId(context, item.armId),
      itemId: item.id,
      expireTime,
    });
    return { jobId: job.armId, recoveryPointId: job.recoveryPointId };
  },
});

function secondsOf(moment: string): number {
  const seconds = Math.floor(Date.parse(moment) / 1000);
  if (Number.isFinite(seconds)) return seconds;
  const property = "recoveryPointExpiryTimeInUTC";
  throw apiRefusal("InvalidParameter", property, `${moment} is no time`, "write it as 2026-02-01T00:00:00Z");
}

const recoveryPointId = required(text("The recovery point's ARM id."));

const removePoint = defineCommand({
  name: "deleteRecoveryPoint",
  product: "recoveryservices",
  description: "The engine's own: what a malicious or careless insider does to one point; an immutable vault refuses.",
  parameters: { recoveryPointId },
  call: async (context, { recoveryPointId: id }) => {
    await deletePoint(context, id);
    return { id };
  },
});

const removeSnapshot = defineCommand({
  name: "deleteInstantSnapshot",
  product: "compute",
  description: "The engine's own: deletes a point's snapshot in the snapshot tier; no vault protects it.",
  parameters: { recoveryPointId },
  call: async (context, { recoveryPointId: id }) => {
    await deleteSnapshot(context, id);
    return { id };
  },
});

/** Operations on backups, and on the points and jobs that they leave. */
export const backupOperations: readonly Operation[] = [points, jobs, trigger, removePoint, removeSnapshot];
