import type { Command, QueryContext } from "../engine";
import { requireAccess } from "./access";
import { nameOf } from "./arm-id";
import { tiersAt } from "./point-tier";
import { findPoint, type VaultPoint } from "./recovery-point";
import { apiRefusal, refusal } from "./rule";
import { requireVault, settingsOf } from "./vault";

async function requirePoint(context: QueryContext, recoveryPointId: string): Promise<VaultPoint> {
  const point = await findPoint(context, recoveryPointId);
  if (point !== undefined) return point;
  const message = `there is no recovery point ${recoveryPointId}`;
  throw apiRefusal("BMSUserErrorObjectNotFound", "recoveryPointId", message, "list them: cloudbackup points");
}

/**
 * What an outsider does to a point (Z-37): its data is gone from every tier. The row stays until it would have expired,
 * so that everything that relies on the point can tell that it is lost. An immutable vault refuses (Z-30).
 */
export const deletePoint: Command<string, void> = async (context, recoveryPointId) => {
  const point = await requirePoint(context, recoveryPointId);
  const vault = await requireVault(context, { armId: point.vaultId, property: "recoveryPointId" });
  requireAccess(context, vault, "configure", "RecoveryPoints_Delete");
  const { immutability } = settingsOf(vault);
  if (immutability !== "Disabled") {
    const message =
      `recovery point ${nameOf(point.armId)} lies in vault ${vault.vaultName}, which is immutable (${immutability}): ` +
      "nothing in it is deleted before it expires";
    const remedy =
      immutability === "Locked" ? "wait until it expires" : "set the vault's immutability to Disabled first";
    throw refusal("Z-30", "UserErrorImmutableVault", "recoveryPointId", message, remedy);
  }
  await context.store.put("vaultPoint", [{ ...point, damaged: true }]);
};

/**
 * What an outsider does to a point's snapshot, which lies in a resource group and not in the vault: neither the vault's
 * roles nor its immutability hold it. A point that isn't in the vault yet is lost with it (Z-23, Z-37).
 */
export const deleteSnapshot: Command<string, void> = async (context, recoveryPointId) => {
  const { store, now } = context;
  const point = await requirePoint(context, recoveryPointId);
  const tiers = tiersAt(point, now);
  if (!tiers.includes("InstantRP")) {
    const message = `recovery point ${nameOf(point.armId)} has no snapshot any more`;
    const remedy = "name a point of the snapshot tier: cloudbackup points";
    throw refusal("Z-23", "Engine.SnapshotNotFound", "recoveryPointId", message, remedy);
  }
  const isElsewhere = tiers.length > 1;
  await store.put("vaultPoint", [isElsewhere ? { ...point, snapshotUntil: now } : { ...point, damaged: true }]);
};
