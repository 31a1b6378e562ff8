import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Stack } from "@pulumi/pulumi/automation";
import { readStackState, type StackResource } from "../session/stack-state";
import { CommandFailure } from "./failure";

const ownType = /^(pulumi:providers:)?cloudbackup(:|$)/;
/** States of this size were never seen. */
const longestState = 1024 ** 3;

/**
 * The resources in a stack's state. Secrets are only decrypted where resources of this provider hold some, and never
 * leave memory; where they can't be, they stay out.
 */
export async function exportState(stack: Stack): Promise<readonly StackResource[]> {
  const sealed = readStackState(await exportSealed(stack));
  if (!sealed.some(({ type, sealed: names }) => ownType.test(type) && names.length > 0)) return sealed;
  const { CommandError } = require("@pulumi/pulumi/automation") as typeof import("@pulumi/pulumi/automation");
  try {
    return readStackState(await stack.exportStack());
  } catch (error) {
    // Without the passphrase the rest of the state still tells nearly everything.
    if (!(error instanceof CommandError)) throw error;
    return sealed;
  }
}

/** The state as it lies there, secrets encrypted: the Automation API's own export asks for them in clear. */
export async function exportSealed(stack: Stack): Promise<unknown> {
  const { workDir, pulumiCommand, envVars } = stack.workspace;
  const options = { cwd: workDir, env: { ...process.env, ...envVars }, maxBuffer: longestState };
  const args = ["stack", "export", "--stack", stack.name, "--non-interactive"];
  try {
    return JSON.parse((await promisify(execFile)(pulumiCommand.command, args, options)).stdout);
  } catch (error) {
    const { stderr } = error as { readonly stderr?: unknown };
    if (typeof stderr !== "string") throw error;
    const message = `the state of stack ${stack.name} can't be read: ${stderr.trim()}`;
    throw new CommandFailure("Command.NoState", message, "see to it that pulumi stack export works here");
  }
}
