import type { AzureWorld } from "./azure-world";
import * as shared from "./row";

/** One line of Azure's table. */
export type AzureRow = shared.Row<AzureWorld>;

export const level = shared.level<AzureWorld>;
export const refused = shared.refused<AzureWorld>;
export const effect = shared.effect<AzureWorld>;

/** What can't be asked for any more once the program has run as it first was. */
export function refusedLater(
  rule: AzureRow["rule"],
  what: string,
  at: string,
  [first, then]: readonly [first: (world: AzureWorld) => void, then: (world: AzureWorld) => void | Promise<void>],
  message: string | readonly string[],
  remedy: string,
): AzureRow {
  const change = async (world: AzureWorld) => {
    first(world);
    await world.done();
    await then(world);
  };
  return refused(rule, what, at, change, message, remedy);
}
