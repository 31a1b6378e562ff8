import type { Json } from "../../store/tables";
import { recordDeath } from "../core/incarnation";
import { boolean, choice, defineCommand, defineQuery, type Operation, text, withoutNulls } from "../core/operation";
import { isoTime } from "../core/time";
import type { QueryContext } from "../engine";
import { isAllowed, requireAccess, type VaultAction } from "./access";
import { armKey, nameOf } from "./arm-id";
import { findActiveItemOf, listItemsOf } from "./item-list";
import { exclusionOf, findItem, type ProtectedItem } from "./item-row";
import { machineParameters, requireNamedMachine } from "./operation-common";
import { findPolicy } from "./policy";
import { putItem, removeItem } from "./protected-item";
import { apiRefusal } from "./rule";
import { findVault, requireVault } from "./vault";

/** The parameters by which an operation names an item: its id, or its machine. */
export const itemParameters = {
  itemId: text("The item's ARM id. Either this, or the machine that it protects."),
  ...machineParameters,
};

interface NamedItem {
  readonly itemId: string | undefined;
  readonly vmId: string | undefined;
  readonly resourceGroupName: string | undefined;
  readonly vmName: string | undefined;
}

/** The item that an operation names; of a machine the one that protects it, else the one that holds its points. */
export async function requireNamedItem(context: QueryContext, named: NamedItem): Promise<ProtectedItem> {
  if (named.itemId !== undefined) {
    const item = await findItem(context, named.itemId);
    if (item !== undefined) return item;
    throw itemNotFound("itemId", `there is no protected item ${named.itemId}`);
  }
  const machine = await requireNamedMachine(context, named);
  const item = (await findActiveItemOf(context, machine.id)) ?? (await listItemsOf(context, machine.id))[0];
  if (item !== undefined) return item;
  throw itemNotFound("vmName", `no vault holds an item of ${machine.vmName}`);
}

function itemNotFound(property: string, message: string): Error {
  return apiRefusal("BMSUserErrorObjectNotFound", property, message, "list them: ProtectedItems_List");
}

/** An item as ARM writes it. */
async function itemRecord(context: QueryContext, item: ProtectedItem): Promise<Json> {
  const policy = item.policyId === null ? undefined : await findPolicy(context, item.policyId);
  const isDeleted = item.protectionState === "SoftDeleted";
  return {
    id: item.armId,
    name: nameOf(item.armId),
    type: "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems",
    properties: withoutNulls({
      protectedItemType: "Microsoft.Compute/virtualMachines",
      sourceResourceId: item.sourceResourceId,
      policyId: policy?.armId ?? null,
      // The API has no state of its own for what is soft-deleted: it is stopped, and scheduled for deletion.
      protectionState: isDeleted ? "ProtectionStopped" : item.protectionState,
      isScheduledForDeferredDelete: isDeleted,
      deferredDeleteTimeInUTC: item.deferredDeleteTime === null ? null : isoTime(item.deferredDeleteTime),
      extendedProperties: item.diskExclusion === null ? null : { diskExclusionProperties: item.diskExclusion },
    }),
  };
}

/** Whoever gets an answer has the role for the deed, also where nothing is left to do. */
export async function requireItemAccess(
  context: QueryContext,
  item: ProtectedItem,
  action: VaultAction,
  operation: string,
): Promise<void> {
  requireAccess(context, await requireVault(context, { armId: item.vaultId, property: "itemId" }), action, operation);
}

const getItem = defineQuery({
  name: "ProtectedItems_Get",
  product: "recoveryservices",
  description: "Tells how a machine is protected, also when its data is soft-deleted.",
  parameters: itemParameters,
  call: async (context, given) => {
    const item = await requireNamedItem(context, given);
    await requireItemAccess(context, item, "read", "ProtectedItems_Get");
    return { item: await itemRecord(context, item) };
  },
});

const listItems = defineQuery({
  name: "ProtectedItems_List",
  product: "recoveryservices",
  description: "Lists the items of a vault, soft-deleted ones too.",
  parameters: { vaultId: text("Only of this vault. Default: of all that the caller may read.") },
  call: async (context, { vaultId }) => {
    const { store, settings } = context;
    const items = await store.find("protectedItem", { account: settings.account });
    const records: Json[] = [];
    for (const item of items) {
      if (vaultId !== undefined && item.vaultId !== armKey(vaultId)) continue;
      const vault = await requireVault(context, { armId: item.vaultId, property: "vaultId" });
      if (vaultId !== undefined) requireAccess(context, vault, "read", "ProtectedItems_List");
      else if (!isAllowed(context, vault, "read")) continue;
      records.push(await itemRecord(context, item));
    }
    return { value: records };
  },
});

const states = ["Protected", "ProtectionStopped", "BackupsSuspended"] as const;

const createOrUpdate = defineCommand({
  name: "ProtectedItems_CreateOrUpdate",
  product: "recoveryservices",
  description: "Changes an item: its policy, whether it is backed up; undeletes one (Z-29). Whole items are made anew.",
  parameters: {
    ...itemParameters,
    vaultId: text("Protects a machine that no item speaks of yet: the vault."),
    policyId: text("The policy, one of the same vault. Default: as it is."),
    protectionState: choice(states, "Whether backups run (Z-33). Default: as it is, Protected for a new item."),
    isRehydrate: boolean("Takes soft-deleted data back (Z-29). Default: false."),
  },
  call: async (context, { vaultId, policyId, protectionState, isRehydrate, ...named }) => {
    const item = vaultId === undefined ? await requireNamedItem(context, named) : undefined;
    const { armId: machineId } = item === undefined ? await requireNamedMachine(context, named) : { armId: null };
    if (item !== undefined) await requireItemAccess(context, item, "configure", "ProtectedItems_CreateOrUpdate");
    const isDeleted = item?.protectionState === "SoftDeleted";
    const before = isDeleted ? "ProtectionStopped" : item?.protectionState;
    const changed = await putItem(context, {
      vaultId: vaultId ?? item?.vaultId ?? "",
      sourceResourceId: item?.sourceResourceId ?? machineId ?? "",
      policyId: policyId ?? (await policyIdOf(context, item)),
      protectionState: protectionState ?? (before as (typeof states)[number] | undefined) ?? "Protected",
      diskExclusion: item === undefined ? null : exclusionOf(item),
      createMode: isRehydrate === true ? "Recover" : "Default",
      urn: item?.urn ?? null,
      ownId: item?.id ?? null,
      requireConsistency: null,
    });
    return { item: await itemRecord(context, changed) };
  },
});

async function policyIdOf(context: QueryContext, item: ProtectedItem | undefined): Promise<string | null> {
  if (item === undefined || item.policyId === null) return null;
  return (await findPolicy(context, item.policyId))?.armId ?? null;
}

const deleteItem = defineCommand({
  name: "ProtectedItems_Delete",
  product: "recoveryservices",
  description:
    "Stops protection and deletes the points; where soft delete is on they can be undeleted for a while (Z-29).",
  parameters: itemParameters,
  call: async (context, given) => {
    const item = await requireNamedItem(context, given);
    await requireItemAccess(context, item, "configure", "ProtectedItems_Delete");
    await removeItem(context, { armId: item.armId, points: "delete" });
    await recordDeath(context, { resourceType: "cloudbackup:recoveryservices:ProtectedItem", resourceId: item.armId });
    const left = await findItem(context, item.armId);
    const vault = await findVault(context, item.vaultId);
    return withoutNulls({
      id: item.armId,
      vault: vault?.vaultName ?? null,
      deferredDeleteTimeInUTC: left?.deferredDeleteTime == null ? null : isoTime(left.deferredDeleteTime),
    });
  },
});

/** Operations on protected items. */
export const itemOperations: readonly Operation[] = [getItem, listItems, createOrUpdate, deleteItem];
