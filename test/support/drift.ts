import { runCli } from "../../provider/cli/program";
import { pulumiEnvironment } from "../../scripts/lib/inline-stack";
import { ensurePulumi } from "../../scripts/pulumi-cli";
import type { TestStack } from "./pulumi";

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `cloudbackup` in a stack's project, in this process; only Pulumi's own CLI is another one. */
export async function runInStack({ folder, stack }: TestStack, ...argv: readonly string[]): Promise<Outcome> {
  const printed = { stdout: "", stderr: "" };
  const environment = { ...process.env, ...(await pulumiEnvironment(folder)), ...stack.workspace.envVars };
  const { command } = await ensurePulumi();
  let milliseconds = 0;
  const exitCode = await runCli(argv, {
    stdout: (text) => {
      printed.stdout += text;
    },
    stderr: (text) => {
      printed.stderr += text;
    },
    isWatched: false,
    hasColour: false,
    environment: { ...environment, CLOUDBACKUP_PULUMI: command },
    currentDirectory: stack.workspace.workDir,
    wallTime: () => 1_800_000_000,
    stopwatch: () => (milliseconds += 900),
  });
  return { exitCode, ...printed };
}
