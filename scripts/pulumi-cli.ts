import path from "node:path";
import semver from "semver";
import { findOnPath } from "./lib/find-on-path";
import { goBuild } from "./lib/go-build";
import { officialInstall, reachInstaller } from "./lib/official-installer";
import { withProgress } from "./lib/progress";
import { run } from "./lib/run";
import { cachedExecutable, fillCache } from "./lib/tool-cache";

/** The version that is installed or built when the machine has none; one that is on the Go module proxy. */
const pinnedVersion = "3.259.0";
const acceptedVersions = ">=3.150.0 <4";
const cacheName = `pulumi-v${pinnedVersion}`;

export interface PulumiCli {
  /** Absolute path of the executable. */
  readonly command: string;
  readonly version: string;
}

/** One way of coming by the CLI: resolves to its path, or rejects with the reason why not. */
export interface Way {
  readonly name: string;
  readonly find: () => Promise<string>;
}

const ways: readonly Way[] = [
  { name: "environment variable CLOUDBACKUP_PULUMI", find: fromEnvironment },
  { name: "on PATH", find: async () => findOnPath("pulumi") },
  { name: "this project's cache", find: async () => cachedCommand() },
  { name: "Pulumi's installer", find: install },
  { name: "built from Go modules", find: build },
];

let found: Promise<PulumiCli> | undefined;

/**
 * Finds the Pulumi CLI, or gets one: the first way that yields a CLI that runs and is new enough. Says on stderr when
 * something takes long. Rejects with one error that names every way tried and what to install.
 */
export function ensurePulumi(): Promise<PulumiCli> {
  found ??= firstThatWorks(ways);
  return found;
}

/** Tries the ways in order; exported for its test. */
export async function firstThatWorks(candidates: readonly Way[]): Promise<PulumiCli> {
  const failures: string[] = [];
  for (const way of candidates) {
    try {
      const command = path.resolve(await way.find());
      return { command, version: await acceptedVersion(command) };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      failures.push(`  - ${way.name}: ${error.message.replaceAll("\n", "\n      ")}`);
    }
  }
  throw new Error(
    `No Pulumi CLI (version ${acceptedVersions}) was found, and none could be made. Tried:\n${failures.join("\n")}\n` +
      "Install it as https://www.pulumi.com/docs/install/ says, or set CLOUDBACKUP_PULUMI to the path of `pulumi`; " +
      "with Go 1.21 or newer on PATH this project builds it by itself.",
  );
}

async function acceptedVersion(command: string): Promise<string> {
  const printed = (await run(command, ["version"], { environment: { PULUMI_SKIP_UPDATE_CHECK: "true" } })).trim();
  const version = semver.parse(printed);
  if (version === null) throw new Error(`${command} says version "${printed}", which is no version`);
  if (!semver.satisfies(version, acceptedVersions, { includePrerelease: true })) {
    throw new Error(`${command} is version ${version.version}; ${acceptedVersions} is needed`);
  }
  return version.version;
}

async function fromEnvironment(): Promise<string> {
  const command = process.env.CLOUDBACKUP_PULUMI;
  if (!command) throw new Error("not set");
  return command;
}

async function install(): Promise<string> {
  await reachInstaller();
  return withProgress(`Installing the Pulumi CLI v${pinnedVersion}, once; cached as ${cachedCommand()}`, () =>
    fillCache(cacheName, "pulumi", (folder) => officialInstall(folder, pinnedVersion)),
  );
}

function build(): Promise<string> {
  return withProgress(
    `Building the Pulumi CLI v${pinnedVersion} from Go modules: 3 to 5 minutes, once; cached as ${cachedCommand()}`,
    () =>
      fillCache(cacheName, "pulumi", (folder) =>
        goBuild(
          {
            executable: "pulumi",
            package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
            moduleFolder: path.join(__dirname, "pulumi-cli"),
            linkerVariable: `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pinnedVersion}`,
          },
          folder,
        ),
      ),
  );
}

function cachedCommand(): string {
  return cachedExecutable(cacheName, "pulumi");
}

if (require.main === module) {
  ensurePulumi().then(
    (cli) => process.stdout.write(`${cli.command}\n`),
    (error: Error) => {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    },
  );
}
