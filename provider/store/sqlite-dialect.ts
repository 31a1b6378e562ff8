import { SqliteAdapter, SqliteQueryCompiler, sql } from "kysely";
import { createBuilder } from "./builder";
import { tableNames } from "./codec";
import { indexName } from "./migrations";
import type { SqlDialect } from "./sql-backend";
import { tables } from "./tables";

/**
 * Rows per distinct value of each column of an index, as ANALYZE would find them in a large store: few accounts, many
 * of everything else. Without them SQLite takes all indexes for equally good and may walk through a whole account
 * to find one machine's rows.
 */
function statisticsOf(columns: readonly string[]): string {
  const rows = 1_000_000;
  return [rows, ...columns.map((_, index) => (columns[0] === "account" && index === 0 ? rows / 2 : 100 / 10 ** index))]
    .map((count) => Math.ceil(count))
    .join(" ");
}

function createStatistics(): string[] {
  const values = tableNames.flatMap((table) =>
    (tables[table].indexes as readonly (readonly string[])[]).map(
      (columns) => `('${table}', '${indexName(table, columns)}', '${statisticsOf(columns)}')`,
    ),
  );
  // The first ANALYZE, of empty tables, makes the table of the statistics; the second one makes them known.
  return [
    "analyze",
    "delete from sqlite_stat1",
    `insert into sqlite_stat1 (tbl, idx, stat) values ${values.join(", ")}`,
    "analyze sqlite_schema",
  ];
}

export const sqliteDialect: SqlDialect = {
  builder: createBuilder(new SqliteAdapter(), new SqliteQueryCompiler()),
  columnTypes: { text: sql`text`, integer: sql`integer`, real: sql`real`, boolean: sql`integer`, json: sql`text` },
  tableSuffix: sql``,
  maximumValues: 32_766,
  maximumRows: 32,
  parameterPrefix: "?",
  bindList: (values) => JSON.stringify([...values]),
  isIn: (column, list) => sql`${sql.ref(column.name)} in (select value from json_each(${list}))`,
  listTables: {
    sql: "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'",
    values: [],
  },
  createPlace: [],
  createStatistics: createStatistics(),
};
