import { armKey } from "./azure/arm-id";
import { readableDate } from "./core/time";
import type { Query } from "./engine";

/** A recovery point that can't be restored any more. */
export interface LostPoint {
  readonly id: string;
  /** The day on which it was made, `2026-03-04`. */
  readonly date: string;
  /** Whether Cloud Backup was told to delete it; otherwise it was broken behind the service's back. */
  readonly isDeleted: boolean;
}

/** When recovery points of either cloud were made, deleted ones too; those that are gone otherwise are left out. */
export const datesOfPoints: Query<readonly string[], readonly LostPoint[]> = async ({ store }, ids) => {
  const points = await store.getMany("recoveryPoint", ids);
  const deleted = await store.getMany("deletedPoint", ids);
  const vaultPoints = await store.getMany("vaultPoint", ids.map(armKey));
  return [
    ...points.map(({ id, createTime }) => ({ id, date: readableDate(createTime), isDeleted: false })),
    ...deleted.map(({ id, createTime }) => ({ id, date: readableDate(createTime), isDeleted: true })),
    ...vaultPoints.map(({ armId, createTime }) => ({ id: armId, date: readableDate(createTime), isDeleted: false })),
  ];
};
