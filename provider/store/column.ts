/** A JSON value as it is kept in a column. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The kinds of column a table may have. `integer` holds whole numbers up to 2^53 (times are UNIX seconds);
 * `json` holds a plain JSON value that is never searched.
 */
export interface Column<T> {
  readonly kind: "text" | "integer" | "real" | "boolean" | "json";
  readonly nullable: boolean;
  /** The version of the tables that brought the column, and what rows from before it hold; absent: the first. */
  readonly added?: { readonly version: number; readonly before: T };
  /** Never set; carries the type of the column's values. */
  readonly type?: T;
}

export const text: Column<string> = { kind: "text", nullable: false };
export const integer: Column<number> = { kind: "integer", nullable: false };
export const real: Column<number> = { kind: "real", nullable: false };
export const boolean: Column<boolean> = { kind: "boolean", nullable: false };

export function json<T>(): Column<T> {
  return { kind: "json", nullable: false };
}

export function nullable<T>(column: Column<T>): Column<T | null> {
  return { kind: column.kind, nullable: true };
}

/** A column that a later version of the tables brought; rows from before it hold `before`. */
export function added<T>(column: Column<T>, version: number, before: T): Column<T> {
  return { ...column, added: { version, before } };
}

/** A table: its columns beside the text primary key `id`, and its indexes as lists of columns. */
export interface AnyTable {
  readonly columns: Readonly<Record<string, Column<unknown>>>;
  /** The version of the tables that brought the whole table; absent: the first. */
  readonly since?: number;
  readonly indexes: readonly (readonly string[])[];
}

/** A table whose columns are known. */
export interface Table<C extends Record<string, Column<unknown>>> extends AnyTable {
  readonly columns: C;
  readonly indexes: readonly (readonly (keyof C & string)[])[];
}

export function table<C extends Record<string, Column<unknown>>>(definition: Table<C>): Table<C> {
  return definition;
}
