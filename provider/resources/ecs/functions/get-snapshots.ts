import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { isImmutable } from "../../../engine/alibaba/backup";
import { apiRefusal } from "../../../engine/alibaba/rule";
import type { NativeSnapshot } from "../../../engine/alibaba/snapshot";
import { listSnapshots, snapshotCompleteTime } from "../../../engine/alibaba/snapshot-list";
import { isoTime, secondsPerDay } from "../../../engine/core/time";
import { limitInput, momentOf, requireKnownMachine } from "../../shared/listing";

const inputs = z.strictObject({
  instanceId: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Only snapshots of this machine. One of the three is needed; all that are given must hold." }),
  diskId: z.string().min(1).optional().meta({ description: "Only snapshots of this disk, also when it is gone." }),
  recoveryPointId: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Only snapshots of this point, s-…, or group's point, gs-…, also when it is gone (A-40)." }),
  limit: limitInput("snapshots"),
});

const snapshot = z
  .object({
    snapshotId: z.string().meta({ description: "Id of the snapshot, s-…." }),
    snapshotName: z
      .string()
      .optional()
      .meta({ description: "Created-from-HBR-job:<job>, as Cloud Backup names them; absent for others." }),
    instanceId: z.string().meta({ description: "The machine." }),
    diskId: z.string().meta({ description: "The disk." }),
    regionId: z.string().meta({ description: "Where it is." }),
    recoveryPointId: z
      .string()
      .optional()
      .meta({ description: "The point that it belongs, or belonged, to; absent: made through ECS, or for a clone." }),
    creationMethod: z
      .enum(["Cloud Backup", "ECS"])
      .meta({
        typeName: "CreationMethod",
        valueDescriptions: {
          "Cloud Backup": "A backup job made it.",
          ECS: "Somebody made it through ECS, or a clone.",
        },
      })
      .meta({ description: "Who made it, as the console shows it (A-41)." }),
    status: z
      .enum(["progressing", "accomplished"])
      .meta({
        typeName: "SnapshotStatus",
        valueDescriptions: { progressing: "The disk is being read.", accomplished: "It is there." },
      })
      .meta({ description: "What it is doing now." }),
    creationTime: z.string().meta({ description: "The moment that it holds, ISO 8601 in UTC." }),
    retentionDays: z
      .number()
      .optional()
      .meta({
        description:
          "Days that it lives, as DescribeSnapshots shows them; absent: for ever, which is what it shows of Cloud " +
          "Backup's snapshots too (A-41).",
        units: "days",
      }),
    expireTime: z
      .string()
      .optional()
      .meta({
        description:
          "When it is really deleted, ISO 8601 in UTC, extensions counted; absent: never, as after a disk or image " +
          "was made of it (A-40, A-41).",
      }),
    managed: z.boolean().meta({
      description: "Whether Cloud Backup looks after it; no longer once a disk or image was made of it (A-40).",
    }),
    extended: z.boolean().meta({ description: "Whether its retention, or its point's, was extended (A-38)." }),
    immutable: z.boolean().meta({ description: "Whether its point holds it until its expiry (A-43)." }),
    sharedWith: z
      .array(z.string())
      .meta({ description: "Accounts that it is shared with; it is deleted at its expiry all the same (A-37)." }),
    diskIds: z.array(z.string()).meta({ description: "Disks that were made of it." }),
    imageIds: z.array(z.string()).meta({ description: "Images that were made of it." }),
    bytesTotal: z.number().meta({ description: "Bytes that were read for it.", units: "bytes" }),
  })
  .meta({ typeName: "NativeSnapshot", description: "A snapshot of one disk, as ECS keeps it (DescribeSnapshots)." });

const outputs = z.object({
  snapshots: z.array(snapshot).meta({ description: "The snapshots, newest first, as many as limit says." }),
  total: z.int().meta({ description: "How many snapshots there are without the limit." }),
});

/** What ECS shows: of Cloud Backup's snapshots no retention at all. */
function retentionOf({ creationMethod, expireTime, createTime }: NativeSnapshot): { retentionDays?: number } {
  if (creationMethod === "Cloud Backup" || expireTime === null) return {};
  return { retentionDays: (expireTime - createTime) / secondsPerDay };
}

function toSnapshot(found: NativeSnapshot, now: number): z.output<typeof snapshot> {
  const { recoveryPointId, point } = found;
  return {
    snapshotId: found.id,
    ...(recoveryPointId === null
      ? {}
      : { snapshotName: `Created-from-HBR-job:${point?.jobId ?? recoveryPointId.replace(/^s-/, "job-")}` }),
    instanceId: found.instanceId,
    diskId: found.diskId,
    regionId: found.regionId,
    ...(recoveryPointId === null ? {} : { recoveryPointId }),
    creationMethod: found.creationMethod,
    status: snapshotCompleteTime(found) > now ? "progressing" : "accomplished",
    creationTime: isoTime(found.createTime),
    ...retentionOf(found),
    ...momentOf("expireTime", found.expireTime),
    managed: found.managed,
    extended: found.extended || (found.managed && point?.extended === true),
    immutable: found.managed && point !== undefined && isImmutable(point),
    sharedWith: [...found.sharedWith],
    diskIds: [...found.diskIds],
    imageIds: [...found.imageIds],
    bytesTotal: found.bytes,
  };
}

export const getSnapshotsFunction = defineFunction({
  token: "cloudbackup:ecs:getSnapshots",
  source: "ECS DescribeSnapshots; seed 001, retention period of snapshots",
  description:
    "Lists native snapshots of a machine, a disk or a recovery point, newest first: what ECS shows of them, and " +
    "beside it what Cloud Backup will do with them (A-37, A-40, A-41).",
  inputs,
  outputs,
  call: async (context, { instanceId, diskId, recoveryPointId, limit }) => {
    if (instanceId === undefined && diskId === undefined && recoveryPointId === undefined) {
      const message = "instanceId, diskId or recoveryPointId is needed";
      throw apiRefusal("MissingParameter", "instanceId", message, "name the machine, the disk or the point");
    }
    await requireKnownMachine(context, instanceId);
    const snapshots = await listSnapshots(context, {
      instanceId: instanceId ?? null,
      diskId: diskId ?? null,
      recoveryPointId: recoveryPointId ?? null,
    });
    const given = snapshots.slice(0, limit).map((found) => toSnapshot(found, context.now));
    return { snapshots: given, total: snapshots.length };
  },
});
