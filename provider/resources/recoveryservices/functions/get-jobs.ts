import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { vaultOf } from "../../../engine/azure/arm-id";
import { jobHistoryDays } from "../../../engine/azure/item-run";
import { recoveryPointTypeOf } from "../../../engine/azure/recovery-point-type";
import type { Reason } from "../../../engine/azure/rule";
import type { GuestRun, ScriptRun } from "../../../engine/azure/script-run";
import {
  detailOfVaultJob,
  listVaultJobs,
  type TaskState,
  type VaultJob,
  vaultJobStateAt,
  vaultJobStatuses,
  vaultOperations,
} from "../../../engine/azure/vault-job";
import { openSource } from "../../../engine/azure/vault-source";
import { isoTime } from "../../../engine/core/time";
import type { QueryContext } from "../../../engine/engine";
import { consistencyLevel, reasonOutput, toReasonOutput } from "../../shared/consistency";
import { limitInput, momentInput, momentOf, secondsOf } from "../../shared/listing";
import { recoveryPointType } from "../../shared/recovery-point-type";
import { toVaultSource, vaultSourceShape } from "../../shared/vault-source";

const operation = z.enum(vaultOperations).meta({
  typeName: "JobOperation",
  valueDescriptions: {
    Backup: "A scheduled backup, or one on demand.",
    Restore: "A restore.",
    CrossRegionRestore: "A restore in the paired region.",
    ConfigureBackup: "Protection was set up or changed.",
    DisableBackup: "Protection was stopped.",
    DeleteBackupData: "The data was deleted, or soft-deleted (Z-29).",
    Undelete: "Soft-deleted data was taken back (Z-29).",
  },
});

const status = z.enum(vaultJobStatuses).meta({
  typeName: "JobStatus",
  valueDescriptions: {
    InProgress: "It runs.",
    Completed: "It ended well.",
    CompletedWithWarnings: "It ended with less than was asked for; reasons tell.",
    Failed: "It did nothing; errorDetails tell.",
    Cancelled: "Somebody cancelled it.",
  },
});

const inputs = z.strictObject({
  ...vaultSourceShape,
  operation: operation.optional().meta({ description: "Only jobs of this kind. Default: all." }),
  status: status.optional().meta({ description: "Only jobs of this status now. Default: any." }),
  since: momentInput
    .optional()
    .meta({ description: "Only jobs started at this time or later, ISO 8601 in UTC. Default: any." }),
  limit: limitInput("jobs"),
});

const task = z
  .object({
    taskId: z.string().meta({ description: "Take Snapshot, Transfer data to vault, …" }),
    status: z
      .enum(["NotStarted", "InProgress", "Completed", "Failed", "Cancelled"] satisfies TaskState["status"][])
      .meta({
        typeName: "JobTaskStatus",
        valueDescriptions: {
          NotStarted: "It waits for the one before it, or for the peak hours to be over (Z-23).",
          InProgress: "It runs.",
          Completed: "It is done.",
          Failed: "The job failed in it.",
          Cancelled: "The job was cancelled in it.",
        },
      })
      .meta({ description: "What it is doing now." }),
    startTime: z.string().meta({ description: "When it starts, ISO 8601 in UTC." }),
    endTime: z.string().optional().meta({ description: "When it ended, ISO 8601 in UTC; absent until then." }),
    progressPercentage: z.int().meta({ description: "0 to 100." }),
  })
  .meta({ typeName: "JobTask", description: "A part of a job." });

const attempt = z
  .object({
    startTime: z.string().meta({ description: "When it started, ISO 8601 in UTC." }),
    outcome: z
      .enum(["Succeeded", "Failed"])
      .meta({
        typeName: "BackupAttemptOutcome",
        valueDescriptions: { Succeeded: "The snapshot was taken.", Failed: "It was not." },
      })
      .meta({ description: "How it ended." }),
    code: z.string().optional().meta({ description: "What was wrong, in the documents' word (Z-05, Z-06)." }),
  })
  .meta({ typeName: "BackupAttempt", description: "One try of a backup (Z-06)." });

const scriptRun = z
  .object({
    path: z.string().meta({ description: "The script's path on the machine." }),
    outcome: z
      .enum(["SUCCESS", "FAILED", "TIMED_OUT"] satisfies ScriptRun["outcome"][])
      .meta({
        typeName: "ScriptOutcome",
        valueDescriptions: {
          SUCCESS: "It ended with 0 in time.",
          FAILED: "It ended with another exit code, at every try.",
          TIMED_OUT: "It ran too long; it isn't tried again (Z-11).",
        },
      })
      .meta({ description: "How it ended." }),
    exitCode: z.int().optional().meta({ description: "Its last exit code; absent when it was stopped." }),
    tries: z.int().meta({ description: "How often it was started (Z-11)." }),
    durationSeconds: z.number().meta({ description: "How long it took, all tries, seconds.", units: "seconds" }),
  })
  .meta({ typeName: "ScriptRun", description: "What became of a pre- or post-script." });

const guestRun = z
  .object({
    preScript: scriptRun.meta({ description: "The pre-script." }),
    frozen: z.boolean().meta({ description: "Whether the file systems were held still (Z-13)." }),
    postScript: scriptRun.meta({ description: "The post-script: it runs whenever the pre-script ran (Z-11)." }),
  })
  .meta({ typeName: "GuestRun", description: "What the script framework did in a Linux guest." });

const errorDetail = z
  .object({
    errorTitle: z.string().meta({ description: "The API's code, or the script framework's (Z-10)." }),
    errorString: z.string().meta({ description: "What went wrong." }),
    recommendations: z.array(z.string()).meta({ description: "How to mend it." }),
  })
  .meta({ typeName: "JobErrorDetail", description: "Why a job failed." });

const job = z
  .object({
    jobId: z.string().meta({ description: "ARM id of the job." }),
    operation: operation.meta({ description: "What it does." }),
    status: status.meta({ description: "What it is doing now." }),
    progressPercentage: z.int().meta({ description: "0 to 100." }),
    isUserTriggered: z.boolean().meta({ description: "Whether somebody asked for it; else the schedule did." }),
    vaultId: z.string().meta({ description: "ARM id of the vault." }),
    itemId: z.string().optional().meta({ description: "ARM id of the protected item." }),
    vmId: z.string().meta({ description: "ARM id of the machine." }),
    startTime: z.string().meta({ description: "When it started, ISO 8601 in UTC." }),
    endTime: z.string().optional().meta({ description: "When it ended, ISO 8601 in UTC; absent until then." }),
    durationSeconds: z.int().meta({ description: "How long it has run, seconds.", units: "seconds" }),
    bytesTotal: z.number().meta({ description: "Bytes of all its disks.", units: "bytes" }),
    recoveryPointId: z.string().optional().meta({ description: "The point that it made, or restored." }),
    recoveryPointType: recoveryPointType.optional().meta({ description: "That point's consistency, in Azure's word." }),
    level: consistencyLevel.optional().meta({ description: "The same, in the word of both clouds." }),
    reasons: z.array(reasonOutput).meta({ description: "Every rule that was not met." }),
    installedExtension: z.string().optional().meta({ description: "The backup extension that it installed (Z-14)." }),
    attempts: z.array(attempt).meta({ description: "The tries of a backup, in their order." }),
    guestRun: guestRun.optional().meta({ description: "What the scripts did at the last try; absent: none ran." }),
    tasksList: z.array(task).meta({ description: "Its parts, in their order." }),
    errorDetails: z.array(errorDetail).meta({ description: "Why it failed; empty when it didn't." }),
  })
  .meta({ typeName: "Job", description: "A job of a vault (AzureIaaSVMJob)." });

const outputs = z.object({
  jobs: z.array(job).meta({ description: "The jobs, newest first, as many as limit says." }),
  total: z.int().meta({ description: "How many jobs there are without the limit." }),
});

function toScriptRun({ exitCode, seconds, ...run }: ScriptRun): z.output<typeof scriptRun> {
  return { ...run, ...(exitCode === null ? {} : { exitCode }), durationSeconds: seconds };
}

function toGuestRun({ preScript, isFrozen, postScript }: GuestRun): z.output<typeof guestRun> {
  return { preScript: toScriptRun(preScript), frozen: isFrozen, postScript: toScriptRun(postScript) };
}

function toTask({ taskId, startTime, completeTime, ...state }: TaskState): z.output<typeof task> {
  const isOver = state.progressPercentage === 100 || state.status === "Failed" || state.status === "Cancelled";
  return { taskId, ...state, startTime: isoTime(startTime), ...(isOver ? momentOf("endTime", completeTime) : {}) };
}

function toErrorDetails({ errorCode, errorMessage }: VaultJob, reasons: readonly Reason[]) {
  if (errorCode === null) return [];
  const recommendations = reasons.map(({ remedy }) => remedy);
  return [{ errorTitle: errorCode, errorString: errorMessage ?? "", recommendations }];
}

type Items = ReadonlyMap<string, { readonly armId: string; readonly sourceResourceId: string }>;

function toJob(row: VaultJob, items: Items, now: number): z.output<typeof job> {
  const state = vaultJobStateAt(row, now);
  const isOver = state.status !== "InProgress";
  const item = items.get(row.itemId ?? "");
  const itemId = item?.armId ?? row.itemId;
  const reasons = row.reasons as unknown as readonly Reason[];
  const { attempts, guestRun: run, installedExtension } = detailOfVaultJob(row);
  const level = row.level === null ? undefined : consistencyLevel.parse(row.level);
  return {
    jobId: row.armId,
    operation: operation.parse(row.operation),
    status: state.status,
    progressPercentage: state.progressPercentage,
    isUserTriggered: row.userTriggered,
    vaultId: vaultOf(row.armId),
    ...(itemId === null ? {} : { itemId }),
    vmId: item?.sourceResourceId ?? row.vmId,
    startTime: isoTime(row.startTime),
    ...(isOver ? momentOf("endTime", row.completeTime) : {}),
    durationSeconds: Math.max(0, Math.min(now, row.completeTime) - row.startTime),
    bytesTotal: row.bytesTotal,
    ...(row.recoveryPointId === null ? {} : { recoveryPointId: row.recoveryPointId }),
    ...(level === undefined ? {} : { level, recoveryPointType: recoveryPointTypeOf(level) }),
    reasons: reasons.map(toReasonOutput),
    ...(installedExtension === undefined ? {} : { installedExtension }),
    attempts: attempts.map(({ startTime, ...rest }) => ({ startTime: isoTime(startTime), ...rest })),
    ...(run === null ? {} : { guestRun: toGuestRun(run) }),
    tasksList: state.tasks.map(toTask),
    errorDetails: toErrorDetails(row, reasons),
  };
}

async function itemsOf({ store }: QueryContext, jobs: readonly VaultJob[]): Promise<Items> {
  const items = await store.getMany("protectedItem", [...new Set(jobs.flatMap(({ itemId }) => itemId ?? []))]);
  return new Map(items.map((item) => [item.id, item]));
}

export const getJobsFunction = defineFunction({
  token: "cloudbackup:recoveryservices:getJobs",
  source: "BackupJobs_List",
  description:
    "Lists jobs of a vault with what they are doing now, what their scripts did and why they failed, newest first. " +
    `Scheduled jobs are remembered for ${jobHistoryDays} days. Takes a caller who may read the vault (Z-20).`,
  inputs,
  outputs,
  call: async (context, properties) => {
    const { operation: kind, status: wanted, since, limit } = properties;
    const source = await openSource(context, { source: toVaultSource(properties), operation: "BackupJobs_List" });
    const { jobs, total } = await listVaultJobs(context, {
      ...source,
      operation: kind ?? null,
      status: wanted ?? null,
      since: since === undefined ? null : secondsOf(since),
      limit,
    });
    const items = await itemsOf(context, jobs);
    return { jobs: jobs.map((row) => toJob(row, items, context.now)), total };
  },
});
