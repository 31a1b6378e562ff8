import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { SqlBackend } from "./sql-backend";
import { type Store, StoreError } from "./store";

/** Where the store is, when nothing else is said, under the project's directory. */
const defaultPath = ".cloudbackup/engine.db";

/** How long a transaction waits for another process's, and a connection for the server. */
const defaultBusyTimeoutInSeconds = 10;

/** Two letters at least: one is a drive of Windows. */
const schemePattern = /^([a-z][a-z0-9+.-]+):/i;

interface OpenOptions {
  readonly projectDirectory: string;
  readonly busyTimeoutInSeconds?: number;
}

/**
 * Opens the store at an address; makes nothing, and connects to nothing, before the store is used.
 * An empty address is the project's own file. Relative paths start at the project's directory.
 */
export async function openStore(engineUrl: string | undefined, options: OpenOptions): Promise<Store> {
  const { SqlStore } = require("./sql-store") as typeof import("./sql-store");
  return new SqlStore(createBackend(engineUrl || defaultPath, options));
}

function createBackend(address: string, options: OpenOptions): SqlBackend {
  const { projectDirectory, busyTimeoutInSeconds = defaultBusyTimeoutInSeconds } = options;
  const scheme = schemePattern.exec(address)?.[1]?.toLowerCase();
  switch (scheme) {
    case "memory":
      if (address.length > "memory:".length) break;
      return createMemoryBackend();
    case "postgres":
    case "postgresql":
      return createPostgresBackend(address, busyTimeoutInSeconds);
    case "sqlite":
    case "file":
    case undefined: {
      const path = pathOf(address, scheme);
      if (path === "") break;
      return createFileBackend(resolve(projectDirectory, path), busyTimeoutInSeconds);
    }
  }
  throw unknownScheme(address, scheme);
}

// Loaded when first needed: a process that never uses a store must not wait for Kysely.

function createMemoryBackend(): SqlBackend {
  const { SqliteMemoryBackend } = require("./sqlite-memory") as typeof import("./sqlite-memory");
  return new SqliteMemoryBackend();
}

function createFileBackend(path: string, busyTimeoutInSeconds: number): SqlBackend {
  const { SqliteBackend } = require("./sqlite") as typeof import("./sqlite");
  return new SqliteBackend(path, busyTimeoutInSeconds);
}

function createPostgresBackend(address: string, busyTimeoutInSeconds: number): SqlBackend {
  const { PostgresBackend, parsePostgresAddress } = require("./postgres") as typeof import("./postgres");
  return new PostgresBackend(parsePostgresAddress(address), busyTimeoutInSeconds);
}

function pathOf(address: string, scheme: string | undefined): string {
  if (scheme === undefined) return address;
  if (/^file:\/\/\//i.test(address)) return fileURLToPath(address);
  return address.slice(scheme.length + 1).replace(/^\/\//, "");
}

function unknownScheme(address: string, scheme: string | undefined): StoreError {
  // Of an unknown address only the scheme is shown: there may be a password in the rest.
  return new StoreError(
    "Store.UnknownScheme",
    `the store's address ${scheme ? `${scheme}:…` : address} is of no known form`,
    "Write sqlite://<path>, file:<path>, a path, memory:, or postgres://user:password@host:port/database?schema=name.",
  );
}
