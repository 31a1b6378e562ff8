import { type DialectAdapter, DummyDriver, Kysely, type QueryCompiler } from "kysely";
import type { SqlTables } from "./sql-backend";

/** A Kysely that builds statements in the given dialect and has no connection to run them on. */
export function createBuilder(adapter: DialectAdapter, compiler: QueryCompiler): Kysely<SqlTables> {
  return new Kysely<SqlTables>({
    dialect: {
      createAdapter: () => adapter,
      createDriver: () => new DummyDriver(),
      createIntrospector: () => {
        throw new Error("statements are only built here, so there's no database to look into");
      },
      createQueryCompiler: () => compiler,
    },
  });
}
