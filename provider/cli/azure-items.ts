import { requireReader } from "../engine/azure/access";
import type { ProtectedItem } from "../engine/azure/item-row";
import { listVaults } from "../engine/azure/vault-change";
import type { QueryContext } from "../engine/engine";
import type { AnyMachine } from "./select-machine";

/** What narrows points and jobs to what is asked for. */
interface Narrowed {
  readonly itemId?: { readonly in: readonly string[] };
  readonly vaultId?: { readonly in: readonly string[] };
}

/**
 * What narrows points and jobs to one machine, by its items, for a caller who may read their vaults; without a machine
 * to the vaults that the caller may read (Z-20). `operation` is what it is in the API.
 */
export async function narrowed(
  context: QueryContext,
  machine: AnyMachine | undefined,
  operation: string,
): Promise<Narrowed> {
  const { store, settings } = context;
  if (machine === undefined) {
    if (settings.caller === null) return {};
    return { vaultId: { in: (await listVaults(context, undefined)).map(({ id }) => id) } };
  }
  const items = await store.find("protectedItem", { vmId: machine.machine.id });
  for (const { vaultId } of items) await requireReader(context, { vaultId, operation });
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
