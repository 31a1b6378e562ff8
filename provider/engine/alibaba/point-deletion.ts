import { isoTime } from "../core/time";
import type { Command, CommandContext } from "../engine";
import { EngineError } from "../error";
import { isImmutable, type RecoveryPoint } from "./backup";
import { findPoint } from "./recovery-point";
import { apiRefusal, refusal, refusalUntil } from "./rule";
import { type SnapshotRow, snapshotsOfPoints } from "./snapshot";

/** A deleted point's snapshots are gone after so many seconds at the latest; the engine takes all of them. */
const secondsUntilGone = 600;

/** Why points are to be deleted: they were named, they lie in a period, or the resource that made them ends. */
export type DeletionCause = "REQUEST" | "PERIOD" | "ON_DESTROY";

/** Why a point may not be deleted now; undefined when it may. */
export function deletionRefusal(point: RecoveryPoint, cause: DeletionCause): EngineError | undefined {
  const until = point.expireTime === null ? "it never expires" : `it expires at ${isoTime(point.expireTime)}`;
  const property = cause === "ON_DESTROY" ? "onDestroy" : "SnapshotId";
  if (isImmutable(point)) {
    const message = `recovery point ${point.id} is immutable; ${until}`;
    return refusalUntil(point.expireTime, "A-43", "Engine.PointImmutable", property, message, remedyOf(point, cause));
  }
  const isHeld = point.extended && (point.expireTime !== null || cause !== "REQUEST");
  if (!isHeld) return undefined;
  const message = `the retention of recovery point ${point.id} was extended; ${until}`;
  return refusalUntil(point.expireTime, "A-56", "Engine.PointExtended", property, message, remedyOf(point, cause));
}

/** Why points may not be deleted together now: what holds one of them, how many more are held, and until when. */
export function heldRefusal(points: readonly RecoveryPoint[], cause: DeletionCause): EngineError | undefined {
  const held = points.flatMap((point) => deletionRefusal(point, cause) ?? []);
  const [first] = held;
  if (first === undefined || held.length === 1) return first;
  const last = held.reduce<number | null>(
    (latest, { until }) => (latest === null || until == null ? null : Math.max(latest, until)),
    0,
  );
  const end = last === null ? "not all of them ever expire" : `the last of them expires at ${isoTime(last)}`;
  const message = `${first.message}; ${held.length - 1} more of ${points.length} are held, and ${end}`;
  const { code, rule, property, remedy, source } = first;
  return new EngineError({ code, rule, property, message, remedy, source, until: last });
}

function remedyOf({ expireTime, id }: RecoveryPoint, cause: DeletionCause): string {
  const command = `cloudbackup call DeleteSnapshot --SnapshotId ${id} --SourceType UDM_ECS`;
  const byHand = expireTime === null ? `; where it may be deleted at all: ${command}` : "";
  if (cause === "ON_DESTROY") return `set onDestroy to "retain", so that the points stay${byHand}`;
  if (cause === "PERIOD") return `choose a period without it${byHand}`;
  return "nobody can delete it before it expires";
}

/**
 * Deletes points with what follows: their snapshots within ten minutes, but for those of which a disk or image was
 * made. Copies in other regions are points of their own and stay. When one is held, all stay.
 */
export const deletePoints: Command<{ points: readonly RecoveryPoint[]; cause: DeletionCause }, void> = async (
  context,
  { points, cause },
) => {
  const { store, settings, now } = context;
  const problem = heldRefusal(points, cause);
  if (problem !== undefined) throw problem;
  if (points.length === 0) return;
  const snapshots = await snapshotsOfPoints(context, points);
  await store.put(
    "snapshot",
    snapshots.map(({ point: _point, creationMethod: _method, ...row }) => leaving(row, now, cause)),
  );
  await store.put(
    "deletedPoint",
    points.map(({ id, instanceId, createTime, expireTime, protectionId }) => ({
      ...{ id, account: settings.account, instanceId, createTime, expireTime, deleteTime: now },
      // What a program deletes itself nobody took from it.
      protectionId: cause === "ON_DESTROY" ? null : protectionId,
    })),
  );
  await store.remove(
    "recoveryPoint",
    points.map(({ id }) => id),
  );
};

/**
 * What becomes of a snapshot whose point is deleted. One that was extended by itself lives on to its own end; "never"
 * has none, so whoever deletes the point by name ends it too.
 */
function leaving(row: SnapshotRow, now: number, cause: DeletionCause): SnapshotRow {
  const isHeld = row.extended && (row.expireTime !== null || cause === "ON_DESTROY");
  if (!row.managed || isHeld) return row;
  const end = now + secondsUntilGone;
  return { ...row, extended: false, expireTime: row.expireTime === null ? end : Math.min(row.expireTime, end) };
}

/** DeleteSnapshot of a whole point, of a group's point or of a copy, through Cloud Backup. */
export const deletePoint: Command<string, void> = async (context, id) => {
  const { store, settings } = context;
  const point = await findPoint(context, id);
  if (point !== undefined) {
    await deletePoints(context, { points: [point], cause: "REQUEST" });
    return;
  }
  const group = await store.get("groupPoint", id);
  if (group?.account === settings.account) {
    await deleteGroupPoint(context, { id, cause: "REQUEST" });
    return;
  }
  const replica = await store.get("replica", id);
  if (replica?.account === settings.account) {
    if (replica.immutable) {
      const message = `recovery point ${id} is the copy of an immutable one`;
      const remedy = "nobody can delete it before it expires";
      throw refusal("A-43", "Engine.PointImmutable", "SnapshotId", message, remedy);
    }
    await store.remove("replica", [id]);
    return;
  }
  if (await deleteDiskPoint(context, id)) return;
  const remedy = "list them: cloudbackup points";
  throw apiRefusal("EntityNotExist.Snapshot", "SnapshotId", `there is no recovery point ${id}`, remedy);
};

/** A disk's point that was to live for ever and outlived its machine's point ends when it is asked away. */
async function deleteDiskPoint(context: CommandContext, id: string): Promise<boolean> {
  const { store, settings, now } = context;
  const row = await store.get("snapshot", id);
  if (row?.account !== settings.account || !row.extended || !row.managed) return false;
  if (row.expireTime !== null) {
    const message = `the retention of disk point ${id} was extended; it expires at ${isoTime(row.expireTime)}`;
    throw refusal("A-56", "Engine.PointExtended", "SnapshotId", message, "nobody can delete it before it expires");
  }
  const point = await findPoint(context, row.recoveryPointId ?? "");
  if (point !== undefined) {
    const message = `disk point ${id} is a part of recovery point ${point.id}`;
    throw refusal("A-56", "Engine.PointExtended", "SnapshotId", message, `delete the whole of it: ${point.id}`);
  }
  await store.put("snapshot", [leaving(row, now, "REQUEST")]);
  return true;
}

/** A group's point goes with the points of its machines. */
export async function deleteGroupPoint(
  context: CommandContext,
  { id, cause }: { readonly id: string; readonly cause: DeletionCause },
): Promise<void> {
  const group = await context.store.get("groupPoint", id);
  if (group === undefined) return;
  const points = await context.store.getMany("recoveryPoint", group.recoveryPointIds);
  await deletePoints(context, { points, cause });
  await context.store.remove("groupPoint", [id]);
}
