import type { Query } from "../engine";
import { armKey } from "./arm-id";
import type { ProtectedItem } from "./item-row";

/** The items of a machine in all vaults that still hold its points, the one that protects it first. */
export const listItemsOf: Query<string, readonly ProtectedItem[]> = async ({ store, settings }, machineId) => {
  const items = await store.find("protectedItem", { vmId: armKey(machineId) });
  return activeFirst(items.filter(({ account }) => account === settings.account));
};

/** Those that protect their machine, then the others: a machine that moved to another vault has items in both. */
export function activeFirst(items: readonly ProtectedItem[]): ProtectedItem[] {
  return [...items.filter(isActive), ...items.filter((item) => !isActive(item))];
}

function isActive({ protectionState }: ProtectedItem): boolean {
  return protectionState === "Protected" || protectionState === "BackupsSuspended";
}

/** The item that stands for a machine: the one that protects it, else one that was stopped; soft-deleted ones don't. */
export const findActiveItemOf: Query<string, ProtectedItem | undefined> = async (context, machineId) => {
  const items = await listItemsOf(context, machineId);
  return items.find(({ protectionState }) => protectionState !== "SoftDeleted");
};
