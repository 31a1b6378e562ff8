import type { Row, TableName } from "./tables";

/** What one column may be compared with; all given parts must hold. */
export type Condition =
  | string
  | number
  | boolean
  | null
  | { in: readonly (string | number)[] }
  | { lt?: number | string; lte?: number | string; gt?: number | string; gte?: number | string };

/**
 * A conjunction of conditions on columns; JSON columns have none. Numbers and text only have ranges; text compares by
 * code point on every store. Null matches no condition but null. An undefined condition is a bug and throws.
 */
export type Filter<T extends TableName> = { readonly [C in keyof Row<T>]?: Condition };

/** Null is smaller than everything: first ascending, last descending. */
export interface Order<T extends TableName> {
  readonly column: keyof Row<T>;
  readonly direction: "ascending" | "descending";
}

export interface FindOptions<T extends TableName> {
  /** Rows always end up in a total order: after this one, by ascending id. */
  readonly order?: Order<T>;
  readonly limit?: number;
}

/** The columns of a table that hold text. */
export type TextColumn<T extends TableName> = string &
  keyof { [C in keyof Row<T> as Row<T>[C] extends string | null ? C : never]: true };

/** A consistent view of the rows. */
export interface Reader {
  get<T extends TableName>(table: T, id: string): Promise<Row<T> | undefined>;
  /** Found rows in the order of their ids; ids that have no row are left out. */
  getMany<T extends TableName>(table: T, ids: readonly string[]): Promise<Row<T>[]>;
  find<T extends TableName>(table: T, filter?: Filter<T>, options?: FindOptions<T>): Promise<Row<T>[]>;
  count<T extends TableName>(table: T, filter?: Filter<T>): Promise<number>;
  /**
   * How many of the rows have each value of the column, in the order of the values; a value that none has is absent,
   * and rows with null count nowhere. An index that begins with the filter's columns and then this one makes it cheap.
   */
  countBy<T extends TableName>(
    table: T,
    column: TextColumn<T>,
    filter?: Filter<T>,
  ): Promise<ReadonlyMap<string, number>>;
}

/** A view that may also be changed; nothing is seen by others before the transaction ends. */
export interface Writer extends Reader {
  /** Inserts or replaces whole rows, many at once. */
  put<T extends TableName>(table: T, rows: readonly Row<T>[]): Promise<void>;
  remove<T extends TableName>(table: T, ids: readonly string[]): Promise<void>;
  /** Removes every row that matches; returns how many there were. */
  removeWhere<T extends TableName>(table: T, filter: Filter<T>): Promise<number>;
}

/**
 * Where the engine's rows live. Several processes may use one store at once.
 * `write` runs its work in one serialised transaction: if the work throws, nothing was written.
 * The work of one `write` must not start another, nor a `read`, on the same store: it may wait for ever.
 */
export interface Store {
  /** The address without any password, for messages. */
  readonly location: string;
  read<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
  write<T>(work: (writer: Writer) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A store that can't be opened or is not what it should be: the user's matter, not a bug. */
export class StoreError extends Error {
  constructor(
    readonly code:
      | "Store.CannotOpen"
      | "Store.NewerVersion"
      | "Store.NotAnEngine"
      | "Store.Busy"
      | "Store.UnknownScheme",
    message: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = "StoreError";
  }
}
