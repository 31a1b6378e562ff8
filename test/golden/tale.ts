import type { Row } from "../../provider/store/tables";
import type { TestEngine } from "../support/test-engine";

/** A native snapshot and when it ends, whether it has a row or follows from its point. */
export interface TaleSnapshot {
  readonly id: string;
  readonly pointId: string;
  readonly expireTime: number | null;
  readonly managed: boolean;
}

/** All of the engine that a story tells of. */
export interface Tale {
  readonly now: number;
  readonly points: readonly Row<"recoveryPoint">[];
  readonly replicas: readonly Row<"replica">[];
  readonly snapshots: readonly TaleSnapshot[];
  readonly failedJobs: readonly Row<"job">[];
  readonly deletedIds: readonly string[];
}

export const noTale: Tale = { now: 0, points: [], replicas: [], snapshots: [], failedJobs: [], deletedIds: [] };

export function readTale(engine: TestEngine): Promise<Tale> {
  return engine.ask(async ({ store, now }) => {
    const inOrder = { order: { column: "createTime", direction: "ascending" } } as const;
    const points = await store.find("recoveryPoint", {}, inOrder);
    const rows = (await store.find("snapshot")).filter(({ recoveryPointId }) => recoveryPointId !== null);
    return {
      now,
      points,
      replicas: await store.find("replica", {}, inOrder),
      snapshots: [...rows.map((row) => ({ ...row, pointId: row.recoveryPointId ?? "" })), ...implied(points, rows)],
      failedJobs: (await store.find("job")).filter(({ status }) => status === "FAILED"),
      deletedIds: (await store.find("deletedPoint")).map(({ id }) => id),
    };
  }, undefined);
}

function implied(points: readonly Row<"recoveryPoint">[], rows: readonly Row<"snapshot">[]): TaleSnapshot[] {
  const own = new Set(rows.map(({ id }) => id));
  return points.flatMap(({ id: pointId, diskIds, deletedSnapshotIds, expireTime }) =>
    diskIds
      .map((_, index) => ({ id: `${pointId}-${index}`, pointId, expireTime, managed: true }))
      .filter(({ id }) => !own.has(id) && !deletedSnapshotIds.includes(id)),
  );
}
