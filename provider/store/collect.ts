import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Frees what is no longer referred to. libsql has no call that frees a statement, and SQLite really closes a
 * connection, and removes its -wal and -shm files, only once its last statement is freed.
 */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  // Native objects are freed in a turn of their own.
  await new Promise((resolve) => setImmediate(resolve));
}
