import type { Json } from "../../store/tables";
import { sha256Hex } from "../core/identifier";
import type { CommandContext } from "../engine";
import { armKey, machineIdOf, parseArmId } from "./arm-id";
import type { PointDisk, VaultPoint } from "./recovery-point";
import { disksOf, type MachineDisk, osDiskLun, type VirtualMachine } from "./virtual-machine";

/** The ARM id of a disk that a restore makes: known in advance, and another one in every restore. */
export function newDiskId(restoreId: string, groupId: string, vmName: string, lun: number): string {
  const kind = lun === osDiskLun ? "osdisk" : `datadisk-${lun}`;
  const suffix = sha256Hex(`${armKey(restoreId)}\n${lun}`).slice(0, 8);
  return `${groupId}/providers/Microsoft.Compute/disks/${vmName}-${kind}-${suffix}`;
}

/** The resource group's id of something that lies directly in one. */
export function groupIdOf(armId: string): string {
  return armId.replace(/\/providers\/.*$/i, "");
}

/** What a machine's name is, as far as its id tells. */
export function vmNameOf(vmId: string): string {
  return vmId.slice(vmId.lastIndexOf("/") + 1);
}

function restoredDisk({ lun, sizeGiB, encrypted }: PointDisk, name: string, usedGiB: number | null): MachineDisk {
  return { lun, name, sizeGiB, usedGiB, encrypted };
}

export interface NewMachine {
  readonly restoreId: string;
  readonly point: VaultPoint;
  readonly disks: readonly PointDisk[];
  readonly vmId: string;
  readonly location: string;
  /** The new disks' ids, in the order of `disks`. */
  readonly diskIds: readonly string[];
}

/** AlternateLocation: a machine with the data, running, and without the backup extension and tags of its source. */
export async function createMachine(context: CommandContext, made: NewMachine): Promise<void> {
  const { store, settings, now } = context;
  const { subscriptionId, resourceGroupName = "", name = "" } = parseArmId(made.vmId) ?? {};
  const source = await store.get("virtualMachine", made.point.vmId);
  const used = new Map(source === undefined ? [] : disksOf(source).map(({ lun, usedGiB }) => [lun, usedGiB]));
  const disks = made.disks.map((disk, index) =>
    restoredDisk(disk, vmNameOf(made.diskIds[index] ?? ""), used.get(disk.lun) ?? null),
  );
  const armId = machineIdOf({ subscriptionId: subscriptionId ?? settings.subscriptionId, resourceGroupName }, name);
  const machine: VirtualMachine = {
    id: armKey(armId),
    account: settings.account,
    armId,
    origin: `restore:${made.restoreId}`,
    vmName: name,
    resourceGroupName,
    location: made.location,
    osType: source?.osType ?? null,
    osName: source?.osName ?? null,
    deploymentModel: "Arm",
    powerState: "VM running",
    managedDisks: true,
    disks: disks as unknown as readonly Json[],
    guestAgent: source?.guestAgent ?? null,
    vssHealthy: source?.vssHealthy ?? null,
    extension: null,
    hostFile: source?.hostFile ?? "VALID",
    changeRatePercentPerDay: source?.changeRatePercentPerDay ?? null,
    released: false,
    inventoryHash: null,
    tags: {},
    createTime: now,
  };
  await store.put("virtualMachine", [machine]);
  await copyFramework(context, made.point.vmId, machine.id);
}

/** What lay on the OS disk lies there again. */
async function copyFramework({ store }: CommandContext, sourceId: string, id: string): Promise<void> {
  const framework = await store.get("scriptFramework", sourceId);
  if (framework !== undefined) await store.put("scriptFramework", [{ ...framework, id, urn: null }]);
}

/**
 * OriginalLocation: the machine has the disks that the point has, no more and no fewer. A disk that is there already
 * keeps its name (ENGINE), so that whoever declared the machine sees no other disk in its place.
 */
export async function replaceDisks(
  { store }: CommandContext,
  machine: VirtualMachine,
  disks: readonly PointDisk[],
): Promise<void> {
  const now = new Map(disksOf(machine).map((disk) => [disk.lun, disk]));
  const replaced = disks.map((disk) => {
    const known = now.get(disk.lun);
    return restoredDisk(disk, known?.name ?? disk.name, known?.usedGiB ?? null);
  });
  await store.put("virtualMachine", [{ ...machine, disks: replaced as unknown as readonly Json[] }]);
}
