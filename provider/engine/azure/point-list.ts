import type { Filter } from "../../store/store";
import type { ConsistencyLevel } from "../core/level";
import type { Query } from "../engine";
import { armKey } from "./arm-id";
import type { PointTier } from "./point-tier";
import type { VaultPoint } from "./recovery-point";

export interface PointSearch {
  readonly vaultId: string | null;
  /** Only of these items; null: of all. */
  readonly itemIds: readonly string[] | null;
  readonly level: ConsistencyLevel | null;
  /** Only points that are in this tier now. */
  readonly tier: PointTier | null;
  /** UNIX seconds, exclusive. */
  readonly createdAfter: number | null;
  readonly createdBefore: number | null;
  readonly limit: number;
}

export interface PointList {
  /** Newest first. */
  readonly points: readonly VaultPoint[];
  /** How many there are without the limit. */
  readonly total: number;
}

export const listPoints: Query<PointSearch, PointList> = async ({ store, settings, now }, search) => {
  const { vaultId, itemIds, level, createdAfter, createdBefore, limit } = search;
  const createTime = {
    ...(createdAfter === null ? {} : { gt: createdAfter }),
    ...(createdBefore === null ? {} : { lt: createdBefore }),
  };
  const filter: Filter<"vaultPoint"> = {
    account: settings.account,
    ...(vaultId === null ? {} : { vaultId: armKey(vaultId) }),
    ...(itemIds === null ? {} : { itemId: { in: itemIds.map(armKey) } }),
    ...(level === null ? {} : { level }),
    ...(Object.keys(createTime).length === 0 ? {} : { createTime }),
  };
  const order = { column: "createTime", direction: "descending" } as const;
  const points: VaultPoint[] = [];
  let total = 0;
  for (const meant of tierFilters(search.tier, now).flatMap((inTier) => alive(inTier, now))) {
    points.push(...(await store.find("vaultPoint", { ...filter, ...meant }, { order, limit })));
    total += await store.count("vaultPoint", { ...filter, ...meant });
  }
  return { points: points.sort(newestFirst).slice(0, limit), total };
};

/** What a policy's change ended at this moment is no point any more, though its row goes with the clock only. */
function alive(inTier: Filter<"vaultPoint">, now: number): readonly Filter<"vaultPoint">[] {
  return [
    { ...inTier, expireTime: null },
    { ...inTier, expireTime: { gt: now } },
  ];
}

function newestFirst(a: VaultPoint, b: VaultPoint): number {
  return b.createTime - a.createTime || (a.id < b.id ? -1 : 1);
}

/** What `tiersAt` says, as conditions of which at most one holds for a point: a filter has no "or". */
function tierFilters(tier: PointTier | null, now: number): readonly Filter<"vaultPoint">[] {
  switch (tier) {
    case null:
      return [{}];
    case "InstantRP":
      return [{ snapshotUntil: { gt: now } }];
    case "HardenedRP":
      return [
        { vaultTime: { lte: now }, archiveTime: null },
        { vaultTime: { lte: now }, archiveTime: { gt: now } },
      ];
    case "ArchivedRP":
      return [{ archiveTime: { lte: now } }];
  }
}
