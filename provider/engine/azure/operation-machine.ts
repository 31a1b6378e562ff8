import type { Json } from "../../store/tables";
import { recordDeath } from "../core/incarnation";
import { type Answer, boolean, choice, defineCommand, defineQuery, json, required, text } from "../core/operation";
import type { CommandContext } from "../engine";
import type { EngineError } from "../error";
import { isSameId } from "./arm-id";
import { machineRecord } from "./machine-record";
import { machineParameters, requireNamedMachine } from "./operation-common";
import { apiRefusal } from "./rule";
import { findFrameworkRow } from "./script-framework";
import {
  attachDisk,
  detachDisk,
  disksOf,
  findMachine,
  highestLun,
  osDiskLun,
  type PowerState,
  removeMachine,
  setPowerState,
  uninstallExtension,
  type VirtualMachine,
} from "./virtual-machine";

const virtualMachinesGet = defineQuery({
  name: "VirtualMachines_Get",
  product: "compute",
  description: "Tells a machine as az vm show -d prints it, with the engine's own keys; it can be an inventory.",
  parameters: machineParameters,
  call: async (context, named) => machineRecord(context, await requireNamedMachine(context, named)),
});

const virtualMachinesList = defineQuery({
  name: "VirtualMachines_List",
  product: "compute",
  description:
    "Lists machines as az vm list -d prints them, with the engine's own keys; the answer can be an inventory.",
  parameters: { resourceGroupName: text("Only machines of this resource group. Default: all.") },
  call: async (context, { resourceGroupName }) => {
    const all = await context.store.find("virtualMachine", { account: context.settings.account, released: false });
    const wanted = all.filter(
      (machine) => resourceGroupName === undefined || isSameId(machine.resourceGroupName, resourceGroupName),
    );
    const value: Json[] = [];
    for (const machine of wanted) value.push(await machineRecord(context, machine));
    return { value };
  },
});

/** An operation that brings a machine into a power state; one that is in it already stays so, as in the API. */
function powerOperation(name: string, powerState: PowerState, description: string) {
  return defineCommand({
    name,
    product: "compute",
    description,
    parameters: machineParameters,
    call: async (context, named) => {
      const { armId } = await requireNamedMachine(context, named);
      await setPowerState(context, { vmId: armId, powerState });
      return {};
    },
  });
}

const virtualMachinesDelete = defineCommand({
  name: "VirtualMachines_Delete",
  product: "compute",
  description: "Deletes a machine with its disks and what lies on them; its recovery points stay.",
  parameters: { ...machineParameters, forceDeletion: boolean("The same in the engine. Default: false.") },
  call: async (context, { forceDeletion: _, ...named }) => {
    const { armId } = await requireNamedMachine(context, named);
    const hasFramework = (await findFrameworkRow(context, armId)) !== undefined;
    await removeMachine(context, armId);
    const types = [
      "cloudbackup:compute:VirtualMachine",
      ...(hasFramework ? ["cloudbackup:compute:ScriptFramework"] : []),
    ];
    for (const resourceType of types) await recordDeath(context, { resourceType, resourceId: armId });
    return {};
  },
});

/** A disk of a request to attach or detach, by the API's keys and the engine's own. */
interface DiskRequest {
  readonly diskId?: string;
  readonly lun?: number;
  readonly sizeGiB?: number;
  readonly usedGiB?: number;
  readonly encrypted?: boolean;
}

const diskKeys: Readonly<Record<keyof DiskRequest, "string" | "number" | "boolean">> = {
  diskId: "string",
  lun: "number",
  sizeGiB: "number",
  usedGiB: "number",
  encrypted: "boolean",
};

function malformed(property: string, message: string): EngineError {
  const keys = Object.keys(diskKeys).join(", ");
  return apiRefusal("InvalidParameter", property, message, `give a JSON array of objects with keys of ${keys}`);
}

function readDisks(property: string, value: Json | undefined): readonly DiskRequest[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw malformed(property, `--${property} is no array`);
  return (value as readonly Json[]).map((item, index) => {
    const at = `${property}[${index}]`;
    if (typeof item !== "object" || item === null || Array.isArray(item)) throw malformed(at, `${at} is no object`);
    for (const [key, part] of Object.entries(item)) {
      const kind = Object.hasOwn(diskKeys, key) ? diskKeys[key as keyof DiskRequest] : undefined;
      if (kind === undefined) throw malformed(at, `${at} has an unknown key ${key}`);
      if (typeof part !== kind) throw malformed(`${at}.${key}`, `${at}.${key} is no ${kind}`);
      if (kind === "number" && (part as number) < 0) throw malformed(`${at}.${key}`, `${at}.${key} is below 0`);
    }
    return item as DiskRequest;
  });
}

/** Disks are named as in their ARM ids: /subscriptions/…/disks/<name>, or by the name alone. */
function nameOfDisk(diskId: string): string {
  return diskId.replace(/^.*\//, "");
}

async function detach(context: CommandContext, machine: VirtualMachine, { diskId, lun }: DiskRequest): Promise<void> {
  const property = "dataDisksToDetach";
  if ((diskId === undefined) === (lun === undefined)) {
    throw malformed(property, "a disk to detach is named by its diskId or its lun, one of both");
  }
  if (lun !== undefined) return detachDisk(context, { vmId: machine.armId, lun });
  const name = nameOfDisk(diskId ?? "");
  const disk = disksOf(machine).find((each) => each.lun !== osDiskLun && isSameId(each.name, name));
  if (disk === undefined) {
    throw apiRefusal(
      "InvalidParameter",
      property,
      `${machine.armId} has no data disk ${name}`,
      "see VirtualMachines_Get",
    );
  }
  await detachDisk(context, { vmId: machine.armId, lun: disk.lun });
}

async function attach(context: CommandContext, vmId: string, request: DiskRequest): Promise<void> {
  const { diskId, sizeGiB, usedGiB = null, encrypted = false } = request;
  const property = "dataDisksToAttach";
  if (diskId === undefined || diskId === "") throw malformed(property, "a disk to attach needs its diskId");
  if (sizeGiB === undefined) throw malformed(property, "a disk to attach needs its sizeGiB: no other machine has it");
  const machine = await findMachine(context, vmId);
  const taken = new Set((machine === undefined ? [] : disksOf(machine)).map((disk) => disk.lun));
  let lun = request.lun ?? 0;
  while (request.lun === undefined && taken.has(lun) && lun < highestLun) lun++;
  await attachDisk(context, { vmId, disk: { lun, name: nameOfDisk(diskId), sizeGiB, usedGiB, encrypted } });
}

const attachDetachDataDisks = defineCommand({
  name: "VirtualMachines_AttachDetachDataDisks",
  product: "compute",
  description: "Detaches data disks from a machine and attaches others, all of them or none.",
  parameters: {
    ...machineParameters,
    dataDisksToAttach: json(
      '[{"diskId": "…/disks/logs", "lun": 2, "sizeGiB": 64}]; without lun the first free one. The engine\'s own: ' +
        "sizeGiB (needed), usedGiB, encrypted.",
    ),
    dataDisksToDetach: json('[{"diskId": "…/disks/logs"}], or the engine\'s own [{"lun": 2}].'),
  },
  call: async (context, { dataDisksToAttach, dataDisksToDetach, ...named }): Promise<Answer> => {
    const machine = await requireNamedMachine(context, named);
    const detached = readDisks("dataDisksToDetach", dataDisksToDetach);
    const attached = readDisks("dataDisksToAttach", dataDisksToAttach);
    if (detached.length + attached.length === 0) throw malformed("dataDisksToAttach", "no disk is named");
    for (const disk of detached) await detach(context, machine, disk);
    for (const disk of attached) await attach(context, machine.armId, disk);
    const changed = (await findMachine(context, machine.armId)) ?? machine;
    const { storageProfile = null } = await machineRecord(context, changed);
    return { storageProfile };
  },
});

const extensionsDelete = defineCommand({
  name: "VirtualMachineExtensions_Delete",
  product: "compute",
  description:
    "Uninstalls the backup extension; the next backup that finds the machine running installs it again (Z-14).",
  parameters: {
    ...machineParameters,
    vmExtensionName: required(choice(["VMSnapshot", "VMSnapshotLinux"], "VMSnapshot (Windows) or VMSnapshotLinux.")),
  },
  call: async (context, { vmExtensionName, ...named }) => {
    const { armId, extension } = await requireNamedMachine(context, named);
    if (extension !== null && extension !== vmExtensionName) {
      const message = `extension ${vmExtensionName} is not installed on ${armId}`;
      throw apiRefusal("ResourceNotFound", "vmExtensionName", message, `the one that is there is ${extension}`);
    }
    await uninstallExtension(context, armId);
    return {};
  },
});

export const machineOperations = [
  virtualMachinesGet,
  virtualMachinesList,
  powerOperation("VirtualMachines_Start", "VM running", "Starts a machine; it runs at once."),
  powerOperation("VirtualMachines_PowerOff", "VM stopped", "Shuts a machine down, still allocated; at once."),
  powerOperation("VirtualMachines_Deallocate", "VM deallocated", "Shuts a machine down and deallocates it; at once."),
  virtualMachinesDelete,
  attachDetachDataDisks,
  extensionsDelete,
];
