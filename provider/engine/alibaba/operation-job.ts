import type { Json } from "../../store/tables";
import { choice, defineCommand, defineQuery, integer, json, required, text, withoutNulls } from "../core/operation";
import type { QueryContext } from "../engine";
import { detailOfJob, type Job, type ManualBackupRequest } from "./backup";
import { type DiskJob, diskJobsAt } from "./disk-job";
import { cancelJob } from "./job-cancellation";
import { jobStateAt } from "./job-state";
import { createManualBackup } from "./manual-backup";
import { checkDays, freshId, pageOf, pagingParameters } from "./operation-common";
import { decodeFilters, isLetThrough, type RecordFilter } from "./operation-filter";
import { decodeDetail } from "./operation-settings";
import { longestRetentionDays } from "./point-life";
import { assessSource, replicationRefusals } from "./protection-assessment";
import { defaultSettings } from "./protection-settings";
import { copyStatusAt, type Replica } from "./replication";

const createBackupJob = defineCommand({
  name: "CreateBackupJob",
  product: "hbr",
  description: "Backs up one machine or consistency group now, whatever its policy.",
  parameters: {
    SourceType: required(choice(["UDM_ECS"], "The only one of the engine: UDM_ECS.")),
    BackupType: choice(["COMPLETE"], "Default: COMPLETE."),
    InstanceId: required(text("The machine, i-…, or the consistency group, cg-….")),
    JobName: text("The engine keeps no names of jobs."),
    Retention: required(integer(`Days that the point lives, 1 to ${longestRetentionDays}.`)),
    Detail: json(
      'JSON: {"appConsistent":true,"ramRoleName":"…"}, and of a copy {"doCopy":true,"destinationRegionId":"…",' +
        '"destinationRetention":30,"destinationKmsKeyId":"…"}. Default: all disks, nothing asked for.',
    ),
  },
  call: async (context, given) => {
    const { InstanceId: sourceId } = given;
    const retention = { value: checkDays("Retention", given.Retention), unit: "DAY" as const };
    const { settings, copy } = decodeDetail(given.Detail ?? {}, "Detail", { settings: defaultSettings, copy: null });
    const { refusals, regionId } = await assessSource(context, { sourceId, settings });
    const [problem] = [...refusals, ...replicationRefusals(settings, copy, regionId)];
    if (problem !== undefined) throw problem;
    const jobId = await freshId(context, "job", "job", sourceId);
    await createManualBackup(context, { jobId, sourceId, retention, settings, copy: copyRequest(copy) });
    return { JobId: jobId };
  },
});

function copyRequest(copy: { regionId: string; retentionDays: number | null } | null): ManualBackupRequest["copy"] {
  if (copy === null) return null;
  const { regionId, retentionDays: value } = copy;
  return { regionId, retention: value === null ? null : { value, unit: "DAY" } };
}

function jobRecord(job: Job, copy: Replica | undefined, now: number): Json {
  const { status, progress, bytesDone } = jobStateAt(job, now);
  return withoutNulls({
    JobId: job.id,
    ParentId: detailOfJob(job).parentJobId ?? null,
    PlanId: job.protectionId,
    JobType: "BACKUP",
    SourceType: "UDM_ECS",
    InstanceId: job.instanceId,
    Status: status,
    Progress: progress,
    BytesTotal: job.bytesTotal,
    BytesDone: bytesDone,
    StartTime: job.startTime,
    CompleteTime: status === "RUNNING" ? null : job.completeTime,
    ErrorMessage: job.errorMessage,
    Detail: copy === undefined ? null : copyDetail(copy, now),
  });
}

function copyDetail(copy: Replica, now: number): Json {
  const status = copyStatusAt(copy, now);
  const part = (now - copy.startTime) / Math.max(1, copy.completeTime - copy.startTime);
  const progress = status === "COMPLETE" ? 100 : status === "RUNNING" ? Math.floor(part * 100) : 0;
  return withoutNulls({
    DoCopy: true,
    DestinationRegionId: copy.regionId,
    DestinationSnapshotId: copy.id,
    DestinationNativeSnapshotStatus: status,
    DestinationNativeSnapshotProgress: progress,
    DestinationNativeSnapshotErrorMessage: status === "FAILED" ? `${copy.errorCode}: ${copy.errorMessage}` : null,
  });
}

function diskJobRecord(job: Job, part: DiskJob, index: number): Json {
  return withoutNulls({
    JobId: `${job.id}d${index}`,
    ParentId: job.id,
    JobType: "BACKUP",
    SourceType: "UDM_ECS_DISK",
    InstanceId: job.instanceId,
    DiskId: part.diskId ?? null,
    Status: part.status,
    Progress: part.progress,
    BytesTotal: part.bytesTotal,
    BytesDone: part.bytesDone,
    StartTime: job.startTime,
    CompleteTime: part.status === "RUNNING" ? null : part.completeTime,
  });
}

async function copiesOf({ store }: QueryContext, jobs: readonly Job[]): Promise<ReadonlyMap<string, Replica>> {
  const pointIds = jobs.flatMap(({ recoveryPointId }) => recoveryPointId ?? []);
  if (pointIds.length === 0) return new Map();
  const copies = await store.find("replica", { recoveryPointId: { in: pointIds } });
  return new Map(copies.map((copy) => [copy.jobId, copy]));
}

/** The parts of jobs, one for each disk; the disks are those of the jobs' points. */
async function diskJobRecords(context: QueryContext, jobs: readonly Job[]): Promise<readonly Json[]> {
  const pointIds = jobs.flatMap(({ recoveryPointId }) => recoveryPointId ?? []);
  const points = await context.store.getMany("recoveryPoint", pointIds);
  const diskIds = new Map(points.map((point) => [point.jobId, point.diskIds]));
  return jobs.flatMap((job) =>
    diskJobsAt(job, diskIds.get(job.id), context.now).map((part, index) => diskJobRecord(job, part, index)),
  );
}

const filterKeys = ["JobId", "InstanceId", "Status", "ParentId", "PlanId"] as const;

/** The jobs that can be meant at all, newest first: those of one machine where only one is asked for. */
async function findJobs({ store, settings }: QueryContext, filters: readonly RecordFilter[]): Promise<readonly Job[]> {
  const ids = filters.find(({ key }) => key === "InstanceId")?.values;
  const machines = ids === undefined ? {} : { instanceId: { in: ids } };
  const order = { column: "startTime", direction: "descending" } as const;
  return store.find("job", { account: settings.account, ...machines }, { order });
}

const describeBackupJobs2 = defineQuery({
  name: "DescribeBackupJobs2",
  product: "hbr",
  description: "Lists backup jobs, newest first. A group's job is the parent of its machines' jobs.",
  parameters: {
    SourceType: required(
      choice(
        ["UDM_ECS", "UDM_ECS_DISK"],
        "UDM_ECS: jobs of machines and groups; UDM_ECS_DISK: their parts, one a disk.",
      ),
    ),
    Filters: json(
      `JSON: [{"Key":"InstanceId","Operator":"IN","Values":["i-…"]}]. Key is one of ${filterKeys.join(", ")}.`,
    ),
    ...pagingParameters,
  },
  call: async (context, { Filters, SourceType, ...paging }) => {
    const filters = decodeFilters(Filters, filterKeys);
    const jobs = await findJobs(context, filters);
    if (SourceType === "UDM_ECS_DISK") {
      const parents = filters.find(({ key }) => key === "ParentId")?.values;
      const meant = parents === undefined ? jobs : jobs.filter(({ id }) => parents.includes(id));
      const records = (await diskJobRecords(context, meant)).filter((record) => isLetThrough(record, filters));
      const { page, paging: told } = pageOf(records, paging);
      return { ...told, BackupJobs: page };
    }
    const wanted = jobs.filter((job) => isLetThrough(jobRecord(job, undefined, context.now), filters));
    const { page, paging: told } = pageOf(wanted, paging);
    const copies = await copiesOf(context, page);
    return { ...told, BackupJobs: page.map((job) => jobRecord(job, copies.get(job.id), context.now)) };
  },
});

const cancelBackupJob = defineCommand({
  name: "CancelBackupJob",
  product: "hbr",
  description: "Ends a running backup job: it is CANCELED and leaves no point. A group's job ends with all its parts.",
  parameters: { JobId: required(text("The job, job-….")), VaultId: text("The engine has no vaults.") },
  call: async (context, { JobId }) => {
    await cancelJob(context, JobId);
    return {};
  },
});

export const jobOperations = [createBackupJob, describeBackupJobs2, cancelBackupJob];
