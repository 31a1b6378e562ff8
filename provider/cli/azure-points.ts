import { itemOf, nameOf, vaultOf } from "../engine/azure/arm-id";
import { tierDetailsAt, tierWordAt } from "../engine/azure/point-tier";
import { disksOfPoint, excludedDisksOf, isExpired, type VaultPoint } from "../engine/azure/recovery-point";
import { recoveryPointTypeOf } from "../engine/azure/recovery-point-type";
import type { ConsistencyLevel } from "../engine/core/level";
import { isoTime } from "../engine/core/time";
import type { Query } from "../engine/engine";
import { namesOfItems, narrowed } from "./azure-items";
import type { Listed } from "./list";
import type { AnyMachine } from "./select-machine";
import { readableSize } from "./table";

interface NamedPoint {
  readonly point: VaultPoint;
  /** ARM id of the machine. */
  readonly vmId: string;
  readonly isSoftDeleted: boolean;
  readonly now: number;
}

/** The recovery points of all vaults that the caller may read, newest first. */
export const azurePoints: Query<AnyMachine | undefined, Listed[]> = async (context, machine) => {
  if (machine?.cloud === "alibaba") return [];
  const { store, settings, now } = context;
  const order = { column: "createTime", direction: "descending" } as const;
  const filter = { account: settings.account, ...(await narrowed(context, machine, "RecoveryPoints_List")) };
  const found = await store.find("vaultPoint", filter, { order });
  const points = found.filter((point) => !isExpired(point, now));
  const items = await namesOfItems(
    context,
    points.map(({ itemId }) => itemId),
  );
  return points.map((point) => {
    const item = items.get(point.itemId);
    const isSoftDeleted = item !== undefined && item.deferredDeleteTime !== null;
    const named = { point, vmId: item?.sourceResourceId ?? point.vmId, isSoftDeleted, now };
    return { time: point.createTime, cells: () => cellsOf(named), describe: () => describe(named) };
  });
};

/** Whether the point can be restored, and where it is. */
function stateOf({ point, isSoftDeleted, now }: NamedPoint): string {
  const usable = point.damaged ? "damaged (Z-37)" : isSoftDeleted ? "soft-deleted (Z-29)" : "usable";
  return `${usable}, ${tierWordAt(point, now)}`;
}

/** The vault that holds it, or will. */
function copyOf({ point: { vaultTime, armId }, now }: NamedPoint): string {
  if (vaultTime === null) return "-";
  const vault = nameOf(vaultOf(armId));
  return vaultTime <= now ? vault : `${vault} pending`;
}

function cellsOf(named: NamedPoint): string[] {
  const { point, vmId } = named;
  return [
    nameOf(point.armId),
    nameOf(vmId),
    isoTime(point.createTime),
    point.expireTime === null ? "never" : isoTime(point.expireTime),
    point.level,
    readableSize(point.bytesTotal),
    copyOf(named),
    stateOf(named),
  ];
}

function timeOrNull(seconds: number | null): string | null {
  return seconds === null ? null : isoTime(seconds);
}

function describe({ point, vmId, isSoftDeleted, now }: NamedPoint) {
  return {
    recoveryPointId: point.armId,
    vmId,
    vmName: nameOf(vmId),
    vaultId: vaultOf(point.armId),
    vaultName: nameOf(vaultOf(point.armId)),
    itemId: itemOf(point.armId),
    jobId: point.jobId,
    createdTime: isoTime(point.createTime),
    expireTime: timeOrNull(point.expireTime),
    level: point.level,
    recoveryPointType: recoveryPointTypeOf(point.level as ConsistencyLevel),
    tier: tierWordAt(point, now),
    recoveryPointTierDetails: tierDetailsAt(point, now),
    ruleName: point.ruleName,
    snapshotExpireTime: isoTime(point.snapshotUntil),
    vaultTime: timeOrNull(point.vaultTime),
    archiveTime: timeOrNull(point.archiveTime),
    bytesTotal: point.bytesTotal,
    damaged: point.damaged,
    softDeleted: isSoftDeleted,
    includedDiskList: disksOfPoint(point),
    excludedDiskList: excludedDisksOf(point),
    reasons: point.reasons,
  };
}
