import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { type CheckScope, defineResource, type Status } from "../../definition/resource";
import type { PropertyMap } from "../../definition/value";
import { readerRefusals, requireReader } from "../../engine/azure/access";
import { armIdPattern, armKey, guidOf, jobIdOf, nameOf, vaultOf } from "../../engine/azure/arm-id";
import { normaliseLocation } from "../../engine/azure/catalogue";
import { disksOfPoint, findPoint } from "../../engine/azure/recovery-point";
import { recoveryPointTypeOf } from "../../engine/azure/recovery-point-type";
import {
  assessRestore,
  createRestore,
  findRestore,
  removeRestore,
  type VaultRestore,
} from "../../engine/azure/restore";
import { rehydrationPriorities } from "../../engine/azure/restore-duration";
import {
  canonicalRequest,
  type RequestId,
  type RestoreInput,
  recoveryTypes,
  requestIds,
} from "../../engine/azure/restore-request";
import { highestLun, osDiskLun } from "../../engine/azure/virtual-machine";
import { counted } from "../../engine/core/counted";
import { readableTime } from "../../engine/core/time";
import type { QueryContext } from "../../engine/engine";
import { consistencyLevel } from "../shared/consistency";
import { reasonWarning, refusalFinding } from "../shared/finding";
import { onDestroy } from "../shared/on-destroy";
import { pointTier } from "../shared/point-tier";
import { recoveryPointType } from "../shared/recovery-point-type";

const replaceOnChanges = "a restore that was made is history: another one is made";

/** An id of the request, whose shape the engine knows. */
function requestId(name: RequestId) {
  const { pattern, words } = requestIds[name];
  return z.string().regex(pattern, words);
}

const inputs = z.strictObject({
  recoveryPointId: requestId("recoveryPointId").meta({
    description:
      "ARM id of the point. Unknown, expired, deleted and soft-deleted ones are refused with their story (Z-27, " +
      "Z-29, Z-37). Source: Restores_Trigger, recoveryPointId.",
    replaceOnChanges,
  }),
  recoveryType: z
    .enum(recoveryTypes)
    .meta({
      typeName: "RecoveryType",
      valueDescriptions: {
        OriginalLocation: "The machine itself gets the point's disks in place of its own.",
        AlternateLocation: "A new machine.",
        RestoreDisks: "New disks, to be attached where they are needed.",
      },
    })
    .meta({
      description:
        "What comes back. Of a point that leaves disks out only RestoreDisks is offered (Z-26). Source: " +
        "Restores_Trigger, recoveryType.",
      replaceOnChanges,
    }),
  restoreDiskLunList: z
    .array(z.int().min(osDiskLun).max(highestLun))
    .optional()
    .meta({
      description:
        "RestoreDisks: LUNs of the disks that come back, -1 is the OS disk; all of them must be in the point (Z-35). " +
        "Default: all of the point. Source: Restores_Trigger, restoreDiskLunList.",
      set: true,
      replaceOnChanges,
    }),
  region: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        "Cross-region restore: the paired region of a GeoRedundant vault with crossRegionRestore; reads the vault " +
        "tier. Default: the vault's location. Source: Restores_Trigger, region.",
      replaceOnChanges,
    }),
  targetVirtualMachineId: requestId("targetVirtualMachineId")
    .optional()
    .meta({
      description:
        "AlternateLocation: ARM id of the machine that is made; there must be none of that id. Source: " +
        "Restores_Trigger, targetVirtualMachineId.",
      replaceOnChanges,
    }),
  targetResourceGroupId: requestId("targetResourceGroupId")
    .optional()
    .meta({
      description:
        "RestoreDisks: ARM id of the resource group that gets the disks. AlternateLocation: the group of the new " +
        "machine, by default that of targetVirtualMachineId. Source: Restores_Trigger, targetResourceGroupId.",
      replaceOnChanges,
    }),
  virtualNetworkId: requestId("virtualNetworkId").optional().meta({
    description: "AlternateLocation: the network of the new machine. Source: Restores_Trigger, virtualNetworkId.",
    replaceOnChanges,
  }),
  subnetId: requestId("subnetId").optional().meta({
    description: "AlternateLocation: a subnet of virtualNetworkId. Source: Restores_Trigger, subnetId.",
    replaceOnChanges,
  }),
  storageAccountId: requestId("storageAccountId").meta({
    description:
      "ARM id of the storage account where the service stages the restore. Source: Restores_Trigger, " +
      "storageAccountId.",
    replaceOnChanges,
  }),
  rehydrationPriority: z
    .enum(rehydrationPriorities)
    .meta({
      typeName: "RehydrationPriority",
      valueDescriptions: { Standard: "Up to 15 hours.", High: "Up to 1 hour." },
    })
    .optional()
    .meta({
      description:
        "How urgently a point comes back from the archive; needed when it is there. Source: Restores_Trigger, " +
        "recoveryPointRehydrationInfo.rehydrationPriority.",
      replaceOnChanges,
    }),
  onDestroy: onDestroy.meta({
    description:
      "What destroy does to a machine that was made; what was replaced, and disks, stay. Default: retain. " +
      "Source: ENGINE.",
  }),
});

const restoredDisk = z
  .object({
    lun: z.int().meta({ description: "Its LUN in the point; -1 is the OS disk." }),
    name: z.string().meta({ description: "The name of the disk that was backed up." }),
    sizeGiB: z.number().optional().meta({ description: "Its size, GiB; absent: unknown.", units: "GiB" }),
    diskId: z.string().optional().meta({ description: "ARM id of the new disk; absent for OriginalLocation." }),
  })
  .meta({ typeName: "RestoredDisk", description: "A disk that came back." });

const outputs = z.object({
  jobId: z.string().meta({ description: "ARM id of the restore job." }),
  tier: pointTier.meta({
    description: "The tier that is read: the snapshot while the point has it, else the vault, else the archive (Z-35).",
  }),
  durationSeconds: z.int().meta({
    description: "How long the restore takes once it can start, seconds, rehydration included (Z-35). Source: ENGINE.",
    units: "seconds",
  }),
  vmId: z.string().optional().meta({
    description: "ARM id of the machine with the data: the new one, or the one taken back; absent for RestoreDisks.",
  }),
  diskIds: z.array(z.string()).meta({ description: "ARM ids of the new disks; empty for OriginalLocation." }),
  restoredDisks: z.array(restoredDisk).meta({ description: "The disks that come back, OS disk first." }),
  achievedLevel: consistencyLevel.meta({ description: "The consistency of the data: its point's." }),
  recoveryPointType: recoveryPointType.meta({ description: "The same in Azure's word." }),
});

type Inputs = z.output<typeof inputs>;

function toInput(id: string, properties: Inputs): RestoreInput {
  const { recoveryType, restoreDiskLunList: luns } = properties;
  return {
    id,
    recoveryPointId: properties.recoveryPointId,
    recoveryType,
    restoreDiskLunList: luns === undefined ? null : [...luns],
    region: properties.region ?? null,
    targetVirtualMachineId: properties.targetVirtualMachineId ?? null,
    targetResourceGroupId: properties.targetResourceGroupId ?? null,
    virtualNetworkId: properties.virtualNetworkId ?? null,
    subnetId: properties.subnetId ?? null,
    storageAccountId: properties.storageAccountId,
    rehydrationPriority: properties.rehydrationPriority ?? null,
  };
}

/** The inputs that a restore was asked for with. */
function toInputs(restore: VaultRestore, old: Inputs | undefined): Inputs {
  const { id: _id, ...asked } = restore.target as unknown as RestoreInput;
  const given = Object.entries(asked).filter(([, value]) => value !== null);
  return inputs.parse({ ...Object.fromEntries(given), onDestroy: old?.onDestroy ?? "retain" });
}

function toOutputs(restore: VaultRestore): z.output<typeof outputs> {
  const achievedLevel = consistencyLevel.parse(restore.level);
  const { vmIds, diskIds } = restore;
  const [vmId] = vmIds;
  return {
    jobId: restore.jobId,
    tier: pointTier.parse(restore.tier),
    durationSeconds: restore.completeTime - restore.startTime,
    ...(vmId === undefined ? {} : { vmId }),
    diskIds: [...diskIds],
    restoredDisks: disksOfPoint(restore).map(({ lun, name, sizeGiB }, index) => {
      const diskId = diskIds[index];
      return { lun, name, ...(sizeGiB === null ? {} : { sizeGiB }), ...(diskId === undefined ? {} : { diskId }) };
    }),
    achievedLevel,
    recoveryPointType: recoveryPointTypeOf(achievedLevel),
  };
}

/** ARM compares ids without case, and a location by either of its names. */
function comparable(given: PropertyMap): PropertyMap {
  const ids = Object.keys(requestIds).flatMap((name) => {
    const value = given[name];
    return typeof value === "string" ? [[name, armKey(value)] as const] : [];
  });
  const { region } = given;
  const place = typeof region === "string" ? [["region", normaliseLocation(region)] as const] : [];
  return { ...given, ...Object.fromEntries([...ids, ...place]) };
}

/** A restore that was made already is not judged anew: its point may have expired since. */
async function check(properties: Inputs, { context, old }: CheckScope<Inputs>): Promise<Finding[]> {
  const input = toInput("", properties);
  if (old !== undefined && canonicalRequest(toInput("", old)) === canonicalRequest(input)) {
    const asked = { vaultId: vaultOf(input.recoveryPointId), operation: "JobDetails_Get" };
    return (await readerRefusals(context, asked)).map(refusalFinding);
  }
  const { refusals, warnings } = await assessRestore(context, input);
  return [...refusals.map(refusalFinding), ...warnings.map((why) => reasonWarning("recoveryPointId", why))];
}

const tierNames: Readonly<Record<z.output<typeof pointTier>, string>> = {
  InstantRP: "its snapshot",
  HardenedRP: "the vault",
  ArchivedRP: "the archive",
};

/** What the restore will do, from when, and how fast: `sets 2 disks of db back to …, read from the vault in 6 min`. */
async function statusOf(context: QueryContext, id: string): Promise<Status | undefined> {
  const restore = await findRestore(context, id);
  if (restore === undefined) return undefined;
  const { recoveryType, recoveryPointId } = restore.target as unknown as RestoreInput;
  const [vmId] = restore.vmIds;
  const machine = vmId === undefined ? "" : nameOf(vmId);
  const disks = counted(disksOfPoint(restore).length, "disk");
  const point = await findPoint(context, recoveryPointId);
  const origin = point === undefined ? "its point" : readableTime(point.createTime);
  const what: Readonly<Record<RestoreInput["recoveryType"], string>> = {
    OriginalLocation: `sets ${disks} of ${machine} back to ${origin}`,
    AlternateLocation: `makes machine ${machine} as of ${origin}`,
    RestoreDisks: `makes ${disks} as of ${origin}`,
  };
  const minutes = Math.ceil((restore.completeTime - restore.startTime) / 60);
  const time = minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
  return {
    line: `${what[recoveryType]}, read from ${tierNames[pointTier.parse(restore.tier)]} in ${time}`,
    warnings: [],
  };
}

export const vaultRestoreResource = defineResource({
  token: "cloudbackup:recoveryservices:Restore",
  source: "Restores_Trigger",
  description:
    "A restore from a recovery point of a vault: the machine's disks replaced, a new machine, or new disks, also in " +
    "the paired region (Z-35). It runs once, when the resource is created; every change makes another one. A machine " +
    "that it makes is not protected: add a recoveryservices:ProtectedItem for it.",
  inputs,
  outputs,
  importId: {
    pattern: armIdPattern("/providers/Microsoft\\.RecoveryServices/vaults/[^/]+/backupJobs/[^/]+"),
    example:
      "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/backup/providers/" +
      "Microsoft.RecoveryServices/vaults/vault/backupJobs/01234567-89ab-cdef-0123-456789abcdef",
  },
  stables: [
    "jobId",
    "tier",
    "durationSeconds",
    "vmId",
    "diskIds",
    "restoredDisks",
    "achievedLevel",
    "recoveryPointType",
  ],
  id: ({ recoveryPointId }, hash) => jobIdOf(vaultOf(recoveryPointId), guidOf("restore", hash)),
  comparable,
  check,
  create: async (context, { id }, properties) => toOutputs(await createRestore(context, toInput(id, properties))),
  read: async (context, id, old) => {
    const restore = await findRestore(context, id);
    if (restore === undefined) return undefined;
    await requireReader(context, { vaultId: restore.vaultId, operation: "JobDetails_Get" });
    return { id: restore.jobId, inputs: toInputs(restore, old), outputs: toOutputs(restore) };
  },
  status: statusOf,
  update: async (context, { id }) => toOutputs((await findRestore(context, id)) as VaultRestore),
  delete: (context, id, { onDestroy: fate }) => removeRestore(context, { id, deleteMade: fate === "delete" }),
});
