import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { requireVault, roleAssignmentsOf, type Vault } from "../../../engine/azure/vault";
import { listVaults, readVault } from "../../../engine/azure/vault-change";
import { type VaultUsage, vaultUsage } from "../../../engine/azure/vault-usage";
import { isoTime } from "../../../engine/core/time";
import { pointTier } from "../../shared/point-tier";
import { roleAssignment } from "../../shared/role-assignment";

const inputs = z.strictObject({
  vaultId: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Only this vault, by its ARM id. Default: all vaults that the caller may read (Z-20)." }),
});

const items = z
  .object({
    protected: z.int().meta({ description: "Items that are backed up." }),
    protectionStopped: z.int().meta({ description: "Items whose points are kept for ever (Z-33)." }),
    backupsSuspended: z.int().meta({ description: "Items whose points expire by their policy (Z-33)." }),
    softDeleted: z.int().meta({ description: "Items that were deleted and are still there (Z-29)." }),
  })
  .meta({ typeName: "VaultItemCounts", description: "How many items a vault holds, by state." });

const softDeletedItem = z
  .object({
    itemId: z.string().meta({ description: "ARM id of the item." }),
    sourceResourceId: z.string().meta({ description: "ARM id of the virtual machine." }),
    deferredDeleteTimeInUTC: z.string().meta({ description: "When it goes for good, ISO 8601 in UTC." }),
  })
  .meta({ typeName: "SoftDeletedItem", description: "An item that was deleted and may still be undeleted (Z-29)." });

const tier = z
  .object({
    type: pointTier.meta({ description: "Which tier." }),
    recoveryPoints: z.int().meta({ description: "Points that are in it now; a point may be in two (Z-23)." }),
    bytesTotal: z.number().meta({
      description: "What these points took over: the blocks that had changed (Z-24).",
      units: "bytes",
    }),
  })
  .meta({ typeName: "VaultTierUsage", description: "What is in one tier of a vault." });

const policy = z
  .object({
    policyId: z.string().meta({ description: "ARM id of the policy." }),
    policyName: z.string().meta({ description: "Its name." }),
    protectedItemsCount: z.int().meta({ description: "How many items follow it." }),
  })
  .meta({ typeName: "VaultPolicyUsage", description: "A policy of a vault." });

const deletionProblem = z
  .object({
    code: z.string().meta({ description: "The error's code." }),
    message: z.string().meta({ description: "What holds the vault, and until when." }),
    remedy: z.string().meta({ description: "How to release or keep it." }),
  })
  .meta({ typeName: "VaultDeletionProblem", description: "Why a vault can't be deleted now (Z-29)." });

const usage = z
  .object({
    vaultId: z.string().meta({ description: "ARM id of the vault." }),
    vaultName: z.string().meta({ description: "Its name." }),
    location: z.string().meta({ description: "Its region, westeurope." }),
    items,
    softDeletedItems: z.array(softDeletedItem).meta({ description: "What goes by itself, and when." }),
    recoveryPoints: z.int().meta({ description: "Points that can be restored." }),
    damagedPoints: z.int().meta({ description: "Points that an outsider broke (Z-37)." }),
    tiers: z.array(tier).meta({ description: "All three tiers, the quickest first." }),
    policies: z.array(policy).meta({ description: "The vault's policies, by name." }),
    roleAssignments: z.array(roleAssignment).meta({ description: "Who beside the owner may do what (Z-20)." }),
    deletionProblem: deletionProblem
      .optional()
      .meta({ description: "Why it can't be deleted now; absent when it can." }),
  })
  .meta({ typeName: "VaultUsage", description: "What a vault holds now." });

const outputs = z.object({
  asOf: z.string().meta({ description: "The moment that the figures are of, ISO 8601 in UTC." }),
  vaults: z.array(usage).meta({ description: "The vaults, in the order of their ids." }),
});

function toOutput(vault: Vault, found: VaultUsage): z.output<typeof usage> {
  const { Protected, ProtectionStopped, BackupsSuspended, SoftDeleted } = found.items;
  const { deletion } = found;
  return {
    vaultId: vault.armId,
    vaultName: vault.vaultName,
    location: vault.location,
    items: {
      protected: Protected,
      protectionStopped: ProtectionStopped,
      backupsSuspended: BackupsSuspended,
      softDeleted: SoftDeleted,
    },
    softDeletedItems: found.softDeleted.map(({ armId, sourceResourceId, deferredDeleteTime }) => ({
      itemId: armId,
      sourceResourceId,
      deferredDeleteTimeInUTC: isoTime(deferredDeleteTime),
    })),
    recoveryPoints: found.points,
    damagedPoints: found.damagedPoints,
    tiers: found.tiers.map((each) => ({ type: each.tier, recoveryPoints: each.points, bytesTotal: each.bytes })),
    policies: found.policies.map(({ policy: { armId, policyName }, items: count }) => ({
      policyId: armId,
      policyName,
      protectedItemsCount: count,
    })),
    roleAssignments: roleAssignmentsOf(vault).map((assignment) => ({ ...assignment })),
    ...(deletion === undefined
      ? {}
      : { deletionProblem: { code: deletion.code, message: deletion.message, remedy: deletion.remedy } }),
  };
}

export const getVaultUsageFunction = defineFunction({
  token: "cloudbackup:recoveryservices:getVaultUsage",
  source: "ENGINE",
  description:
    "Tells what vaults hold now: items by state, what is soft-deleted and until when, points and bytes by tier, " +
    "policies, roles, and what keeps the vault from being deleted.",
  inputs,
  outputs,
  call: async (context, { vaultId }) => {
    const vaults =
      vaultId === undefined
        ? await listVaults(context, undefined)
        : [
            (await readVault(context, vaultId)) ??
              (await requireVault(context, { armId: vaultId, property: "vaultId" })),
          ];
    const usages = [];
    for (const vault of vaults) usages.push(toOutput(vault, await vaultUsage(context, vault)));
    return { asOf: isoTime(context.now), vaults: usages };
  },
});
