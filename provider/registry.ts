import type { ComponentDefinition } from "./definition/component";
import type { FunctionDefinition, ResourceDefinition } from "./definition/resource";
import { diskResource } from "./resources/ecs/disk";
import { getScriptTemplateFunction } from "./resources/ecs/functions/get-script-template";
import { instanceResource } from "./resources/ecs/instance";
import { ramRoleAttachmentResource } from "./resources/ecs/ram-role-attachment";
import { scriptDeploymentResource } from "./resources/ecs/script-deployment";
import { appConsistentProtectionComponent } from "./resources/hbr/app-consistent-protection";
import { backupResource } from "./resources/hbr/backup";
import { getConsistencyFunction } from "./resources/hbr/functions/get-consistency";
import { instanceProtectionResource } from "./resources/hbr/instance-protection";
import { policyResource } from "./resources/hbr/policy";
import { retentionOverrideResource } from "./resources/hbr/retention-override";
import { ramPolicyResource } from "./resources/ram/policy";
import { roleResource } from "./resources/ram/role";
import { rolePolicyAttachmentResource } from "./resources/ram/role-policy-attachment";

/** Every resource of the provider; a new one is one file and one line here. */
export const resources: readonly ResourceDefinition[] = [
  diskResource,
  instanceResource,
  ramRoleAttachmentResource,
  scriptDeploymentResource,
  backupResource,
  instanceProtectionResource,
  policyResource,
  retentionOverrideResource,
  ramPolicyResource,
  roleResource,
  rolePolicyAttachmentResource,
];

export const functions: readonly FunctionDefinition[] = [getScriptTemplateFunction, getConsistencyFunction];

/** Resources that are made of others. */
export const components: readonly ComponentDefinition[] = [appConsistentProtectionComponent];
