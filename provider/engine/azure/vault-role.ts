import type { Json } from "../../store/tables";
import type { Command, CommandContext } from "../engine";
import { requireAccess } from "./access";
import { type RoleAssignment, requireVault, roleAssignmentsOf } from "./vault";

export interface AssignmentInput extends RoleAssignment {
  readonly vaultId: string;
}

/** RoleAssignments_Create on a vault; a principal that has the role keeps it (Z-20). */
export const addRoleAssignment: Command<AssignmentInput, void> = (context, input) =>
  changeAssignments(context, input, "RoleAssignments_Create", (others) => [
    ...others,
    { principalId: input.principalId, roleDefinitionName: input.roleDefinitionName },
  ]);

/** RoleAssignments_Delete on a vault: what the principal may do there ends at once (Z-20, Z-37). */
export const removeRoleAssignment: Command<AssignmentInput, void> = (context, input) =>
  changeAssignments(context, input, "RoleAssignments_Delete", (others) => others);

async function changeAssignments(
  context: CommandContext,
  { vaultId, principalId, roleDefinitionName }: AssignmentInput,
  operation: string,
  change: (others: readonly RoleAssignment[]) => readonly RoleAssignment[],
): Promise<void> {
  const vault = await requireVault(context, { armId: vaultId, property: "vaultId" });
  requireAccess(context, vault, "configure", operation);
  const others = roleAssignmentsOf(vault).filter(
    (each) => each.principalId !== principalId || each.roleDefinitionName !== roleDefinitionName,
  );
  await context.store.put("vault", [{ ...vault, roleAssignments: change(others) as unknown as readonly Json[] }]);
}
