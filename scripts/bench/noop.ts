import { createHash } from "node:crypto";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { findOnPath } from "../lib/find-on-path";
import { goBuild } from "../lib/go-build";
import { withProgress } from "../lib/progress";
import { cachedExecutable, fillCache } from "../lib/tool-cache";

const executableBase = "pulumi-resource-cloudbackup";
const moduleFolder = path.join(__dirname, "noop-provider");

/** A provider of the same name that does nothing: what is left is the price of the CLI and the program. */
export interface NoopProvider {
  readonly name: string;
  readonly executable: string;
  /** Why the comparison is weaker than it should be. */
  readonly note?: string;
}

/** The one in Go, built once; without a Go compiler, one on Node. */
export async function ensureNoop(folder: string): Promise<NoopProvider> {
  if (findsGo()) return { name: "Go no-op provider", executable: await ensureGoNoop() };
  const note = "NO GO COMPILER: compared with a no-op provider on Node instead of Go, which is slower";
  process.stderr.write(`${note}\n`);
  return { name: "Node no-op provider", executable: await writeNodeNoop(folder), note };
}

function findsGo(): boolean {
  try {
    findOnPath("go");
    return true;
  } catch {
    return false;
  }
}

/** The cache goes by the source, so that a changed one is built anew. */
async function ensureGoNoop(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum", "main.go"]) hash.update(readFileSync(path.join(moduleFolder, file)));
  const cacheName = `noop-provider-${hash.digest("hex").slice(0, 12)}`;
  const cached = cachedExecutable(cacheName, executableBase);
  if (existsSync(cached)) return cached;
  return withProgress("Building the no-op provider from Go modules, once", () =>
    fillCache(cacheName, executableBase, (target) =>
      goBuild({ executable: executableBase, package: ".", moduleFolder }, target),
    ),
  );
}

async function writeNodeNoop(folder: string): Promise<string> {
  const executable = path.join(folder, "noop", executableBase);
  const main = path.join(moduleFolder, "main.cjs");
  await mkdir(path.dirname(executable), { recursive: true });
  await writeFile(executable, `#!/usr/bin/env node\nrequire(${JSON.stringify(main)});\n`);
  chmodSync(executable, 0o755);
  return executable;
}
