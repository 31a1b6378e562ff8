import type { Json, Row } from "../../store/tables";
import { type ConsistencyLevel, weakestOf } from "../core/level";
import type { Command, CommandContext, Query, QueryContext } from "../engine";
import { readSeconds } from "./backup";
import { findRegion } from "./catalogue";
import { findMachine, releaseMachine, removeDisk, requireMachine } from "./machine";
import { openPoint, type RestoreSource } from "./restore-point";
import {
  createCopy,
  disksThatWere,
  type MachineTarget,
  newDiskId,
  newMachineIds,
  restoredDisk,
} from "./restore-target";
import { apiRefusal, type Reason, reason, refusal } from "./rule";
import { serviceRefusal } from "./service";

export type Restore = Row<"restore">;

export const restoreTypes = ["UDM_ECS", "UDM_ECS_ROLLBACK", "UDM_ECS_DISK", "UDM_ECS_DISK_ROLLBACK"] as const;
export type RestoreType = (typeof restoreTypes)[number];

export interface RestoreInput {
  readonly id: string;
  readonly restoreType: RestoreType;
  readonly recoveryPointId: string;
  /** Disaster recovery: the region whose copy is taken, and where the new machine will be; null is at home. */
  readonly regionId: string | null;
  /** For disks: which of the point's; null where there is but one. */
  readonly diskId: string | null;
  /** UDM_ECS: what the new machine is like. */
  readonly target: MachineTarget | null;
  /** Rollbacks: the machine that is taken back. */
  readonly sourceInstanceId: string | null;
  /** UDM_ECS_DISK: the machine that gets the new disk. */
  readonly targetInstanceId: string | null;
  readonly diskCategory: string | null;
  readonly diskPerformanceLevel: string | null;
  readonly forceRestore: boolean;
  readonly bootAfterRestore: boolean;
}

/** The restore or clone behind an id; one that was cancelled is none. */
export const findRestore: Query<string, Restore | undefined> = async ({ store, settings }, id) => {
  const restore = await store.get("restore", id);
  return restore?.account === settings.account && restore.status !== "CANCELED" ? restore : undefined;
};

export interface RestoreAssessment {
  readonly refusals: readonly Error[];
  readonly warnings: readonly Reason[];
  readonly sources: readonly RestoreSource[];
}

/** Looks at a restore without starting it: all that speaks against it at once. */
export const assessRestore: Query<RestoreInput, RestoreAssessment> = async (context, input) => {
  const inactive = await serviceRefusal(context);
  const refusals: Error[] = inactive === undefined ? [] : [inactive];
  const { regionId } = input;
  if (regionId !== null && findRegion(regionId, context.settings.edition) === undefined) {
    const message = `there is no region ${regionId}`;
    refusals.push(refusal("A-63", "InvalidRegionId.NotFound", "regionId", message, "use the region of the copy"));
    return { refusals, warnings: [], sources: [] };
  }
  const opened = await openPoint(context, {
    recoveryPointId: input.recoveryPointId,
    diskId: input.diskId,
    replicaRegionId: await replicaRegion(context, input),
  });
  refusals.push(...opened.refusals, ...(await typeRefusals(context, input, opened.sources)));
  const archived = opened.sources.filter(({ isArchived }) => isArchived);
  const warnings = archived.map(({ pointId }) =>
    reason(
      "A-48",
      `recovery point ${pointId} is archived: its data comes back from the archive first, which takes an hour`,
      "nothing to do; restore a younger point if it is urgent",
    ),
  );
  return { refusals, warnings, sources: opened.sources };
};

/** The region whose copy is meant; a point's own region means the point itself. */
async function replicaRegion(context: QueryContext, input: RestoreInput): Promise<string | null> {
  const { store } = context;
  const { recoveryPointId: id, regionId } = input;
  if (regionId === null) return null;
  const group = await store.get("groupPoint", id);
  const point = await store.get("recoveryPoint", group?.recoveryPointIds[0] ?? id);
  const machine = point === undefined ? undefined : await findMachine(context, point.instanceId);
  return machine?.regionId === regionId ? null : regionId;
}

async function typeRefusals(
  context: QueryContext,
  input: RestoreInput,
  sources: readonly RestoreSource[],
): Promise<Error[]> {
  if (sources.length === 0) return [];
  switch (input.restoreType) {
    case "UDM_ECS":
      return systemDiskRefusals(context, sources);
    case "UDM_ECS_ROLLBACK":
      return [...awayRefusals(input, sources), ...(await rollbackRefusals(context, input, sources))];
    case "UDM_ECS_DISK":
      return [...oneDiskRefusals(sources), ...(await diskTargetRefusals(context, input, sources))];
    case "UDM_ECS_DISK_ROLLBACK":
      return [
        ...awayRefusals(input, sources),
        ...oneDiskRefusals(sources),
        ...(await rollbackRefusals(context, input, sources)),
        ...(await diskRollbackRefusals(context, input, sources)),
      ];
  }
}

/** No machine starts from data disks alone: the API's points say whether they contain the system disk. */
async function systemDiskRefusals(context: QueryContext, sources: readonly RestoreSource[]): Promise<Error[]> {
  const refusals: Error[] = [];
  for (const { pointId, diskIds } of sources) {
    const disks = await disksThatWere(context, diskIds);
    if (disks.length === 0 || disks.some(({ type }) => type === "system")) continue;
    const message = `recovery point ${pointId} holds no system disk, only ${diskIds.join(", ")}: it makes no machine`;
    const remedy = "restore its disks one by one: restoreType UDM_ECS_DISK";
    refusals.push(apiRefusal("Engine.NoSystemDisk", "recoveryPointId", message, remedy));
  }
  return refusals;
}

/** A machine is rolled back where it is. */
function awayRefusals({ regionId, restoreType }: RestoreInput, sources: readonly RestoreSource[]): Error[] {
  const message = `${restoreType} takes a machine back where it is; disaster recovery makes a new one`;
  if (regionId !== null) {
    const remedy = "use restoreType UDM_ECS with regionId, or leave regionId out";
    return [refusal("A-51", "InvalidParameter", "regionId", message, remedy)];
  }
  if (sources.every(({ copyRegionId }) => copyRegionId === null)) return [];
  const remedy = "use restoreType UDM_ECS, or name the point itself and not its copy";
  return [refusal("A-51", "InvalidParameter", "recoveryPointId", message, remedy)];
}

/** Where the data is, and what is made of it will be. */
async function homeOf(
  context: QueryContext,
  { regionId }: RestoreInput,
  [first]: readonly RestoreSource[],
): Promise<string> {
  const source = await findMachine(context, first?.instanceId ?? "");
  return regionId ?? first?.copyRegionId ?? source?.regionId ?? "";
}

function oneDiskRefusals(sources: readonly RestoreSource[]): Error[] {
  const disks = sources.flatMap(({ diskIds }) => diskIds);
  if (disks.length === 1) return [];
  const message = `the recovery point holds ${disks.length} disks: ${disks.join(", ")}`;
  return [apiRefusal("MissingParameter", "diskId", message, "name the one that is meant in diskId")];
}

async function rollbackRefusals(
  context: QueryContext,
  input: RestoreInput,
  sources: readonly RestoreSource[],
): Promise<Error[]> {
  const refusals: Error[] = [];
  for (const { instanceId } of sources) {
    const machine = await findMachine(context, instanceId);
    if (machine === undefined || machine.released) {
      const message = `machine ${instanceId} was released: it can't be rolled back`;
      const remedy = "restore its data to a new machine: restoreType UDM_ECS";
      refusals.push(refusal("A-59", "Engine.InstanceReleased", "sourceInstanceId", message, remedy));
    } else if (!input.forceRestore && machine.status !== "Stopped") {
      const status = machine.status ?? "in an unknown state";
      const message = `machine ${instanceId} is ${status}; only a stopped one is rolled back`;
      const remedy = "stop it, or set forceRestore to true";
      refusals.push(apiRefusal("IncorrectInstanceStatus", "forceRestore", message, remedy));
    }
  }
  const only = sources.length === 1 ? sources[0]?.instanceId : undefined;
  if (only !== undefined && input.sourceInstanceId !== null && only !== input.sourceInstanceId) {
    const message = `the recovery point is of machine ${only}, not of ${input.sourceInstanceId}`;
    refusals.push(apiRefusal("InvalidInstanceId.NotFound", "sourceInstanceId", message, "name the point's machine"));
  }
  return refusals;
}

async function diskRollbackRefusals(context: QueryContext, _input: RestoreInput, sources: readonly RestoreSource[]) {
  const disks = await disksThatWere(
    context,
    sources.flatMap(({ diskIds }) => diskIds),
  );
  const gone = disks.filter(({ released }) => released);
  return gone.map(({ id }) => {
    const remedy = "restore it as a new disk: restoreType UDM_ECS_DISK";
    return apiRefusal("InvalidDiskId.NotFound", "diskId", `disk ${id} is no longer there to be rolled back`, remedy);
  });
}

async function diskTargetRefusals(
  context: QueryContext,
  input: RestoreInput,
  sources: readonly RestoreSource[],
): Promise<Error[]> {
  try {
    const target = await requireMachine(context, input.targetInstanceId ?? "", "targetInstanceId");
    const home = await homeOf(context, input, sources);
    if (target.regionId === home) return [];
    const message = `machine ${target.id} lies in ${target.regionId}, the data in ${home}`;
    return [apiRefusal("InvalidInstanceId.NotFound", "targetInstanceId", message, `name a machine in ${home}`)];
  } catch (error) {
    return [error as Error];
  }
}

/** CreateRestoreJob: what comes of it is decided now; it runs behind a job that still makes the point. */
export const createRestore: Command<RestoreInput, Restore> = async (context, input) => {
  const { refusals, sources } = await assessRestore(context, input);
  const [problem] = refusals;
  if (problem !== undefined) throw problem;
  const made = await carryOut(context, input, sources);
  const bytes = sources.flatMap(({ diskBytes }) => diskBytes);
  const startTime = Math.max(...sources.map(({ readyTime }) => readyTime), context.now);
  const row: Restore = {
    id: input.id,
    account: context.settings.account,
    kind: "RESTORE",
    restoreType: input.restoreType,
    instanceId: sources[0]?.instanceId ?? "",
    recoveryPointId: input.recoveryPointId,
    regionId: made.regionId,
    target: input as unknown as Json,
    instanceIds: made.instanceIds,
    diskIds: made.diskIds,
    snapshotIds: [],
    level: worstLevel(sources),
    bytesTotal: bytes.reduce((sum, each) => sum + each, 0),
    startTime,
    completeTime: startTime + readSeconds(bytes),
    status: "COMPLETE",
  };
  await context.store.put("restore", [row]);
  return row;
};

function worstLevel(sources: readonly RestoreSource[]): ConsistencyLevel {
  return weakestOf(sources.map(({ level }) => level)) ?? "CRASH";
}

interface Made {
  readonly regionId: string;
  readonly instanceIds: readonly string[];
  readonly diskIds: readonly string[];
}

async function carryOut(
  context: CommandContext,
  input: RestoreInput,
  sources: readonly RestoreSource[],
): Promise<Made> {
  const regionId = await homeOf(context, input, sources);
  if (input.restoreType === "UDM_ECS") return restoreMachines(context, input, sources, regionId);
  if (input.restoreType === "UDM_ECS_DISK") return restoreDisk(context, input, sources, regionId);
  const instanceIds = sources.map(({ instanceId }) => instanceId);
  const machines = await context.store.getMany("machine", instanceIds);
  // A rollback stops a machine for as long as it takes (ENGINE); one that was stopped is started only when asked to.
  if (input.bootAfterRestore) {
    const started = machines.map((machine) => ({ ...machine, status: "Running" }));
    await context.store.put("machine", started);
  }
  return { regionId, instanceIds, diskIds: sources.flatMap(({ diskIds }) => diskIds) };
}

async function restoreMachines(
  context: CommandContext,
  input: RestoreInput,
  sources: readonly RestoreSource[],
  regionId: string,
): Promise<Made> {
  const target = input.target as MachineTarget;
  const instanceIds = newMachineIds(input.id, sources.length);
  const diskIds: string[] = [];
  for (const [index, source] of sources.entries()) {
    const name = sources.length === 1 ? target.restoredName : `${target.restoredName}-${index + 1}`;
    const copy = { sourceId: source.instanceId, diskIds: source.diskIds, regionId, name, id: instanceIds[index] ?? "" };
    diskIds.push(...(await createCopy(context, input.id, copy, target)));
  }
  return { regionId, instanceIds, diskIds };
}

async function restoreDisk(
  context: CommandContext,
  input: RestoreInput,
  sources: readonly RestoreSource[],
  regionId: string,
): Promise<Made> {
  const machine = await requireMachine(context, input.targetInstanceId ?? "", "targetInstanceId");
  const disks = (
    await disksThatWere(
      context,
      sources.flatMap(({ diskIds }) => diskIds),
    )
  ).map((disk) => ({
    ...restoredDisk(
      disk,
      { id: newDiskId(input.id, disk.id), instanceId: machine.id, regionId, zoneId: machine.zoneId },
      { diskCategory: input.diskCategory ?? "cloud_essd", diskPerformanceLevel: input.diskPerformanceLevel },
    ),
    type: "data",
    device: null,
  }));
  await context.store.put("disk", disks);
  return { regionId, instanceIds: [machine.id], diskIds: disks.map(({ id }) => id) };
}

/** Forgets a restore; what it made stays unless it is asked away. Gone already is fine. */
export const removeRestore: Command<{ id: string; deleteMade: boolean }, void> = async (
  context,
  { id, deleteMade },
) => {
  const restore = await findRestore(context, id);
  if (restore === undefined) return;
  if (deleteMade) await undo(context, restore);
  await context.store.remove("restore", [id]);
};

/** Takes away the machines and disks that a restore or clone made; what was rolled back can't be brought back. */
export async function undo(context: CommandContext, restore: Restore): Promise<void> {
  if (restore.kind === "CLONE" || restore.restoreType === "UDM_ECS") {
    for (const instanceId of restore.instanceIds) await releaseMachine(context, instanceId);
  }
  if (restore.restoreType === "UDM_ECS_DISK") {
    for (const diskId of restore.diskIds) await removeDisk(context, diskId);
  }
}
