import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { findOnPath, isExecutable } from "./lib/find-on-path";
import { RunError, run } from "./lib/run";
import { executableName } from "./lib/tool-cache";
import { ensurePulumi } from "./pulumi-cli";
import { schemaFile } from "./schema";

const languageHost = "pulumi-language-nodejs";

/** The version whose output is committed: another one may word things otherwise. */
export const generatorVersion = "v3.259.0";

/** Where the SDK for Node.js lies, with what its build and npm add to it. */
export const sdkFolder = path.join(path.dirname(__dirname), "sdk/nodejs");
const notGenerated = ["bin", "node_modules"];

/** Pulumi's generator for Node.js: on PATH, or beside the CLI, where official packages have it; throws without. */
export async function findNodeHost(): Promise<string> {
  const bundled = path.join(path.dirname((await ensurePulumi()).command), executableName(languageHost));
  if (isExecutable(bundled)) return bundled;
  try {
    return findOnPath(languageHost);
  } catch {
    throw new Error(
      `${languageHost} is neither on PATH nor beside the Pulumi CLI. It generates the SDK and comes with Pulumi's ` +
        "official packages (https://www.pulumi.com/docs/install/): install one, or put its folder on PATH.",
    );
  }
}

/** Writes the SDK that schema.json describes into an empty or new folder. */
export async function generateSdk(target: string): Promise<void> {
  const host = await findNodeHost();
  const cli = await ensurePulumi();
  const scratch = await mkdtemp(path.join(os.tmpdir(), "cloudbackup-sdk-"));
  try {
    await run(cli.command, ["package", "gen-sdk", schemaFile, "--language", "nodejs", "--out", scratch], {
      folder: scratch,
      environment: {
        PATH: [path.dirname(host), process.env.PATH].join(path.delimiter),
        PULUMI_HOME: path.join(scratch, "home"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    });
    await addMain(path.join(scratch, "nodejs/package.json"));
    await copyFiles(path.join(scratch, "nodejs"), target);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Generated packages are published from bin/, where index.js needs no mention; a workspace is used from its folder. */
async function addMain(packageFile: string): Promise<void> {
  const { name, version, ...rest } = JSON.parse(await readFile(packageFile, "utf8")) as Record<string, unknown>;
  const content = { name, version, private: true, main: "bin/index.js", ...rest };
  await writeFile(packageFile, `${JSON.stringify(content, undefined, 4)}\n`);
}

/** Every generated file of an SDK, relative to its folder, in one order. */
export async function sdkFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !notGenerated.includes(file.split(path.sep)[0] ?? ""))
    .sort();
}

/** Copies contents alone: the generator's files can be read by their owner only. */
async function copyFiles(from: string, to: string): Promise<void> {
  for (const file of await sdkFiles(from)) {
    await mkdir(path.dirname(path.join(to, file)), { recursive: true });
    await writeFile(path.join(to, file), await readFile(path.join(from, file)));
  }
}

async function main(): Promise<void> {
  await findNodeHost();
  for (const file of await sdkFiles(sdkFolder).catch(() => [])) await rm(path.join(sdkFolder, file));
  await generateSdk(sdkFolder);
  await run(process.execPath, [path.join(__dirname, "prepare.cjs")]);
}

if (require.main === module) {
  main().catch((error: Error) => {
    process.stderr.write(`${error.message}\n${error instanceof RunError ? `${error.output}\n` : ""}`);
    process.exitCode = 1;
  });
}
