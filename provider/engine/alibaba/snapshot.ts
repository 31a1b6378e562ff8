import type { Row } from "../../store/tables";
import type { Command, CommandContext, Query } from "../engine";
import { detailOfPoint, isImmutable, type RecoveryPoint } from "./backup";
import { apiRefusal, refusal } from "./rule";

/** A native snapshot with a row of its own. */
export type SnapshotRow = Row<"snapshot">;

/** The ids of a point's native snapshots, in the order of its disks. */
export function snapshotIdsOf(point: RecoveryPoint): string[] {
  return point.diskIds.map((_, index) => snapshotIdOf(point.id, index));
}

export function snapshotIdOf(pointId: string, index: number): string {
  return `${pointId}-${index}`;
}

/** A native snapshot, whether it has a row or follows from its point. */
export interface NativeSnapshot extends SnapshotRow {
  /** Cloud Backup made it, or somebody did through ECS. */
  readonly creationMethod: "Cloud Backup" | "ECS";
  /** Its point, while that is there. */
  readonly point: RecoveryPoint | undefined;
}

/**
 * Whether Cloud Backup looks after a snapshot: not one of which a disk or image was made, and none that is on
 * its way out with its point.
 */
export function isLifeOfPoint({ managed, recoveryPointId, point, extended }: NativeSnapshot): boolean {
  return managed && recoveryPointId !== null && (point !== undefined || extended);
}

/** What follows from a point about one of its snapshots. */
export function impliedSnapshot(point: RecoveryPoint, index: number, regionId: string): SnapshotRow {
  return {
    id: snapshotIdOf(point.id, index),
    account: point.account,
    instanceId: point.instanceId,
    diskId: point.diskIds[index] ?? "",
    regionId,
    recoveryPointId: point.id,
    createTime: point.createTime,
    completeTime: point.createTime,
    expireTime: point.expireTime,
    bytes: detailOfPoint(point).diskBytes[index] ?? 0,
    managed: true,
    extended: false,
    diskIds: [],
    imageIds: [],
    sharedWith: [],
  };
}

/** The snapshots of points, those with a row of their own as that says; the deleted ones aren't there. */
export const snapshotsOfPoints: Query<readonly RecoveryPoint[], readonly NativeSnapshot[]> = async (
  { store },
  points,
) => {
  const machines = await store.getMany("machine", [...new Set(points.map(({ instanceId }) => instanceId))]);
  const regions = new Map(machines.map((machine) => [machine.id, machine.regionId]));
  const ids = points.map(({ id }) => id);
  const own = ids.length === 0 ? [] : await store.find("snapshot", { recoveryPointId: { in: ids } });
  const rows = new Map(own.map((row) => [row.id, row]));
  return points.flatMap((point) =>
    point.diskIds.flatMap((_, index) => {
      const id = snapshotIdOf(point.id, index);
      if (point.deletedSnapshotIds.includes(id)) return [];
      const row = rows.get(id) ?? impliedSnapshot(point, index, regions.get(point.instanceId) ?? "");
      return [{ ...row, creationMethod: "Cloud Backup" as const, point }];
    }),
  );
};

const ofPoint = /^(.+)-(\d+)$/;

/** One native snapshot by its id, wherever it is written. */
export const findSnapshot: Query<string, NativeSnapshot | undefined> = async (context, id) => {
  const { store, settings } = context;
  const [, pointId] = ofPoint.exec(id) ?? [];
  const point = pointId === undefined ? undefined : await store.get("recoveryPoint", pointId);
  if (point !== undefined && point.account === settings.account) {
    return (await snapshotsOfPoints(context, [point])).find((snapshot) => snapshot.id === id);
  }
  const row = await store.get("snapshot", id);
  if (row === undefined || row.account !== settings.account) return undefined;
  // A clone's snapshots are Cloud Backup's own; those that somebody makes through ECS nobody looks after.
  const isOwn = row.recoveryPointId !== null || row.managed;
  return { ...row, creationMethod: isOwn ? "Cloud Backup" : "ECS", point: undefined };
};

async function requireSnapshot(context: CommandContext, id: string): Promise<NativeSnapshot> {
  const snapshot = await findSnapshot(context, id);
  if (snapshot !== undefined) return snapshot;
  const remedy = "list them: cloudbackup call DescribeSnapshots";
  throw apiRefusal("InvalidSnapshotId.NotFound", "SnapshotId", `there is no snapshot ${id}`, remedy);
}

/** Writes what is now to be told about a snapshot beside its point. */
export const changeSnapshot: Command<{ id: string; change: Partial<SnapshotRow> }, SnapshotRow> = async (
  context,
  { id, change },
) => {
  const { point: _point, creationMethod: _method, ...row } = await requireSnapshot(context, id);
  const changed = { ...row, ...change };
  await context.store.put("snapshot", [changed]);
  return changed;
};

/** A disk or image was made from a snapshot: Cloud Backup no longer looks after it, so it outlives its point. */
export const useSnapshot: Command<{ id: string; diskId?: string; imageId?: string }, SnapshotRow> = async (
  context,
  { id, diskId, imageId },
) => {
  const snapshot = await requireSnapshot(context, id);
  return changeSnapshot(context, {
    id,
    change: {
      managed: false,
      expireTime: null,
      diskIds: diskId === undefined ? snapshot.diskIds : [...snapshot.diskIds, diskId],
      imageIds: imageId === undefined ? snapshot.imageIds : [...snapshot.imageIds, imageId],
    },
  });
};

/** Shares a snapshot with another account; it is deleted at its expiry all the same. */
export const shareSnapshot: Command<{ id: string; accountId: string }, SnapshotRow> = async (
  context,
  { id, accountId },
) => {
  const { sharedWith } = await requireSnapshot(context, id);
  return changeSnapshot(context, { id, change: { sharedWith: [...new Set([...sharedWith, accountId])].sort() } });
};

/** DeleteSnapshot through ECS, behind Cloud Backup's back: the point stays and is damaged. */
export const deleteNativeSnapshot: Command<{ id: string; force: boolean }, void> = async (context, { id, force }) => {
  const snapshot = await requireSnapshot(context, id);
  const { point } = snapshot;
  if (!force && snapshot.managed === false && snapshot.diskIds.length + snapshot.imageIds.length > 0) {
    const code = snapshot.imageIds.length > 0 ? "SnapshotCreatedImage" : "SnapshotCreatedDisk";
    const made = [...snapshot.diskIds, ...snapshot.imageIds].join(", ");
    throw apiRefusal(code, "SnapshotId", `snapshot ${id} was used to make ${made}`, "add --Force true");
  }
  if (point !== undefined) requireUnheld(point, id);
  if (snapshot.extended && snapshot.managed) {
    const remedy = "wait for its expiry, or delete its recovery point through Cloud Backup once that may be deleted";
    throw refusal("A-56", "Engine.SnapshotHeld", "SnapshotId", `snapshot ${id} was extended`, remedy);
  }
  await context.store.remove("snapshot", [id]);
  if (point === undefined) return;
  const deletedSnapshotIds = [...new Set([...point.deletedSnapshotIds, id])].sort();
  await context.store.put("recoveryPoint", [{ ...point, deletedSnapshotIds, damaged: true }]);
};

/** An immutable or extended point holds its snapshots against ECS as well, also those that were used. */
function requireUnheld(point: RecoveryPoint, snapshotId: string): void {
  if (!isImmutable(point) && !point.extended) return;
  const [rule, what] = isImmutable(point) ? (["A-43", "immutable"] as const) : (["A-56", "extended"] as const);
  const message = `snapshot ${snapshotId} belongs to the ${what} recovery point ${point.id}`;
  const remedy = point.expireTime === null ? "it never expires" : "it is deleted by itself when the point expires";
  throw refusal(rule, "Engine.SnapshotHeld", "SnapshotId", message, remedy);
}
