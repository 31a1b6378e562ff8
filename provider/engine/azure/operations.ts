import type { Operation } from "../core/operation";
import { vaultOperations } from "./operation-vault";
import { vaultAccessOperations } from "./operation-vault-access";

/** Azure's operations by the names of its REST API: what can happen behind a program's back. */
export const azureOperations: readonly Operation[] = [...vaultOperations, ...vaultAccessOperations];
