import { encodeValue, type NamedColumn, namedColumns } from "./codec";
import type { AnyTable } from "./column";
import type { SqlDialect } from "./sql-backend";

/** Tables as they are declared, by name. */
export type Declared = Readonly<Record<string, AnyTable>>;

/** The version that brings the last of what is declared. */
export function latestVersion(declared: Declared): number {
  const versions = Object.values(declared).flatMap(({ since = 1, columns }) => [
    since,
    ...Object.values(columns).map(({ added }) => added?.version ?? since),
  ]);
  return Math.max(...versions);
}

/**
 * The statements that lead from a version of the tables to what is declared; from 0 when there are none. Kysely's own
 * Migrator isn't used: it notes when it ran, and two stores with the same content must not differ.
 */
export function migrationOf(dialect: SqlDialect, declared: Declared, from: number): string[] {
  const names = Object.keys(declared).sort();
  return names.flatMap((name) => migrateTable(dialect, name, declared[name] as AnyTable, from));
}

/** A new table is made with all its columns at once: to add them one by one takes several times as long. */
function migrateTable(dialect: SqlDialect, name: string, declared: AnyTable, from: number): string[] {
  const { since = 1 } = declared;
  const columns = namedColumns(declared);
  const later = columns.filter(({ added }) => since > from || (added !== undefined && added.version > from));
  const statements =
    since > from ? [createTable(dialect, name, columns)] : later.map((column) => addColumn(dialect, name, column));
  const laterNames = new Set(later.map((column) => column.name));
  for (const indexed of declared.indexes.filter((index) => index.some((column) => laterNames.has(column)))) {
    statements.push(createIndex(dialect, name, indexed));
  }
  return statements;
}

function createTable(dialect: SqlDialect, table: string, columns: readonly NamedColumn[]): string {
  let creation = dialect.builder.schema.createTable(table);
  for (const column of columns) {
    creation = creation.addColumn(column.name, dialect.columnTypes[column.kind], (definition) => {
      const required = column.nullable ? definition : definition.notNull();
      return column.name === "id" ? required.primaryKey() : required;
    });
  }
  return creation.compile().sql;
}

/** The rows that are there take the column's value from its default; rows put later bring their own. */
function addColumn(dialect: SqlDialect, table: string, column: NamedColumn): string {
  const before = encodeValue(table, column, column.added?.before);
  const type = dialect.columnTypes[column.kind];
  const addition = dialect.builder.schema.alterTable(table).addColumn(column.name, type, (definition) => {
    const required = column.nullable ? definition : definition.notNull();
    return before === null ? required : required.defaultTo(dialect.literal(column, before));
  });
  return addition.compile().sql;
}

function createIndex(dialect: SqlDialect, table: string, columns: readonly string[]): string {
  const creation = dialect.builder.schema.createIndex(indexName(table, columns)).on(table);
  return creation.columns([...columns]).compile().sql;
}

export function indexName(table: string, columns: readonly string[]): string {
  return `${table}_${columns.join("_")}`;
}
