import type { Row } from "../../store/tables";
import { readableTime } from "../core/time";
import type { Query } from "../engine";
import { armKey, itemOf, nameOf } from "./arm-id";
import { findItem } from "./item-row";
import { apiRefusal, refusal } from "./rule";

export type VaultPoint = Row<"vaultPoint">;

/** A disk of a machine as a recovery point holds it, or as it was left out of it. */
export interface PointDisk {
  /** −1 is the OS disk. */
  readonly lun: number;
  readonly name: string;
  /** Null when the machine's inventory doesn't tell. */
  readonly sizeGiB: number | null;
  readonly encrypted: boolean;
  /** Bytes that were read of it; 0 for one that was left out. */
  readonly bytes: number;
}

export function disksOfPoint({ disks }: Pick<VaultPoint, "disks">): readonly PointDisk[] {
  return disks as unknown as readonly PointDisk[];
}

export function excludedDisksOf({ excludedDisks }: Pick<VaultPoint, "excludedDisks">): readonly PointDisk[] {
  return excludedDisks as unknown as readonly PointDisk[];
}

/** A recovery point by its ARM id, in whatever case. */
export const findPoint: Query<string, VaultPoint | undefined> = async ({ store, settings }, armId) => {
  const point = await store.get("vaultPoint", armKey(armId));
  return point?.account === settings.account ? point : undefined;
};

/** Whether a point's time is over; one that never expires has none. */
export function isExpired({ expireTime }: Pick<VaultPoint, "expireTime">, time: number): boolean {
  return expireTime !== null && expireTime <= time;
}

/** How many of the newest points are looked at for one that can be restored: an advice need not cost a search. */
const advicePoints = 50;

/** Names the newest point of an item that can be restored; what else there is to do when none can. */
const adviceFor: Query<string, string> = async ({ store, now }, itemId) => {
  const order = { column: "createTime", direction: "descending" } as const;
  const newest = await store.find(
    "vaultPoint",
    { itemId: armKey(itemId), damaged: false },
    { order, limit: advicePoints },
  );
  const point = newest.find((each) => !isExpired(each, now));
  if (point === undefined) return "the machine has no other point that can be restored: back it up again";
  return `restore the newest point that can be: ${point.armId} of ${readableTime(point.createTime)}`;
};

/**
 * Why a recovery point can't be restored, whatever the restore is: it is unknown, its time is over, its item's data is
 * deleted, or an outsider broke it. Each has its own story, and what to restore instead.
 */
export const pointRefusals: Query<{ recoveryPointId: string; property: string }, readonly Error[]> = async (
  context,
  { recoveryPointId, property },
) => {
  const point = await findPoint(context, recoveryPointId);
  if (point === undefined) return [await absenceOf(context, { recoveryPointId, property })];
  const name = nameOf(point.armId);
  const item = await findItem(context, point.itemId);
  if (item !== undefined && item.deferredDeleteTime !== null) {
    const until = ` until ${readableTime(item.deferredDeleteTime)}`;
    const message = `recovery point ${name} is soft-deleted with its item: its data is kept${until}`;
    const remedy = 'undelete the item first: createMode "Recover" on a ProtectedItem of the machine; then restore';
    return [refusal("Z-29", "UserErrorItemIsSoftDeleted", property, message, remedy)];
  }
  if (isExpired(point, context.now)) {
    return [expiry(name, point.createTime, property, await adviceFor(context, point.itemId))];
  }
  if (!point.damaged) return [];
  const message = `recovery point ${name} of ${readableTime(point.createTime)} was deleted: its data is gone`;
  return [refusal("Z-37", "Engine.PointDeleted", property, message, await adviceFor(context, point.itemId))];
};

function expiry(name: string, createTime: number, property: string, remedy: string): Error {
  const message = `recovery point ${name} of ${readableTime(createTime)} has expired`;
  return refusal("Z-27", "UserErrorRecoveryPointExpired", property, message, remedy);
}

/** Why a point that is not there is not: its job tells, while it is remembered. */
const absenceOf: Query<{ recoveryPointId: string; property: string }, Error> = async (
  context,
  { recoveryPointId, property },
) => {
  const itemId = armKey(itemOf(recoveryPointId));
  if ((await findItem(context, itemId)) === undefined) {
    const message = `there is no recovery point ${recoveryPointId}: its vault holds no such item, or no longer does`;
    const remedy = "take the id from recoveryservices:getRecoveryPoints, or list them: cloudbackup points";
    return apiRefusal("BMSUserErrorObjectNotFound", property, message, remedy);
  }
  const name = nameOf(recoveryPointId);
  const advice = await adviceFor(context, itemId);
  const jobs = await context.store.find("vaultJob", { itemId, operation: "Backup" });
  const job = jobs.find(({ recoveryPointId: id }) => id !== null && armKey(id) === armKey(recoveryPointId));
  if (job !== undefined) return expiry(name, job.startTime, property, advice);
  const message = `there is no recovery point ${name}: it never was, or expired so long ago that its job is forgotten`;
  return apiRefusal("BMSUserErrorObjectNotFound", property, message, advice);
};
