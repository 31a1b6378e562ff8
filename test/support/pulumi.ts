import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import {
  CommandError,
  type EngineEvent,
  type ImportResource,
  type OutputMap,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation";
import { digestEvents, type EventDigest, type Step } from "../../provider/review/step";
import { createInlineStack } from "../../scripts/lib/inline-stack";
import { ensureYamlHost } from "../../scripts/yaml-host";

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
  const { stackName = "test", environment, config } = options;
  const stack = await createInlineStack(folder, { projectName: name, stackName, program, environment, config });
  return {
    folder,
    stack,
    preview: (run) => observe(stack, run, (observed) => stack.preview(observed)),
    up: (run) => observe(stack, run, (observed) => stack.up(observed)),
    refresh: (run) => observe(stack, run, (observed) => stack.refresh(observed)),
    previewRefresh: (run) => observe(stack, run, (observed) => stack.previewRefresh(observed)),
    destroy: (run) => observe(stack, run, (observed) => stack.destroy(observed)),
    import: async (resources) => {
      stack.workspace.envVars.PATH = [await ensureYamlHost(), stack.workspace.envVars.PATH].join(path.delimiter);
      return (await stack.import({ resources: [...resources], generateCode: false, protect: false })).stdout;
    },
  };
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
