import { boolean, choice, defineCommand, required, text } from "../core/operation";
import { backupRoles } from "./vault";
import { setKeyEnabled } from "./vault-key";
import { addRoleAssignment, removeRoleAssignment } from "./vault-role";

const assignment = {
  scope: required(text("ARM id of the vault.")),
  principalId: required(text("Who: the principal, as the provider's `caller` says it.")),
  roleDefinitionName: required(choice(backupRoles, "Which role (Z-20).")),
};

const create = defineCommand({
  name: "RoleAssignments_Create",
  product: "authorization",
  description: "Gives somebody a role on a vault (Z-20).",
  parameters: assignment,
  call: async (context, { scope, ...given }) => {
    await addRoleAssignment(context, { vaultId: scope, ...given });
    return {};
  },
});

const remove = defineCommand({
  name: "RoleAssignments_Delete",
  product: "authorization",
  description: "Takes somebody's role on a vault away (Z-20, Z-37).",
  parameters: assignment,
  call: async (context, { scope, ...given }) => {
    await removeRoleAssignment(context, { vaultId: scope, ...given });
    return {};
  },
});

const setVaultKey = defineCommand({
  name: "setVaultKey",
  product: "recoveryservices",
  description: "The engine's own: disables or enables the key of a vault, as Key Vault does (Z-28, Z-37).",
  parameters: {
    vaultId: required(text("ARM id of the vault.")),
    enabled: required(boolean("Whether the key can be used.")),
  },
  call: async (context, { vaultId, enabled }) => {
    await setKeyEnabled(context, { vaultId, isEnabled: enabled });
    return {};
  },
});

export const vaultAccessOperations = [create, remove, setVaultKey];
