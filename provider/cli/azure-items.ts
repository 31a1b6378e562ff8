import type { ProtectedItem } from "../engine/azure/item-row";
import type { QueryContext } from "../engine/engine";
import type { AnyMachine } from "./select-machine";

/** What narrows points and jobs to one machine: they are found by its items. */
export async function itemsOfMachine(
  { store }: QueryContext,
  machine: AnyMachine | undefined,
): Promise<{ readonly itemId?: { readonly in: readonly string[] } }> {
  if (machine === undefined) return {};
  const items = await store.find("protectedItem", { vmId: machine.machine.id });
  return { itemId: { in: items.map(({ id }) => id) } };
}

/** Items by their row ids. */
export async function namesOfItems(
  { store }: QueryContext,
  itemIds: readonly string[],
): Promise<ReadonlyMap<string, ProtectedItem>> {
  const items = await store.getMany("protectedItem", [...new Set(itemIds)]);
  return new Map(items.map((item) => [item.id, item]));
}
