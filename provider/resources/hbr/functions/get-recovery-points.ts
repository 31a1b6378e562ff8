import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { detailOfPoint, isImmutable } from "../../../engine/alibaba/backup";
import type { GroupPoint } from "../../../engine/alibaba/group-point";
import { type ListedPoint, listPoints, type PointStatus } from "../../../engine/alibaba/point-list";
import type { Reason } from "../../../engine/alibaba/rule";
import { type NativeSnapshot, snapshotIdsOf } from "../../../engine/alibaba/snapshot";
import { isoTime } from "../../../engine/core/time";
import { consistencyLevel, reasonOutput, toReasonOutput } from "../../shared/consistency";
import { copyOutput, toCopyOutput } from "../../shared/copy-output";
import {
  createdShape,
  limitInput,
  momentOf,
  requireKnownMachine,
  requireOne,
  secondsOf,
  sourceFilterShape,
} from "../../shared/listing";

const inputs = z.strictObject({
  ...sourceFilterShape,
  ...createdShape,
  consistentLevel: consistencyLevel
    .optional()
    .meta({ description: "Only points of this level. Default: any. Source: HBR DescribeUdmSnapshots, detail." }),
  limit: limitInput("points"),
});

const diskPoint = z
  .object({
    recoveryPointId: z.string().meta({ description: "Id of the disk's point: what hbr:Restore takes for one disk." }),
    diskId: z.string().meta({ description: "The disk." }),
    bytesTotal: z.number().meta({ description: "Bytes that were read of the disk.", units: "bytes" }),
    nativeSnapshotId: z
      .string()
      .optional()
      .meta({ description: "Its snapshot in ECS; absent once somebody deleted it there (A-39)." }),
    expireTime: z
      .string()
      .optional()
      .meta({ description: "When the snapshot expires, ISO 8601 in UTC; absent: never, or it is gone (A-40)." }),
  })
  .meta({ typeName: "DiskPoint", description: "One disk of a recovery point." });

const status = z.enum(["RUNNING", "COMPLETE", "PARTIAL_COMPLETE"] satisfies PointStatus[]).meta({
  typeName: "PointStatus",
  valueDescriptions: {
    RUNNING: "Its job still runs.",
    COMPLETE: "It can be restored.",
    PARTIAL_COMPLETE: "A snapshot was deleted through ECS: it can't be restored (A-39).",
  },
});

const archiveStatus = z.enum(["STANDARD", "ARCHIVED"]).meta({
  typeName: "ArchiveStatus",
  valueDescriptions: { STANDARD: "In the standard tier.", ARCHIVED: "In the archive tier; a restore takes longer." },
});

const recoveryPoint = z
  .object({
    recoveryPointId: z.string().meta({ description: "Id of the point, s-…." }),
    jobId: z.string().meta({ description: "The job that made it." }),
    instanceId: z.string().meta({ description: "The machine." }),
    protectionId: z.string().optional().meta({ description: "What made it; absent for a manual backup." }),
    policyId: z.string().optional().meta({ description: "The policy of that time; absent for a manual backup." }),
    groupPointId: z.string().optional().meta({ description: "The group's point that it is a part of (A-58)." }),
    createdTime: z.string().meta({ description: "The moment that it holds, ISO 8601 in UTC." }),
    expireTime: z.string().optional().meta({ description: "When it expires, ISO 8601 in UTC; absent: never." }),
    status: status.meta({ description: "What it is now." }),
    consistentLevel: consistencyLevel.meta({ description: "The consistency that it has." }),
    groupKind: z.string().meta({ description: "GROUP, MIXED or DISK: how its snapshots belong together (A-20)." }),
    reasons: z.array(reasonOutput).meta({ description: "Every rule that was not met when it was made." }),
    immutable: z.boolean().meta({ description: "Whether nobody can delete it before its expiry (A-43)." }),
    extended: z.boolean().meta({ description: "Whether its retention was extended (A-38, A-56)." }),
    advancedRetentionType: z
      .string()
      .optional()
      .meta({ description: "DAILY, WEEKLY, MONTHLY or YEARLY: the rule that keeps it longer than the others (A-36)." }),
    archiveStatus: archiveStatus
      .optional()
      .meta({ description: "The tier it is in; absent where nothing is archived (A-48)." }),
    archiveTime: z
      .string()
      .optional()
      .meta({ description: "When it goes to the archive tier, ISO 8601 in UTC; absent where nothing is archived." }),
    bytesTotal: z.number().meta({ description: "Bytes that were read of all its disks.", units: "bytes" }),
    diskPoints: z.array(diskPoint).meta({ description: "Its disks, system disk first." }),
    replicas: z.array(copyOutput).meta({ description: "Its copies in other regions, in the order of their ids." }),
  })
  .meta({ typeName: "RecoveryPoint", description: "A recovery point of one machine (DescribeUdmSnapshots)." });

const groupPoint = z
  .object({
    groupPointId: z.string().meta({ description: "Id of the group's point, gs-…." }),
    groupId: z.string().meta({ description: "The consistency group." }),
    protectionId: z.string().optional().meta({ description: "What made it; absent for a manual backup." }),
    jobId: z.string().meta({ description: "The group's job." }),
    createdTime: z.string().meta({ description: "The moment that it holds, ISO 8601 in UTC." }),
    expireTime: z.string().optional().meta({ description: "When it expires, ISO 8601 in UTC; absent: never." }),
    extended: z.boolean().meta({ description: "Whether its retention was extended (A-38)." }),
    recoveryPointIds: z.array(z.string()).meta({ description: "The points of its machines when it was made." }),
  })
  .meta({ typeName: "GroupPoint", description: "What one backup of a consistency group left (A-58)." });

const outputs = z.object({
  recoveryPoints: z.array(recoveryPoint).meta({ description: "The points, newest first, as many as limit says." }),
  total: z.int().meta({ description: "How many points there are without the limit." }),
  groupPoints: z.array(groupPoint).meta({
    description:
      "Points of consistency groups, newest first: with groupId those of the group, otherwise those that the points " +
      "are parts of.",
  }),
});

function toDiskPoints({ point, snapshots }: ListedPoint): z.output<typeof diskPoint>[] {
  const { diskBytes } = detailOfPoint(point);
  const known = new Map<string, NativeSnapshot>(snapshots.map((snapshot) => [snapshot.id, snapshot]));
  return snapshotIdsOf(point).map((id, index) => {
    const snapshot = known.get(id);
    return {
      recoveryPointId: id,
      diskId: point.diskIds[index] ?? "",
      bytesTotal: diskBytes[index] ?? 0,
      ...(snapshot === undefined ? {} : { nativeSnapshotId: snapshot.id }),
      ...momentOf("expireTime", snapshot?.expireTime),
    };
  });
}

function toPoint(listed: ListedPoint, now: number): z.output<typeof recoveryPoint> {
  const { point } = listed;
  const { groupPointId, advancedRetentionType, archiveTime } = detailOfPoint(point);
  return {
    recoveryPointId: point.id,
    jobId: point.jobId,
    instanceId: point.instanceId,
    ...(point.protectionId === null ? {} : { protectionId: point.protectionId }),
    ...(point.policyId === null ? {} : { policyId: point.policyId }),
    ...(groupPointId === undefined ? {} : { groupPointId }),
    createdTime: isoTime(point.createTime),
    ...momentOf("expireTime", point.expireTime),
    status: listed.status,
    consistentLevel: point.level as z.output<typeof consistencyLevel>,
    groupKind: point.groupKind,
    reasons: (point.reasons as unknown as readonly Reason[]).map(toReasonOutput),
    immutable: isImmutable(point),
    extended: point.extended,
    ...(advancedRetentionType === undefined || advancedRetentionType === null ? {} : { advancedRetentionType }),
    ...(archiveTime === undefined ? {} : { archiveStatus: archiveTime <= now ? "ARCHIVED" : "STANDARD" }),
    ...momentOf("archiveTime", archiveTime),
    bytesTotal: point.bytesTotal,
    diskPoints: toDiskPoints(listed),
    replicas: listed.replicas.map((replica) => toCopyOutput(replica, now)),
  };
}

function toGroupPoint(point: GroupPoint): z.output<typeof groupPoint> {
  return {
    groupPointId: point.id,
    groupId: point.groupId,
    ...(point.protectionId === null ? {} : { protectionId: point.protectionId }),
    jobId: point.jobId,
    createdTime: isoTime(point.createTime),
    ...momentOf("expireTime", point.expireTime),
    extended: point.extended,
    recoveryPointIds: [...point.recoveryPointIds],
  };
}

export const getRecoveryPointsFunction = defineFunction({
  token: "cloudbackup:hbr:getRecoveryPoints",
  source: "HBR DescribeUdmSnapshots",
  description:
    "Lists recovery points with their consistency, expiry, disks and copies, newest first (the API's " +
    "DescribeUdmSnapshots).",
  inputs,
  outputs,
  call: async (context, properties) => {
    const { instanceId, groupId, protectionId, createdAfter, createdBefore, limit } = properties;
    requireOne({ instanceId, groupId, protectionId }, { isNeeded: false });
    await requireKnownMachine(context, instanceId);
    const { points, total, groupPoints } = await listPoints(context, {
      instanceId: instanceId ?? null,
      groupId: groupId ?? null,
      protectionId: protectionId ?? null,
      createdAfter: createdAfter === undefined ? null : secondsOf(createdAfter),
      createdBefore: createdBefore === undefined ? null : secondsOf(createdBefore),
      level: properties.consistentLevel ?? null,
      limit,
    });
    return {
      recoveryPoints: points.map((point) => toPoint(point, context.now)),
      total,
      groupPoints: groupPoints.map(toGroupPoint),
    };
  },
});
