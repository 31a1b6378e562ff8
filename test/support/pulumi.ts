import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import {
  CommandError,
  type EngineEvent,
  type ImportResource,
  LocalWorkspace,
  type OutputMap,
  PulumiCommand,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation";
import { ensurePulumi } from "../../scripts/pulumi-cli";
import { ensureYamlHost } from "../../scripts/yaml-host";
import { digestEvents, type EventDigest, type Step } from "./pulumi-events";

const pluginFolder = path.resolve(__dirname, "../../provider/bin");

export interface StackOptions {
  /** Holds project, Pulumi state and the engine's store; stacks that share it share the engine. Default: a new one. */
  readonly folder?: string;
  /** Default: `test`. */
  readonly stackName?: string;
  readonly config?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** Replaces the stack's program from here on. */
  readonly program?: PulumiFn;
  readonly refresh?: boolean;
  /** Fail when there is any change. */
  readonly expectNoChanges?: boolean;
  readonly target?: readonly string[];
  readonly replace?: readonly string[];
  /** The run must fail, and its result is returned; otherwise a failure is thrown with all that the engine said. */
  readonly expectFailure?: boolean;
}

export interface RunResult extends EventDigest {
  readonly succeeded: boolean;
  /** Everything the CLI printed. */
  readonly text: string;
  /** The stack's outputs after it; empty for a preview and for a failed run. */
  readonly outputs: OutputMap;
  /** The one step of the resource of this name; throws when there is none or when it was replaced, which is several. */
  readonly step: (name: string) => Step;
}

/** A stack of an inline program, driven through the real CLI with the provider of this checkout. */
export interface TestStack {
  readonly folder: string;
  /** What the Automation API offers beyond this: export, import of a state, history. */
  readonly stack: Stack;
  readonly preview: (options?: RunOptions) => Promise<RunResult>;
  readonly up: (options?: RunOptions) => Promise<RunResult>;
  readonly refresh: (options?: RunOptions) => Promise<RunResult>;
  readonly previewRefresh: (options?: RunOptions) => Promise<RunResult>;
  readonly destroy: (options?: RunOptions) => Promise<RunResult>;
  /** `pulumi import` without generated code and without protection; the CLI gives no events for it. */
  readonly import: (resources: readonly ImportResource[]) => Promise<string>;
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

/** Makes a stack, hands it to `work`, and removes the folder again, unless the options named one. */
export async function withStack<T>(
  name: string,
  program: PulumiFn,
  work: (stack: TestStack) => Promise<T>,
  options: StackOptions = {},
): Promise<T> {
  const folder = options.folder ?? (await mkdtemp(path.join(os.tmpdir(), `cloudbackup-${name}-`)));
  try {
    return await work(await createStack(name, program, folder, options));
  } finally {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function createStack(name: string, program: PulumiFn, folder: string, options: StackOptions): Promise<TestStack> {
  const environment = { ...(await pulumiEnvironment(folder)), ...options.environment };
  const projectFolder = path.join(folder, "project");
  await mkdir(projectFolder, { recursive: true });
  await writeFile(path.join(projectFolder, "Pulumi.yaml"), projectFile(name));
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: options.stackName ?? "test", projectName: name, program },
    { workDir: projectFolder, envVars: environment, pulumiCommand: await automationCommand() },
  );
  for (const [key, value] of Object.entries(options.config ?? {})) await stack.setConfig(key, { value });
  return {
    folder,
    stack,
    preview: (run) => observe(stack, run, (observed) => stack.preview(observed)),
    up: (run) => observe(stack, run, (observed) => stack.up(observed)),
    refresh: (run) => observe(stack, run, (observed) => stack.refresh(observed)),
    previewRefresh: (run) => observe(stack, run, (observed) => stack.previewRefresh(observed)),
    destroy: (run) => observe(stack, run, (observed) => stack.destroy(observed)),
    import: async (resources) => {
      stack.workspace.envVars.PATH = [await ensureYamlHost(), environment.PATH].join(path.delimiter);
      return (await stack.import({ resources: [...resources], generateCode: false, protect: false })).stdout;
    },
  };
}

/**
 * Naming the plugin's folder in the project spares the warning that every run prints for a plugin found on PATH.
 * The runtime plays no part in inline programs; `pulumi import` wants its language host, and YAML's can be built.
 */
function projectFile(name: string): string {
  const plugins = { providers: [{ name: "cloudbackup", path: pluginFolder }] };
  return `${JSON.stringify({ name, runtime: "yaml", plugins }, undefined, 2)}\n`;
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

interface ObservedOptions {
  readonly onEvent: (event: EngineEvent) => void;
  readonly onOutput: (text: string) => void;
  readonly onError: (text: string) => void;
  readonly refresh?: boolean;
  readonly expectNoChanges?: boolean;
  readonly target?: string[];
  readonly replace?: string[];
}

/** Runs one command of the CLI and puts together what it did; throws when it does not end as the options expect. */
async function observe(
  stack: Stack,
  options: RunOptions = {},
  start: (observed: ObservedOptions) => Promise<object>,
): Promise<RunResult> {
  if (options.program !== undefined) stack.workspace.program = options.program;
  const events: EngineEvent[] = [];
  const printed: string[] = [];
  const print = (text: string) => void printed.push(text);
  const { refresh, expectNoChanges } = options;
  const target = options.target && [...options.target];
  const replace = options.replace && [...options.replace];
  let outputs: OutputMap = {};
  let failure: CommandError | undefined;
  try {
    const result = await start({
      onEvent: (event) => void events.push(event),
      onOutput: print,
      onError: print,
      refresh,
      expectNoChanges,
      target,
      replace,
    });
    if ("outputs" in result) outputs = result.outputs as OutputMap;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    failure = error;
  }
  const digest = digestEvents(events);
  const text = printed.join("");
  if (failure !== undefined && options.expectFailure !== true) {
    throw new Error(`${failure.message}\n${digest.diagnostics.map((each) => each.message).join("\n")}`);
  }
  if (failure === undefined && options.expectFailure === true) throw new Error(`This should have failed:\n${text}`);
  return { ...digest, succeeded: failure === undefined, text, outputs, step: (name) => onlyStep(digest.steps, name) };
}

function onlyStep(steps: readonly Step[], name: string): Step {
  const found = steps.filter((step) => step.name === name);
  const only = found[0];
  if (only === undefined || found.length > 1) {
    const all = steps.map((step) => `${step.operation} ${step.name}`).join(", ");
    throw new Error(`Expected one step of "${name}", found ${found.length} among: ${all || "no steps at all"}`);
  }
  return only;
}
