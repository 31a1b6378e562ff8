import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashOf } from "../engine/core/identifier";
import { FileJournal, type Journal } from "../store/journal";

/**
 * Pulumi starts a process for every provider resource, and a preview's branch is private to the process that made it.
 * Through this file the processes of one preview share one branch, so that a resource may refer to one of another
 * provider. It holds rows of the engine, which never hold a secret; the first process that ends removes it.
 */
export interface BranchFile {
  readonly journal: Journal;
  /** Whether any process of the run has begun a branch. */
  exists(): boolean;
}

/** Undefined for a store that other processes can't see anyway. */
export function openBranchFile(run: string, location: string): BranchFile | undefined {
  if (location === "memory:") return undefined;
  const path = join(tmpdir(), `cloudbackup-branch-${hashOf(run, location).slice(0, 26)}.jsonl`);
  return { journal: new FileJournal(path, process.pid), exists: () => existsSync(path) };
}
