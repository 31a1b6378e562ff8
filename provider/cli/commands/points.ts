import type { Command } from "commander";
import type { RecoveryPoint } from "../../engine/alibaba/backup";
import { snapshotIdsOf } from "../../engine/alibaba/recovery-point";
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
}

const findPoints: Query<string | undefined, NamedPoint[]> = async (context, machine) => {
  const { store, settings } = context;
  const wanted = machine === undefined ? {} : { instanceId: (await selectMachine(context, machine)).id };
  const order = { column: "createTime", direction: "descending" } as const;
  const points = await store.find("recoveryPoint", { account: settings.account, ...wanted }, { order });
  const machines = await store.getMany("machine", [...new Set(points.map((point) => point.instanceId))]);
  const names = new Map(machines.map(({ id, instanceName }) => [id, instanceName]));
  return points.map((point) => ({ point, instanceName: names.get(point.instanceId) ?? point.instanceId }));
};

const head = ["recovery point", "machine", "created", "expires", "level", "size", "state"];

function cellsOf({ point, instanceName }: NamedPoint): string[] {
  return [
    point.id,
    instanceName,
    isoTime(point.createTime),
    point.expireTime === null ? "never" : isoTime(point.expireTime),
    point.level,
    readableSize(point.bytesTotal),
    point.damaged ? "damaged (A-39)" : "usable",
  ];
}

function describe({ point, instanceName }: NamedPoint) {
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
    reasons: point.reasons,
  };
}
