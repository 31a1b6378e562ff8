import { z } from "zod";
import type { VaultSource } from "../../engine/azure/vault-source";

/** Of whose points or jobs a list is. */
export const vaultSourceShape = {
  vaultId: z.string().min(1).optional().meta({
    description: "ARM id of the vault: all that is in it. One of vaultId, itemId and vmId is needed.",
  }),
  itemId: z.string().min(1).optional().meta({ description: "ARM id of the protected item: only its." }),
  vmId: z.string().min(1).optional().meta({
    description: "ARM id of the virtual machine: only its, of whatever vault.",
  }),
};

const sourceObject = z.object(vaultSourceShape);

export function toVaultSource({ vaultId, itemId, vmId }: z.output<typeof sourceObject>): VaultSource {
  return { vaultId: vaultId ?? null, itemId: itemId ?? null, vmId: vmId ?? null };
}
