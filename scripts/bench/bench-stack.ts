import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { LocalWorkspace, PulumiCommand, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import { ensurePulumi } from "../pulumi-cli";

/** What the CLI runs with in a measured folder: a home and a state of its own, and no network. */
export function stackEnvironment(folder: string): Record<string, string> {
  return {
    PULUMI_HOME: path.join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "bench",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/** Where the project of a measured folder lies. */
export function projectFolder(folder: string): string {
  return path.join(folder, "project");
}

/** A new stack of a program, `bench`, whose provider is the plugin in a folder. */
export async function createStack(folder: string, pluginFolder: string, program: PulumiFn): Promise<Stack> {
  const workDir = projectFolder(folder);
  for (const each of [path.join(folder, "state"), workDir]) await mkdir(each, { recursive: true });
  const plugins = { providers: [{ name: "cloudbackup", path: pluginFolder }] };
  await writeFile(
    path.join(workDir, "Pulumi.yaml"),
    JSON.stringify({ name: "bench", runtime: "yaml", plugins }, undefined, 2),
  );
  return LocalWorkspace.createOrSelectStack(
    { stackName: "bench", projectName: "bench", program },
    { workDir, pulumiCommand: await automationCommand(), envVars: stackEnvironment(folder) },
  );
}

/** The Automation API takes a CLI from PATH, not from any path. */
async function automationCommand(): Promise<PulumiCommand> {
  const cli = await ensurePulumi();
  process.env.PATH = [path.dirname(cli.command), process.env.PATH].join(path.delimiter);
  return PulumiCommand.get();
}

/** Milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startTime = performance.now();
  await work();
  return performance.now() - startTime;
}
