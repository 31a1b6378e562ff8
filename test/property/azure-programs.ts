import type { PropertyMap } from "../../provider/definition/value";
import { defaultSubscriptionId } from "../../provider/session/provider-config";
import { Reference, type Template } from "../support/program";
import type { AzureMachineParts, AzureParts } from "./azure-parts";
import type { Draft } from "./draft";
import type { Inputs } from "./part";

const subscription = `/subscriptions/${defaultSubscriptionId}`;
const machines = `${subscription}/resourceGroups/old/providers/Microsoft.Compute/virtualMachines`;
const network = `${subscription}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/net`;
const storageAccountId = `${subscription}/resourceGroups/net/providers/Microsoft.Storage/storageAccounts/staging`;

/** Machines that the provider's configuration tells of; of the second one nobody knows much. */
export const azureInventory: readonly PropertyMap[] = [
  {
    id: `${machines}/old0`,
    location: "westeurope",
    powerState: "VM running",
    storageProfile: {
      osDisk: { osType: "Linux", name: "os", diskSizeGb: 30, managedDisk: {} },
      dataDisks: [{ lun: 0, name: "data", diskSizeGb: 8, managedDisk: {} }],
    },
  },
  { id: `${machines}/old1`, location: "westeurope" },
];

/** Everything of a version's Azure side. All that rests on something takes it as data. */
export function draftAzure(draft: Draft, parts: AzureParts): void {
  draft.add("vault", "recoveryservices:Vault", parts.vault);
  const vaultId = new Reference("vault", "vaultId");
  parts.policies.forEach((policy, number) => {
    draft.add(`keeping-${number}`, "recoveryservices:ProtectionPolicy", policy, (inputs) => ({ ...inputs, vaultId }));
  });
  parts.machines.forEach((machine, number) => {
    const vmId = draftMachine(draft, machine, number);
    if (vmId !== undefined) draftItem(draft, { ...machine, ...limitsOf(parts), number }, vmId);
  });
}

/** The machine with its scripts; gives the id that proves that they are there. */
function draftMachine(draft: Draft, parts: AzureMachineParts, number: number): Template | undefined {
  const { isInventory, machine, framework } = parts;
  if (!isInventory && !draft.add(`vm-${number}`, "compute:VirtualMachine", machine)) return undefined;
  const vmId = isInventory ? `${machines}/old${number}` : new Reference(`vm-${number}`, "vmId");
  // The framework is for Linux (Z-09), and only of the first inventory machine that is known.
  const isLinux = isInventory ? number === 0 : !JSON.stringify(machine).includes("Windows");
  if (framework === null || !isLinux) return vmId;
  const name = `framework-${number}`;
  const isThere = draft.add(name, "compute:ScriptFramework", framework, (inputs) => ({ ...inputs, vmId }));
  return isThere ? new Reference(name, "vmId") : vmId;
}

/** What the vault and the policies of a program, in all of its versions, keep its machines from. */
interface Limits {
  /** What an immutable vault holds outlives every destroy, of which no preview is told: then it is retained. */
  readonly isImmutable: boolean;
  /** Selective disks need an enhanced policy (Z-26). */
  readonly isStandard: boolean;
}

function limitsOf({ vault, policies }: AzureParts): Limits {
  return {
    isImmutable: JSON.stringify(vault).includes('"immutability"'),
    isStandard: JSON.stringify(policies).includes('"V1"'),
  };
}

type ItemParts = AzureMachineParts & Limits & { readonly number: number };

function draftItem(draft: Draft, parts: ItemParts, sourceResourceId: Template): void {
  const { number } = parts;
  const policyId = draft.output(`keeping-${draft.choose(parts.policies, parts.item)}`, "policyId");
  const item = `item-${number}`;
  const isThere =
    policyId !== undefined &&
    draft.add(item, "recoveryservices:ProtectedItem", parts.item, (inputs) => ({
      ...allowed(inputs, parts),
      vaultId: new Reference("vault", "vaultId"),
      sourceResourceId,
      policyId,
    }));
  if (!isThere || parts.backup === null) return;
  const backup = `point-${number}`;
  const itemId = new Reference(item, "itemId");
  if (!draft.add(backup, "recoveryservices:Backup", parts.backup, (inputs) => ({ ...inputs, itemId }))) return;
  if (parts.restore === null) return;
  draft.add(`back-${number}`, "recoveryservices:Restore", parts.restore, (inputs) => ({
    ...inputs,
    ...targetOf(inputs, parts),
    storageAccountId,
    recoveryPointId: new Reference(backup, "recoveryPointId"),
  }));
}

function allowed(
  { onDestroy, diskExclusionProperties, protectionState, ...inputs }: Inputs,
  { isImmutable, isStandard }: Limits,
): Inputs {
  // Only an immutable vault lets points expire while backups are suspended (Z-33).
  const isStopped = protectionState === "BackupsSuspended" && !isImmutable;
  return {
    ...inputs,
    ...(protectionState === undefined ? {} : { protectionState: isStopped ? "ProtectionStopped" : protectionState }),
    ...(isImmutable || onDestroy === undefined ? {} : { onDestroy }),
    ...(isStandard || diskExclusionProperties === undefined ? {} : { diskExclusionProperties }),
  };
}

/** Of a point that leaves disks out only disks come back (Z-26). */
function targetOf({ recoveryType }: Inputs, { item, number }: ItemParts): Inputs {
  const isSelective = JSON.stringify(item).includes("diskExclusionProperties");
  if (isSelective || recoveryType === "RestoreDisks") {
    return { recoveryType: "RestoreDisks", targetResourceGroupId: `${subscription}/resourceGroups/disks` };
  }
  const targetVirtualMachineId = `${machines}/restored${number}`;
  return { targetVirtualMachineId, virtualNetworkId: network, subnetId: `${network}/subnets/default` };
}
