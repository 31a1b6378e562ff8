import type { Json } from "../../store/tables";
import { digitsOf, hashOf } from "../core/identifier";
import type { Command, Query, QueryContext } from "../engine";
import { longestRetentionDays } from "./point-life";
import { apiRefusal } from "./rule";

/** How the text of a parameter becomes a value. A list comes as JSON or as `Name.1`, `Name.2`; JSON as JSON. */
export type ParameterKind = "text" | "integer" | "number" | "boolean" | "list" | "json";

/** A parameter of an operation by its real name; the engine's own ones begin with a small letter. */
export interface Parameter<T> {
  readonly kind: ParameterKind;
  readonly required: boolean;
  readonly description: string;
  readonly values: readonly string[];
  /** Never set; carries the type of the parameter's values. */
  readonly type?: T;
}

function parameter<T>(kind: ParameterKind, description: string, values: readonly string[] = []): Parameter<T> {
  return { kind, required: false, description, values };
}

export const text = (description: string) => parameter<string | undefined>("text", description);
export const integer = (description: string) => parameter<number | undefined>("integer", description);
export const number = (description: string) => parameter<number | undefined>("number", description);
export const boolean = (description: string) => parameter<boolean | undefined>("boolean", description);
export const list = (description: string) => parameter<readonly string[] | undefined>("list", description);
export const json = (description: string) => parameter<Json | undefined>("json", description);

export function choice<V extends string>(values: readonly V[], description: string): Parameter<V | undefined> {
  return parameter("text", description, values);
}

export function required<T>(optional: Parameter<T | undefined>): Parameter<T> {
  return { ...optional, required: true } as Parameter<T>;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;
export type Arguments<P extends Parameters> = {
  readonly [N in keyof P]: P[N] extends Parameter<infer V> ? V : never;
};
/** What an operation answers beside the envelope, as the API writes it. */
export type Answer = Readonly<Record<string, Json>>;

interface Description<P extends Parameters> {
  readonly name: string;
  readonly product: "ecs" | "ram" | "hbr" | "kms";
  readonly description: string;
  readonly parameters: P;
}

/** One operation of the simulated cloud, by the real API's name. */
export type Operation = Description<Parameters> &
  (
    | { readonly kind: "query"; readonly call: Query<Arguments<Parameters>, Answer> }
    | { readonly kind: "command"; readonly call: Command<Arguments<Parameters>, Answer> }
  );

/** Whether an operation is the engine's own: no API has it. */
export function isOwnOperation({ name }: Pick<Operation, "name">): boolean {
  return /^[a-z]/.test(name);
}

/** Declares an operation that only reads. */
export function defineQuery<P extends Parameters>(
  operation: Description<P> & { readonly call: Query<Arguments<P>, Answer> },
): Operation {
  return { ...operation, kind: "query", call: operation.call as Query<Arguments<Parameters>, Answer> };
}

/** Declares an operation that changes something. */
export function defineCommand<P extends Parameters>(
  operation: Description<P> & { readonly call: Command<Arguments<P>, Answer> },
): Operation {
  return { ...operation, kind: "command", call: operation.call as Command<Arguments<Parameters>, Answer> };
}

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

/** A record without what nobody knows: absent, as A-53 reads it. */
export function withoutNulls(record: Readonly<Record<string, Json>>): Record<string, Json> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}
