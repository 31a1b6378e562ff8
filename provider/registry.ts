import type { ComponentDefinition } from "./definition/component";
import type { FunctionDefinition, ResourceDefinition } from "./definition/resource";
import { getScriptFrameworkTemplateFunction } from "./resources/compute/functions/get-script-framework-template";
import { getVirtualMachinesFunction } from "./resources/compute/functions/get-virtual-machines";
import { scriptFrameworkResource } from "./resources/compute/script-framework";
import { virtualMachineResource } from "./resources/compute/virtual-machine";
import { diskResource } from "./resources/ecs/disk";
import { getInstancesFunction } from "./resources/ecs/functions/get-instances";
import { getScriptTemplateFunction } from "./resources/ecs/functions/get-script-template";
import { getSnapshotsFunction } from "./resources/ecs/functions/get-snapshots";
import { instanceResource } from "./resources/ecs/instance";
import { ramRoleAttachmentResource } from "./resources/ecs/ram-role-attachment";
import { scriptDeploymentResource } from "./resources/ecs/script-deployment";
import { appConsistentProtectionComponent } from "./resources/hbr/app-consistent-protection";
import { backupResource } from "./resources/hbr/backup";
import { backupPlanResource } from "./resources/hbr/backup-plan";
import { cloneResource } from "./resources/hbr/clone";
import { consistencyGroupResource } from "./resources/hbr/consistency-group";
import { getBackupJobsFunction } from "./resources/hbr/functions/get-backup-jobs";
import { getConsistencyFunction } from "./resources/hbr/functions/get-consistency";
import { getForecastFunction } from "./resources/hbr/functions/get-forecast";
import { getRecoveryPointImpactFunction } from "./resources/hbr/functions/get-recovery-point-impact";
import { getRecoveryPointsFunction } from "./resources/hbr/functions/get-recovery-points";
import { getRegionsFunction } from "./resources/hbr/functions/get-regions";
import { getServiceFunction } from "./resources/hbr/functions/get-service";
import { getStorageStatisticsFunction } from "./resources/hbr/functions/get-storage-statistics";
import { instanceProtectionResource } from "./resources/hbr/instance-protection";
import { policyResource } from "./resources/hbr/policy";
import { restoreResource } from "./resources/hbr/restore";
import { retentionOverrideResource } from "./resources/hbr/retention-override";
import { getEffectivePermissionsFunction } from "./resources/ram/functions/get-effective-permissions";
import { ramPolicyResource } from "./resources/ram/policy";
import { roleResource } from "./resources/ram/role";
import { rolePolicyAttachmentResource } from "./resources/ram/role-policy-attachment";
import { vaultBackupResource } from "./resources/recoveryservices/backup";
import { getVaultConsistencyFunction } from "./resources/recoveryservices/functions/get-consistency";
import { getVaultForecastFunction } from "./resources/recoveryservices/functions/get-forecast";
import { getJobsFunction } from "./resources/recoveryservices/functions/get-jobs";
import { getVaultRecoveryPointImpactFunction } from "./resources/recoveryservices/functions/get-recovery-point-impact";
import { getVaultRecoveryPointsFunction } from "./resources/recoveryservices/functions/get-recovery-points";
import { getVaultUsageFunction } from "./resources/recoveryservices/functions/get-vault-usage";
import { protectedItemResource } from "./resources/recoveryservices/protected-item";
import { protectionPolicyResource } from "./resources/recoveryservices/protection-policy";
import { vaultRestoreResource } from "./resources/recoveryservices/restore";
import { vaultResource } from "./resources/recoveryservices/vault";

/** Every resource of the provider; a new one is one file and one line here. */
export const resources: readonly ResourceDefinition[] = [
  scriptFrameworkResource,
  virtualMachineResource,
  diskResource,
  instanceResource,
  ramRoleAttachmentResource,
  scriptDeploymentResource,
  backupResource,
  backupPlanResource,
  cloneResource,
  consistencyGroupResource,
  instanceProtectionResource,
  policyResource,
  restoreResource,
  retentionOverrideResource,
  ramPolicyResource,
  roleResource,
  rolePolicyAttachmentResource,
  protectionPolicyResource,
  vaultResource,
  vaultBackupResource,
  vaultRestoreResource,
  protectedItemResource,
];

export const resourceByToken: ReadonlyMap<string, ResourceDefinition> = new Map(
  resources.map((definition) => [definition.token, definition]),
);

export const functions: readonly FunctionDefinition[] = [
  getScriptFrameworkTemplateFunction,
  getVirtualMachinesFunction,
  getInstancesFunction,
  getScriptTemplateFunction,
  getSnapshotsFunction,
  getBackupJobsFunction,
  getConsistencyFunction,
  getForecastFunction,
  getRecoveryPointImpactFunction,
  getRecoveryPointsFunction,
  getRegionsFunction,
  getServiceFunction,
  getStorageStatisticsFunction,
  getEffectivePermissionsFunction,
  getVaultConsistencyFunction,
  getVaultForecastFunction,
  getVaultUsageFunction,
  getVaultRecoveryPointImpactFunction,
  getVaultRecoveryPointsFunction,
  getJobsFunction,
];

/** Resources that are made of others. */
export const components: readonly ComponentDefinition[] = [appConsistentProtectionComponent];
