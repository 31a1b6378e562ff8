import type { Command } from "commander";
import { detailOfPoint, isImmutable, type RecoveryPoint } from "../../engine/alibaba/backup";
import { copyStatusAt, type Replica } from "../../engine/alibaba/replication";
import { snapshotIdsOf } from "../../engine/alibaba/snapshot";
import { isoTime } from "../../engine/core/time";
import type { Query } from "../../engine/engine";
import type { GlobalOptions } from "../configuration";
import { type Io, printJson } from "../io";
import { parseLimit, printList } from "../list";
import { selectMachine } from "../select-machine";
import { readableSize } from "../table";
import { withEngine } from "../with-engine";

interface PointsOptions extends GlobalOptions {
  readonly machine?: string;
  readonly limit?: number;
  readonly json?: boolean;
}

export function configurePoints(command: Command, io: Io): void {
  command
    .option("--machine <id or name>", "only points of this machine")
    .option("--limit <number>", "the newest ones only (default: 50 in a table, all in JSON)", parseLimit)
    .option("--json", "print JSON")
    .action(async (_options: unknown, called: Command) => {
      const options = called.optsWithGlobals<PointsOptions>();
      const points = await withEngine(options, io, (engine) => engine.ask(findPoints, options.machine));
      if (options.json === true) printJson(io, points.slice(0, options.limit).map(describe));
      else printList(io, { what: "recovery points", head, rows: points, limit: options.limit, cells: cellsOf });
    });
}

interface NamedPoint {
  readonly point: RecoveryPoint;
  readonly instanceName: string;
  /** Its copies in other regions. */
  readonly copies: readonly Replica[];
  readonly now: number;
}

const findPoints: Query<string | undefined, NamedPoint[]> = async (context, machine) => {
  const { store, settings, now } = context;
  const wanted = machine === undefined ? {} : { instanceId: (await selectMachine(context, machine)).id };
  const order = { column: "createTime", direction: "descending" } as const;
  const points = await store.find("recoveryPoint", { account: settings.account, ...wanted }, { order });
  const machines = await store.getMany("machine", [...new Set(points.map((point) => point.instanceId))]);
  const names = new Map(machines.map(({ id, instanceName }) => [id, instanceName]));
  const copies = await store.find("replica", { account: settings.account, ...wanted });
  const copiesOf = new Map<string, Replica[]>();
  for (const copy of copies) copiesOf.set(copy.recoveryPointId, [...(copiesOf.get(copy.recoveryPointId) ?? []), copy]);
  return points.map((point) => ({
    point,
    instanceName: names.get(point.instanceId) ?? point.instanceId,
    copies: copiesOf.get(point.id) ?? [],
    now,
  }));
};

const head = ["recovery point", "machine", "created", "expires", "level", "size", "copy", "state"];

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
