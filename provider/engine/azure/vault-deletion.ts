import { readableTime } from "../core/time";
import type { Command } from "../engine";
import type { EngineError } from "../error";
import { requireAccess } from "./access";
import type { ProtectedItem } from "./item-row";
import { refusal } from "./rule";
import { findVault, settingsOf, type Vault } from "./vault";
import { describeItems, holdingItems, isSoftDeleted } from "./vault-holding";

const itemToken = "cloudbackup:recoveryservices:ProtectedItem";

/** Why a vault can't be deleted: what holds it, until when, and how to keep or release it (Z-29). */
export function deletionRefusal(vault: Vault, held: readonly ProtectedItem[]): EngineError {
  return refusal(
    "Z-29",
    "ServiceResourceNotEmptyWithContainerDetails",
    "",
    `vault ${vault.vaultName} can't be deleted, as it holds ${describeItems(held)}`,
    [...releases(vault, held), keeping(vault)].join("; "),
  );
}

function releases(vault: Vault, held: readonly ProtectedItem[]): readonly string[] {
  const { softDelete, immutability } = settingsOf(vault);
  const isSwitchable = softDelete.state !== "AlwaysON";
  const live = held.filter((item) => !isSoftDeleted(item));
  const softDeleted = held.filter(isSoftDeleted);
  const texts: string[] = [];
  if (live.length > 0 && immutability !== "Disabled") {
    const unlock = immutability === "Locked" ? "" : ", or until immutability is Disabled";
    texts.push(`the vault is immutable (${immutability}): its data stays until it expires${unlock}`);
  } else if (live.length > 0) {
    const after =
      softDelete.state === "Disabled"
        ? ""
        : `; it then stays soft-deleted for ${softDelete.retentionDays} days` +
          (isSwitchable ? ", unless softDelete.state is Disabled before" : ", as softDelete.state is AlwaysON");
    const orphan = live.find((item) => item.urn === null);
    const imported =
      orphan === undefined
        ? ""
        : ` (one that no program has is imported first: pulumi import ${itemToken} <name> '${orphan.armId}')`;
    texts.push(`to release it, destroy its ProtectedItem with onDestroy "delete"${imported}${after}`);
  }
  if (softDeleted.length > 0) {
    const last = readableTime(softDeleted.reduce((max, item) => Math.max(max, item.deferredDeleteTime), 0));
    const sooner = isSwitchable
      ? ', or undelete (ProtectedItem: createMode "Recover"), set softDelete.state to Disabled and delete again'
      : " (softDelete.state is AlwaysON: there is no sooner way)";
    texts.push(`what is soft-deleted goes by itself: wait until ${last}${sooner}`);
  }
  return texts;
}

function keeping({ urn }: Vault): string {
  return `to keep the vault and its data, let Pulumi forget it: pulumi state delete '${urn ?? "<urn>"}'`;
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
