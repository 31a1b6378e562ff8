import type { Json, Row } from "../../store/tables";
import type { Command, Query } from "../engine";
import { absenceOf, isShorter, longestRetentionDays } from "./point-life";
import {
  type Dimension,
  extendedExpireTime,
  extendPoints,
  type LivingPoint,
  type PointSelection,
  selectPoints,
} from "./recovery-point";
import { refusal } from "./rule";
import { findSnapshot } from "./snapshot";

export type RetentionOverride = Row<"retentionOverride">;

export interface OverrideInput {
  readonly target: PointSelection;
  readonly dimension: Dimension;
  /** Days from each point's creation; null lets them live for ever. */
  readonly retentionDays: number | null;
}

export const findOverride: Query<string, RetentionOverride | undefined> = async ({ store, settings }, id) => {
  const row = await store.get("retentionOverride", id);
  return row?.account === settings.account ? row : undefined;
};

export function targetOf(override: RetentionOverride): PointSelection {
  const target = override.target as unknown as PointSelection & { readonly instanceId?: string | null };
  // Rows from before groups could be meant call the source by its machine.
  return { ...target, sourceId: target.sourceId ?? target.instanceId ?? null, diskId: target.diskId ?? null };
}

/** The points of an override as they are now; those that are gone are left out. */
const pointsOf: Query<RetentionOverride, readonly LivingPoint[]> = async (context, override) => {
  if (override.dimension === "GROUP") return context.store.getMany("groupPoint", override.recoveryPointIds);
  if (override.dimension === "INSTANCE") return context.store.getMany("recoveryPoint", override.recoveryPointIds);
  const found: LivingPoint[] = [];
  for (const id of override.recoveryPointIds) {
    const snapshot = await findSnapshot(context, id);
    if (snapshot !== undefined) found.push(snapshot);
  }
  return found;
};

/** All that speaks against an override: no point is meant, or one of them would live shorter. */
export const overrideRefusals: Query<OverrideInput & { readonly own: RetentionOverride | undefined }, Error[]> = async (
  context,
  { target, dimension, retentionDays, own },
) => {
  if (retentionDays !== null && (retentionDays < 1 || retentionDays > longestRetentionDays)) {
    const message = `retentionDays is ${retentionDays}; a point lives 1 to ${longestRetentionDays} days, or for ever`;
    return [refusal("A-38", "InvalidRetentionDays.Malformed", "retentionDays", message, "use neverExpire for ever")];
  }
  if (own !== undefined) return isShorter(retentionDays, own.retentionDays) ? [shortened(own.id)] : [];
  const points = await selectPoints(context, target, dimension);
  if (points.length === 0) {
    if (target.recoveryPointId !== null) {
      const property = "target.recoveryPointId";
      const why = await absenceOf(context, { id: target.recoveryPointId, property });
      const message = `${why.message}; in the dimension ${dimension} nothing is meant by it`;
      const remedy = `take recoveryPointId from hbr:Backup; a ${dimension} point is meant`;
      return [refusal("A-38", "Engine.NoRecoveryPoint", property, message, remedy)];
    }
    const message = "no recovery point is meant by the target: only points that exist can be extended";
    const remedy = "take recoveryPointId from hbr:Backup, or wait for a backup (cloudbackup advance)";
    return [refusal("A-38", "Engine.NoRecoveryPoint", "target", message, remedy)];
  }
  const longer = points.filter((point) => isShorter(extendedExpireTime(point, retentionDays), point.expireTime));
  return longer.map((point) => {
    const message = `recovery point ${point.id} lives longer already: an override never shortens`;
    return refusal("A-38", "Engine.RetentionShortened", "retentionDays", message, "give a longer retention");
  });
};

/** What an override has given can't be taken back; that others have given more is none of its business. */
function shortened(id: string): Error {
  const message = `retention override ${id} has given more already: an override never shortens`;
  return refusal("A-38", "Engine.RetentionShortened", "retentionDays", message, "keep what it has, or give more");
}

/** Extends the points that the target means now and writes down which they were. */
export const createOverride: Command<OverrideInput & { readonly id: string }, RetentionOverride> = async (
  context,
  { id, ...input },
) => {
  const [problem] = await overrideRefusals(context, { ...input, own: undefined });
  if (problem !== undefined) throw problem;
  const points = await selectPoints(context, input.target, input.dimension);
  const extended = await extendPoints(context, {
    ids: points.map((point) => point.id),
    dimension: input.dimension,
    expireTimeOf: (point) => extendedExpireTime(point, input.retentionDays),
  });
  const row: RetentionOverride = {
    id,
    account: context.settings.account,
    dimension: input.dimension,
    target: { ...input.target } as unknown as Json,
    recoveryPointIds: points.map((point) => point.id),
    retentionDays: input.retentionDays,
    neverExpire: input.retentionDays === null,
    previousExpireTime: points[0]?.expireTime ?? null,
    expireTime: extended[0]?.expireTime ?? null,
    createTime: context.now,
  };
  await context.store.put("retentionOverride", [row]);
  return row;
};

/**
 * A longer life for the points that were meant when the override was made; those that are gone stay gone, and those
 * that live longer already, by another override, stay as they are.
 */
export const updateOverride: Command<{ id: string; retentionDays: number | null }, RetentionOverride> = async (
  context,
  { id, retentionDays },
) => {
  const old = await findOverride(context, id);
  if (old === undefined) {
    const message = `there is no retention override ${id}`;
    throw refusal("A-38", "Engine.NotFound", "", message, "run pulumi refresh");
  }
  if (isShorter(retentionDays, old.retentionDays)) throw shortened(id);
  const expireTimeOf = (point: LivingPoint) => extendedExpireTime(point, retentionDays);
  const shorter = (await pointsOf(context, old)).filter((point) => !isShorter(expireTimeOf(point), point.expireTime));
  const ids = shorter.map((point) => point.id);
  await extendPoints(context, { ids, dimension: old.dimension as Dimension, expireTimeOf });
  const [first] = await pointsOf(context, old);
  const row = {
    ...old,
    retentionDays,
    neverExpire: retentionDays === null,
    expireTime: first === undefined ? old.expireTime : first.expireTime,
  };
  await context.store.put("retentionOverride", [row]);
  return row;
};

/** Forgets the override; the extension stays (points may never live shorter). */
export const removeOverride: Command<string, void> = async ({ store }, id) => {
  await store.remove("retentionOverride", [id]);
};
