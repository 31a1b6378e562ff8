import { z } from "zod";
import { backupRoles } from "../../engine/azure/vault";
import { ruled } from "./azure-rule";

export const roleAssignment = z
  .strictObject({
    principalId: z.string().min(1).meta({
      description: "Who: the principal's object id, or whatever the provider's `caller` says.",
    }),
    roleDefinitionName: z
      .enum(backupRoles)
      .meta({
        typeName: "BackupRole",
        valueDescriptions: {
          "Backup Reader": "Reads.",
          "Backup Operator": "Also backs up and restores.",
          "Backup Contributor": "Also configures: vault, policies, protection.",
        },
      })
      .meta({
        ...ruled("Z-20", "write Backup Reader, Backup Operator or Backup Contributor"),
        description: "Which of Azure Backup's built-in roles.",
      }),
  })
  .meta({ typeName: "VaultRoleAssignment", description: "What one principal may do with a vault." });
