import { SharedLock } from "./shared-lock";
import type { SqlBackend, SqlConnection } from "./sql-backend";
import { loadLibsql, SqliteConnection } from "./sqlite-connection";
import { sqliteDialect } from "./sqlite-dialect";

/** A SQLite database in memory: one connection, which reads share and a write has for itself. */
export class SqliteMemoryBackend implements SqlBackend {
  readonly location = "memory:";
  readonly dialect = sqliteDialect;
  readonly #lock = new SharedLock();
  #connection: Promise<SqliteConnection> | undefined;

  read<T>(work: (connection: SqlConnection | undefined) => Promise<T>): Promise<T> {
    return this.#lock.shared(async () => work(await this.#connection));
  }

  write<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    return this.#lock.exclusive(async () => {
      this.#connection ??= connect(this.location);
      const connection = await this.#connection;
      return connection.transaction("begin", () => work(connection));
    });
  }

  async close(): Promise<void> {
    const connection = await this.#connection;
    connection?.close();
    this.#connection = undefined;
  }
}

async function connect(location: string): Promise<SqliteConnection> {
  const Libsql = await loadLibsql();
  return new SqliteConnection(new Libsql(":memory:"), location, 0);
}
