import type { Row } from "../../store/tables";
import type { Command, CommandContext, Query, QueryContext } from "../engine";
import type { EngineError } from "../error";
import { armKey, isSameId } from "./arm-id";
import { apiRefusal, refusal } from "./rule";
import { type Framework, findFramework } from "./script-framework";

export type VirtualMachine = Row<"virtualMachine">;

/** A disk of a machine; the OS disk has the LUN −1. */
export interface MachineDisk {
  readonly lun: number;
  readonly name: string;
  readonly sizeGiB: number | null;
  readonly usedGiB: number | null;
  readonly encrypted: boolean;
}

/** The LUN of the OS disk in reports. */
export const osDiskLun = -1;

/** As `az vm list -d` prints it. */
export const powerStates = ["VM running", "VM stopped", "VM deallocated", "VM starting", "VM stopping"] as const;
export type PowerState = (typeof powerStates)[number];

/** Whether the machine's agent answers the backup service. */
export const guestAgentStates = ["Ready", "NotReady"] as const;
export type GuestAgent = (typeof guestAgentStates)[number];

/** How /etc/azure/VMSnapshotPluginHost.conf is; each fault has the extension's own number. */
export const hostFileStates = ["VALID", "UNPARSABLE", "MISSING", "WRONG_MODE", "WRONG_OWNER"] as const;
export type HostFileState = (typeof hostFileStates)[number];

/** All that a backup of a machine depends on. */
export interface MachineFacts {
  readonly machine: VirtualMachine;
  readonly disks: readonly MachineDisk[];
  /** The script framework that lies on it; undefined for none. */
  readonly framework: Framework | undefined;
}

export function disksOf({ disks }: Pick<VirtualMachine, "disks">): readonly MachineDisk[] {
  return disks as unknown as readonly MachineDisk[];
}

/** A machine by its ARM id, in whatever case; released ones are none. */
export const findMachine: Query<string, VirtualMachine | undefined> = async ({ store, settings }, armId) => {
  const machine = await store.get("virtualMachine", armKey(armId));
  return machine?.account === settings.account && !machine.released ? machine : undefined;
};

export function machineNotFound(armId: string, property: string): EngineError {
  return apiRefusal(
    "ResourceNotFound",
    property,
    `there is no virtual machine ${armId}`,
    "take it from compute:VirtualMachine's vmId, or from the inventory (az vm list -d)",
  );
}

/** What a backup of a machine depends on; undefined when the machine is gone. */
export const loadFacts: Query<string, MachineFacts | undefined> = async (context, armId) => {
  const machine = await findMachine(context, armId);
  if (machine === undefined) return undefined;
  return { machine, disks: disksOf(machine), framework: await findFramework(context, machine.id) };
};

/** Where a machine comes from. */
export type MachineOrigin = "INVENTORY" | "PROGRAM" | "RESTORE";

/** A machine as it is described; what happens to it meanwhile (extension, host file) is the engine's. */
export interface MachineInput
  extends Omit<
    VirtualMachine,
    "id" | "account" | "origin" | "disks" | "extension" | "hostFile" | "released" | "inventoryHash" | "createTime"
  > {
  readonly disks: readonly MachineDisk[];
}

/** The highest LUN that the API takes, and the most that Azure Backup can protect of one disk. */
export const highestLun = 63;
export const largestDiskGiB = 32_767;

/**
 * Whether a machine is the one that is described, changed or not; of another place or system it is another machine,
 * though ARM gives it the same id.
 */
export function isSameMachine(
  machine: Pick<VirtualMachine, "armId" | "location" | "osType">,
  described: Pick<MachineInput, "armId" | "location" | "osType">,
): boolean {
  const isSystem = machine.osType === null || machine.osType === described.osType;
  return isSystem && machine.location === described.location && isSameId(machine.armId, described.armId);
}

/** Everything about a machine's name and disks that the API refuses, with property paths of compute:VirtualMachine. */
export function machineRefusals({ vmName, osType, disks }: MachineInput): readonly EngineError[] {
  const refusals: EngineError[] = [];
  if (osType === "Windows" && vmName.includes(".")) {
    const message = `"${vmName}" has a period, which the name of a Windows machine can't have`;
    refusals.push(apiRefusal("InvalidParameter", "vmName", message, "leave the period out"));
  }
  const dataDisks = disks.filter(({ lun }) => lun !== osDiskLun);
  dataDisks.forEach(({ lun, name }, index) => {
    const path = `dataDisks[${index}]`;
    const before = dataDisks.slice(0, index);
    if (before.some((other) => other.lun === lun)) refusals.push(lunInUse(lun, `${path}.lun`, freeLun(dataDisks)));
    const namesakes = [...disks.filter((disk) => disk.lun === osDiskLun), ...before];
    if (namesakes.some((other) => isSameId(other.name, name))) refusals.push(nameInUse(name, `${path}.name`));
  });
  return refusals;
}

function freeLun(disks: readonly MachineDisk[]): number | undefined {
  for (let lun = 0; lun <= highestLun; lun++) if (disks.every((disk) => disk.lun !== lun)) return lun;
  return undefined;
}

function lunInUse(lun: number, property: string, free: number | undefined): EngineError {
  const remedy = free === undefined ? "a machine has 64 data disks at most" : `LUN ${free} is free`;
  return apiRefusal("ConflictingUserInput", property, `LUN ${lun} holds a data disk already`, remedy);
}

function nameInUse(name: string, property: string): EngineError {
  return apiRefusal("ConflictingUserInput", property, `the machine has a disk ${name} already`, "name it differently");
}

/** The refusal to make a machine where there is one. */
export function machineTaken({ armId }: VirtualMachine): EngineError {
  const message = `there is a virtual machine ${armId} already`;
  return apiRefusal("Engine.ResourceExists", "vmName", message, "name it differently, or import the one that is there");
}

/**
 * VirtualMachines_CreateOrUpdate: writes a machine down as it is described. What happened to the same machine since it
 * was made (its extension, the host file) stays.
 */
export const putMachine: Command<{ machine: MachineInput; origin: MachineOrigin }, VirtualMachine> = async (
  context,
  { machine, origin },
) => {
  const [refused] = machineRefusals(machine);
  if (refused !== undefined) throw refused;
  const old = await findMachine(context, machine.armId);
  const isKept = old !== undefined && isSameMachine(old, machine);
  const row: VirtualMachine = {
    ...machine,
    id: armKey(machine.armId),
    account: context.settings.account,
    origin: isKept ? old.origin : origin,
    disks: jsonOf(machine.disks),
    extension: isKept ? old.extension : null,
    hostFile: isKept ? old.hostFile : ("VALID" satisfies HostFileState),
    released: false,
    inventoryHash: isKept ? old.inventoryHash : null,
    createTime: isKept ? old.createTime : context.now,
  };
  await context.store.put("virtualMachine", [row]);
  return row;
};

function jsonOf(disks: readonly MachineDisk[]): VirtualMachine["disks"] {
  const inOrder = [...disks].sort((first, second) => first.lun - second.lun);
  return inOrder.map(({ lun, name, sizeGiB, usedGiB, encrypted }) => ({ lun, name, sizeGiB, usedGiB, encrypted }));
}

/** The machine, or the API's own error naming the property. */
export const requireMachine: Query<{ armId: string; property: string }, VirtualMachine> = async (
  context,
  { armId, property },
) => {
  const machine = await findMachine(context, armId);
  if (machine === undefined) throw machineNotFound(armId, property);
  return machine;
};

/**
 * VirtualMachines_Delete: the machine is gone with its disks and what lay on them; its recovery points stay. One that
 * is gone already is fine.
 */
export const removeMachine: Command<string, void> = async (context, armId) => {
  const machine = await findMachine(context, armId);
  if (machine === undefined) return;
  await context.store.remove("scriptFramework", [machine.id]);
  await context.store.put("virtualMachine", [{ ...machine, released: true, powerState: null, extension: null }]);
};

/** VirtualMachines_AttachDetachDataDisks, attaching. */
export const attachDisk: Command<{ vmId: string; disk: MachineDisk }, void> = async (context, { vmId, disk }) => {
  const machine = await requireMachine(context, { armId: vmId, property: "vmId" });
  const disks = disksOf(machine);
  if (!Number.isInteger(disk.lun) || disk.lun < 0 || disk.lun > highestLun) {
    const message = `${disk.lun} is no LUN of a data disk`;
    throw apiRefusal("InvalidParameter", "lun", message, `give 0 to ${highestLun}`);
  }
  if (disks.some(({ lun }) => lun === disk.lun)) throw lunInUse(disk.lun, "lun", freeLun(disks));
  if (disks.some(({ name }) => isSameId(name, disk.name))) throw nameInUse(disk.name, "name");
  await context.store.put("virtualMachine", [{ ...machine, disks: jsonOf([...disks, disk]) }]);
};

/** VirtualMachines_AttachDetachDataDisks, detaching; points that hold the disk keep it. */
export const detachDisk: Command<{ vmId: string; lun: number }, void> = async (context, { vmId, lun }) => {
  const machine = await requireMachine(context, { armId: vmId, property: "vmId" });
  const disks = disksOf(machine);
  const dataLuns = disks.map((disk) => disk.lun).filter((each) => each !== osDiskLun);
  if (!dataLuns.includes(lun)) {
    const remedy = dataLuns.length === 0 ? "it has no data disks" : `it has data disks at LUN ${dataLuns.join(", ")}`;
    throw apiRefusal("InvalidParameter", "lun", `${machine.armId} has no data disk at LUN ${lun}`, remedy);
  }
  await context.store.put("virtualMachine", [{ ...machine, disks: jsonOf(disks.filter((disk) => disk.lun !== lun)) }]);
};

/** VirtualMachines_Start, _PowerOff and _Deallocate. */
export const setPowerState: Command<{ vmId: string; powerState: PowerState }, void> = (context, { vmId, powerState }) =>
  change(context, vmId, { powerState });

/** The guest agent starts or stops answering. */
export const setGuestAgent: Command<{ vmId: string; guestAgent: GuestAgent }, void> = (context, { vmId, guestAgent }) =>
  change(context, vmId, { guestAgent });

/** VSS of a Windows machine breaks, or is mended (Z-02). */
export const setVssHealthy: Command<{ vmId: string; healthy: boolean }, void> = async (context, { vmId, healthy }) => {
  const machine = await requireMachine(context, { armId: vmId, property: "vmId" });
  if (machine.osType !== "Windows") {
    const message = `${machine.armId} is not known to run Windows: it has no VSS`;
    throw refusal("Z-02", "Engine.NotWindows", "vmId", message, "name a machine whose osType is Windows");
  }
  await change(context, vmId, { vssHealthy: healthy });
};

/**
 * A machine after a backup that used an extension, which brings its files anew (Z-14); undefined where none was needed,
 * or it is there already.
 */
export function withExtension(machine: VirtualMachine, extension: string | null): VirtualMachine | undefined {
  if (extension === null || machine.extension === extension) return undefined;
  return { ...machine, extension, hostFile: "VALID" };
}

/** VirtualMachineExtensions_Delete: the next backup installs it again, host file and all (Z-14). */
export const uninstallExtension: Command<string, void> = async (context, vmId) => {
  await requireExtension(context, vmId);
  await change(context, vmId, { extension: null, hostFile: "VALID" });
};

/** Somebody damages the host file that came with the extension of a Linux machine, or mends it. */
export const setHostFile: Command<{ vmId: string; state: HostFileState }, void> = async (context, { vmId, state }) => {
  const { osType, armId } = await requireExtension(context, vmId);
  if (osType === "Windows") {
    const message = `${armId} runs Windows: VMSnapshotPluginHost.conf comes with VMSnapshotLinux only`;
    throw refusal("Z-09", "Engine.NotLinux", "vmId", message, "name a Linux machine");
  }
  await change(context, vmId, { hostFile: state });
};

async function requireExtension(context: QueryContext, vmId: string): Promise<VirtualMachine> {
  const machine = await requireMachine(context, { armId: vmId, property: "vmId" });
  if (machine.extension !== null) return machine;
  const message = `no backup extension is installed on ${machine.armId}`;
  throw refusal("Z-14", "ResourceNotFound", "vmId", message, "the first backup that finds the machine running does it");
}

async function change(context: CommandContext, vmId: string, changed: Partial<VirtualMachine>): Promise<void> {
  const machine = await requireMachine(context, { armId: vmId, property: "vmId" });
  await context.store.put("virtualMachine", [{ ...machine, ...changed }]);
}
