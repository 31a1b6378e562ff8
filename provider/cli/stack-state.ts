import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Stack } from "@pulumi/pulumi/automation";
import type { Pending } from "../review/drift-report";

interface ExportedResource {
  readonly urn: string;
  readonly type: string;
}

interface ExportedState {
  readonly deployment?: {
    readonly resources?: readonly ExportedResource[];
    readonly pending_operations?: readonly { readonly type: string; readonly resource: ExportedResource }[];
  };
}

/** What Pulumi's state tells of a stack beside its resources' values. */
export interface StackState {
  /** URNs of this provider's resources. */
  readonly own: readonly string[];
  /** Of each other package. */
  readonly others: ReadonlyMap<string, readonly string[]>;
  readonly pending: readonly Pending[];
}

/** A state of ten thousand resources has some 30 MB. */
const longestStateInBytes = 1024 ** 3;

/**
 * Reads the state as it lies there, secrets encrypted: the Automation API's own export asks for them in clear.
 */
export async function readStackState({ name, workspace }: Stack): Promise<StackState> {
  const { workDir, envVars, pulumiCommand } = workspace;
  const args = ["stack", "export", "--stack", name, "--non-interactive"];
  const options = { cwd: workDir, env: { ...process.env, ...envVars }, maxBuffer: longestStateInBytes };
  const { stdout } = await promisify(execFile)(pulumiCommand.command, args, options);
  const { deployment = {} } = JSON.parse(stdout) as ExportedState;
  const { resources = [], pending_operations: pending = [] } = deployment;
  const others = new Map<string, string[]>();
  const own: string[] = [];
  for (const { urn, type } of resources) {
    const [packageName = ""] = type.split(":");
    if (packageName === "cloudbackup") own.push(urn);
    // The stack itself, and the providers.
    else if (packageName !== "pulumi") others.set(packageName, [...(others.get(packageName) ?? []), urn]);
  }
  return { own, others, pending: pending.map(({ type, resource }) => ({ urn: resource.urn, operation: type })) };
}
