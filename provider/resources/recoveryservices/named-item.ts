import { z } from "zod";
import { requireReader } from "../../engine/azure/access";
import { findActiveItemOf } from "../../engine/azure/item-list";
import { findItem, type ProtectedItem } from "../../engine/azure/item-row";
import { apiRefusal } from "../../engine/azure/rule";
import type { QueryContext } from "../../engine/engine";
import { requireOne } from "../shared/listing";

/** The item that a function is about, by one of two names. */
export const namedItemShape = {
  itemId: z.string().min(1).optional().meta({ description: "The protected item. Either this or sourceResourceId." }),
  sourceResourceId: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "The virtual machine whose protection is meant, by its ARM id." }),
};

interface Named {
  readonly itemId?: string | undefined;
  readonly sourceResourceId?: string | undefined;
}

/** The item that a function is asked about, for a caller who may read its vault. */
export async function requireNamedItem(context: QueryContext, named: Named): Promise<ProtectedItem> {
  const { itemId, sourceResourceId } = named;
  requireOne({ itemId, sourceResourceId }, { isNeeded: true });
  const item =
    itemId !== undefined ? await findItem(context, itemId) : await findActiveItemOf(context, sourceResourceId ?? "");
  if (item === undefined) {
    const property = itemId === undefined ? "sourceResourceId" : "itemId";
    const message = `no protected item is known for ${itemId ?? sourceResourceId}`;
    throw apiRefusal("Engine.NotProtected", property, message, "protect it: recoveryservices:ProtectedItem");
  }
  await requireReader(context, { vaultId: item.vaultId, operation: "RecoveryPoints_List" });
  return item;
}
