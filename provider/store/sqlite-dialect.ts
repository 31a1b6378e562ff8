import { SqliteAdapter, SqliteQueryCompiler, sql } from "kysely";
import { createBuilder } from "./builder";
import { tableNames } from "./codec";
import type { AnyTable } from "./column";
import { indexName } from "./migrations";
import type { SqlDialect } from "./sql-backend";
import { tables } from "./tables";

const rows = 1_000_000;

/** Rows per value of a column that comes first in an index; of any other there are `otherRows`. */
const firstRows: Readonly<Record<string, number>> = { account: rows / 2, recoveryPointId: 2 };
const otherRows = 100;

/**
 * Rows per distinct value of each column of an index, as ANALYZE would find them in a large store: few accounts, few
 * rows that go back to one point, many of everything else. Without them SQLite takes all indexes for equally good and
 * may walk through a whole account to find one machine's rows.
 */
function statisticsOf([first = "", ...further]: readonly string[]): string {
  const counts = further.map((_, index) => otherRows / 10 ** (index + 1));
  return [rows, firstRows[first] ?? otherRows, ...counts].map((count) => Math.ceil(count)).join(" ");
}

function createStatistics(): string[] {
  const values = tableNames.flatMap((table) =>
    (tables[table] as AnyTable).indexes.map(
      (columns) => `('${table}', '${indexName(table, columns)}', '${statisticsOf(columns)}')`,
    ),
  );
  // The first ANALYZE makes the table of the statistics, the second one makes them known; neither looks at the rows.
  return [
    "analyze sqlite_schema",
    "delete from sqlite_stat1",
    `insert into sqlite_stat1 (tbl, idx, stat) values ${values.join(", ")}`,
    "analyze sqlite_schema",
  ];
}

export const sqliteDialect: SqlDialect = {
  builder: createBuilder(new SqliteAdapter(), new SqliteQueryCompiler()),
  columnTypes: { text: sql`text`, integer: sql`integer`, real: sql`real`, boolean: sql`integer`, json: sql`text` },
  maximumValues: 32_766,
  maximumRows: 32,
  parameterPrefix: "?",
  literal: (_column, value) => sql.lit(value),
  bindList: (values) => JSON.stringify([...values]),
  isIn: (column, list) => sql`${sql.ref(column.name)} in (select value from json_each(${list}))`,
  listTables: {
    sql: "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'",
    values: [],
  },
  createPlace: [],
  createStatistics: createStatistics(),
};
