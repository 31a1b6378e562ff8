import type { Json, Row } from "../../store/tables";
import type { Command, Query } from "../engine";
import {
  extendedExpireTime,
  extendPoints,
  isShorter,
  longestRetentionDays,
  type PointSelection,
  selectPoints,
} from "./recovery-point";
import { refusal } from "./rule";

export type RetentionOverride = Row<"retentionOverride">;

export interface OverrideInput {
  readonly target: PointSelection;
  readonly dimension: "INSTANCE";
  /** Days from each point's creation; null lets them live for ever. */
  readonly retentionDays: number | null;
}

export const findOverride: Query<string, RetentionOverride | undefined> = async ({ store, settings }, id) => {
  const row = await store.get("retentionOverride", id);
  return row?.account === settings.account ? row : undefined;
};

export function targetOf(override: RetentionOverride): PointSelection {
  return override.target as unknown as PointSelection;
}

/** All that speaks against an override: no point is meant, or one of them would live shorter. */
export const overrideRefusals: Query<OverrideInput & { readonly own: RetentionOverride | undefined }, Error[]> = async (
  context,
  { target, retentionDays, own },
) => {
  if (retentionDays !== null && (retentionDays < 1 || retentionDays > longestRetentionDays)) {
    const message = `retentionDays is ${retentionDays}; a point lives 1 to ${longestRetentionDays} days, or for ever`;
    return [refusal("A-38", "InvalidRetentionDays.Malformed", "retentionDays", message, "use neverExpire for ever")];
  }
  const points =
    own === undefined
      ? await selectPoints(context, target)
      : await context.store.getMany("recoveryPoint", own.recoveryPointIds);
  if (points.length === 0 && own === undefined) {
    const message = "no recovery point is meant by the target: only points that exist can be extended";
    const remedy = "take recoveryPointId from hbr:Backup, or wait for a backup (cloudbackup advance)";
    return [refusal("A-38", "Engine.NoRecoveryPoint", "target", message, remedy)];
  }
  const shortened = points.filter((point) => isShorter(extendedExpireTime(point, retentionDays), point.expireTime));
  return shortened.map((point) => {
    const message = `recovery point ${point.id} lives longer already: an override never shortens`;
    return refusal("A-38", "Engine.RetentionShortened", "retentionDays", message, "give a longer retention");
  });
};

/** Extends the points that the target means now and writes down which they were. */
export const createOverride: Command<OverrideInput & { readonly id: string }, RetentionOverride> = async (
  context,
  { id, ...input },
) => {
  const [problem] = await overrideRefusals(context, { ...input, own: undefined });
  if (problem !== undefined) throw problem;
  const points = await selectPoints(context, input.target);
  const extended = await extendPoints(context, {
    ids: points.map((point) => point.id),
    expireTimeOf: (point) => extendedExpireTime(point, input.retentionDays),
  });
  const row: RetentionOverride = {
    id,
    account: context.settings.account,
    dimension: input.dimension,
    target: { ...input.target } as Json,
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

/** A longer life for the points that were meant when the override was made; those that are gone stay gone. */
export const updateOverride: Command<{ id: string; retentionDays: number | null }, RetentionOverride> = async (
  context,
  { id, retentionDays },
) => {
  const old = await findOverride(context, id);
  if (old === undefined) {
    const message = `there is no retention override ${id}`;
    throw refusal("A-38", "Engine.NotFound", "", message, "run pulumi refresh");
  }
  const extended = await extendPoints(context, {
    ids: old.recoveryPointIds,
    expireTimeOf: (point) => extendedExpireTime(point, retentionDays),
  });
  const row = {
    ...old,
    retentionDays,
    neverExpire: retentionDays === null,
    expireTime: extended[0]?.expireTime ?? old.expireTime,
  };
  await context.store.put("retentionOverride", [row]);
  return row;
};

/** Forgets the override; the extension stays (points may never live shorter). */
export const removeOverride: Command<string, void> = async ({ store }, id) => {
  await store.remove("retentionOverride", [id]);
};
