import type { Kysely, RawBuilder } from "kysely";
import type { NamedColumn, StoredValue } from "./codec";

/** A value bound to a statement: a stored one, or whatever the dialect makes of a list. */
export type BoundValue = StoredValue | readonly StoredValue[];

/** One connection with a transaction open on it. */
export interface SqlConnection {
  /** The rows, each as its values in the order of the selected columns. */
  query(sql: string, values: readonly BoundValue[]): Promise<readonly (readonly unknown[])[]>;
  /** Runs a statement that yields no rows; returns how many it changed. */
  execute(sql: string, values: readonly BoundValue[]): Promise<number>;
  /** Runs statements that bind no values, one after the other; to a server they go as one message. */
  executeAll(statements: readonly string[]): Promise<void>;
}

/** The tables as Kysely sees them; rows are typed by the store's own interface instead. */
export type SqlTables = Record<string, Record<string, StoredValue>>;

/** What the SQL of two databases differs in. */
export interface SqlDialect {
  /** Only builds statements: they are run by SqlConnection. */
  readonly builder: Kysely<SqlTables>;
  readonly columnTypes: Readonly<Record<NamedColumn["kind"], RawBuilder<unknown>>>;
  /** The most values one statement may bind, and the most rows, a power of two, that it pays to put. */
  readonly maximumValues: number;
  readonly maximumRows: number;
  /** What a parameter's number is written after. */
  readonly parameterPrefix: string;
  /** A value written out, of the type of the column. */
  literal(column: NamedColumn, value: StoredValue): RawBuilder<unknown>;
  /** A list is bound as one value, so that the statement's text doesn't depend on its length. */
  bindList(values: ReadonlySet<StoredValue>): BoundValue;
  isIn(column: NamedColumn, list: BoundValue): RawBuilder<boolean>;
  /** Lists the names of the tables that are there. */
  readonly listTables: { readonly sql: string; readonly values: readonly BoundValue[] };
  /** Makes the place of the tables, when it needs one. */
  readonly createPlace: readonly string[];
  /** What the planner should know of the tables' indexes from the start; run whenever they have changed. */
  readonly createStatistics: readonly string[];
}

/** Connections and transactions of one database. */
export interface SqlBackend {
  readonly location: string;
  readonly dialect: SqlDialect;
  /** Runs the work in a read-only transaction that sees one state; without a connection when there's no database. */
  read<T>(work: (connection: SqlConnection | undefined) => Promise<T>): Promise<T>;
  /** Runs the work in a transaction that no other process's can overlap; undone when the work throws. */
  write<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
