import { armKey } from "./azure/arm-id";
import { readableDate } from "./core/time";
import type { Query } from "./engine";

export interface DatedPoint {
  readonly id: string;
  /** `2026-03-04` */
  readonly date: string;
}

/** When recovery points of either cloud were made; those that are gone are left out. */
export const datesOfPoints: Query<readonly string[], readonly DatedPoint[]> = async ({ store }, ids) => {
  const points = await store.getMany("recoveryPoint", ids);
  const vaultPoints = await store.getMany("vaultPoint", ids.map(armKey));
  return [
    ...points.map(({ id, createTime }) => ({ id, date: readableDate(createTime) })),
    ...vaultPoints.map(({ armId, createTime }) => ({ id: armId, date: readableDate(createTime) })),
  ];
};
