import type { Query, QueryContext } from "../engine";
import { requireAccess } from "./access";
import { listItemsOf } from "./item-list";
import { findItem } from "./item-row";
import { apiRefusal } from "./rule";
import { requireVault } from "./vault";

/** Whose points or jobs are meant: those of a vault, of an item in it, or of a machine; exactly one is given. */
export interface VaultSource {
  readonly vaultId: string | null;
  readonly itemId: string | null;
  readonly vmId: string | null;
}

/** The same as lists take it. */
export interface OpenSource {
  readonly vaultId: string | null;
  readonly itemIds: readonly string[] | null;
}

/**
 * Finds what is meant, for a caller who may read the vaults behind it (Z-20). What isn't there is refused: a list that
 * is empty by mistake would hide the mistake.
 */
export const openSource: Query<{ source: VaultSource; operation: string }, OpenSource> = async (context, asked) => {
  const { vaultId, itemId, vmId } = asked.source;
  requireExactlyOne(asked.source);
  if (vaultId !== null) {
    await requireReader(context, { vaultId, property: "vaultId", operation: asked.operation });
    return { vaultId, itemIds: null };
  }
  const items =
    itemId === null
      ? await listItemsOf(context, vmId ?? "")
      : [await findItem(context, itemId)].flatMap((item) => item ?? []);
  const property = itemId === null ? "vmId" : "itemId";
  if (items.length === 0) throw unprotected(property, itemId ?? vmId ?? "");
  for (const item of items) {
    await requireReader(context, { vaultId: item.vaultId, property, operation: asked.operation });
  }
  return { vaultId: null, itemIds: items.map(({ id }) => id) };
};

function requireExactlyOne(source: VaultSource): void {
  const given = Object.entries(source).filter(([, value]) => value !== null);
  if (given.length === 1) return;
  const names = given.map(([name]) => name);
  const message = names.length === 0 ? "nothing says whose they are" : `${names.join(" and ")} exclude each other`;
  const code = names.length === 0 ? "MissingParameter" : "InvalidParameter";
  throw apiRefusal(code, names[1] ?? "vaultId", message, "give one of vaultId, itemId or vmId");
}

async function requireReader(
  context: QueryContext,
  { vaultId, property, operation }: { vaultId: string; property: string; operation: string },
): Promise<void> {
  requireAccess(context, await requireVault(context, { armId: vaultId, property }), "read", operation);
}

function unprotected(property: string, armId: string): Error {
  const message = property === "itemId" ? `there is no protected item ${armId}` : `no vault protects ${armId}`;
  const remedy = "take itemId and vmId from recoveryservices:ProtectedItem; what was deleted for good has no points";
  return apiRefusal("BMSUserErrorObjectNotFound", property, message, remedy);
}
