import pLimit, { type LimitFunction } from "p-limit";
import { collectGarbage } from "./collect";
import type { SqlBackend, SqlConnection } from "./sql-backend";
import type { SqliteConnection } from "./sqlite-connection";
import { sqliteDialect } from "./sqlite-dialect";
import { fileAt, openReader, openWriter } from "./sqlite-file";

/** Idle connections kept for the next reads. */
const maximumIdleReaders = 4;

/** Rounds of collection to wait for the connections to be freed; when they aren't by then, others use the file. */
const maximumCollections = 2;

/**
 * Writes queue by file, not by store: SQLite's own waiting would block this process, and with it the transaction
 * waited for.
 */
const queues = new Map<string, LimitFunction>();

function queueOf(path: string): LimitFunction {
  const known = queues.get(path);
  if (known) return known;
  const queue = pLimit(1);
  queues.set(path, queue);
  return queue;
}

/**
 * A SQLite file in WAL mode. Reading alone changes no byte of it and leaves no file behind; the file and its
 * directory are made by the first write.
 */
export class SqliteBackend implements SqlBackend {
  readonly dialect = sqliteDialect;
  #writer: SqliteConnection | undefined;
  #idleReaders: SqliteConnection[] = [];
  /** Whether a connection was opened at all, and whether one that may not change the file was. */
  #used = false;
  #usedReadOnly = false;
  #closed = false;

  constructor(
    readonly location: string,
    private readonly busyTimeoutInSeconds: number,
  ) {}

  async read<T>(work: (connection: SqlConnection | undefined) => Promise<T>): Promise<T> {
    this.#mustBeOpen();
    const reader = this.#idleReaders.pop() ?? (await this.#openReader());
    if (!reader) return work(undefined);
    try {
      return await reader.transaction("begin", () => work(reader));
    } finally {
      if (this.#closed || this.#idleReaders.length >= maximumIdleReaders) reader.close();
      else this.#idleReaders.push(reader);
    }
  }

  write<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    return queueOf(this.location)(async () => {
      this.#mustBeOpen();
      this.#writer ??= await openWriter(this.location, this.busyTimeoutInSeconds);
      this.#used = true;
      const writer = this.#writer;
      return writer.transaction("begin immediate", () => work(writer));
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const reader of this.#idleReaders) reader.close();
    this.#idleReaders = [];
    // The last connection removes the -wal and -shm files, but not when it may not change the file.
    if (this.#writer && this.#usedReadOnly) await collectGarbage();
    if (this.#writer) closeWriter(this.#writer);
    this.#writer = undefined;
    for (let round = 0; this.#used && round < maximumCollections && fileAt(`${this.location}-shm`); round++) {
      await collectGarbage();
    }
  }

  async #openReader(): Promise<SqliteConnection | undefined> {
    const opened = await openReader(this.location, this.busyTimeoutInSeconds);
    if (!opened) return undefined;
    this.#used = true;
    this.#usedReadOnly ||= opened.mode === "ro";
    return opened.connection;
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new Error(`the store ${this.location} was used after it had been closed`);
  }
}

/** Moves the log into the file, so that the file alone holds everything; readers are only waited for briefly. */
function closeWriter(writer: SqliteConnection): void {
  writer.script("pragma busy_timeout = 1000");
  writer.rows("pragma wal_checkpoint(truncate)");
  writer.close();
}
