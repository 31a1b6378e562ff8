import { dirname, resolve } from "node:path";
import type { LocalWorkspace, Stack, StackSummary } from "@pulumi/pulumi/automation";
import type { GlobalOptions } from "./configuration";
import { CommandFailure } from "./failure";
import type { Io } from "./io";
import { findProject } from "./project";
import { saidByPulumi } from "./pulumi-error";

/**
 * The Pulumi stack of the project's folder: the one that is named (`--stack`, PULUMI_STACK), or the one selected there.
 * Needs the Pulumi CLI: the one that CLOUDBACKUP_PULUMI names, or the one on PATH.
 */
export async function selectStack({ directory, stack: named }: GlobalOptions, io: Io): Promise<Stack> {
  // The whole SDK takes its time: only commands that work on a stack load it.
  const { LocalWorkspace, Stack } = require("@pulumi/pulumi/automation") as typeof import("@pulumi/pulumi/automation");
  const project = findProject(resolve(io.currentDirectory, directory ?? "."));
  if (project.file === undefined) {
    const remedy = "run it in the project's folder, or give the folder to -C";
    throw new CommandFailure("Command.NoProject", "there is no Pulumi project here", remedy);
  }
  const workDir = dirname(project.file);
  const envVars = definedOnly(io.environment);
  const pulumiCommand = await findCommand(io);
  const workspace = await LocalWorkspace.create({ workDir, envVars, pulumiCommand });
  const known = await listStacks(workspace);
  const stackName = named ?? io.environment.PULUMI_STACK ?? known.find(({ current }) => current)?.name;
  const names = known.map(({ name }) => name).join(", ");
  const there = names === "" ? "the project has none: pulumi stack init makes one" : `there are: ${names}`;
  if (stackName === undefined) {
    const message = "no stack is selected in the project";
    throw new CommandFailure("Command.SeveralStacks", message, `say which one with --stack; ${there}`);
  }
  const short = (name: string) => name.split("/").at(-1);
  if (!known.some(({ name }) => name === stackName || short(name) === short(stackName))) {
    throw new CommandFailure("Command.NoSuchStack", `the project has no stack ${stackName}`, there);
  }
  // The CLI would remember the choice for the user's next command; every command here names its stack.
  workspace.selectStack = async () => {};
  return Stack.select(stackName, workspace);
}

/** The first thing that is asked of the backend: who is not logged in learns it here. */
async function listStacks(workspace: LocalWorkspace): Promise<readonly StackSummary[]> {
  const { CommandError } = require("@pulumi/pulumi/automation") as typeof import("@pulumi/pulumi/automation");
  try {
    return await workspace.listStacks();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const message = `Pulumi can't list the project's stacks: ${saidByPulumi(error)}`;
    const remedy =
      "log in to the backend that holds the state (pulumi login), or set PULUMI_BACKEND_URL as for pulumi up";
    throw new CommandFailure("Command.NoBackend", message, remedy);
  }
}

async function findCommand({ environment }: Io) {
  const { PulumiCommand } = require("@pulumi/pulumi/automation") as typeof import("@pulumi/pulumi/automation");
  const named = environment.CLOUDBACKUP_PULUMI;
  try {
    return await PulumiCommand.get(named === undefined || named === "" ? {} : { root: dirname(dirname(named)) });
  } catch (error) {
    const text = error instanceof Error ? error.message.trim() : String(error);
    const why = text.includes("ENOENT") ? `there is none ${named ? `at ${named}` : "on PATH"}` : text;
    const remedy = "install it as https://www.pulumi.com/docs/install/ says, or set CLOUDBACKUP_PULUMI to its path";
    throw new CommandFailure("Command.NoPulumi", `the Pulumi CLI can't be run: ${why}`, remedy);
  }
}

function definedOnly(environment: Io["environment"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
