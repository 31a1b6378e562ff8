import type { Filter } from "../../store/store";
import type { Query, QueryContext } from "../engine";
import { isAllowed } from "./access";
import { isSameId } from "./arm-id";
import { normaliseLocation } from "./catalogue";
import { activeFirst } from "./item-list";
import type { ProtectedItem } from "./item-row";
import { disksOf, type MachineDisk, type VirtualMachine } from "./virtual-machine";

export interface MachineSearch {
  /** In whatever case. */
  readonly resourceGroupName: string | null;
  readonly location: string | null;
  readonly osType: "Windows" | "Linux" | null;
  /** A part of the name, in whatever case. */
  readonly nameContains: string | null;
  readonly limit: number;
}

/** A machine with what lies on it and what protects it. */
export interface ListedMachine {
  readonly machine: VirtualMachine;
  /** The OS disk first. */
  readonly disks: readonly MachineDisk[];
  readonly isFrameworkSetUp: boolean;
  /**
   * The item of the one vault that protects it (Z-32), stopped or not; soft-deleted ones protect nothing. Undefined
   * also where the caller may not read the vault (Z-20): the machine itself is not under the vault's boundary.
   */
  readonly item: ProtectedItem | undefined;
}

export interface MachineList {
  /** By name, then by id. */
  readonly machines: readonly ListedMachine[];
  /** How many there are without the limit. */
  readonly total: number;
}

/** The virtual machines that are there; released ones aren't. */
export const listVirtualMachines: Query<MachineSearch, MachineList> = async (context, search) => {
  const { store, settings } = context;
  const { machines, total } = await findMachines(context, search);
  const ids = machines.map(({ id }) => id);
  const frameworks = new Set((await store.getMany("scriptFramework", ids)).map(({ id }) => id));
  const found = ids.length === 0 ? [] : await store.find("protectedItem", { vmId: { in: ids } });
  const vaults = await store.getMany("vault", [...new Set(found.map(({ vaultId }) => vaultId))]);
  const hidden = new Set(vaults.filter((vault) => !isAllowed(context, vault, "read")).map(({ id }) => id));
  const items = activeFirst(found).filter(
    ({ account, protectionState, vaultId }) =>
      account === settings.account && protectionState !== "SoftDeleted" && !hidden.has(vaultId),
  );
  const listed = machines.map((machine) => ({
    machine,
    disks: disksOf(machine),
    isFrameworkSetUp: frameworks.has(machine.id),
    item: items.find(({ vmId }) => vmId === machine.id),
  }));
  return { machines: listed, total };
};

async function findMachines({ store, settings }: QueryContext, search: MachineSearch) {
  const { resourceGroupName, location, osType, nameContains, limit } = search;
  const filter: Filter<"virtualMachine"> = {
    account: settings.account,
    released: false,
    ...(location === null ? {} : { location: normaliseLocation(location) }),
    ...(osType === null ? {} : { osType }),
  };
  const order = { column: "vmName", direction: "ascending" } as const;
  if (resourceGroupName === null && nameContains === null) {
    const machines = await store.find("virtualMachine", filter, { order, limit });
    return { machines, total: await store.count("virtualMachine", filter) };
  }
  // The store compares texts by their case, which names don't: here the limit comes last.
  const part = nameContains?.toLowerCase() ?? "";
  const matching = (await store.find("virtualMachine", filter, { order })).filter(
    (machine) =>
      (resourceGroupName === null || isSameId(machine.resourceGroupName, resourceGroupName)) &&
      machine.vmName.toLowerCase().includes(part),
  );
  return { machines: matching.slice(0, limit), total: matching.length };
}
