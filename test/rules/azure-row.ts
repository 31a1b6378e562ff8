import type { AzureWorld } from "./azure-world";
import * as shared from "./row";

/** One line of Azure's table. */
export type AzureRow = shared.Row<AzureWorld>;

export const level = shared.level<AzureWorld>;
export const refused = shared.refused<AzureWorld>;
export const effect = shared.effect<AzureWorld>;
