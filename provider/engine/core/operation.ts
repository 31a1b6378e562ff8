import type { Json } from "../../store/tables";
import type { Command, Query } from "../engine";

/** How the text of a parameter becomes a value. A list comes as JSON or as `Name.1`, `Name.2`; JSON as JSON. */
export type ParameterKind = "text" | "integer" | "number" | "boolean" | "list" | "json";

/** A parameter of an operation by its real name; Alibaba Cloud's begin with a capital, the engine's own don't. */
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
  readonly product: "ecs" | "ram" | "hbr" | "kms" | "compute" | "recoveryservices" | "authorization";
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

/** A record without what nobody knows: absent, as A-53 reads it. */
export function withoutNulls(record: Readonly<Record<string, Json>>): Record<string, Json> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}
