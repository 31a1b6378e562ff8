import type { ConsistencyLevel } from "../core/level";
import { isoTime } from "../core/time";
import type { Query } from "../engine";
import { detailOfPoint, type RecoveryPoint } from "./backup";
import { absenceOf } from "./point-life";
import { findGroupPoint, findPoint } from "./recovery-point";
import { copyFailureReason, copyStatusAt, type Replica } from "./replication";
import { refusal } from "./rule";
import { findSnapshot, isLifeOfPoint } from "./snapshot";

/** ENGINE: how long a point's data takes to come back from the archive tier. */
const archiveRetrievalSeconds = 3600;

/** The data of one machine, or of one of its disks, that is to come back. */
export interface RestoreSource {
  readonly pointId: string;
  readonly instanceId: string;
  /** The region of the copy that is taken; null for the point itself, which lies where its machine does. */
  readonly copyRegionId: string | null;
  readonly diskIds: readonly string[];
  readonly diskBytes: readonly number[];
  readonly level: ConsistencyLevel;
  /** When the data is there to be read: after the job that makes it, and after it comes back from the archive. */
  readonly readyTime: number;
  readonly isArchived: boolean;
}

export interface RestorePointInput {
  readonly recoveryPointId: string;
  /** Only this disk; null for all. */
  readonly diskId: string | null;
  /** Where the data comes from: null is where the point is, else a copy in that region. */
  readonly replicaRegionId: string | null;
}

/** What a recovery point can give back now; or every reason why it can't. */
export const openPoint: Query<RestorePointInput, { sources: readonly RestoreSource[]; refusals: Error[] }> = async (
  context,
  input,
) => {
  const { recoveryPointId: id, diskId } = input;
  const group = await findGroupPoint(context, id);
  const points =
    group === undefined
      ? [await findPoint(context, id)].flatMap((point) => point ?? [])
      : await context.store.getMany("recoveryPoint", group.recoveryPointIds);
  if (input.replicaRegionId !== null) return openReplicas(context, { ...input, pointIds: points.map((p) => p.id) });
  if (points.length > 0) {
    const results = await Promise.all(points.map((point) => openOne(context, { point, diskId })));
    return { sources: results.flatMap(({ source }) => source ?? []), refusals: results.flatMap((r) => r.refusals) };
  }
  const snapshot = await findSnapshot(context, id);
  if (snapshot !== undefined && snapshot.recoveryPointId !== null && (!snapshot.managed || isLifeOfPoint(snapshot))) {
    const { recoveryPointId, instanceId, bytes, createTime } = snapshot;
    const job = await context.store.get("job", recoveryPointId.replace(/^s-/, "job-"));
    const source: RestoreSource = {
      pointId: id,
      instanceId,
      copyRegionId: null,
      diskIds: [snapshot.diskId],
      diskBytes: [bytes],
      level: "CRASH",
      readyTime: job?.completeTime ?? createTime,
      isArchived: false,
    };
    return { sources: [source], refusals: [] };
  }
  const copy = await context.store.get("replica", id);
  if (copy?.account === context.settings.account) return openReplica(copy, context.now, diskId);
  return { sources: [], refusals: [await absenceOf(context, { id, property: "recoveryPointId" })] };
};

const openOne: Query<
  { point: RecoveryPoint; diskId: string | null },
  { source: RestoreSource | undefined; refusals: Error[] }
> = async (context, { point, diskId }) => {
  if (point.damaged) return { source: undefined, refusals: [damageRefusal(point)] };
  if (diskId !== null && !point.diskIds.includes(diskId)) {
    return { source: undefined, refusals: [diskRefusal(point.id, diskId, point.diskIds)] };
  }
  const job = await context.store.get("job", point.jobId);
  const { archiveTime, diskBytes } = detailOfPoint(point);
  const isArchived = archiveTime !== undefined && archiveTime <= context.now;
  const made = Math.max(context.now, job?.completeTime ?? point.createTime);
  const wanted = point.diskIds.map((id, index) => ({ id, bytes: diskBytes[index] ?? 0 }));
  const disks = diskId === null ? wanted : wanted.filter(({ id }) => id === diskId);
  const source: RestoreSource = {
    pointId: point.id,
    instanceId: point.instanceId,
    copyRegionId: null,
    diskIds: disks.map(({ id }) => id),
    diskBytes: disks.map(({ bytes }) => bytes),
    level: point.level as ConsistencyLevel,
    readyTime: made + (isArchived ? archiveRetrievalSeconds : 0),
    isArchived,
  };
  return { source, refusals: [] };
};

function damageRefusal(point: RecoveryPoint): Error {
  const message =
    `recovery point ${point.id} is unusable: its snapshots ${point.deletedSnapshotIds.join(", ")} were deleted ` +
    "outside Cloud Backup";
  const remedy = "choose another point (cloudbackup points); never delete its snapshots through ECS";
  return refusal("A-39", "Engine.PointDamaged", "recoveryPointId", message, remedy);
}

function diskRefusal(pointId: string, diskId: string, known: readonly string[]): Error {
  const message = `recovery point ${pointId} doesn't hold disk ${diskId}`;
  return refusal("A-22", "InvalidDiskId.NotFound", "diskId", message, `it holds: ${known.join(", ")}`);
}

interface ReplicaInput extends RestorePointInput {
  readonly pointIds: readonly string[];
}

/** The copies of a point in a region: named by their source's id or by their own. */
const openReplicas: Query<ReplicaInput, { sources: readonly RestoreSource[]; refusals: Error[] }> = async (
  context,
  { recoveryPointId, pointIds, replicaRegionId, diskId },
) => {
  const { store, settings, now } = context;
  const ids = pointIds.length > 0 ? pointIds : [recoveryPointId];
  const own = await store.get("replica", recoveryPointId);
  const found = own === undefined ? await store.find("replica", { recoveryPointId: { in: ids } }) : [own];
  const copies = found.filter(({ account, regionId }) => account === settings.account && regionId === replicaRegionId);
  if (copies.length > 0) {
    const opened = copies.map((copy) => openReplica(copy, now, diskId));
    return { sources: opened.flatMap(({ sources }) => sources), refusals: opened.flatMap(({ refusals }) => refusals) };
  }
  if (pointIds.length === 0 && found.length === 0) {
    return { sources: [], refusals: [await absenceOf(context, { id: recoveryPointId, property: "recoveryPointId" })] };
  }
  const message = `recovery point ${recoveryPointId} has no copy in region ${replicaRegionId}`;
  const remedy = "replicate it there first (a REPLICATION rule, or doCopy), or leave regionId out to restore at home";
  return { sources: [], refusals: [refusal("A-65", "Engine.ReplicaNotFound", "regionId", message, remedy)] };
};

function openReplica(copy: Replica, now: number, diskId: string | null) {
  const status = copyStatusAt(copy, now);
  if (status !== "COMPLETE") return { sources: [], refusals: [replicaRefusal(copy, status)] };
  if (diskId !== null && !copy.diskIds.includes(diskId)) {
    return { sources: [], refusals: [diskRefusal(copy.id, diskId, copy.diskIds)] };
  }
  const diskIds = diskId === null ? copy.diskIds : [diskId];
  const source: RestoreSource = {
    pointId: copy.id,
    instanceId: copy.instanceId,
    copyRegionId: copy.regionId,
    diskIds,
    diskBytes: diskIds.map(() => Math.round(copy.bytesTotal / copy.diskIds.length)),
    level: copy.level as ConsistencyLevel,
    readyTime: now,
    isArchived: false,
  };
  return { sources: [source], refusals: [] };
}

function replicaRefusal(copy: Replica, status: string): Error {
  if (status === "FAILED") {
    const why = copyFailureReason(copy);
    const message = `the copy ${copy.id} in ${copy.regionId} failed: ${why?.message ?? "nobody knows why"}`;
    return refusal("A-65", copy.errorCode ?? "Engine.ReplicaFailed", "recoveryPointId", message, why?.remedy ?? "");
  }
  const message =
    `the copy ${copy.id} in ${copy.regionId} is ${status}; disaster recovery needs a replication that is completed ` +
    `(expected at ${isoTime(copy.completeTime)})`;
  const remedy = "wait until it is done (cloudbackup advance), then run again";
  return refusal("A-65", "Engine.ReplicaNotReady", "recoveryPointId", message, remedy);
}
