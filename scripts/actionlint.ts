import path from "node:path";
import { findOnPath, isExecutable } from "./lib/find-on-path";
import { goBuild } from "./lib/go-build";
import { withProgress } from "./lib/progress";
import { cachedExecutable, fillCache } from "./lib/tool-cache";

const executable = "actionlint";
const pinnedVersion = "1.7.12";
const cacheName = `${executable}-v${pinnedVersion}`;

/**
 * Where actionlint is, the checker of GitHub's workflows: on PATH, in this project's cache, or built into that cache
 * from Go modules. Rejects with the reason.
 */
export async function ensureActionlint(): Promise<string> {
  try {
    return findOnPath(executable);
  } catch {
    const cached = cachedExecutable(cacheName, executable);
    if (!isExecutable(cached)) await build(cached);
    return cached;
  }
}

async function build(target: string): Promise<void> {
  await withProgress(
    `Building actionlint v${pinnedVersion} from Go modules: half a minute, once; cached as ${target}`,
    () =>
      fillCache(cacheName, executable, (folder) =>
        goBuild(
          {
            executable,
            package: "github.com/rhysd/actionlint/cmd/actionlint",
            moduleFolder: path.join(__dirname, executable),
            linkerVariable: `github.com/rhysd/actionlint.version=v${pinnedVersion}`,
          },
          folder,
        ),
      ),
  );
}
