import type Database from "libsql";
import { notAnEngine } from "./schema";
import type { BoundValue, SqlConnection } from "./sql-backend";
import { StoreError } from "./store";

/** More statements than the engine has shapes of; a limit all the same, since each holds memory. */
const maximumStatements = 300;

/** Loaded only when a SQLite store is used: the native library takes its time. */
export async function loadLibsql(): Promise<typeof Database> {
  const { default: libsql } = await import("libsql");
  return libsql;
}

/** A connection of libsql, whose calls are synchronous. */
export class SqliteConnection implements SqlConnection {
  readonly #statements = new Map<string, Database.Statement>();

  constructor(
    private readonly database: Database.Database,
    private readonly location: string,
    /** How long the database was told to wait for another process. */
    private readonly busyTimeoutInSeconds: number,
  ) {}

  async query(sql: string, values: readonly BoundValue[]): Promise<readonly (readonly unknown[])[]> {
    return this.rows(sql, values);
  }

  async execute(sql: string, values: readonly BoundValue[]): Promise<number> {
    return this.#translate(() => this.#statement(sql, false).run(values).changes);
  }

  async executeAll(statements: readonly string[]): Promise<void> {
    this.script(statements.join(";\n"));
  }

  /** Like `query`, at once. */
  rows(sql: string, values: readonly BoundValue[] = []): readonly (readonly unknown[])[] {
    return this.#translate(() => this.#statement(sql, true).all(values) as unknown[][]);
  }

  /** Runs statements that take no values, such as the ones around a transaction. */
  script(sql: string): void {
    this.#translate(() => this.database.exec(sql));
  }

  /** Runs the work between `begin` and a commit, or undoes it when it throws. */
  async transaction<T>(begin: string, work: () => Promise<T>): Promise<T> {
    this.script(begin);
    try {
      const result = await work();
      this.script("commit");
      return result;
    } catch (error) {
      // Some failures, such as a full disk, have already ended the transaction.
      if (this.database.inTransaction) this.script("rollback");
      throw error;
    }
  }

  /** The library frees the connection once its statements are collected. */
  close(): void {
    this.#statements.clear();
    this.database.close();
  }

  #statement(sql: string, yieldsRows: boolean): Database.Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    if (this.#statements.size >= maximumStatements) this.#statements.clear();
    const statement = this.database.prepare(sql);
    if (yieldsRows) statement.raw(true);
    this.#statements.set(sql, statement);
    return statement;
  }

  #translate<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storeErrorOf(error, this.location, this.busyTimeoutInSeconds) ?? error;
    }
  }
}

/** The user's matter behind an error of SQLite, if it is one. */
export function storeErrorOf(error: unknown, location: string, busyTimeoutInSeconds: number): StoreError | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error ? String(error.code) : "";
  const reason = `${error.message}${code && ` (${code})`}`;
  if (code.startsWith("SQLITE_BUSY")) {
    return new StoreError(
      "Store.Busy",
      `the store ${location} was locked by another process for more than ${busyTimeoutInSeconds} seconds`,
      "Wait for the other Pulumi or cloudbackup command to end and run this one again.",
    );
  }
  if (code.startsWith("SQLITE_NOTADB")) return notAnEngine(location, "it isn't a SQLite database");
  if (code.startsWith("SQLITE_CORRUPT")) {
    return new StoreError("Store.CannotOpen", `the store ${location} is damaged: ${reason}`, "Restore it from a copy.");
  }
  if (/^SQLITE_(READONLY|PERM|CANTOPEN|IOERR|FULL|AUTH)/.test(code) || error.message.startsWith("ConnectionFailed")) {
    return new StoreError(
      "Store.CannotOpen",
      `the store ${location} can't be used: ${reason}`,
      "Check that the file and its directory can be read and written, and that the disk isn't full.",
    );
  }
  return undefined;
}
