import { closeSync, mkdirSync, openSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { schemaTable } from "./schema";
import { loadLibsql, SqliteConnection, storeErrorOf } from "./sqlite-connection";
import { sqliteDialect } from "./sqlite-dialect";
import { StoreError } from "./store";

/** How often another process may be waited for while the journal of a new file is set up. */
const maximumAttempts = 20;

function cannotOpen(path: string, error: unknown): StoreError {
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreError(
    "Store.CannotOpen",
    `the store ${path} can't be opened: ${reason}`,
    "Check the path, and that this user may read and write the file and its directory.",
  );
}

/** What is at the path, or undefined when nothing is. */
export function fileAt(path: string): Stats | undefined {
  let stats: Stats | undefined;
  try {
    stats = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw cannotOpen(path, error);
  }
  if (!stats?.isDirectory()) return stats;
  throw new StoreError(
    "Store.CannotOpen",
    `the store ${path} is a directory`,
    "Name a file, such as engine.db in that directory.",
  );
}

async function connect(path: string, mode: "ro" | "rw", busyTimeoutInSeconds: number): Promise<SqliteConnection> {
  const Libsql = await loadLibsql();
  try {
    const database = new Libsql(`${pathToFileURL(path).href}?mode=${mode}`, { timeout: busyTimeoutInSeconds * 1000 });
    return new SqliteConnection(database, path, busyTimeoutInSeconds);
  } catch (error) {
    throw storeErrorOf(error, path, busyTimeoutInSeconds) ?? error;
  }
}

/**
 * A connection for reading only, or undefined when there's nothing to read. When a log holds transactions, SQLite
 * would move them into the file on closing, unless the connection may not change the file; when none does, it
 * removes the -wal and -shm files that reading needs, unless the connection may not change the file. Hence the two
 * modes.
 */
export async function openReader(
  path: string,
  busyTimeoutInSeconds: number,
): Promise<{ connection: SqliteConnection; mode: "ro" | "rw" } | undefined> {
  if (!fileAt(path)?.size) return undefined;
  const mode = fileAt(`${path}-wal`)?.size ? "ro" : "rw";
  const connection = await connect(path, mode, busyTimeoutInSeconds);
  connection.script("pragma query_only = on");
  return { connection, mode };
}

/** A connection for writing; makes the file and its directory when they aren't there. */
export async function openWriter(path: string, busyTimeoutInSeconds: number): Promise<SqliteConnection> {
  if (!fileAt(path)) create(path);
  const connection = await connect(path, "rw", busyTimeoutInSeconds);
  // Write-ahead logging survives a crash of the process at this level, and costs no wait for the disk per transaction.
  connection.script("pragma synchronous = normal; pragma cache_size = -65536");
  useWriteAheadLog(connection);
  return connection;
}

function create(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // SQLite would make it readable for everyone. An empty file is a database without tables.
    closeSync(openSync(path, "a", 0o600));
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

function useWriteAheadLog(connection: SqliteConnection): void {
  const tables = connection.rows(sqliteDialect.listTables.sql);
  // The journal of somebody else's database stays as it is; the schema's check will refuse it.
  if (tables.length > 0 && !tables.some(([name]) => name === schemaTable)) return;
  for (let attempt = 1; ; attempt++) {
    try {
      connection.rows("pragma journal_mode = wal");
      return;
    } catch (error) {
      // Two processes that set up a new file at once get here at once, without SQLite's usual waiting.
      if (attempt === maximumAttempts || !(error instanceof StoreError) || error.code !== "Store.Busy") throw error;
      connection.script("begin immediate; commit");
    }
  }
}
