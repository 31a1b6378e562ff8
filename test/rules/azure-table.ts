import { azureConsistencyRows } from "./azure-consistency-rows";
import type { AzureRow } from "./azure-row";

/** The whole table: one row or more for each rule. */
export const azureRows: readonly AzureRow[] = [...azureConsistencyRows];
