import { detailOfPoint, isImmutable, type RecoveryPoint } from "../engine/alibaba/backup";
import { copyStatusAt, type Replica } from "../engine/alibaba/replication";
import { snapshotIdsOf } from "../engine/alibaba/snapshot";
import { isoTime } from "../engine/core/time";
import type { Query } from "../engine/engine";
import type { Listed } from "./list";
import type { AnyMachine } from "./select-machine";
import { readableSize } from "./table";

interface NamedPoint {
  readonly point: RecoveryPoint;
  readonly instanceName: string;
  /** Its copies in other regions. */
  readonly copies: readonly Replica[];
  readonly now: number;
}

/** The recovery points of Cloud Backup, newest first. */
export const alibabaPoints: Query<AnyMachine | undefined, Listed[]> = async ({ store, settings, now }, machine) => {
  if (machine?.cloud === "azure") return [];
  const wanted = machine === undefined ? {} : { instanceId: machine.id };
  const order = { column: "createTime", direction: "descending" } as const;
  const points = await store.find("recoveryPoint", { account: settings.account, ...wanted }, { order });
  const machines = await store.getMany("machine", [...new Set(points.map((point) => point.instanceId))]);
  const names = new Map(machines.map(({ id, instanceName }) => [id, instanceName]));
  const copies = await store.find("replica", { account: settings.account, ...wanted });
  const copiesOf = new Map<string, Replica[]>();
  for (const copy of copies) copiesOf.set(copy.recoveryPointId, [...(copiesOf.get(copy.recoveryPointId) ?? []), copy]);
  return points.map((point) => {
    const instanceName = names.get(point.instanceId) ?? point.instanceId;
    const named = { point, instanceName, copies: copiesOf.get(point.id) ?? [], now };
    return { time: point.createTime, cells: () => cellsOf(named), describe: () => describe(named) };
  });
};

/** Whether the point can be restored, and what else somebody should know before touching it. */
function stateOf({ point, now }: NamedPoint): string {
  const { archiveTime } = detailOfPoint(point);
  const marks = [
    point.damaged ? "damaged (A-39)" : "usable",
    ...(archiveTime !== undefined && archiveTime <= now ? ["archived"] : []),
    ...(isImmutable(point) ? ["immutable"] : []),
  ];
  return marks.join(", ");
}

/** Where a copy is, and what is wrong with it unless it is whole. */
function copyOf({ copies, now }: NamedPoint): string {
  const told = copies.map((copy) => {
    const status = copyStatusAt(copy, now);
    return status === "COMPLETE" ? copy.regionId : `${copy.regionId} ${status}`;
  });
  return told.length === 0 ? "-" : told.join(", ");
}

function cellsOf(named: NamedPoint): string[] {
  const { point, instanceName } = named;
  return [
    point.id,
    instanceName,
    isoTime(point.createTime),
    point.expireTime === null ? "never" : isoTime(point.expireTime),
    point.level,
    readableSize(point.bytesTotal),
    copyOf(named),
    stateOf(named),
  ];
}

function describe({ point, instanceName, copies, now }: NamedPoint) {
  const { archiveTime, advancedRetentionType, groupPointId } = detailOfPoint(point);
  return {
    recoveryPointId: point.id,
    instanceId: point.instanceId,
    instanceName,
    jobId: point.jobId,
    protectionId: point.protectionId,
    policyId: point.policyId,
    createdTime: isoTime(point.createTime),
    expireTime: point.expireTime === null ? null : isoTime(point.expireTime),
    level: point.level,
    groupKind: point.groupKind,
    bytesTotal: point.bytesTotal,
    diskIdList: point.diskIds,
    nativeSnapshotIdList: snapshotIdsOf(point),
    deletedSnapshotIdList: point.deletedSnapshotIds,
    damaged: point.damaged,
    extended: point.extended,
    immutable: isImmutable(point),
    archiveTime: archiveTime === undefined ? null : isoTime(archiveTime),
    advancedRetentionType: advancedRetentionType ?? null,
    groupPointId: groupPointId ?? null,
    copies: copies.map((copy) => ({
      recoveryPointId: copy.id,
      regionId: copy.regionId,
      status: copyStatusAt(copy, now),
      expireTime: copy.expireTime === null ? null : isoTime(copy.expireTime),
      kmsKeyId: copy.kmsKeyId,
      errorCode: copy.errorCode,
      errorMessage: copy.errorMessage,
    })),
    reasons: point.reasons,
  };
}
