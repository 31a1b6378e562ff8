import { secondsPerDay } from "../core/time";
import type { Command, Query } from "../engine";
import type { RecoveryPoint } from "./backup";
import { apiRefusal, refusal } from "./rule";

/** The longest life of a point that is extended, days from its creation. */
export const longestRetentionDays = 65_536;

export const findPoint: Query<string, RecoveryPoint | undefined> = async ({ store, settings }, id) => {
  const point = await store.get("recoveryPoint", id);
  return point?.account === settings.account ? point : undefined;
};

/** The ids of a point's native snapshots, in the order of its disks. */
export function snapshotIdsOf(point: RecoveryPoint): string[] {
  return point.diskIds.map((_, index) => `${point.id}-${index}`);
}

export interface PointSelection {
  readonly recoveryPointId: string | null;
  readonly instanceId: string | null;
  readonly latest: boolean;
  /** UNIX seconds, exclusive. */
  readonly createdBefore: number | null;
  readonly createdAfter: number | null;
}

/** The points that a target means now, oldest first. */
export const selectPoints: Query<PointSelection, RecoveryPoint[]> = async (context, selection) => {
  if (selection.recoveryPointId !== null) {
    const point = await findPoint(context, selection.recoveryPointId);
    return point === undefined ? [] : [point];
  }
  const createTime = {
    ...(selection.createdAfter === null ? {} : { gt: selection.createdAfter }),
    ...(selection.createdBefore === null ? {} : { lt: selection.createdBefore }),
  };
  const filter = {
    instanceId: selection.instanceId ?? "",
    ...(Object.keys(createTime).length === 0 ? {} : { createTime }),
  };
  const points = await context.store.find("recoveryPoint", filter, {
    order: { column: "createTime", direction: selection.latest ? "descending" : "ascending" },
    ...(selection.latest ? { limit: 1 } : {}),
  });
  return points.filter((point) => point.account === context.settings.account);
};

/** When a point would expire with a retention counted from its creation; null is never. */
export function extendedExpireTime(point: RecoveryPoint, retentionDays: number | null): number | null {
  return retentionDays === null ? null : point.createTime + retentionDays * secondsPerDay;
}

/** Whether an expiry would come sooner than it is: points may only live longer. */
export function isShorter(expireTime: number | null, current: number | null): boolean {
  return current === null ? expireTime !== null : expireTime !== null && expireTime < current;
}

/** Lets points live longer; a shorter life is refused and changes none of them. */
export const extendPoints: Command<
  { ids: readonly string[]; expireTimeOf: (point: RecoveryPoint) => number | null },
  RecoveryPoint[]
> = async (context, { ids, expireTimeOf }) => {
  const points = await context.store.getMany("recoveryPoint", ids);
  const extended = points.map((point) => {
    const expireTime = expireTimeOf(point);
    if (isShorter(expireTime, point.expireTime)) {
      const message = `recovery point ${point.id} lives longer already: an override never shortens`;
      const remedy = "give a longer retention, or remove the override (the point keeps what it has)";
      throw refusal("A-38", "Engine.RetentionShortened", "retentionDays", message, remedy);
    }
    return { ...point, expireTime, extended: true };
  });
  await context.store.put("recoveryPoint", extended);
  return extended;
};

/** DeleteSnapshot of a whole point through Cloud Backup. */
export const deletePoint: Command<string, void> = async (context, id) => {
  if ((await findPoint(context, id)) === undefined) {
    throw apiRefusal(
      "EntityNotExist.Snapshot",
      "SnapshotId",
      `there is no recovery point ${id}`,
      "list them: cloudbackup points",
    );
  }
  await context.store.remove("recoveryPoint", [id]);
};

/** DeleteSnapshot through ECS, behind Cloud Backup's back: the point stays and is damaged. */
export const deleteNativeSnapshot: Command<string, void> = async (context, snapshotId) => {
  const pointId = snapshotId.replace(/-\d+$/, "");
  const point = await findPoint(context, pointId);
  if (point === undefined || !snapshotIdsOf(point).includes(snapshotId)) {
    throw apiRefusal(
      "InvalidSnapshotId.NotFound",
      "SnapshotId",
      `there is no snapshot ${snapshotId}`,
      "list them: cloudbackup points --json",
    );
  }
  const deletedSnapshotIds = [...new Set([...point.deletedSnapshotIds, snapshotId])].sort();
  await context.store.put("recoveryPoint", [{ ...point, deletedSnapshotIds, damaged: true }]);
};
