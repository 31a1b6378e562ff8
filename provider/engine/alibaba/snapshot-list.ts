import type { Query, QueryContext } from "../engine";
import { type RecoveryPoint, readSeconds } from "./backup";
import { findGroupPoint, findPoint } from "./recovery-point";
import { type NativeSnapshot, type SnapshotRow, snapshotsOfPoints } from "./snapshot";

/** One of the three at least; what is given must all hold. */
export interface SnapshotSearch {
  readonly instanceId: string | null;
  readonly diskId: string | null;
  /** A machine's point, a group's point, or the point of a disk. */
  readonly recoveryPointId: string | null;
}

/** Native snapshots of one machine or point, newest first; the quota of snapshots bounds how many there are. */
export const listSnapshots: Query<SnapshotSearch, readonly NativeSnapshot[]> = async (context, search) => {
  const { instanceId, diskId, recoveryPointId } = search;
  const all = recoveryPointId === null ? await ofMachine(context, search) : await ofPoint(context, recoveryPointId);
  return all
    .filter(
      (snapshot) =>
        snapshot.account === context.settings.account &&
        (instanceId === null || snapshot.instanceId === instanceId) &&
        (diskId === null || snapshot.diskId === diskId),
    )
    .sort((a, b) => b.createTime - a.createTime || (a.id < b.id ? -1 : 1));
};

async function ofMachine(context: QueryContext, search: SnapshotSearch): Promise<readonly NativeSnapshot[]> {
  const { store } = context;
  const instanceId = search.instanceId ?? (await store.get("disk", search.diskId ?? ""))?.instanceId;
  if (instanceId === undefined) return [];
  const points = await store.find("recoveryPoint", { instanceId });
  return withLone(context, points, await store.find("snapshot", { instanceId }));
}

async function ofPoint(context: QueryContext, id: string): Promise<readonly NativeSnapshot[]> {
  const { store } = context;
  const group = await findGroupPoint(context, id);
  const ids = group?.recoveryPointIds ?? [id];
  const points = group === undefined ? [await findPoint(context, id)] : await store.getMany("recoveryPoint", ids);
  const found = points.flatMap((point) => point ?? []);
  return withLone(context, found, await store.find("snapshot", { recoveryPointId: { in: ids } }));
}

/** The snapshots of points, and of the rows those that belong to none of them any more or never did. */
async function withLone(
  context: QueryContext,
  points: readonly RecoveryPoint[],
  rows: readonly SnapshotRow[],
): Promise<readonly NativeSnapshot[]> {
  const known = new Set(points.map(({ id }) => id));
  const lone = rows
    .filter(({ recoveryPointId }) => !known.has(recoveryPointId ?? ""))
    .map((row) => ({
      ...row,
      creationMethod: row.recoveryPointId === null ? ("ECS" as const) : ("Cloud Backup" as const),
      point: undefined,
    }));
  return [...(await snapshotsOfPoints(context, points)), ...lone];
}

/** When a snapshot is done; that of a point takes as long as its disk is read. */
export function snapshotCompleteTime(snapshot: NativeSnapshot): number {
  if (snapshot.recoveryPointId === null) return snapshot.completeTime;
  return snapshot.createTime + readSeconds([snapshot.bytes]);
}
