import type { PropertyMap } from "../../provider/definition/value";
import { EngineError } from "../../provider/engine/error";
import type { StateResource } from "../support/fake-pulumi";
import type { TestEngine } from "../support/test-engine";

type Call = readonly [operation: string, given: Readonly<Record<string, string>>];

const goldTier = JSON.stringify([{ Key: "tier", Value: "gold" }]);

/** What somebody may do to what a stack has made, by the operations' real names. */
const calls: Readonly<Record<string, (outputs: PropertyMap) => readonly Call[]>> = {
  "cloudbackup:ecs:Instance": ({ instanceId }) => [
    ["StopInstance", { InstanceId: `${instanceId}` }],
    ["TagResources", { ResourceType: "instance", ResourceId: JSON.stringify([instanceId]), Tag: goldTier }],
  ],
  "cloudbackup:ecs:ScriptDeployment": ({ instanceIds }) => [
    ["RunCommand", { CommandContent: "chmod 755 /tmp/prescript.sh", InstanceId: JSON.stringify(instanceIds) }],
  ],
  "cloudbackup:ecs:RamRoleAttachment": ({ ramRoleName, instanceIds }) => [
    ["DetachInstanceRamRole", { RamRoleName: `${ramRoleName}`, InstanceIds: JSON.stringify(instanceIds) }],
  ],
  "cloudbackup:ram:RolePolicyAttachment": ({ policyType, policyName, roleName }) => [
    ["DetachPolicyFromRole", { PolicyType: `${policyType}`, PolicyName: `${policyName}`, RoleName: `${roleName}` }],
  ],
  "cloudbackup:hbr:Backup": ({ recoveryPointId }) => [
    ["DeleteSnapshot", { SnapshotId: `${recoveryPointId}`, SourceType: "UDM_ECS" }],
    ["DeleteSnapshot", { SnapshotId: `${recoveryPointId}-0`, Force: "true" }],
  ],
  "cloudbackup:hbr:BackupPlan": ({ planId }) => [["DisableBackupPlan", { PlanId: `${planId}` }]],
  "cloudbackup:hbr:Policy": ({ policyId }) => [
    ["UpdatePolicyV2", { PolicyId: `${policyId}`, PolicyDescription: "changed by hand" }],
  ],
  "cloudbackup:hbr:InstanceProtection": ({ policyId, instanceId }) => [
    ["DeletePolicyBinding", { PolicyId: `${policyId}`, DataSourceIds: JSON.stringify([instanceId]) }],
    ["UpdatePolicyBinding", { PolicyId: `${policyId}`, DataSourceId: `${instanceId}`, Disabled: "true" }],
  ],
  "cloudbackup:compute:VirtualMachine": ({ vmId }) => [
    ["VirtualMachines_Deallocate", { vmId: `${vmId}` }],
    ["VirtualMachines_AttachDetachDataDisks", { vmId: `${vmId}`, dataDisksToDetach: '[{"lun": 0}]' }],
  ],
  "cloudbackup:compute:ScriptFramework": ({ vmId }) => [
    ["VirtualMachines_RunCommand", { vmId: `${vmId}`, script: "chmod 755 /opt/pre.sh" }],
  ],
  "cloudbackup:recoveryservices:Vault": ({ resourceGroupName, vaultName }) => [
    [
      "Vaults_CreateOrUpdate",
      {
        resourceGroupName: `${resourceGroupName}`,
        vaultName: `${vaultName}`,
        softDeleteRetentionPeriodInDays: "20",
      },
    ],
  ],
  "cloudbackup:recoveryservices:ProtectedItem": ({ itemId }) => [
    ["ProtectedItems_Delete", { itemId: `${itemId}` }],
    ["ProtectedItems_CreateOrUpdate", { itemId: `${itemId}`, protectionState: "ProtectionStopped" }],
  ],
};

/** Does one of the things that can be done; false where there is none, or where the cloud refuses it. */
export async function interfere(
  engine: TestEngine,
  resources: readonly StateResource[],
  choice: number,
): Promise<boolean> {
  const all = resources.flatMap(({ type, outputs }) => calls[type]?.(outputs) ?? []);
  const chosen = all[choice % Math.max(all.length, 1)];
  if (chosen === undefined) return false;
  try {
    await engine.call(...chosen);
    return true;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return false;
  }
}
