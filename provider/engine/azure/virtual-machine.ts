import type { Row } from "../../store/tables";
import type { Query } from "../engine";
import type { EngineError } from "../error";
import { armKey } from "./arm-id";
import { apiRefusal } from "./rule";
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

/** How /etc/azure/VMSnapshotPluginHost.conf is; each fault has the extension's own number. */
export type HostFileState = "VALID" | "UNPARSABLE" | "MISSING" | "WRONG_MODE" | "WRONG_OWNER";

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
