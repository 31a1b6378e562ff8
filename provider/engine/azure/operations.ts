import type { Operation } from "../core/operation";
import { backupOperations } from "./operation-backup";
import { guestOperations } from "./operation-guest";
import { itemOperations } from "./operation-item";
import { machineOperations } from "./operation-machine";
import { policyOperations } from "./operation-policy";
import { restoreOperations } from "./operation-restore";
import { vaultOperations } from "./operation-vault";
import { vaultAccessOperations } from "./operation-vault-access";

/** Azure's operations by the names of its REST API: what can happen behind a program's back. */
export const azureOperations: readonly Operation[] = [
  ...machineOperations,
  ...guestOperations,
  ...vaultOperations,
  ...vaultAccessOperations,
  ...itemOperations,
  ...policyOperations,
  ...backupOperations,
  ...restoreOperations,
];
