import type { Operation } from "../core/operation";
import { assistantOperations } from "./operation-assistant";
import { bindingOperations } from "./operation-binding";
import { diskOperations } from "./operation-disk";
import { executeOperations } from "./operation-execute";
import { groupOperations } from "./operation-group";
import { instanceOperations } from "./operation-instance";
import { instanceRoleOperations } from "./operation-instance-role";
import { jobOperations } from "./operation-job";
import { keyOperations } from "./operation-key";
import { planOperations } from "./operation-plan";
import { pointOperations } from "./operation-point";
import { policyOperations } from "./operation-policy";
import { ramPolicyOperations } from "./operation-ram-policy";
import { ramRoleOperations } from "./operation-ram-role";
import { restoreOperations } from "./operation-restore";
import { serviceOperations } from "./operation-service";
import { snapshotOperations } from "./operation-snapshot";
import { tagOperations } from "./operation-tag";

/** Alibaba Cloud's operations by their real names: what can happen behind a program's back. */
export const alibabaOperations: readonly Operation[] = [
  ...instanceOperations,
  ...instanceRoleOperations,
  ...tagOperations,
  ...diskOperations,
  ...snapshotOperations,
  ...assistantOperations,
  ...ramRoleOperations,
  ...ramPolicyOperations,
  ...keyOperations,
  ...serviceOperations,
  ...policyOperations,
  ...bindingOperations,
  ...groupOperations,
  ...planOperations,
  ...executeOperations,
  ...jobOperations,
  ...pointOperations,
  ...restoreOperations,
];
