import path from "node:path";
import { RunError, run } from "../lib/run";
import { StackRunError } from "./stack-run";

const launcher = path.join(__dirname, "../../provider/bin/cloudbackup");

/** Runs the operator's command on the engine of a Pulumi project, as somebody does who does not ask Pulumi. */
export async function runOperatorCommand(projectFolder: string, args: readonly string[]): Promise<string> {
  try {
    return await run(process.execPath, [launcher, "-C", projectFolder, ...args]);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    throw new StackRunError(`cloudbackup ${args.join(" ")} failed:\n${error.output}`);
  }
}
