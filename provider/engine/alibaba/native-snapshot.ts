import { secondsPerDay } from "../core/time";
import type { Command, CommandContext, QueryContext } from "../engine";
import { readSeconds, usedBytes } from "./backup";
import { isLocalDisk } from "./disk-coverage";
import { diskJobsAt } from "./disk-job";
import type { Disk } from "./fact";
import { jobStateAt } from "./job-state";
import { requireFacts, requireMachine } from "./machine";
import { restoredDisk } from "./restore-target";
import { apiRefusal, refusal } from "./rule";
import { noteFirstBackup } from "./service";
import { changeSnapshot, findSnapshot, type NativeSnapshot, type SnapshotRow, useSnapshot } from "./snapshot";
import { snapshotCompleteTime } from "./snapshot-list";
import { loadQuotas } from "./snapshot-quota";

export interface SnapshotInput {
  readonly id: string;
  readonly diskId: string;
  /** Null: kept until it is deleted by hand. */
  readonly retentionDays: number | null;
}

/** CreateSnapshot through ECS: the disk is busy while it runs, and it counts for the quota. */
export const createSnapshot: Command<SnapshotInput, SnapshotRow> = async (context, { id, diskId, retentionDays }) => {
  const { store, settings, now } = context;
  const disk = await store.get("disk", diskId);
  if (disk === undefined || disk.account !== settings.account || disk.released) {
    const remedy = "list them: cloudbackup call DescribeDisks";
    throw apiRefusal("InvalidDiskId.NotFound", "DiskId", `there is no disk ${diskId}`, remedy);
  }
  await refuseBusy(context, disk);
  const bytes = Math.round(usedBytes(disk));
  const completeTime = now + readSeconds([bytes]);
  const row: SnapshotRow = {
    id,
    account: settings.account,
    instanceId: disk.instanceId,
    diskId,
    regionId: disk.regionId,
    recoveryPointId: null,
    createTime: now,
    completeTime,
    expireTime: retentionDays === null ? null : now + retentionDays * secondsPerDay,
    bytes,
    managed: false,
    extended: false,
    diskIds: [],
    imageIds: [],
    sharedWith: [],
  };
  await store.put("snapshot", [row]);
  await store.put("disk", [{ ...disk, snapshotUntil: completeTime }]);
  await noteFirstBackup(context, now);
  return row;
};

/** Local disks have no snapshots, a disk has one at a time, and no more than its quota. */
async function refuseBusy(context: CommandContext, disk: Disk): Promise<void> {
  const { now } = context;
  if (isLocalDisk(disk)) {
    const message = `disk ${disk.id} is local (${disk.category}): local disks have no snapshots`;
    throw refusal("A-21", "DiskCategory.OperationNotSupported", "DiskId", message, "choose a cloud disk");
  }
  const isSnapped = disk.snapshotUntil !== null && disk.snapshotUntil > now;
  if (isSnapped || (await isBackedUpNow(context, disk))) {
    const message = `a snapshot of disk ${disk.id} is being made already`;
    const remedy = "wait until it is done (cloudbackup advance)";
    throw refusal("A-77", "IncorrectDiskStatus.CreatingSnapshot", "DiskId", message, remedy);
  }
  const facts = await requireFacts(context, disk.instanceId, "DiskId");
  const quota = (await loadQuotas(context.store, [facts], 1)).get(disk.instanceId);
  const failure = quota?.failure([disk.id], now);
  if (failure === undefined) return;
  throw refusal(failure.why.rule, failure.code, "DiskId", failure.why.message, failure.why.remedy);
}

async function isBackedUpNow({ store, now }: QueryContext, disk: Disk): Promise<boolean> {
  const recent = { order: { column: "startTime", direction: "descending" }, limit: 10 } as const;
  const jobs = await store.find("job", { instanceId: disk.instanceId, startTime: { lte: now } }, recent);
  for (const job of jobs.filter((each) => jobStateAt(each, now).status === "RUNNING")) {
    const point = await store.get("recoveryPoint", job.recoveryPointId ?? "");
    const parts = diskJobsAt(job, point?.diskIds, now);
    if (parts.some(({ diskId, status }) => diskId === disk.id && status === "RUNNING")) return true;
  }
  return false;
}

async function requireSnapshot(context: CommandContext, id: string): Promise<NativeSnapshot> {
  const snapshot = await findSnapshot(context, id);
  if (snapshot !== undefined) return snapshot;
  const remedy = "list them: cloudbackup call DescribeSnapshots";
  throw apiRefusal("InvalidSnapshotId.NotFound", "SnapshotId", `there is no snapshot ${id}`, remedy);
}

/** A snapshot that a disk or image can be made of now. */
async function requireReady(context: CommandContext, id: string): Promise<NativeSnapshot> {
  const snapshot = await requireSnapshot(context, id);
  if (snapshotCompleteTime(snapshot) <= context.now) return snapshot;
  const message = `snapshot ${id} is still being made`;
  throw apiRefusal("Engine.SnapshotNotReady", "SnapshotId", message, "wait until it is done (cloudbackup advance)");
}

export interface DiskFromSnapshot {
  readonly id: string;
  readonly snapshotId: string;
  /** The machine that gets the disk. */
  readonly instanceId: string;
  readonly diskCategory: string;
}

/** CreateDisk from a snapshot, attached at once: from then on the snapshot is looked after by nobody. */
export const createDiskFromSnapshot: Command<DiskFromSnapshot, Disk> = async (context, input) => {
  const { store } = context;
  const snapshot = await requireReady(context, input.snapshotId);
  const machine = await requireMachine(context, input.instanceId, "InstanceId");
  if (machine.regionId !== snapshot.regionId) {
    const message = `machine ${machine.id} lies in ${machine.regionId}, the snapshot in ${snapshot.regionId}`;
    const remedy = `name a machine in ${snapshot.regionId}`;
    throw apiRefusal("InvalidInstanceId.NotFound", "InstanceId", message, remedy);
  }
  const source = await store.get("disk", snapshot.diskId);
  if (source === undefined) {
    const message = `nobody knows any more what disk ${snapshot.diskId} was`;
    throw apiRefusal("InvalidDiskId.NotFound", "SnapshotId", message, "choose another snapshot");
  }
  const { id, diskCategory } = input;
  const { regionId, zoneId } = machine;
  const place = { id, instanceId: machine.id, regionId, zoneId };
  const made = restoredDisk(source, place, { diskCategory, diskPerformanceLevel: source.performanceLevel });
  const disk = { ...made, type: "data", device: `/dev/xvd-${id.slice(2, 8)}` };
  await store.put("disk", [disk]);
  await useSnapshot(context, { id: input.snapshotId, diskId: id });
  return disk;
};

/** CreateImage from a snapshot; the engine knows nothing of the image but its id. */
export const createImageFromSnapshot: Command<{ id: string; snapshotId: string }, void> = async (
  context,
  { id, snapshotId },
) => {
  await requireReady(context, snapshotId);
  await useSnapshot(context, { id: snapshotId, imageId: id });
};

/** ModifySnapshotAttribute: a longer retention, counted from the creation; a shorter one is refused. */
export const lengthenSnapshot: Command<{ id: string; retentionDays: number }, SnapshotRow> = async (
  context,
  { id, retentionDays },
) => {
  const { createTime, expireTime } = await requireSnapshot(context, id);
  const wanted = createTime + retentionDays * secondsPerDay;
  if (expireTime === null || wanted < expireTime) {
    const now = expireTime === null ? "until it is deleted by hand" : "longer already";
    const message = `snapshot ${id} is kept ${now}; its retention can only be lengthened`;
    throw apiRefusal("InvalidRetentionDays.Malformed", "RetentionDays", message, "give a longer retention");
  }
  return changeSnapshot(context, { id, change: { expireTime: wanted } });
};
