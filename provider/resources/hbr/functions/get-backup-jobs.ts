import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { detailOfJob, type Job } from "../../../engine/alibaba/backup";
import type { DiskJob } from "../../../engine/alibaba/disk-job";
import type { GuestRun, ScriptRun } from "../../../engine/alibaba/guest-run";
import { type ListedJob, listJobs } from "../../../engine/alibaba/job-list";
import { type JobStatus, jobStatuses } from "../../../engine/alibaba/job-state";
import { isGroupId } from "../../../engine/alibaba/protection-row";
import type { Reason } from "../../../engine/alibaba/rule";
import { isoTime } from "../../../engine/core/time";
import { consistencyLevel, reasonOutput, toReasonOutput } from "../../shared/consistency";
import { copyOutput, toCopyOutput } from "../../shared/copy-output";
import {
  limitInput,
  momentInput,
  momentOf,
  requireKnownMachine,
  requireOne,
  secondsOf,
  sourceFilterShape,
} from "../../shared/listing";

const jobStatus = z.enum(jobStatuses).meta({
  typeName: "BackupJobStatus",
  valueDescriptions: {
    RUNNING: "It is reading the disks.",
    COMPLETE: "It left a point.",
    PARTIAL_COMPLETE: "Of a group, some machines' jobs failed.",
    FAILED: "It left no point.",
    CANCELED: "Somebody cancelled it; it left no point.",
  },
});

const inputs = z.strictObject({
  ...sourceFilterShape,
  status: jobStatus
    .optional()
    .meta({ description: "Only jobs of this status now. Default: any. Source: HBR DescribeBackupJobs2." }),
  since: momentInput
    .optional()
    .meta({ description: "Only jobs started at this time or later, ISO 8601 in UTC. Default: any." }),
  limit: limitInput("jobs"),
});

const scriptRun = z
  .object({
    path: z.string().meta({ description: "The script's path on the machine." }),
    outcome: z
      .enum(["SUCCESS", "FAILED", "TIMED_OUT"])
      .meta({
        typeName: "ScriptOutcome",
        valueDescriptions: {
          SUCCESS: "It ended with 0 in time.",
          FAILED: "It ended with another exit code (A-14).",
          TIMED_OUT: "It ran too long and was stopped (A-14).",
        },
      })
      .meta({ description: "How it ended." }),
    exitCode: z.int().optional().meta({ description: "Its exit code; absent when it was stopped." }),
    durationSeconds: z.number().meta({ description: "How long it ran, seconds.", units: "seconds" }),
  })
  .meta({ typeName: "ScriptRun", description: "One run of a freeze or thaw script." });

const guestRun = z
  .object({
    preScript: scriptRun.meta({ description: "The freeze script's run." }),
    frozen: z.boolean().meta({ description: "Whether the file systems were held still (A-15)." }),
    postScript: scriptRun.meta({ description: "The thaw script's run: it runs whatever became of the other (A-14)." }),
  })
  .meta({ typeName: "GuestRun", description: "What an application-consistent backup did in a Linux guest." });

const diskJob = z
  .object({
    diskId: z.string().optional().meta({ description: "The disk; absent once the job's point is gone." }),
    status: jobStatus.meta({ description: "What the disk's part is doing now." }),
    progress: z.int().meta({ description: "0 to 10000: percent times 100." }),
    bytesTotal: z.number().meta({ description: "Bytes to be read.", units: "bytes" }),
    bytesDone: z.number().meta({ description: "Bytes that are read.", units: "bytes" }),
    completeTime: z.string().optional().meta({ description: "When it was done, ISO 8601 in UTC; absent until then." }),
  })
  .meta({ typeName: "DiskJob", description: "One disk's part of a job (the API's source type UDM_ECS_DISK)." });

const backupJob = z
  .object({
    jobId: z.string().meta({ description: "Id of the job, job-…." }),
    kind: z
      .enum(["SCHEDULED", "MANUAL"])
      .meta({
        typeName: "JobKind",
        valueDescriptions: { SCHEDULED: "A protection's run.", MANUAL: "An hbr:Backup or CreateBackupJob." },
      })
      .meta({ description: "What started it." }),
    instanceId: z.string().optional().meta({ description: "The machine; absent for the job of a whole group." }),
    groupId: z.string().optional().meta({ description: "The consistency group, for the job of a whole group." }),
    parentJobId: z.string().optional().meta({ description: "The group's job that it is a part of." }),
    memberJobIds: z.array(z.string()).meta({ description: "The jobs of the machines, for the job of a whole group." }),
    protectionId: z.string().optional().meta({ description: "Whose run it is; absent for a manual backup." }),
    recoveryPointId: z.string().optional().meta({ description: "The point, or the group's point, that it left." }),
    status: jobStatus.meta({ description: "What it is doing now." }),
    progress: z.int().meta({ description: "0 to 10000: percent times 100." }),
    startTime: z.string().meta({ description: "When it started, ISO 8601 in UTC." }),
    completeTime: z.string().optional().meta({ description: "When it ended, ISO 8601 in UTC; absent until then." }),
    bytesTotal: z.number().meta({ description: "Bytes to be read.", units: "bytes" }),
    bytesDone: z.number().meta({ description: "Bytes that are read.", units: "bytes" }),
    consistentLevel: consistencyLevel
      .optional()
      .meta({ description: "The consistency of the point; of a group's the least. Absent where there is none." }),
    reasons: z.array(reasonOutput).meta({ description: "Why it failed, or why the level is no better." }),
    errorCode: z.string().optional().meta({ description: "Why it failed: the API's code, or the engine's own." }),
    errorMessage: z.string().optional().meta({ description: "Why it failed, in words." }),
    guestRun: guestRun.optional().meta({ description: "What ran in the guest; absent when nothing did." }),
    diskJobs: z.array(diskJob).meta({
      description: "Its parts, one for each disk: they run side by side from the start.",
    }),
    replicas: z.array(copyOutput).meta({ description: "Copies of the points that it left, while they are there." }),
  })
  .meta({ typeName: "BackupJob", description: "A backup job (DescribeBackupJobs2)." });

const outputs = z.object({
  jobs: z.array(backupJob).meta({ description: "The jobs, newest first, as many as limit says." }),
  total: z.int().meta({ description: "How many jobs there are without the limit." }),
});

function toScriptRun({ path, outcome, exitCode, seconds }: ScriptRun): z.output<typeof scriptRun> {
  return { path, outcome, durationSeconds: seconds, ...(exitCode === null ? {} : { exitCode }) };
}

function toGuestRun({ preScript, isFrozen, postScript }: GuestRun): z.output<typeof guestRun> {
  return { preScript: toScriptRun(preScript), frozen: isFrozen, postScript: toScriptRun(postScript) };
}

function toDiskJob(job: DiskJob): z.output<typeof diskJob> {
  const { diskId, progress, bytesTotal, bytesDone, completeTime } = job;
  return {
    ...(diskId === undefined ? {} : { diskId }),
    status: job.status as JobStatus,
    progress,
    bytesTotal,
    bytesDone,
    ...(job.status === "RUNNING" ? {} : momentOf("completeTime", completeTime)),
  };
}

/** What a job says of itself only sometimes. */
function toSometimes(job: Job): Partial<z.output<typeof backupJob>> {
  const { guestRun: ran, parentJobId } = detailOfJob(job);
  return {
    ...(isGroupId(job.instanceId) ? { groupId: job.instanceId } : { instanceId: job.instanceId }),
    ...(parentJobId === undefined ? {} : { parentJobId }),
    ...(job.protectionId === null ? {} : { protectionId: job.protectionId }),
    ...(job.recoveryPointId === null ? {} : { recoveryPointId: job.recoveryPointId }),
    ...(job.level === null ? {} : { consistentLevel: job.level as z.output<typeof consistencyLevel> }),
    ...(job.errorCode === null ? {} : { errorCode: job.errorCode }),
    ...(job.errorMessage === null ? {} : { errorMessage: job.errorMessage }),
    ...(ran === undefined ? {} : { guestRun: toGuestRun(ran) }),
  };
}

function toJob({ job, state, diskJobs, replicas }: ListedJob, now: number): z.output<typeof backupJob> {
  return {
    jobId: job.id,
    kind: job.kind as "SCHEDULED" | "MANUAL",
    memberJobIds: [...(detailOfJob(job).memberJobIds ?? [])],
    status: state.status as JobStatus,
    progress: state.progress,
    startTime: isoTime(job.startTime),
    ...(state.status === "RUNNING" ? {} : momentOf("completeTime", job.completeTime)),
    bytesTotal: job.bytesTotal,
    bytesDone: state.bytesDone,
    reasons: (job.reasons as unknown as readonly Reason[]).map(toReasonOutput),
    ...toSometimes(job),
    diskJobs: diskJobs.map(toDiskJob),
    replicas: replicas.map((replica) => toCopyOutput(replica, now)),
  };
}

export const getBackupJobsFunction = defineFunction({
  token: "cloudbackup:hbr:getBackupJobs",
  source: "HBR DescribeBackupJobs2",
  description:
    "Lists backup jobs with what they are doing now, why they failed or gave less than was asked for, newest first " +
    "(the API's DescribeBackupJobs2). Scheduled jobs are remembered for 90 days.",
  inputs,
  outputs,
  call: async (context, properties) => {
    const { instanceId, groupId, protectionId, status, since, limit } = properties;
    requireOne({ instanceId, groupId, protectionId }, { isNeeded: false });
    await requireKnownMachine(context, instanceId);
    const { jobs, total } = await listJobs(context, {
      sourceId: instanceId ?? groupId ?? null,
      protectionId: protectionId ?? null,
      status: status ?? null,
      since: since === undefined ? null : secondsOf(since),
      limit,
    });
    return { jobs: jobs.map((job) => toJob(job, context.now)), total };
  },
});
