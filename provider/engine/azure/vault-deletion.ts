import { readableTime } from "../core/time";
import type { Command } from "../engine";
import type { EngineError } from "../error";
import { requireAccess } from "./access";
import type { ProtectedItem } from "./item-row";
import { refusalUntil } from "./rule";
import { findVault, settingsOf, type Vault } from "./vault";
import { describeItems, holdingItems, isSoftDeleted } from "./vault-holding";

const itemToken = "cloudbackup:recoveryservices:ProtectedItem";

/**
 * Why a vault can't be deleted: what holds it, until when, and how to keep or release it, a line each (Z-29). What is
 * soft-deleted goes by itself; other items stay until somebody takes them away, even when their points have expired.
 */
export function deletionRefusal(vault: Vault, held: readonly ProtectedItem[]): EngineError {
  const softDeleted = held.filter(isSoftDeleted);
  const last = softDeleted.reduce((max, { deferredDeleteTime }) => Math.max(max, deferredDeleteTime), 0);
  return refusalUntil(
    softDeleted.length === held.length ? last : null,
    "Z-29",
    "ServiceResourceNotEmptyWithContainerDetails",
    "",
    `vault ${vault.vaultName} can't be deleted, as it holds ${describeItems(held)}`,
    [keeping(vault), ...releaseOfLive(vault, held), ...releaseOfDeleted(vault, held)].join("\n    "),
  );
}

function keeping({ urn }: Vault): string {
  return `to keep the vault and its data, let Pulumi forget it: pulumi state delete '${urn ?? "<urn>"}'`;
}

/** Of what a program protects, and of what no program speaks for (any more). */
function releaseOfLive(vault: Vault, held: readonly ProtectedItem[]): readonly string[] {
  const { softDelete, immutability } = settingsOf(vault);
  const live = held.filter((item) => !isSoftDeleted(item));
  if (live.length === 0) return [];
  if (immutability === "Locked") {
    return [
      "the vault is immutable (Locked): its data stays until it expires; what is kept for ever does so once its " +
        "protectionState is BackupsSuspended",
    ];
  }
  const texts: string[] = [];
  if (immutability === "Unlocked") {
    texts.push("the vault is immutable (Unlocked): its data stays until it expires, or until immutability is Disabled");
  }
  if (live.some(({ urn }) => urn !== null)) {
    texts.push('to release what a program protects, destroy its ProtectedItem with onDestroy "delete"');
  }
  const orphan = live.find(({ urn }) => urn === null);
  if (orphan !== undefined) {
    texts.push(
      `to release what no program has: cloudbackup call ProtectedItems_Delete --itemId '${orphan.armId}'; or import ` +
        `it, and destroy it with onDestroy "delete": pulumi import ${itemToken} <name> '${orphan.armId}'`,
    );
  }
  if (softDelete.state === "Disabled") return texts;
  const why =
    softDelete.state === "AlwaysON" ? "as softDelete.state is AlwaysON" : "unless softDelete.state is Disabled before";
  return [...texts, `what is released stays soft-deleted for ${softDelete.retentionDays} days, ${why}`];
}

function releaseOfDeleted(vault: Vault, held: readonly ProtectedItem[]): readonly string[] {
  const softDeleted = held.filter(isSoftDeleted);
  const [first] = softDeleted;
  if (first === undefined) return [];
  const last = readableTime(softDeleted.reduce((max, item) => Math.max(max, item.deferredDeleteTime), 0));
  const isSwitchable = settingsOf(vault).softDelete.state !== "AlwaysON";
  const sooner = isSwitchable
    ? "; sooner: set softDelete.state to Disabled, take it back, and delete it again"
    : " (softDelete.state is AlwaysON: there is no sooner way)";
  const call = `cloudbackup call ProtectedItems_CreateOrUpdate --itemId '${first.armId}' --isRehydrate true`;
  return [
    `what is soft-deleted goes by itself: wait until ${last}${sooner}`,
    `to take soft-deleted data back: ${call}; or a ProtectedItem with createMode "Recover"`,
  ];
}

/**
 * Vaults_Delete: refused while the vault holds items. Its policies and its jobs go with it, and what is left of items
 * whose time has come. Gone already is fine.
 */
export const deleteVault: Command<string, void> = async (context, armId) => {
  const vault = await findVault(context, armId);
  if (vault === undefined) return;
  requireAccess(context, vault, "configure", "Vaults_Delete");
  const held = await holdingItems(context, vault.id);
  if (held.length > 0) throw deletionRefusal(vault, held);
  const filter = { account: context.settings.account, vaultId: vault.id };
  await context.store.removeWhere("vaultPoint", filter);
  await context.store.removeWhere("vaultJob", filter);
  await context.store.removeWhere("protectedItem", filter);
  await context.store.removeWhere("protectionPolicy", filter);
  await context.store.remove("vault", [vault.id]);
};
