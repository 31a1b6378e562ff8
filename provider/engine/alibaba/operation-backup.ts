import type { Json } from "../../store/tables";
import type { QueryContext } from "../engine";
import type { Job, RecoveryPoint } from "./backup";
import { jobStateAt } from "./job-state";
import { createManualBackup } from "./manual-backup";
import {
  boolean,
  choice,
  defineCommand,
  defineQuery,
  freshId,
  integer,
  json,
  list,
  pageOf,
  pagingParameters,
  required,
  text,
  withoutNulls,
} from "./operation";
import { decodeSettings } from "./operation-settings";
import { itemsOf, Structure } from "./operation-structure";
import { assessMachine } from "./protection";
import { defaultSettings } from "./protection-settings";
import { deleteNativeSnapshot, deletePoint, longestRetentionDays, snapshotIdsOf } from "./recovery-point";
import type { Reason } from "./rule";
import { apiRefusal } from "./rule";

const sourceType = choice(["UDM_ECS"], "The only one of the engine: UDM_ECS.");

const createBackupJob = defineCommand({
  name: "CreateBackupJob",
  product: "hbr",
  description: "Backs up one machine now, whatever its policy.",
  parameters: {
    SourceType: required(sourceType),
    BackupType: choice(["COMPLETE"], "Default: COMPLETE."),
    InstanceId: required(text("The machine, i-….")),
    JobName: text("The engine keeps no names of jobs."),
    Retention: required(integer(`Days that the point lives, 1 to ${longestRetentionDays}.`)),
    Detail: json('JSON: {"appConsistent":true,"ramRoleName":"…"}. Default: all disks, nothing asked for.'),
  },
  call: async (context, given) => {
    const { InstanceId, Retention } = given;
    if (Retention < 1 || Retention > longestRetentionDays) {
      const remedy = `give 1 to ${longestRetentionDays} days`;
      throw apiRefusal("InvalidRetentionDays.Malformed", "Retention", `--Retention is ${Retention}`, remedy);
    }
    const settings = decodeSettings(given.Detail ?? {}, "Detail", defaultSettings);
    const [problem] = (await assessMachine(context, { instanceId: InstanceId, settings })).refusals;
    if (problem !== undefined) throw problem;
    const jobId = await freshId(context, "job", "job", InstanceId);
    const recoveryPointId = jobId.replace(/^job-/, "s-");
    const retention = { value: Retention, unit: "DAY" as const };
    await createManualBackup(context, { jobId, recoveryPointId, instanceId: InstanceId, retention, settings });
    return { JobId: jobId };
  },
});

function jobRecord(job: Job, now: number): Json {
  const { status, progress, bytesDone } = jobStateAt(job, now);
  return withoutNulls({
    JobId: job.id,
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
  });
}

const filterKeys = ["JobId", "InstanceId", "Status"] as const;

/** Which jobs a request's filters let through: all of them must. */
function decodeFilters(value: Json | undefined): (record: Readonly<Record<string, Json>>) => boolean {
  const filters = itemsOf(value ?? [], "Filters").map((item, index) => {
    const path = `Filters[${index}]`;
    const filter = new Structure(item, path, ["Key", "Operator", "Values"]);
    filter.choice("Operator", ["IN", "EQUAL"]);
    const key = filter.choice("Key", filterKeys);
    if (key === undefined) {
      throw apiRefusal("MissingParameter", `${path}.Key`, `${path} has no Key`, `it is ${filterKeys.join(", ")}`);
    }
    return { key, values: filter.texts("Values") ?? [] };
  });
  return (record) => filters.every(({ key, values }) => values.includes(String(record[key])));
}

const describeBackupJobs2 = defineQuery({
  name: "DescribeBackupJobs2",
  product: "hbr",
  description: "Lists backup jobs, newest first.",
  parameters: {
    SourceType: required(sourceType),
    Filters: json('JSON: [{"Key":"InstanceId","Operator":"IN","Values":["i-…"]}], Key JobId, InstanceId or Status.'),
    ...pagingParameters,
  },
  call: async ({ store, settings, now }, { Filters, SourceType: _only, ...paging }) => {
    const isWanted = decodeFilters(Filters);
    const order = { column: "startTime", direction: "descending" } as const;
    const jobs = await store.find("job", { account: settings.account }, { order });
    const records = jobs.map((job) => jobRecord(job, now)).filter((record) => isWanted(record as Record<string, Json>));
    const { page, paging: told } = pageOf(records, paging);
    return { ...told, BackupJobs: page };
  },
});

function pointRecord(point: RecoveryPoint): Json {
  const [first] = point.reasons as unknown as readonly Reason[];
  return withoutNulls({
    SnapshotId: point.id,
    JobId: point.jobId,
    InstanceId: point.instanceId,
    SourceType: "UDM_ECS",
    Status: point.damaged ? "PARTIAL_COMPLETE" : "COMPLETE",
    CreatedTime: point.createTime,
    ExpireTime: point.expireTime,
    BytesTotal: point.bytesTotal,
    Detail: withoutNulls({
      consistentLevel: point.level,
      downgradeReason: first === undefined ? null : (first.code ?? first.rule),
      diskIdList: point.diskIds,
      nativeSnapshotIdList: snapshotIdsOf(point),
    }),
  });
}

const describeUdmSnapshots = defineQuery({
  name: "DescribeUdmSnapshots",
  product: "hbr",
  description: "Lists recovery points, newest first.",
  parameters: {
    SourceType: required(sourceType),
    UdmRegionId: text("Region; the engine knows it."),
    StartTime: integer("Only points created from then on, UNIX seconds. Default: all."),
    EndTime: integer("Only points created until then, UNIX seconds. Default: all."),
    InstanceId: text("Only points of this machine."),
    JobId: text("Only the point of this job."),
    SnapshotIds: list('Only these points, ["s-…"].'),
    ...pagingParameters,
  },
  call: async ({ store, settings }, given) => {
    const { StartTime, EndTime, InstanceId, JobId, SnapshotIds } = given;
    const createTime = {
      ...(StartTime === undefined ? {} : { gte: StartTime }),
      ...(EndTime === undefined ? {} : { lte: EndTime }),
    };
    const filter = {
      account: settings.account,
      ...(InstanceId === undefined ? {} : { instanceId: InstanceId }),
      ...(JobId === undefined ? {} : { jobId: JobId }),
      ...(SnapshotIds === undefined ? {} : { id: { in: SnapshotIds } }),
      ...(Object.keys(createTime).length === 0 ? {} : { createTime }),
    };
    const order = { column: "createTime", direction: "descending" } as const;
    const { page, paging: told } = pageOf(await store.find("recoveryPoint", filter, { order }), given);
    return { ...told, UdmSnapshots: page.map(pointRecord) };
  },
});

async function isPoint({ store }: QueryContext, id: string): Promise<boolean> {
  return (await store.get("recoveryPoint", id)) !== undefined;
}

const deleteSnapshot = defineCommand({
  name: "DeleteSnapshot",
  product: "hbr",
  description:
    "With SourceType: deletes a recovery point through Cloud Backup. Without: deletes one disk's snapshot through " +
    "ECS, behind Cloud Backup's back; its point can't be restored any more (A-39).",
  parameters: {
    SnapshotId: required(text("A recovery point, s-…, or with ECS a snapshot, s-…-0.")),
    SourceType: choice(["UDM_ECS"], "UDM_ECS for a recovery point. Default: none, a snapshot of ECS."),
    Force: boolean("Of no effect in the engine."),
  },
  call: async (context, { SnapshotId, SourceType }) => {
    if (SourceType === "UDM_ECS") {
      await deletePoint(context, SnapshotId);
      return {};
    }
    if (await isPoint(context, SnapshotId)) {
      const message = `${SnapshotId} is a recovery point and no snapshot of ECS`;
      const remedy = `add --SourceType UDM_ECS to delete all of it, or name one of its snapshots: ${SnapshotId}-0`;
      throw apiRefusal("InvalidSnapshotId.NotFound", "SnapshotId", message, remedy);
    }
    await deleteNativeSnapshot(context, SnapshotId);
    return {};
  },
});

export const backupOperations = [createBackupJob, describeBackupJobs2, describeUdmSnapshots, deleteSnapshot];
