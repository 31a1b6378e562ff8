import { PostgresAdapter, PostgresQueryCompiler, sql } from "kysely";
import { createBuilder } from "./builder";
import type { NamedColumn } from "./codec";
import type { SqlDialect } from "./sql-backend";

/** Text compares by code point only in the "C" collation. */
const textType = sql`text collate "C"`;

const columnTypes = {
  text: textType,
  integer: sql`bigint`,
  real: sql`double precision`,
  boolean: sql`boolean`,
  json: sql`text`,
};

const listTypes: Partial<Record<NamedColumn["kind"], string>> = { text: "text", integer: "bigint", real: "float8" };

/** The dialect whose tables are in the schema of the given name. */
export function postgresDialect(schema: string): SqlDialect {
  const plain = createBuilder(new PostgresAdapter(), new PostgresQueryCompiler());
  return {
    builder: plain.withSchema(schema),
    columnTypes,
    maximumValues: 65_535,
    maximumRows: 512,
    parameterPrefix: "$",
    literal: ({ kind }, value) => {
      const literal = sql.lit(kind === "boolean" && value !== null ? value === 1 : value);
      return sql`(${literal}::${columnTypes[kind]})`;
    },
    bindList: (values) => [...values],
    isIn: (column, list) => sql`${sql.ref(column.name)} = any(${list}::${sql.raw(listTypes[column.kind] ?? "text")}[])`,
    listTables: {
      sql: "select tablename from pg_catalog.pg_tables where schemaname = $1 order by tablename",
      values: [schema],
    },
    createPlace: [plain.schema.createSchema(schema).ifNotExists().compile().sql],
    createStatistics: [],
  };
}
