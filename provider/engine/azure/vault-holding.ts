import { counted } from "../core/counted";
import { listed } from "../core/listed";
import { readableTime } from "../core/time";
import type { Query } from "../engine";
import { armKey, parseArmId } from "./arm-id";
import type { ProtectedItem } from "./item-row";

/** So many items are named in a message; of the others it tells the number. */
const namedItems = 10;

/**
 * The items that a vault holds, those whose protection is stopped and those that are soft-deleted as well (Z-29).
 * What was soft-deleted and whose time has come holds nothing any more. In the order of their machines.
 */
export const holdingItems: Query<string, readonly ProtectedItem[]> = async ({ store, settings, now }, vaultId) => {
  const items = await store.find("protectedItem", { account: settings.account, vaultId: armKey(vaultId) });
  return items
    .filter(({ deferredDeleteTime }) => deferredDeleteTime === null || deferredDeleteTime > now)
    .sort((a, b) => (a.vmId < b.vmId ? -1 : 1));
};

export type SoftDeletedItem = ProtectedItem & { readonly deferredDeleteTime: number };

export function isSoftDeleted(item: ProtectedItem): item is SoftDeletedItem {
  return item.deferredDeleteTime !== null;
}

const states: Readonly<Record<string, string>> = {
  Protected: "protected",
  ProtectionStopped: "protection stopped, its points are kept for ever",
  BackupsSuspended: "backups suspended, its points expire by their policy",
};

function describeItem({ sourceResourceId, protectionState, deferredDeleteTime }: ProtectedItem): string {
  const name = parseArmId(sourceResourceId)?.name ?? sourceResourceId;
  const state =
    deferredDeleteTime === null
      ? (states[protectionState] ?? protectionState)
      : `soft-deleted, goes for good at ${readableTime(deferredDeleteTime)}`;
  return `${name} (${state})`;
}

/** Items in words: `2 items: db (protected), web (soft-deleted, goes for good at 2026-01-15 00:00 UTC)`. */
export function describeItems(items: readonly ProtectedItem[]): string {
  return `${counted(items.length, "item")}: ${listed(items, namedItems, describeItem)}`;
}
