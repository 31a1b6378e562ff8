import type { Query, QueryContext } from "../engine";
import type { EngineError } from "../error";
import { refusal } from "./rule";
import { type BackupRole, findVault, roleAssignmentsOf, type Vault } from "./vault";

/** What somebody does with a vault, by the role that it takes at least. */
export type VaultAction = "read" | "back up" | "restore" | "configure";

const rolesFor: Readonly<Record<VaultAction, readonly BackupRole[]>> = {
  read: ["Backup Reader", "Backup Operator", "Backup Contributor"],
  "back up": ["Backup Operator", "Backup Contributor"],
  restore: ["Backup Operator", "Backup Contributor"],
  configure: ["Backup Contributor"],
};

/** Whether the caller has a role on the vault that allows the action; the owner (no caller) may do everything. */
export function isAllowed({ settings: { caller } }: QueryContext, vault: Vault, action: VaultAction): boolean {
  if (caller === null) return true;
  return roleAssignmentsOf(vault).some(
    ({ principalId, roleDefinitionName }) => principalId === caller && rolesFor[action].includes(roleDefinitionName),
  );
}

/**
 * The vault is the access boundary (Z-20): refuses a caller without a role that allows the action. `operation` names
 * what is refused, in the API's words (`Vaults_Update`). The owner (no caller is configured) may do everything.
 */
export function requireAccess(context: QueryContext, vault: Vault, action: VaultAction, operation: string): void {
  if (!isAllowed(context, vault, action)) throw accessRefusal(context, vault, action, operation);
}

/** What is said to a caller without a role that allows the action. */
export function accessRefusal(
  context: QueryContext,
  vault: Vault,
  action: VaultAction,
  operation: string,
): EngineError {
  const { caller } = context.settings;
  const held = roleAssignmentsOf(vault).filter(({ principalId }) => principalId === caller);
  const roles = held.map(({ roleDefinitionName }) => roleDefinitionName).join(", ") || "no role";
  return refusal(
    "Z-20",
    "AuthorizationFailed",
    "",
    `${caller} has ${roles} on vault ${vault.vaultName}, which does not allow to ${action}: ${operation} is refused`,
    `assign ${rolesFor[action][0]} to ${caller} in the vault's roleAssignments, or run as another caller`,
  );
}

/**
 * The same of a program that puts something: a reader may run one that changes nothing, and changes take a role for
 * them. `get` and `put` are the API's operations.
 */
export function requireAccessToPut(
  context: QueryContext,
  vault: Vault,
  { isAsAsked, get, put }: { isAsAsked: boolean; get: string; put: string },
): void {
  requireAccess(context, vault, isAsAsked ? "read" : "configure", isAsAsked ? get : put);
}

/** What is in a vault is read by whoever may read the vault (Z-20); what outlived its vault, by everybody. */
export const requireReader: Query<{ vaultId: string; operation: string }, void> = async (
  context,
  { vaultId, operation },
) => {
  const vault = await findVault(context, vaultId);
  if (vault !== undefined) requireAccess(context, vault, "read", operation);
};

/** The same, as what keeps a program from being run. */
export const readerRefusals: Query<{ vaultId: string; operation: string }, readonly EngineError[]> = async (
  context,
  { vaultId, operation },
) => {
  const vault = await findVault(context, vaultId);
  return vault === undefined || isAllowed(context, vault, "read")
    ? []
    : [accessRefusal(context, vault, "read", operation)];
};
