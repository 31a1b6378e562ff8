import type { Json } from "../../store/tables";
import { hashOf } from "../core/identifier";
import { choice, defineCommand, defineQuery, integer, list, required, text, withoutNulls } from "../core/operation";
import { isoTime, secondsPerDay } from "../core/time";
import type { QueryContext } from "../engine";
import { createDiskFromSnapshot, createImageFromSnapshot, createSnapshot, lengthenSnapshot } from "./native-snapshot";
import { checkDays, freshId, pageOf, pagingParameters } from "./operation-common";
import { longestRetentionDays } from "./point-life";
import { findSnapshot, type NativeSnapshot, shareSnapshot } from "./snapshot";
import { listSnapshots, snapshotCompleteTime } from "./snapshot-list";

const snapshotId = required(text("The snapshot: of a recovery point, s-…-0, or one made through ECS, s-…."));

/** What was made of a snapshot. */
function usageOf({ diskIds, imageIds }: NativeSnapshot): string {
  const made = [...(imageIds.length > 0 ? ["image"] : []), ...(diskIds.length > 0 ? ["disk"] : [])];
  return made.length === 0 ? "none" : made.join("_");
}

function consistencyTags({ point }: NativeSnapshot): readonly { TagKey: string; TagValue: string }[] {
  if (point?.level === "APPLICATION") return [{ TagKey: "APPConsistent", TagValue: "True" }];
  return point?.level === "FILE_SYSTEM" ? [{ TagKey: "FsConsistent", TagValue: "True" }] : [];
}

function snapshotRecord(snapshot: NativeSnapshot, now: number): Json {
  const { createTime, expireTime, creationMethod, point } = snapshot;
  const ready = snapshotCompleteTime(snapshot);
  const progress = now >= ready ? 100 : Math.floor(((now - createTime) / (ready - createTime)) * 100);
  const isOwn = creationMethod === "Cloud Backup";
  const tags =
    point === undefined ? [] : [{ TagKey: "HBR JobId", TagValue: point.jobId }, ...consistencyTags(snapshot)];
  return withoutNulls({
    SnapshotId: snapshot.id,
    SnapshotName: point === undefined ? null : `Created-from-HBR-job:${point.jobId}`,
    SourceDiskId: snapshot.diskId,
    RegionId: snapshot.regionId,
    SnapshotType: "user",
    Status: now >= ready ? "accomplished" : "progressing",
    Progress: `${progress}%`,
    CreationTime: isoTime(createTime),
    RetentionDays: isOwn || expireTime === null ? null : Math.round((expireTime - createTime) / secondsPerDay),
    Usage: usageOf(snapshot),
    Tags: { Tag: tags },
    CreationMethod: creationMethod,
    ExpireTime: expireTime === null ? null : isoTime(expireTime),
    sharedWith: snapshot.sharedWith,
  });
}

interface SnapshotRequest {
  readonly RegionId?: string | undefined;
  readonly InstanceId?: string | undefined;
  readonly DiskId?: string | undefined;
  readonly SnapshotIds?: readonly string[] | undefined;
}

/** The snapshots that are named, those of one machine or disk, or those of all machines, released ones too. */
async function findSnapshots(context: QueryContext, given: SnapshotRequest): Promise<readonly NativeSnapshot[]> {
  const place = { instanceId: given.InstanceId ?? null, diskId: given.DiskId ?? null, recoveryPointId: null };
  if (given.SnapshotIds !== undefined) {
    const found: NativeSnapshot[] = [];
    for (const id of given.SnapshotIds) found.push(...[await findSnapshot(context, id)].flatMap((each) => each ?? []));
    return found;
  }
  if (given.InstanceId !== undefined || given.DiskId !== undefined) return listSnapshots(context, place);
  const all: NativeSnapshot[] = [];
  for (const { id } of await context.store.find("machine", { account: context.settings.account })) {
    all.push(...(await listSnapshots(context, { ...place, instanceId: id })));
  }
  return all.sort((a, b) => b.createTime - a.createTime || (a.id < b.id ? -1 : 1));
}

const describeSnapshots = defineQuery({
  name: "DescribeSnapshots",
  product: "ecs",
  description:
    "Lists snapshots as ECS sees them, newest first. Of Cloud Backup's it shows no RetentionDays, as if they were " +
    "kept for ever; CreationMethod and ExpireTime are what the console shows beside it (A-41).",
  parameters: {
    RegionId: text("Only snapshots in this region. Default: all."),
    InstanceId: text("Only snapshots of this machine's disks."),
    DiskId: text("Only snapshots of this disk."),
    SnapshotIds: list('Only these snapshots, ["s-…"].'),
    ...pagingParameters,
  },
  call: async (context, given) => {
    const { RegionId, InstanceId, DiskId } = given;
    const wanted = (await findSnapshots(context, given)).filter(
      ({ regionId, instanceId, diskId }) =>
        (RegionId === undefined || regionId === RegionId) &&
        (InstanceId === undefined || instanceId === InstanceId) &&
        (DiskId === undefined || diskId === DiskId),
    );
    const { page, paging: told } = pageOf(wanted, given);
    return { ...told, Snapshots: { Snapshot: page.map((snapshot) => snapshotRecord(snapshot, context.now)) } };
  },
});

const createSnapshotOperation = defineCommand({
  name: "CreateSnapshot",
  product: "ecs",
  description:
    "Takes a snapshot of one disk through ECS, beside Cloud Backup; the disk is busy until it is done (A-77).",
  parameters: {
    DiskId: required(text("The disk, d-….")),
    RetentionDays: integer(`Days, 1 to ${longestRetentionDays}. Default: kept until it is deleted.`),
  },
  call: async (context, { DiskId, RetentionDays }) => {
    const retentionDays = RetentionDays === undefined ? null : checkDays("RetentionDays", RetentionDays);
    const id = await freshId(context, "snapshot", "s", DiskId);
    await createSnapshot(context, { id, diskId: DiskId, retentionDays });
    return { SnapshotId: id };
  },
});

const categories = ["cloud_essd", "cloud_ssd", "cloud_efficiency", "cloud_auto", "cloud_essd_entry"] as const;

const createDisk = defineCommand({
  name: "CreateDisk",
  product: "ecs",
  description: "Makes a data disk of a snapshot and attaches it. Cloud Backup no longer deletes that snapshot (A-40).",
  parameters: {
    SnapshotId: snapshotId,
    InstanceId: required(text("The machine that gets the disk, i-…; no disk is kept without one.")),
    DiskCategory: choice(categories, `One of ${categories.join(", ")}. Default: cloud_essd.`),
  },
  call: async (context, { SnapshotId, InstanceId, DiskCategory }) => {
    const id = await freshId(context, "disk", "d", InstanceId, SnapshotId);
    const diskCategory = DiskCategory ?? "cloud_essd";
    await createDiskFromSnapshot(context, { id, snapshotId: SnapshotId, instanceId: InstanceId, diskCategory });
    return { DiskId: id };
  },
});

const createImage = defineCommand({
  name: "CreateImage",
  product: "ecs",
  description: "Makes an image of a snapshot. Cloud Backup no longer deletes that snapshot (A-40).",
  parameters: { SnapshotId: snapshotId },
  call: async (context, { SnapshotId }) => {
    const id = `m-${hashOf("image", context.settings.account, context.now, SnapshotId).slice(0, 20)}`;
    await createImageFromSnapshot(context, { id, snapshotId: SnapshotId });
    return { ImageId: id };
  },
});

const shareSnapshotOperation = defineCommand({
  name: "shareSnapshot",
  product: "ecs",
  description: "The engine's own: shares a snapshot with another account; it goes at its expiry all the same (A-37).",
  parameters: { SnapshotId: snapshotId, accountId: required(text("The other account's uid.")) },
  call: async (context, { SnapshotId, accountId }) => {
    await shareSnapshot(context, { id: SnapshotId, accountId });
    return {};
  },
});

const modifySnapshotAttribute = defineCommand({
  name: "ModifySnapshotAttribute",
  product: "ecs",
  description: "Lengthens the retention of one snapshot through ECS; its recovery point lives no longer by it.",
  parameters: {
    SnapshotId: snapshotId,
    RetentionDays: required(integer(`Days from the creation, 1 to ${longestRetentionDays}; only longer.`)),
  },
  call: async (context, { SnapshotId, RetentionDays }) => {
    await lengthenSnapshot(context, { id: SnapshotId, retentionDays: checkDays("RetentionDays", RetentionDays) });
    return {};
  },
});

export const snapshotOperations = [
  describeSnapshots,
  createSnapshotOperation,
  createDisk,
  createImage,
  shareSnapshotOperation,
  modifySnapshotAttribute,
];
