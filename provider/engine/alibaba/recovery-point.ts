import { secondsPerDay } from "../core/time";
import type { Command, CommandContext, Query, QueryContext } from "../engine";
import type { RecoveryPoint } from "./backup";
import type { GroupPoint } from "./group-point";
import { isShorter } from "./point-life";
import { refusal } from "./rule";
import { changeSnapshot, findSnapshot, isLifeOfPoint } from "./snapshot";

export const findPoint: Query<string, RecoveryPoint | undefined> = async ({ store, settings }, id) => {
  const point = await store.get("recoveryPoint", id);
  return point?.account === settings.account ? point : undefined;
};

export const findGroupPoint: Query<string, GroupPoint | undefined> = async ({ store, settings }, id) => {
  const point = await store.get("groupPoint", id);
  return point?.account === settings.account ? point : undefined;
};

/** What lives as long as a retention says: a group's point, a machine's, or one disk's. */
export const dimensions = ["GROUP", "INSTANCE", "DISK"] as const;
export type Dimension = (typeof dimensions)[number];

export interface PointSelection {
  /** A point of the dimension, or one that holds points of it. */
  readonly recoveryPointId: string | null;
  /** A machine, or a consistency group. */
  readonly sourceId: string | null;
  /** In the dimension DISK: only this disk; null for all of them. */
  readonly diskId: string | null;
  readonly latest: boolean;
  /** UNIX seconds, exclusive. */
  readonly createdBefore: number | null;
  readonly createdAfter: number | null;
}

/** A point of any dimension, as far as its life goes. */
export interface LivingPoint {
  readonly id: string;
  readonly createTime: number;
  readonly expireTime: number | null;
}

/** The points that a selection means now in a dimension, oldest first. */
export async function selectPoints(
  context: QueryContext,
  selection: PointSelection,
  dimension: Dimension,
): Promise<readonly LivingPoint[]> {
  if (dimension === "GROUP") return selectGroupPoints(context, selection);
  if (dimension === "INSTANCE") return selectInstancePoints(context, selection);
  if (selection.recoveryPointId !== null) {
    const snapshot = await findSnapshot(context, selection.recoveryPointId);
    if (snapshot !== undefined) return isLifeOfPoint(snapshot) ? [snapshot] : [];
  }
  const snapshots: LivingPoint[] = [];
  for (const { id, diskIds } of await selectInstancePoints(context, selection)) {
    for (const [index, diskId] of diskIds.entries()) {
      if (selection.diskId !== null && selection.diskId !== diskId) continue;
      const snapshot = await findSnapshot(context, `${id}-${index}`);
      if (snapshot !== undefined && isLifeOfPoint(snapshot)) snapshots.push(snapshot);
    }
  }
  return snapshots;
}

function timeFilter({ createdAfter, createdBefore }: PointSelection) {
  const createTime = {
    ...(createdAfter === null ? {} : { gt: createdAfter }),
    ...(createdBefore === null ? {} : { lt: createdBefore }),
  };
  return Object.keys(createTime).length === 0 ? {} : { createTime };
}

function orderOf({ latest }: PointSelection) {
  const order = { column: "createTime", direction: latest ? "descending" : "ascending" } as const;
  return { order, ...(latest ? { limit: 1 } : {}) };
}

async function selectGroupPoints(context: QueryContext, selection: PointSelection): Promise<readonly GroupPoint[]> {
  if (selection.recoveryPointId !== null) {
    const point = await findGroupPoint(context, selection.recoveryPointId);
    return point === undefined ? [] : [point];
  }
  const filter = { groupId: selection.sourceId ?? "", ...timeFilter(selection) };
  const points = await context.store.find("groupPoint", filter, orderOf(selection));
  return points.filter(({ account }) => account === context.settings.account);
}

/** The points of machines that are meant: of one, or of all that a group's point holds. */
async function selectInstancePoints(
  context: QueryContext,
  selection: PointSelection,
): Promise<readonly RecoveryPoint[]> {
  if (selection.recoveryPointId !== null) {
    const point = await findPoint(context, selection.recoveryPointId);
    if (point !== undefined) return [point];
  }
  const groups = await selectGroupPoints(context, selection);
  if (groups.length > 0) {
    const ids = groups.flatMap(({ recoveryPointIds }) => recoveryPointIds);
    return context.store.getMany("recoveryPoint", ids);
  }
  if (selection.recoveryPointId !== null) return [];
  const filter = { instanceId: selection.sourceId ?? "", ...timeFilter(selection) };
  const points = await context.store.find("recoveryPoint", filter, orderOf(selection));
  return points.filter(({ account }) => account === context.settings.account);
}

/** When a point would expire with a retention counted from its creation; null is never. */
export function extendedExpireTime(point: LivingPoint, retentionDays: number | null): number | null {
  return retentionDays === null ? null : point.createTime + retentionDays * secondsPerDay;
}

export interface Extension {
  readonly ids: readonly string[];
  readonly dimension: Dimension;
  expireTimeOf(point: LivingPoint): number | null;
}

/** Lets points live longer; a shorter life is refused and changes none of them. Gives them as they are then. */
export const extendPoints: Command<Extension, readonly LivingPoint[]> = async (context, extension) => {
  if (extension.dimension === "GROUP") return extendGroupPoints(context, extension);
  if (extension.dimension === "INSTANCE") return extendInstancePoints(context, extension);
  const extended: LivingPoint[] = [];
  for (const id of extension.ids) {
    const snapshot = await findSnapshot(context, id);
    if (snapshot === undefined || !isLifeOfPoint(snapshot)) continue;
    const expireTime = longer(snapshot, extension);
    extended.push(await changeSnapshot(context, { id, change: { expireTime, extended: true } }));
  }
  return extended;
};

function longer(point: LivingPoint, { expireTimeOf }: Extension): number | null {
  const expireTime = expireTimeOf(point);
  if (!isShorter(expireTime, point.expireTime)) return expireTime;
  const message = `recovery point ${point.id} lives longer already: an override never shortens`;
  const remedy = "give a longer retention, or remove the override (the point keeps what it has)";
  throw refusal("A-38", "Engine.RetentionShortened", "retentionDays", message, remedy);
}

/** With a group's point live the points of its machines; one that lives longer already stays as it is. */
async function extendGroupPoints(context: CommandContext, extension: Extension): Promise<readonly GroupPoint[]> {
  const { store } = context;
  const found = await store.getMany("groupPoint", extension.ids);
  const groups = found.map((point) => ({ ...point, expireTime: longer(point, extension), extended: true }));
  await store.put("groupPoint", groups);
  const points = await store.getMany(
    "recoveryPoint",
    groups.flatMap(({ recoveryPointIds }) => recoveryPointIds),
  );
  const shorter = points.filter((point) => !isShorter(extension.expireTimeOf(point), point.expireTime));
  await extendInstancePoints(context, { ...extension, ids: shorter.map(({ id }) => id) });
  return groups;
}

async function extendInstancePoints(context: CommandContext, extension: Extension): Promise<readonly RecoveryPoint[]> {
  const { store } = context;
  const points = (await store.getMany("recoveryPoint", extension.ids)).map((point) => ({
    ...point,
    expireTime: longer(point, extension),
    extended: true,
  }));
  await store.put("recoveryPoint", points);
  await extendOwnSnapshots(context, points);
  return points;
}

/** Snapshots that have a row of their own live at least as long as their point, while Cloud Backup looks after them. */
async function extendOwnSnapshots({ store }: CommandContext, points: readonly RecoveryPoint[]): Promise<void> {
  if (points.length === 0) return;
  const ends = new Map(points.map(({ id, expireTime }) => [id, expireTime]));
  const rows = await store.find("snapshot", { recoveryPointId: { in: [...ends.keys()] } });
  const extended = rows
    .filter(({ managed }) => managed)
    .map((row) => ({ row, expireTime: ends.get(row.recoveryPointId ?? "") ?? null }))
    .filter(({ row, expireTime }) => !isShorter(expireTime, row.expireTime))
    .map(({ row, expireTime }) => ({ ...row, expireTime }));
  await store.put("snapshot", extended);
}
