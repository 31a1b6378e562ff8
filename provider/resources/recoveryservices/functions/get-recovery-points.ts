import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { itemOf, vaultOf } from "../../../engine/azure/arm-id";
import { listPoints } from "../../../engine/azure/point-list";
import { tierDetailsAt, tierWordAt, tierWords } from "../../../engine/azure/point-tier";
import { disksOfPoint, excludedDisksOf, type PointDisk, type VaultPoint } from "../../../engine/azure/recovery-point";
import { recoveryPointTypeOf } from "../../../engine/azure/recovery-point-type";
import type { Reason } from "../../../engine/azure/rule";
import { openSource } from "../../../engine/azure/vault-source";
import { isoTime } from "../../../engine/core/time";
import type { QueryContext } from "../../../engine/engine";
import { consistencyLevel, reasonOutput, toReasonOutput } from "../../shared/consistency";
import { createdShape, limitInput, momentOf, secondsOf } from "../../shared/listing";
import { pointTier } from "../../shared/point-tier";
import { recoveryPointType } from "../../shared/recovery-point-type";
import { toVaultSource, vaultSourceShape } from "../../shared/vault-source";

const inputs = z.strictObject({
  ...vaultSourceShape,
  ...createdShape,
  level: consistencyLevel.optional().meta({ description: "Only points of this level. Default: any. Source: ENGINE." }),
  tier: pointTier
    .optional()
    .meta({ description: "Only points that are in this tier now (Z-23). Default: any. Source: ENGINE." }),
  limit: limitInput("points"),
});

const pointDisk = z
  .object({
    lun: z.int().meta({ description: "Its LUN; -1 is the OS disk." }),
    name: z.string().meta({ description: "Its name." }),
    sizeGiB: z.number().optional().meta({ description: "Its size, GiB; absent: unknown.", units: "GiB" }),
    encrypted: z.boolean().meta({ description: "Whether it is encrypted." }),
    bytes: z.number().meta({ description: "Bytes that were read of it; 0 for one that was left out.", units: "bytes" }),
  })
  .meta({ typeName: "RecoveryPointDisk", description: "A disk in a recovery point, or left out of it." });

const tierDetail = z
  .object({
    type: pointTier.meta({ description: "The tier." }),
    status: z
      .enum(["Valid", "Deleted"])
      .meta({
        typeName: "RecoveryPointTierStatus",
        valueDescriptions: { Valid: "The data is there.", Deleted: "Somebody deleted the data." },
      })
      .meta({ description: "How it is there." }),
  })
  .meta({ typeName: "RecoveryPointTierDetail", description: "A tier that a point is in at this moment (Z-23)." });

const diskConfiguration = z
  .object({
    numberOfDisksAttachedToVm: z.int().meta({ description: "Disks of the machine when it was backed up." }),
    numberOfDisksIncludedInBackup: z.int().meta({ description: "Disks in the point." }),
    includedDiskList: z.array(pointDisk).meta({ description: "The disks in it: what can be restored (Z-35)." }),
    excludedDiskList: z.array(pointDisk).meta({ description: "The disks that were left out (Z-26)." }),
  })
  .meta({ typeName: "RecoveryPointDiskConfiguration", description: "Which disks a point holds." });

const recoveryPoint = z
  .object({
    recoveryPointId: z.string().meta({ description: "ARM id of the point: what recoveryservices:Restore takes." }),
    itemId: z.string().meta({ description: "ARM id of the protected item." }),
    vaultId: z.string().meta({ description: "ARM id of the vault." }),
    vmId: z.string().meta({ description: "ARM id of the machine." }),
    jobId: z.string().meta({ description: "ARM id of the job that made it." }),
    recoveryPointTime: z.string().meta({ description: "The moment that it holds, ISO 8601 in UTC." }),
    recoveryPointType: recoveryPointType.meta({ description: "Its consistency, in Azure's word." }),
    level: consistencyLevel.meta({ description: "The same, in the word of both clouds." }),
    reasons: z.array(reasonOutput).meta({ description: "Every rule that was not met when it was made." }),
    tier: z
      .enum(tierWords)
      .meta({
        typeName: "RecoveryPointTierWord",
        valueDescriptions: {
          Snapshot: "Only a snapshot.",
          "Snapshot and vault": "Both.",
          Vault: "Only in the vault.",
          Archive: "Only in the archive.",
        },
      })
      .meta({ description: "Where it is at this moment, as the portal says it. Source: seed 004, vault tier (Z-23)." }),
    recoveryPointTierDetails: z.array(tierDetail).meta({ description: "The same by tier, the quickest first." }),
    ruleName: z
      .string()
      .meta({ description: "Which retention keeps it: Daily, Weekly, Monthly, Yearly, OnDemand or Snapshot (Z-27)." }),
    expiryTime: z.string().optional().meta({ description: "When it expires, ISO 8601 in UTC; absent: never (Z-33)." }),
    snapshotExpiryTime: z.string().meta({ description: "When it leaves the snapshot tier, ISO 8601 in UTC (Z-22)." }),
    vaultTime: z.string().optional().meta({
      description: "When it is in the vault, ISO 8601 in UTC; absent: it only ever is a snapshot (Z-25).",
    }),
    archiveTime: z.string().optional().meta({
      description: "When it goes to the archive, ISO 8601 in UTC; absent: never.",
    }),
    isSoftDeleted: z.boolean().meta({ description: "Whether it went with its item and can be undeleted (Z-29)." }),
    isRestorable: z.boolean().meta({ description: "Whether it is neither deleted nor soft-deleted. Source: ENGINE." }),
    bytesTotal: z.number().meta({ description: "Bytes that were read of all its disks.", units: "bytes" }),
    recoveryPointDiskConfiguration: diskConfiguration.meta({ description: "Its disks, OS disk first." }),
  })
  .meta({ typeName: "RecoveryPoint", description: "A recovery point of a vault (IaasVMRecoveryPoint)." });

const outputs = z.object({
  recoveryPoints: z.array(recoveryPoint).meta({ description: "The points, newest first, as many as limit says." }),
  total: z.int().meta({ description: "How many points there are without the limit." }),
});

/** What a list of points is told with beside the points: their items and jobs by row id. */
interface Beside {
  readonly items: ReadonlyMap<
    string,
    { readonly sourceResourceId: string; readonly deferredDeleteTime: number | null }
  >;
  readonly jobIds: ReadonlyMap<string, string>;
}

async function besides({ store }: QueryContext, points: readonly VaultPoint[]): Promise<Beside> {
  const items = await store.getMany("protectedItem", [...new Set(points.map(({ itemId }) => itemId))]);
  const jobs = await store.getMany("vaultJob", [...new Set(points.map(({ jobId }) => jobId))]);
  return {
    items: new Map(items.map((item) => [item.id, item])),
    jobIds: new Map(jobs.map(({ id, armId }) => [id, armId])),
  };
}

function toDisk({ sizeGiB, ...disk }: PointDisk): z.output<typeof pointDisk> {
  return { ...disk, ...(sizeGiB === null ? {} : { sizeGiB }) };
}

function toPoint(point: VaultPoint, { items, jobIds }: Beside, now: number): z.output<typeof recoveryPoint> {
  const level = consistencyLevel.parse(point.level);
  const item = items.get(point.itemId);
  const isSoftDeleted = item !== undefined && item.deferredDeleteTime !== null;
  const included = disksOfPoint(point);
  const excluded = excludedDisksOf(point);
  return {
    recoveryPointId: point.armId,
    itemId: itemOf(point.armId),
    vaultId: vaultOf(point.armId),
    vmId: item?.sourceResourceId ?? point.vmId,
    jobId: jobIds.get(point.jobId) ?? point.jobId,
    recoveryPointTime: isoTime(point.createTime),
    recoveryPointType: recoveryPointTypeOf(level),
    level,
    reasons: (point.reasons as unknown as readonly Reason[]).map(toReasonOutput),
    tier: tierWordAt(point, now),
    recoveryPointTierDetails: tierDetailsAt(point, now).map((detail) => ({ ...detail })),
    ruleName: point.ruleName,
    ...momentOf("expiryTime", point.expireTime),
    snapshotExpiryTime: isoTime(point.snapshotUntil),
    ...momentOf("vaultTime", point.vaultTime),
    ...momentOf("archiveTime", point.archiveTime),
    isSoftDeleted,
    isRestorable: !point.damaged && !isSoftDeleted,
    bytesTotal: point.bytesTotal,
    recoveryPointDiskConfiguration: {
      numberOfDisksAttachedToVm: included.length + excluded.length,
      numberOfDisksIncludedInBackup: included.length,
      includedDiskList: included.map(toDisk),
      excludedDiskList: excluded.map(toDisk),
    },
  };
}

export const getVaultRecoveryPointsFunction = defineFunction({
  token: "cloudbackup:recoveryservices:getRecoveryPoints",
  source: "RecoveryPoints_List",
  description:
    "Lists recovery points of a vault with their consistency, tiers, expiry and disks at this moment, newest first. " +
    "Takes a caller who may read the vault (Z-20).",
  inputs,
  outputs,
  call: async (context, properties) => {
    const { createdAfter, createdBefore, level, tier, limit } = properties;
    const source = await openSource(context, { source: toVaultSource(properties), operation: "RecoveryPoints_List" });
    const { points, total } = await listPoints(context, {
      ...source,
      level: level ?? null,
      tier: tier ?? null,
      createdAfter: createdAfter === undefined ? null : secondsOf(createdAfter),
      createdBefore: createdBefore === undefined ? null : secondsOf(createdBefore),
      limit,
    });
    const beside = await besides(context, points);
    return { recoveryPoints: points.map((point) => toPoint(point, beside, context.now)), total };
  },
});
