import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const made: string[] = [];

/** A new empty directory, removed after the tests. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), "cloudbackup-store-"));
  made.push(directory);
  return directory;
}

function removeAll(): void {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
}

after(removeAll);

// Also when the tests end early, without their hooks.
process.once("exit", removeAll);
