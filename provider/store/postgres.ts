import pLimit from "p-limit";
import type { Pool, PoolClient, QueryArrayResult } from "pg";
import { postgresDialect } from "./postgres-dialect";
import { postgresErrorOf } from "./postgres-error";
import type { BoundValue, SqlBackend, SqlConnection, SqlDialect } from "./sql-backend";
import { StoreError } from "./store";

const maximumConnections = 20;

/** A PostgreSQL address, taken apart. */
export interface PostgresAddress {
  /** What the driver is given. */
  readonly connectionString: string;
  readonly schema: string;
  /** For messages: without the password. */
  readonly location: string;
}

/** Takes `postgres://user:password@host:port/database?schema=name` apart. */
export function parsePostgresAddress(url: string): PostgresAddress {
  if (!URL.canParse(url)) {
    // The address is not repeated: there may be a password in it.
    throw invalidAddress("the PostgreSQL address of the store is no valid URL");
  }
  const address = new URL(url);
  const schema = address.searchParams.get("schema") ?? "cloudbackup";
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(schema)) {
    throw invalidAddress(`"${schema}" can't be the schema of a PostgreSQL store`);
  }
  address.searchParams.delete("schema");
  const user = address.username && `${address.username}@`;
  const host = address.host || address.searchParams.get("host") || "";
  const location = `${address.protocol}//${user}${host}${address.pathname}?schema=${schema}`;
  return { connectionString: address.href, schema, location };
}

function invalidAddress(message: string): StoreError {
  return new StoreError(
    "Store.CannotOpen",
    message,

    "Write postgres://user:password@host:port/database?schema=name, with %-escapes for special " +
      "characters; a schema's " +
      "name is letters, digits and underscores.",
  );
}

class PostgresConnection implements SqlConnection {
  /** The driver wants one query at a time. */
  readonly #queue = pLimit(1);

  constructor(
    private readonly client: PoolClient,
    private readonly location: string,
  ) {}

  async query(sql: string, values: readonly BoundValue[]): Promise<readonly (readonly unknown[])[]> {
    return (await this.#run(sql, values)).rows;
  }

  async execute(sql: string, values: readonly BoundValue[]): Promise<number> {
    return (await this.#run(sql, values)).rowCount ?? 0;
  }

  async executeAll(statements: readonly string[]): Promise<void> {
    // Without values the driver sends the text as it is, and the server takes it apart.
    await this.#run(statements.join(";\n"), []);
  }

  async commit(): Promise<void> {
    const { command } = await this.#run("commit", []);
    // PostgreSQL answers a commit after a failed statement by undoing everything, without an error.
    if (command !== "COMMIT") throw new Error(`a failed statement was ignored: the commit ended in ${command}`);
  }

  #run(sql: string, values: readonly BoundValue[]): Promise<QueryArrayResult<unknown[]>> {
    return this.#queue(async () => {
      try {
        return await this.client.query<unknown[]>({ text: sql, values: [...values], rowMode: "array" });
      } catch (error) {
        throw postgresErrorOf(error, this.location, false) ?? error;
      }
    });
  }
}

/** A schema of a PostgreSQL database, which any number of processes may share. */
export class PostgresBackend implements SqlBackend {
  readonly dialect: SqlDialect;
  readonly #writes = pLimit(1);
  #pool: Promise<Pool> | undefined;

  constructor(
    private readonly address: PostgresAddress,
    private readonly busyTimeoutInSeconds: number,
  ) {
    this.dialect = postgresDialect(address.schema);
  }

  get location(): string {
    return this.address.location;
  }

  read<T>(work: (connection: SqlConnection | undefined) => Promise<T>): Promise<T> {
    return this.#transaction("begin isolation level repeatable read read only", work);
  }

  write<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    return this.#writes(() =>
      this.#transaction("begin isolation level read committed", async (connection) => {
        const timeout = `${this.busyTimeoutInSeconds * 1000}ms`;
        await connection.query("select set_config('lock_timeout', $1, true)", [timeout]);
        // One writer at a time, whatever the process; statements after this one see what the one before has committed.
        const name = `cloudbackup ${this.address.schema}`;
        await connection.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [name]);
        return work(connection);
      }),
    );
  }

  async close(): Promise<void> {
    const pool = await this.#pool;
    this.#pool = Promise.reject(new Error(`the store ${this.location} was used after it had been closed`));
    this.#pool.catch(() => undefined);
    await pool?.end();
  }

  async #transaction<T>(begin: string, work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    const connection = new PostgresConnection(client, this.location);
    try {
      await connection.execute(begin, []);
      const result = await work(connection);
      await connection.commit();
      client.release();
      return result;
    } catch (error) {
      // Whatever the work had asked for is done by now, too: queries, and this one, run in turn.
      await connection.execute("rollback", []).then(
        () => client.release(),
        // Closing the connection undoes the transaction as well.
        () => client.release(true),
      );
      throw error;
    }
  }

  async #connect(): Promise<PoolClient> {
    this.#pool ??= createPool(this.address.connectionString, this.busyTimeoutInSeconds);
    const pool = await this.#pool;
    try {
      return await pool.connect();
    } catch (error) {
      throw postgresErrorOf(error, this.location, true) ?? error;
    }
  }
}

/** The driver is loaded only when a PostgreSQL store is used. */
async function createPool(connectionString: string, busyTimeoutInSeconds: number): Promise<Pool> {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({
    connectionString,
    max: maximumConnections,
    connectionTimeoutMillis: busyTimeoutInSeconds * 1000,
    allowExitOnIdle: true,
    application_name: "cloudbackup",
  });
  // An idle connection that breaks is replaced by the pool; if the server is gone, the next transaction says so.
  pool.on("error", () => undefined);
  return pool;
}
