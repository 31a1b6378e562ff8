import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { LocalWorkspace, PulumiCommand, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import { ensurePulumi } from "../pulumi-cli";

const pluginFolder = path.resolve(__dirname, "../../provider/bin");

export interface InlineStackOptions {
  readonly projectName: string;
  readonly stackName: string;
  readonly program: PulumiFn;
  /** Beside the environment of `pulumiEnvironment`. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly config?: Readonly<Record<string, string>>;
}

/**
 * The environment of a run that touches nothing of the user's: its own home, a state in files, no network, and the
 * provider of this checkout on PATH. For programs in a folder as well as for inline ones.
 */
export async function pulumiEnvironment(folder: string): Promise<Record<string, string>> {
  const cli = await ensurePulumi();
  const stateFolder = path.join(folder, "state");
  await mkdir(stateFolder, { recursive: true });
  return {
    PATH: [pluginFolder, path.dirname(cli.command), process.env.PATH].join(path.delimiter),
    PULUMI_HOME: path.join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${stateFolder}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/** Where the project of a folder's stacks lies: the engine's store is in there, at `.cloudbackup/engine.db`. */
export function projectFolderOf(folder: string): string {
  return path.join(folder, "project");
}

/** Makes a stack of an inline program, or selects it, with all that it needs in one folder. */
export async function createInlineStack(folder: string, options: InlineStackOptions): Promise<Stack> {
  const projectFolder = projectFolderOf(folder);
  await mkdir(projectFolder, { recursive: true });
  await writeFile(path.join(projectFolder, "Pulumi.yaml"), projectFile(options.projectName));
  const { stackName, projectName, program } = options;
  const envVars = { ...(await pulumiEnvironment(folder)), ...options.environment };
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName, projectName, program },
    { workDir: projectFolder, envVars, pulumiCommand: await automationCommand() },
  );
  for (const [key, value] of Object.entries(options.config ?? {})) await stack.setConfig(key, { value });
  return stack;
}

/**
 * Naming the plugin's folder in the project spares the warning that every run prints for a plugin found on PATH.
 * The runtime plays no part in inline programs; `pulumi import` wants its language host, and YAML's can be built. A
 * program in YAML stands in the project's file.
 */
export function projectFile(name: string, program: object = {}): string {
  const plugins = { providers: [{ name: "cloudbackup", path: pluginFolder }] };
  return `${JSON.stringify({ name, runtime: "yaml", plugins, ...program }, undefined, 2)}\n`;
}

let command: Promise<PulumiCommand> | undefined;

/** The Automation API takes a CLI from PATH or from `<root>/bin`, not from any path; so PATH gets the folder. */
function automationCommand(): Promise<PulumiCommand> {
  command ??= ensurePulumi().then((cli) => {
    process.env.PATH = [path.dirname(cli.command), process.env.PATH].join(path.delimiter);
    return PulumiCommand.get();
  });
  return command;
}
