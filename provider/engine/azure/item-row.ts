import type { Row } from "../../store/tables";
import type { Query } from "../engine";
import { armKey } from "./arm-id";
import type { DiskExclusion } from "./disk-coverage";

export type ProtectedItem = Row<"protectedItem">;

export type ProtectionState = "Protected" | "ProtectionStopped" | "BackupsSuspended" | "SoftDeleted";

export function exclusionOf({ diskExclusion }: Pick<ProtectedItem, "diskExclusion">): DiskExclusion | null {
  return diskExclusion as unknown as DiskExclusion | null;
}

/** An item by its ARM id, in whatever case; soft-deleted ones too. */
export const findItem: Query<string, ProtectedItem | undefined> = async ({ store, settings }, armId) => {
  const item = await store.get("protectedItem", armKey(armId));
  return item?.account === settings.account ? item : undefined;
};
