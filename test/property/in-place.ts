import { expect } from "chai";
import type { Run, State } from "../support/fake-pulumi";

/**
 * What may be replaced only when it comes to protect, lie on or belong to something else: everything else about it,
 * scripts, time-outs, disk lists and policies, changes in place, with no unprotected moment.
 */
export const identities: Readonly<Record<string, readonly string[]>> = {
  "cloudbackup:ecs:ScriptDeployment": [],
  "cloudbackup:hbr:Policy": ["policyType"],
  "cloudbackup:hbr:BackupPlan": ["instanceId"],
  "cloudbackup:hbr:InstanceProtection": ["instanceId", "groupId"],
  "cloudbackup:compute:ScriptFramework": ["vmId"],
  "cloudbackup:recoveryservices:Vault": ["vaultName", "resourceGroupName", "location"],
  "cloudbackup:recoveryservices:ProtectionPolicy": ["policyName", "vaultId"],
  "cloudbackup:recoveryservices:ProtectedItem": ["vaultId", "sourceResourceId"],
};

/** Law 11: an edit replaces nothing but what it can't change; where it only adds, it replaces and deletes nothing. */
export function expectInPlace(before: State, run: Run, isAddition: boolean): void {
  const olds = new Map(before.resources.map((resource) => [resource.urn, resource]));
  for (const { urn, operation, inputs } of run.steps) {
    const old = olds.get(urn);
    if (isAddition) {
      expect(operation, `law 11: ${urn} where the program only grows`).to.be.oneOf(
        old === undefined ? ["create"] : ["same", "update"],
      );
    }
    if (operation !== "replace" || old === undefined) continue;
    const names = identities[old.type] ?? Object.keys({ ...old.inputs, ...inputs });
    const isAnother = names.some((name) => JSON.stringify(old.inputs[name]) !== JSON.stringify(inputs[name]));
    expect(isAnother, `law 11: ${urn} is replaced although it could change in place`).to.equal(true);
  }
}
