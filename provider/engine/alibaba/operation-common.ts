import { digitsOf, hashOf } from "../core/identifier";
import { choice, integer } from "../core/operation";
import type { QueryContext } from "../engine";
import { longestRetentionDays } from "./point-life";
import { apiRefusal } from "./rule";

/** The id of something that an operation makes: the same engine gives the same id, and never one that is taken. */
export async function freshId(
  { store, settings, now }: QueryContext,
  table: "policy" | "protection" | "job" | "disk" | "snapshot" | "restore" | "kmsKey" | "consistencyGroup",
  prefix: string,
  ...origin: readonly string[]
): Promise<string> {
  for (let number = 0; ; number++) {
    const id = `${prefix}-${hashOf("operation", settings.account, now, ...origin, number).slice(0, 20)}`;
    if ((await store.get(table, id)) === undefined) return id;
  }
}

/** A request's id in the API's shape, from what was asked and when. */
export function requestIdOf({ settings, now }: QueryContext, operation: string, request: string): string {
  const digits = BigInt(digitsOf(38, "request", settings.account, now, operation, request)).toString(16);
  const hex = digits.padStart(32, "0").slice(-32).toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** One page of a list, as the API cuts it. */
export function pageOf<T>(
  rows: readonly T[],
  { PageNumber = 1, PageSize = 10 }: { readonly PageNumber?: number; readonly PageSize?: number },
): { readonly page: readonly T[]; readonly paging: { TotalCount: number; PageNumber: number; PageSize: number } } {
  const start = (PageNumber - 1) * PageSize;
  return { page: rows.slice(start, start + PageSize), paging: { TotalCount: rows.length, PageNumber, PageSize } };
}

/** What Cloud Backup calls an ECS instance. */
export const instanceSource = choice(["UDM_ECS"], "The only one of the engine: UDM_ECS. Default: UDM_ECS.");

/** Refuses a number of days that is none of a retention. */
export function checkDays(property: string, days: number): number {
  if (days >= 1 && days <= longestRetentionDays) return days;
  const remedy = `give 1 to ${longestRetentionDays} days`;
  throw apiRefusal("InvalidRetentionDays.Malformed", property, `${property} is ${days}`, remedy);
}

/** The parameters by which every list is paged. */
export const pagingParameters = {
  PageNumber: integer("Number of the page, from 1. Default: 1."),
  PageSize: integer("Entries in a page, 1 to 100. Default: 10."),
};
