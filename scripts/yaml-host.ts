import path from "node:path";
import { findOnPath, isExecutable } from "./lib/find-on-path";
import { goBuild } from "./lib/go-build";
import { withProgress } from "./lib/progress";
import { cachedExecutable, fillCache } from "./lib/tool-cache";
import { ensurePulumi } from "./pulumi-cli";

const executable = "pulumi-language-yaml";
const pinnedVersion = "1.32.0";
const cacheName = `${executable}-v${pinnedVersion}`;

let found: Promise<string> | undefined;

/**
 * The folder that holds Pulumi's language host for YAML, to be put on PATH: where PATH has it, beside the CLI (official
 * packages bundle it), in this project's cache, or built into that cache from Go modules. Rejects with the reason.
 */
export function ensureYamlHost(): Promise<string> {
  found ??= findOrBuild();
  return found;
}

async function findOrBuild(): Promise<string> {
  try {
    return path.dirname(findOnPath(executable));
  } catch {
    const bundled = path.dirname((await ensurePulumi()).command);
    if (isExecutable(path.join(bundled, executable))) return bundled;
  }
  const cached = cachedExecutable(cacheName, executable);
  if (!isExecutable(cached)) await build(cached);
  return path.dirname(cached);
}

async function build(target: string): Promise<void> {
  await withProgress(
    `Building Pulumi's YAML language host v${pinnedVersion} from Go modules: about a minute, once; cached as ${target}`,
    () =>
      fillCache(cacheName, executable, (folder) =>
        goBuild(
          {
            executable,
            package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
            moduleFolder: path.join(__dirname, executable),
            linkerVariable: `github.com/pulumi/pulumi-yaml/pkg/version.Version=v${pinnedVersion}`,
          },
          folder,
        ),
      ),
  );
}
