import type { AnyTable, Column } from "./column";
import { type Row, type TableName, tables } from "./tables";

/** What is kept in a column of any store; a JSON column keeps its text, a boolean 0 or 1. */
export type StoredValue = string | number | null;

/** A row as it is kept: the values in the order of `columnsOf`, `id` first. */
export type StoredRow = readonly StoredValue[];

export interface NamedColumn {
  readonly name: string;
  readonly kind: Column<unknown>["kind"];
  readonly nullable: boolean;
  readonly added?: Column<unknown>["added"];
  /** Where the column is in a stored row. */
  readonly position: number;
}

const columnsByTable = new Map<TableName, readonly NamedColumn[]>();

export const tableNames = Object.keys(tables).sort() as TableName[];

/** The table's columns, `id` first and the others as declared. */
export function columnsOf(table: TableName): readonly NamedColumn[] {
  const known = columnsByTable.get(table);
  if (known) return known;
  const columns = namedColumns(tables[table]);
  columnsByTable.set(table, columns);
  return columns;
}

/** The columns of a table as declared, `id` first. */
export function namedColumns(declared: AnyTable): readonly NamedColumn[] {
  const columns: NamedColumn[] = [{ name: "id", kind: "text", nullable: false, position: 0 }];
  for (const [name, { kind, nullable, added }] of Object.entries(declared.columns)) {
    columns.push({ name, kind, nullable, added, position: columns.length });
  }
  return columns;
}

/** The named column, which must be one that can be compared. */
export function comparableColumn(table: TableName, name: string): NamedColumn {
  const column = columnsOf(table).find((candidate) => candidate.name === name);
  if (!column) throw new Error(`the table ${table} has no column ${name}`);
  if (column.kind === "json") throw new Error(`${table}.${name} holds JSON, which can't be searched or ordered by`);
  return column;
}

/** The named column, which must be one of text. */
export function textColumn(table: TableName, name: string): NamedColumn {
  const column = comparableColumn(table, name);
  if (column.kind !== "text") throw new Error(`${table}.${name} is ${column.kind}, and rows are only counted by text`);
  return column;
}

function describe(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function encodeText(table: string, column: NamedColumn, value: unknown): string {
  if (typeof value !== "string") throw wrongValue(table, column, value);
  // SQLite's driver cuts text at NUL, PostgreSQL refuses it, and neither keeps half a surrogate pair.
  if (value.includes("\0") || /\p{Surrogate}/u.test(value)) throw wrongValue(table, column, value);
  return value;
}

function wrongValue(table: string, column: NamedColumn, value: unknown): Error {
  return new TypeError(`${table}.${column.name} is ${column.kind} and can't hold ${describe(value)}`);
}

/** The value as it is kept; a value the column can't hold in every store alike is a bug and throws. */
export function encodeValue(table: string, column: NamedColumn, value: unknown): StoredValue {
  if (value === null && column.nullable) return null;
  switch (column.kind) {
    case "text":
      return encodeText(table, column, value);
    case "integer":
      if (!Number.isSafeInteger(value)) throw wrongValue(table, column, value);
      // Adding zero turns -0, which SQLite would not keep, into 0.
      return (value as number) + 0;
    case "real":
      if (!Number.isFinite(value)) throw wrongValue(table, column, value);
      return (value as number) + 0;
    case "boolean":
      if (typeof value !== "boolean") throw wrongValue(table, column, value);
      return value ? 1 : 0;
    case "json": {
      const encoded: string | undefined = JSON.stringify(value);
      if (encoded === undefined) throw wrongValue(table, column, value);
      return encoded;
    }
  }
}

function decodeValue(column: NamedColumn, value: unknown): unknown {
  if (value === null) return null;
  switch (column.kind) {
    case "text":
      return value;
    case "integer":
    case "real":
      // PostgreSQL's driver gives a bigint as text.
      return Number(value);
    case "boolean":
      return value === 1 || value === true;
    case "json":
      return JSON.parse(value as string);
  }
}

export function encodeRow<T extends TableName>(table: T, row: Row<T>): StoredRow {
  const values = row as Record<string, unknown>;
  const encoded: StoredValue[] = [];
  for (const column of columnsOf(table)) encoded.push(encodeValue(table, column, values[column.name]));
  return encoded;
}

/** The row that `encodeRow` made the values from, as a driver gives them back; its JSON values are fresh copies. */
export function decodeRow<T extends TableName>(table: T, values: readonly unknown[]): Row<T> {
  const row: Record<string, unknown> = {};
  for (const column of columnsOf(table)) row[column.name] = decodeValue(column, values[column.position]);
  return row as Row<T>;
}
