import { azureAccessRows } from "./azure-access-rows";
import { azureConsistencyRows } from "./azure-consistency-rows";
import { azureItemRows } from "./azure-item-rows";
import { azureOutsiderRows } from "./azure-outsider-rows";
import { azurePolicyRows } from "./azure-policy-rows";
import type { AzureRow } from "./azure-row";
import { azureScriptErrorRows } from "./azure-script-error-rows";
import { azureScriptRows } from "./azure-script-rows";
import { azureTierRows } from "./azure-tier-rows";
import { azureVaultRows } from "./azure-vault-rows";

/** The whole table: one row or more for each rule. */
export const azureRows: readonly AzureRow[] = [
  ...azureConsistencyRows,
  ...azureScriptRows,
  ...azureScriptErrorRows,
  ...azureAccessRows,
  ...azurePolicyRows,
  ...azureTierRows,
  ...azureVaultRows,
  ...azureItemRows,
  ...azureOutsiderRows,
];
