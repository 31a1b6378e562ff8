import type { Json } from "../../store/tables";
import { sha256Hex } from "../core/identifier";
import type { CommandContext } from "../engine";
import { armKey, nameOf, parseArmId } from "./arm-id";
import type { PointDisk, VaultPoint } from "./recovery-point";
import { disksOf, type MachineDisk, osDiskLun, putMachine, type VirtualMachine } from "./virtual-machine";

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

export interface NewMachine {
  readonly point: VaultPoint;
  readonly disks: readonly PointDisk[];
  readonly vmId: string;
  readonly location: string;
  /** The new disks' ids, in the order of `disks`. */
  readonly diskIds: readonly string[];
}

/** AlternateLocation: a machine with the data, running, and without the backup extension and tags of its source. */
export async function createMachine(context: CommandContext, made: NewMachine): Promise<void> {
  const { vmId: armId, point, location } = made;
  const source = await context.store.get("virtualMachine", point.vmId);
  const used = new Map(source === undefined ? [] : disksOf(source).map(({ lun, usedGiB }) => [lun, usedGiB]));
  const machine = await putMachine(context, {
    origin: "RESTORE",
    machine: {
      armId,
      vmName: nameOf(armId),
      resourceGroupName: parseArmId(armId)?.resourceGroupName ?? "",
      location,
      osType: source?.osType ?? null,
      osName: source?.osName ?? null,
      deploymentModel: "Arm",
      powerState: "VM running",
      managedDisks: true,
      disks: made.disks.map(({ lun, sizeGiB, encrypted }, index) => {
        const name = nameOf(made.diskIds[index] ?? "");
        return { lun, name, sizeGiB, usedGiB: used.get(lun) ?? null, encrypted };
      }),
      guestAgent: source?.guestAgent ?? null,
      vssHealthy: source?.vssHealthy ?? null,
      changeRatePercentPerDay: source?.changeRatePercentPerDay ?? null,
      tags: {},
    },
  });
  await copyFramework(context, point.vmId, machine.id);
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
  const there = new Map(disksOf(machine).map((disk) => [disk.lun, disk]));
  const replaced = disks.map(({ lun, name, sizeGiB, encrypted }): MachineDisk => {
    const known = there.get(lun);
    return { lun, name: known?.name ?? name, sizeGiB, usedGiB: known?.usedGiB ?? null, encrypted };
  });
  await store.put("virtualMachine", [{ ...machine, disks: replaced as unknown as readonly Json[] }]);
}
