import { z } from "zod";
import { defineResource } from "../../definition/resource";
import type { Disk } from "../../engine/alibaba/fact";
import { attachDisk, type DiskInput, removeDisk, requireMachine } from "../../engine/alibaba/machine";
import { hashOf } from "../../engine/core/identifier";
import type { CommandContext, QueryContext } from "../../engine/engine";
import { newDiskFindings } from "../hbr/unprotected-time";
import { diskCategory, diskShape } from "../shared/disk";
import { refusalFinding } from "../shared/finding";
import { readDisk } from "./instance";

const inputs = z.strictObject({
  instanceId: z.string().min(1).meta({
    description: "The machine that the disk is attached to; take it from ecs:Instance. Source: ECS AttachDisk.",
  }),
  ...diskShape,
  category: diskCategory.default("cloud_essd").meta({
    description: "Category of the disk. Default: cloud_essd. Source: ECS CreateDisk; A-05.",
    replaceOnChanges: "a disk's category is fixed when it is made",
  }),
  multiAttach: z
    .boolean()
    .default(false)
    .meta({
      description:
        "Whether several machines may attach the disk; such disks fit no snapshot-consistent group " +
        "(A-20). Default: false. Source: ECS CreateDisk.",
    }),
  device: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Device name in the guest. Default: given by the engine. Source: ECS AttachDisk." }),
});

const outputs = z.object({
  diskId: z.string().meta({ description: "Id of the disk, d-…." }),
  regionId: z.string().meta({ description: "Region of the disk: its machine's." }),
});

type Inputs = z.output<typeof inputs>;

async function put(context: CommandContext, id: string, properties: Inputs): Promise<z.output<typeof outputs>> {
  const machine = await requireMachine(context, properties.instanceId, "instanceId");
  const row: DiskInput = {
    id,
    account: context.settings.account,
    instanceId: properties.instanceId,
    type: "data",
    category: properties.category,
    performanceLevel: properties.performanceLevel ?? null,
    sizeGiB: properties.sizeGiB,
    fileSystem: properties.fileSystem,
    encrypted: properties.encrypted,
    kmsKeyId: properties.kmsKeyId ?? null,
    multiAttach: properties.multiAttach ? "Enabled" : "Disabled",
    usedGiB: properties.usedGiB ?? null,
    device: properties.device ?? standardDevice(id),
    zoneId: machine.zoneId,
    regionId: machine.regionId,
  };
  await attachDisk(context, row);
  return toOutputs(row);
}

/** The name of a disk to which the program gives none. */
function standardDevice(id: string): string {
  return `/dev/xvd-${hashOf(id).slice(0, 6)}`;
}

function toOutputs(disk: Pick<Disk, "id" | "regionId">): z.output<typeof outputs> {
  return { diskId: disk.id, regionId: disk.regionId };
}

async function find(context: QueryContext, id: string): Promise<Disk | undefined> {
  const disk = await context.store.get("disk", id);
  return disk?.account === context.settings.account && !disk.released ? disk : undefined;
}

export const diskResource = defineResource({
  token: "cloudbackup:ecs:Disk",
  source: "ECS DescribeDisks",
  description:
    "A simulated data disk of a machine. Protections of all disks cover it at once; local disks are " +
    "never backed up (A-21, A-22).",
  inputs,
  outputs,
  importId: { pattern: /^d-[A-Za-z0-9-]+$/, example: "d-bp1dbmysql00002" },
  stables: ["diskId"],
  id: (_inputs, hash) => `d-${hash.slice(0, 20)}`,
  check: async (properties, scope) => {
    try {
      await requireMachine(scope.context, properties.instanceId, "instanceId");
      const isNew = scope.old?.instanceId !== properties.instanceId;
      return isNew ? await newDiskFindings(scope, properties.instanceId) : [];
    } catch (error) {
      return [refusalFinding(error as Error)];
    }
  },
  create: (context, { id }, properties) => put(context, id, properties),
  read: async (context, id, old) => {
    const disk = await find(context, id);
    if (disk === undefined) return undefined;
    const isDeviceTold = old === undefined ? disk.device !== standardDevice(id) : old.device !== undefined;
    const told = {
      ...readDisk(disk),
      instanceId: disk.instanceId,
      multiAttach: disk.multiAttach === "Enabled" || disk.multiAttach === "LegacyShared",
      ...(disk.device !== null && isDeviceTold ? { device: disk.device } : {}),
    };
    return { inputs: inputs.parse(told), outputs: toOutputs(disk) };
  },
  update: (context, { id }, properties) => put(context, id, properties),
  delete: (context, id) => removeDisk(context, id),
});
