import type { Json } from "../../store/tables";
import {
  boolean,
  choice,
  defineCommand,
  defineQuery,
  integer,
  list,
  required,
  text,
  withoutNulls,
} from "../core/operation";
import { secondsPerDay } from "../core/time";
import type { QueryContext } from "../engine";
import { detailOfPoint, isImmutable, type RecoveryPoint } from "./backup";
import type { GroupPoint } from "./group-point";
import { checkDays, pageOf, pagingParameters } from "./operation-common";
import { deleteGroupPoint, deletePoint, deletePoints, deletionRefusal } from "./point-deletion";
import { absenceOf, longestRetentionDays } from "./point-life";
import { isGroupId } from "./protection-row";
import { dimensions, extendedExpireTime, extendPoints, selectPoints } from "./recovery-point";
import { copyStatusAt, type Replica } from "./replication";
import { apiRefusal, type Reason } from "./rule";
import { deleteNativeSnapshot, snapshotIdsOf } from "./snapshot";

const sourceType = choice(["UDM_ECS"], "The only one of the engine: UDM_ECS.");

/** What all points have, whatever they are of. */
function lifeOf({ createTime, expireTime }: { readonly createTime: number; readonly expireTime: number | null }) {
  return {
    CreatedTime: createTime,
    ExpireTime: expireTime,
    Retention: expireTime === null ? null : Math.round((expireTime - createTime) / secondsPerDay),
  };
}

function pointRecord(point: RecoveryPoint, now: number): Json {
  const [first] = point.reasons as unknown as readonly Reason[];
  const { archiveTime, advancedRetentionType, groupPointId } = detailOfPoint(point);
  return withoutNulls({
    SnapshotId: point.id,
    JobId: point.jobId,
    InstanceId: point.instanceId,
    SourceType: "UDM_ECS",
    Status: point.damaged ? "PARTIAL_COMPLETE" : "COMPLETE",
    ...lifeOf(point),
    AdvancedRetentionType: advancedRetentionType ?? null,
    ArchiveStatus: archiveTime === undefined ? null : archiveTime <= now ? "ARCHIVED" : "STANDARD",
    ArchiveTriggerTime: archiveTime ?? null,
    BytesTotal: point.bytesTotal,
    CanBeDeleted: deletionRefusal(point, "REQUEST") === undefined,
    immutable: isImmutable(point),
    groupPointId: groupPointId ?? null,
    Detail: withoutNulls({
      consistentLevel: point.level,
      downgradeReason: first === undefined ? null : (first.code ?? first.rule),
      diskIdList: point.diskIds,
      nativeSnapshotIdList: snapshotIdsOf(point),
    }),
  });
}

function copyRecord(copy: Replica, now: number): Json {
  return withoutNulls({
    SnapshotId: copy.id,
    JobId: copy.jobId,
    InstanceId: copy.instanceId,
    SourceType: "UDM_ECS",
    Status: copyStatusAt(copy, now),
    ...lifeOf(copy),
    CompleteTime: copyStatusAt(copy, now) === "COMPLETE" ? copy.completeTime : null,
    BytesTotal: copy.bytesTotal,
    CanBeDeleted: !copy.immutable,
    immutable: copy.immutable,
    sourceSnapshotId: copy.recoveryPointId,
    Detail: withoutNulls({
      consistentLevel: copy.level,
      diskIdList: copy.diskIds,
      destinationRegionId: copy.regionId,
      destinationKmsKeyId: copy.kmsKeyId,
      errorMessage: copy.errorCode === null ? null : `${copy.errorCode}: ${copy.errorMessage}`,
    }),
  });
}

function groupPointRecord(point: GroupPoint): Json {
  return withoutNulls({
    SnapshotId: point.id,
    JobId: point.jobId,
    InstanceId: point.groupId,
    SourceType: "UDM_ECS",
    Status: "COMPLETE",
    ...lifeOf(point),
    Detail: { recoveryPointIdList: point.recoveryPointIds },
  });
}

interface PointRequest {
  readonly UdmRegionId?: string | undefined;
  readonly StartTime?: number | undefined;
  readonly EndTime?: number | undefined;
  readonly InstanceId?: string | undefined;
  readonly DiskId?: string | undefined;
  readonly JobId?: string | undefined;
  readonly SnapshotIds?: readonly string[] | undefined;
}

function filterOf(context: QueryContext, { StartTime, EndTime, JobId, SnapshotIds }: PointRequest) {
  const createTime = {
    ...(StartTime === undefined ? {} : { gte: StartTime }),
    ...(EndTime === undefined ? {} : { lte: EndTime }),
  };
  return {
    account: context.settings.account,
    ...(JobId === undefined ? {} : { jobId: JobId }),
    ...(SnapshotIds === undefined ? {} : { id: { in: SnapshotIds } }),
    ...(Object.keys(createTime).length === 0 ? {} : { createTime }),
  };
}

const newestFirst = { order: { column: "createTime", direction: "descending" } } as const;

/** A point of any kind, with what it looks like in a list. */
interface Listed {
  readonly id: string;
  readonly createTime: number;
  describe(now: number): Json;
}

/** The points of groups, where a group, a group's point or a group's job is named. */
async function listGroupPoints(context: QueryContext, given: PointRequest): Promise<readonly Listed[]> {
  const { InstanceId, JobId, SnapshotIds, DiskId, UdmRegionId } = given;
  if (InstanceId === undefined ? JobId === undefined && SnapshotIds === undefined : !isGroupId(InstanceId)) return [];
  if (DiskId !== undefined || UdmRegionId !== undefined) return [];
  const group = InstanceId === undefined ? {} : { groupId: InstanceId };
  const points = await context.store.find("groupPoint", { ...filterOf(context, given), ...group }, newestFirst);
  return points.map((point) => ({ ...point, describe: () => groupPointRecord(point) }));
}

/** The points of machines that lie in the region, where one is named. */
async function listPoints(context: QueryContext, given: PointRequest): Promise<readonly Listed[]> {
  const { InstanceId, DiskId, UdmRegionId } = given;
  const { store } = context;
  const machine = InstanceId === undefined ? {} : { instanceId: InstanceId };
  const found = await store.find("recoveryPoint", { ...filterOf(context, given), ...machine }, newestFirst);
  const onDisk = found.filter(({ diskIds }) => DiskId === undefined || diskIds.includes(DiskId));
  const machines = await store.getMany("machine", [...new Set(onDisk.map(({ instanceId }) => instanceId))]);
  const regions = new Map(machines.map(({ id, regionId }) => [id, regionId]));
  return onDisk
    .filter(({ instanceId }) => UdmRegionId === undefined || regions.get(instanceId) === UdmRegionId)
    .map((point) => ({ ...point, describe: (now) => pointRecord(point, now) }));
}

/** The copies that lie in the region; they are listed where their region, or one of them, is named. */
async function listCopies(context: QueryContext, given: PointRequest): Promise<readonly Listed[]> {
  const { InstanceId, DiskId, UdmRegionId, SnapshotIds } = given;
  if (UdmRegionId === undefined && SnapshotIds === undefined) return [];
  const region = UdmRegionId === undefined ? {} : { regionId: UdmRegionId };
  const machine = InstanceId === undefined ? {} : { instanceId: InstanceId };
  const filter = { ...filterOf(context, given), ...machine, ...region };
  const copies = await context.store.find("replica", filter, newestFirst);
  return copies
    .filter(({ diskIds }) => DiskId === undefined || diskIds.includes(DiskId))
    .map((copy) => ({ ...copy, describe: (now) => copyRecord(copy, now) }));
}

const describeUdmSnapshots = defineQuery({
  name: "DescribeUdmSnapshots",
  product: "hbr",
  description: "Lists recovery points, newest first; with the region of copies those, and of a group (cg-…) its own.",
  parameters: {
    SourceType: required(sourceType),
    UdmRegionId: text("Only points and copies that lie in this region. Default: points of all regions, no copies."),
    StartTime: integer("Only points created from then on, UNIX seconds. Default: all."),
    EndTime: integer("Only points created until then, UNIX seconds. Default: all."),
    InstanceId: text("Only points of this machine, i-…, or of this consistency group, cg-…."),
    DiskId: text("Only points that hold this disk."),
    JobId: text("Only the points of this job."),
    SnapshotIds: list('Only these points, copies or points of groups, ["s-…"].'),
    ...pagingParameters,
  },
  call: async (context, given) => {
    const lists = [
      await listGroupPoints(context, given),
      await listPoints(context, given),
      await listCopies(context, given),
    ];
    const all = lists.flat().sort((a, b) => b.createTime - a.createTime);
    const { page, paging: told } = pageOf(all, given);
    return { ...told, UdmSnapshots: page.map((point) => point.describe(context.now)) };
  },
});

async function isPoint({ store }: QueryContext, id: string): Promise<boolean> {
  return (await store.get("recoveryPoint", id)) !== undefined;
}

const deleteSnapshot = defineCommand({
  name: "DeleteSnapshot",
  product: "hbr",
  description:
    "With SourceType: deletes a recovery point, a group's or a copy through Cloud Backup. Without: deletes one " +
    "disk's snapshot through ECS, behind Cloud Backup's back; its point can't be restored any more (A-39).",
  parameters: {
    SnapshotId: required(text("A recovery point, s-…, or with ECS a snapshot, s-…-0.")),
    SourceType: choice(["UDM_ECS"], "UDM_ECS for a recovery point. Default: none, a snapshot of ECS."),
    Force: boolean("With ECS: also when a disk or image was made of the snapshot. Default: false."),
  },
  call: async (context, { SnapshotId, SourceType, Force }) => {
    if (SourceType === "UDM_ECS") {
      await deletePoint(context, SnapshotId);
      return {};
    }
    if (await isPoint(context, SnapshotId)) {
      const message = `${SnapshotId} is a recovery point and no snapshot of ECS`;
      const remedy = `add --SourceType UDM_ECS to delete all of it, or name one of its snapshots: ${SnapshotId}-0`;
      throw apiRefusal("InvalidSnapshotId.NotFound", "SnapshotId", message, remedy);
    }
    await deleteNativeSnapshot(context, { id: SnapshotId, force: Force ?? false });
    return {};
  },
});

const deleteUdmSnapshots = defineCommand({
  name: "deleteUdmSnapshots",
  product: "hbr",
  description: "The engine's own, as the console has it: deletes a machine's points of a period, all or none (A-45).",
  parameters: {
    InstanceId: required(text("The machine, i-…, or the consistency group, cg-….")),
    StartTime: integer("Points created from then on, UNIX seconds. Default: from the first."),
    EndTime: integer("Points created until then, UNIX seconds. Default: to the last."),
  },
  call: async (context, { InstanceId, ...period }) => {
    const { store } = context;
    const filter = filterOf(context, period);
    if (isGroupId(InstanceId)) {
      const groups = await store.find("groupPoint", { ...filter, groupId: InstanceId });
      for (const { id } of groups) await deleteGroupPoint(context, { id, cause: "PERIOD" });
      return answerDeletion(InstanceId, groups.length);
    }
    const points = await store.find("recoveryPoint", { ...filter, instanceId: InstanceId });
    await deletePoints(context, { points, cause: "PERIOD" });
    return answerDeletion(InstanceId, points.length);
  },
});

function answerDeletion(sourceId: string, count: number) {
  if (count > 0) return { deletedCount: count };
  const message = `${sourceId} has no recovery point of that period`;
  throw apiRefusal("EntityNotExist.Snapshot", "InstanceId", message, "list those that are there: cloudbackup points");
}

const extendUdmSnapshot = defineCommand({
  name: "extendUdmSnapshot",
  product: "hbr",
  description: "The engine's own, as the console has it: lets a point live longer, or for ever; never shorter (A-38).",
  parameters: {
    SnapshotId: required(text("The point: a group's, gs-…, a machine's, s-…, or one disk's snapshot, s-…-0.")),
    dimension: choice(dimensions, "What lives longer: GROUP, INSTANCE or DISK. Default: INSTANCE."),
    DiskId: text("In the dimension DISK: only this disk of the point. Default: all."),
    RetentionDays: integer(`Days from the point's creation, 1 to ${longestRetentionDays}.`),
    neverExpire: boolean("true lets it live for ever. Default: false."),
  },
  call: async (context, { SnapshotId, dimension = "INSTANCE", DiskId, RetentionDays, neverExpire = false }) => {
    if (neverExpire === (RetentionDays !== undefined)) {
      const message = "one of RetentionDays and neverExpire must be given";
      throw apiRefusal("MissingParameter", "RetentionDays", message, "give --RetentionDays 90, or --neverExpire true");
    }
    const days = RetentionDays === undefined ? null : checkDays("RetentionDays", RetentionDays);
    const period = { sourceId: null, latest: false, createdBefore: null, createdAfter: null };
    const selection = { recoveryPointId: SnapshotId, diskId: DiskId ?? null, ...period };
    const points = await selectPoints(context, selection, dimension);
    if (points.length === 0) throw await absenceOf(context, { id: SnapshotId, property: "SnapshotId" });
    const extended = await extendPoints(context, {
      ids: points.map(({ id }) => id),
      dimension,
      expireTimeOf: (point) => extendedExpireTime(point, days),
    });
    return { extended: extended.map(({ id, expireTime }) => ({ SnapshotId: id, ExpireTime: expireTime })) };
  },
});

export const pointOperations = [describeUdmSnapshots, deleteSnapshot, deleteUdmSnapshots, extendUdmSnapshot];
