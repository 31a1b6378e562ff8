import type { Command } from "../engine";
import { apiRefusal, type Reason, reason } from "./rule";
import { requireVault, settingsOf, type Vault } from "./vault";

/** Why what needs the vault's own key fails, or undefined when it doesn't: backups and restores do (Z-28). */
export function keyProblem(vault: Vault): Reason | undefined {
  const { encryption } = settingsOf(vault);
  if (encryption === null || vault.keyEnabled) return undefined;
  return reason(
    "Z-28",
    `vault ${vault.vaultName} is encrypted with ${encryption.keyUri}, which is disabled`,
    "enable the key in Key Vault (az keyvault key set-attributes --enabled true)",
    "Engine.VaultKeyDisabled",
  );
}

/** What an outsider does in Key Vault: disables or enables the key of a vault (Z-37). */
export const setKeyEnabled: Command<{ vaultId: string; isEnabled: boolean }, void> = async (
  context,
  { vaultId, isEnabled },
) => {
  const vault = await requireVault(context, { armId: vaultId, property: "vaultId" });
  if (settingsOf(vault).encryption === null) {
    const message = `vault ${vault.vaultName} is encrypted with the platform's keys: there is none of its own`;
    throw apiRefusal("KeyNotFound", "vaultId", message, "name a vault with encryption");
  }
  await context.store.put("vault", [{ ...vault, keyEnabled: isEnabled }]);
};
