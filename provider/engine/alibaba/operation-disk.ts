import type { Json } from "../../store/tables";
import { recordDeath } from "../core/incarnation";
import {
  boolean,
  choice,
  defineCommand,
  defineQuery,
  integer,
  list,
  number,
  required,
  text,
  withoutNulls,
} from "../core/operation";
import type { CommandContext } from "../engine";
import { type Disk, sortDisks } from "./fact";
import { attachDisk, removeDisk, requireMachine } from "./machine";
import { freshId, pageOf, pagingParameters } from "./operation-common";
import { apiRefusal } from "./rule";

const categories = [
  "cloud",
  "cloud_efficiency",
  "cloud_ssd",
  "cloud_essd",
  "cloud_auto",
  "cloud_essd_entry",
  "cloud_regional_disk_auto",
  "elastic_ephemeral_disk_standard",
  "elastic_ephemeral_disk_premium",
  "local_ssd_pro",
  "local_hdd_pro",
  "ephemeral",
  "ephemeral_ssd",
] as const;

function diskRecord(disk: Disk): Json {
  return withoutNulls({
    DiskId: disk.id,
    InstanceId: disk.instanceId,
    Type: disk.type,
    Category: disk.category,
    PerformanceLevel: disk.performanceLevel,
    Size: disk.sizeGiB,
    Device: disk.device,
    Encrypted: disk.encrypted,
    KMSKeyId: disk.kmsKeyId,
    MultiAttach: disk.multiAttach,
    ZoneId: disk.zoneId,
    RegionId: disk.regionId,
    fileSystem: disk.fileSystem,
    usedGiB: disk.usedGiB,
    AutoSnapshotPolicyId: disk.autoSnapshotPolicyId,
  });
}

const describeDisks = defineQuery({
  name: "DescribeDisks",
  product: "ecs",
  description: "Lists disks; the answer can be an inventory.",
  parameters: {
    InstanceId: text("Only disks of this machine. Default: all."),
    DiskIds: list('Only these disks, ["d-…"]. Default: all.'),
    ...pagingParameters,
  },
  call: async ({ store, settings }, { InstanceId, DiskIds, ...paging }) => {
    const filter = { released: false, ...(InstanceId === undefined ? {} : { instanceId: InstanceId }) };
    const disks = (await store.find("disk", filter)).filter(
      (disk) => disk.account === settings.account && (DiskIds === undefined || DiskIds.includes(disk.id)),
    );
    const { page, paging: told } = pageOf(sortDisks(disks), paging);
    return { ...told, Disks: { Disk: page.map(diskRecord) } };
  },
});

async function requireFreeId(context: CommandContext, diskId: string): Promise<void> {
  const taken = await context.store.get("disk", diskId);
  if (!/^d-[A-Za-z0-9-]+$/.test(diskId)) {
    throw apiRefusal("InvalidDiskId.Malformed", "DiskId", `"${diskId}" is no id of a disk`, "ids look like d-bp1abc");
  }
  if (taken === undefined || taken.released) return;
  const message = `disk ${diskId} is attached to ${taken.instanceId} already`;
  throw apiRefusal("IncorrectDiskStatus", "DiskId", message, "detach it first (DetachDisk), or choose another id");
}

const attachDiskOperation = defineCommand({
  name: "AttachDisk",
  product: "ecs",
  description: "Makes a data disk and attaches it; the engine keeps no disks without a machine.",
  parameters: {
    InstanceId: required(text("The machine, i-….")),
    DiskId: text("Id of the disk, d-…. Default: made by the engine."),
    Category: choice(categories, `One of ${categories.join(", ")}. Default: cloud_essd.`),
    PerformanceLevel: choice(["PL0", "PL1", "PL2", "PL3"], "PL0 to PL3, of an ESSD. Default: PL1."),
    Size: integer("GiB, 1 to 65536. Default: 40."),
    Device: text("Device name in the guest. Default: made by the engine."),
    Encrypted: boolean("Default: false."),
    KMSKeyId: text("Key of an encrypted disk."),
    MultiAttach: choice(["Disabled", "Enabled"], "Whether several machines may attach it. Default: Disabled."),
    fileSystem: text("The engine's own: its file system (A-06). Default: ext4."),
    usedGiB: number("The engine's own: how much of it is used. Default: half."),
  },
  call: async (context, given) => {
    const machine = await requireMachine(context, given.InstanceId, "InstanceId");
    const { Size = 40, Category = "cloud_essd" } = given;
    if (Size < 1 || Size > 65_536) {
      throw apiRefusal("InvalidParameter.Size", "Size", `--Size is ${Size}`, "give 1 to 65536 GiB");
    }
    if (given.DiskId !== undefined) await requireFreeId(context, given.DiskId);
    const id = given.DiskId ?? (await freshId(context, "disk", "d", machine.id));
    await attachDisk(context, {
      id,
      account: context.settings.account,
      instanceId: machine.id,
      type: "data",
      category: Category,
      performanceLevel: given.PerformanceLevel ?? (Category === "cloud_essd" ? "PL1" : null),
      sizeGiB: Size,
      fileSystem: given.fileSystem ?? "ext4",
      encrypted: given.Encrypted ?? false,
      kmsKeyId: given.KMSKeyId ?? null,
      multiAttach: given.MultiAttach ?? "Disabled",
      usedGiB: given.usedGiB ?? null,
      device: given.Device ?? `/dev/xvd-${id.slice(2, 8)}`,
      zoneId: machine.zoneId,
      regionId: machine.regionId,
    });
    return { DiskId: id };
  },
});

const detachDisk = defineCommand({
  name: "DetachDisk",
  product: "ecs",
  description: "Detaches a data disk and forgets it, but for its points; no disk is kept without a machine.",
  parameters: { InstanceId: required(text("The machine, i-….")), DiskId: required(text("The disk, d-….")) },
  call: async (context, { InstanceId, DiskId }) => {
    const machine = await requireMachine(context, InstanceId, "InstanceId");
    const disk = await context.store.get("disk", DiskId);
    if (disk === undefined || disk.released || disk.instanceId !== machine.id) {
      const attached = await context.store.find("disk", { instanceId: machine.id, released: false });
      const known = attached.map((each) => each.id);
      const message = `disk ${DiskId} is not attached to machine ${machine.id}`;
      throw apiRefusal("InvalidDiskId.NotFound", "DiskId", message, `attached are: ${known.join(", ")}`);
    }
    if (disk.type === "system") {
      const message = `disk ${DiskId} is the system disk of machine ${machine.id}`;
      throw apiRefusal("OperationDenied.SystemDisk", "DiskId", message, "detach data disks only");
    }
    await removeDisk(context, DiskId);
    await recordDeath(context, { resourceType: "cloudbackup:ecs:Disk", resourceId: DiskId });
    return {};
  },
});

/** Disks that are there, or the API's own error. */
async function requireDisks({ store, settings }: CommandContext, ids: readonly string[]): Promise<readonly Disk[]> {
  const disks = (await store.getMany("disk", ids)).filter(
    ({ account, released }) => account === settings.account && !released,
  );
  const missing = ids.filter((id) => !disks.some((disk) => disk.id === id));
  if (missing.length === 0) return disks;
  const message = `there is no disk ${missing.join(", ")}`;
  throw apiRefusal("InvalidDiskId.NotFound", "diskIds", message, "list them: cloudbackup call DescribeDisks");
}

const applyAutoSnapshotPolicy = defineCommand({
  name: "ApplyAutoSnapshotPolicy",
  product: "ecs",
  description:
    "Lets the snapshot service take snapshots of disks too, beside Cloud Backup: that is warned about (A-47).",
  parameters: {
    autoSnapshotPolicyId: required(text("The snapshot policy, sp-…; the engine knows nothing but its id.")),
    diskIds: required(list('The disks, ["d-…"].')),
  },
  call: async (context, { autoSnapshotPolicyId, diskIds }) => {
    const disks = await requireDisks(context, diskIds);
    await context.store.put(
      "disk",
      disks.map((disk) => ({ ...disk, autoSnapshotPolicyId })),
    );
    return {};
  },
});

const cancelAutoSnapshotPolicy = defineCommand({
  name: "CancelAutoSnapshotPolicy",
  product: "ecs",
  description: "Takes disks from the snapshot service's policies.",
  parameters: { diskIds: required(list('The disks, ["d-…"].')) },
  call: async (context, { diskIds }) => {
    const disks = await requireDisks(context, diskIds);
    await context.store.put(
      "disk",
      disks.map((disk) => ({ ...disk, autoSnapshotPolicyId: null })),
    );
    return {};
  },
});

export const diskOperations = [
  describeDisks,
  attachDiskOperation,
  detachDisk,
  applyAutoSnapshotPolicy,
  cancelAutoSnapshotPolicy,
];
