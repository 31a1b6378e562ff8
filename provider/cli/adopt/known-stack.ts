import type { StackResource } from "../../session/stack-state";
import type { GlobalOptions } from "../configuration";
import { exportState } from "../export-state";
import { CommandFailure } from "../failure";
import type { Io } from "../io";
import { selectStack } from "../select-stack";

/** A resource that Pulumi has. */
export type OwnedResource = Pick<StackResource, "urn" | "type" | "name" | "id" | "inputs">;

/** The stack that is to take things over. */
export interface KnownStack {
  readonly name: string;
  /** How the URNs of its resources begin. */
  readonly urnPrefix: string;
  readonly resources: readonly OwnedResource[];
}

/** Why there is no stack to be asked. */
export interface NoStack {
  readonly why: string;
  /** Whether one may be there all the same: it can't be asked. */
  readonly isHidden: boolean;
}

/** The project's stack, as far as there is one: adopting goes on without. One that is named must be there. */
export async function findStack(options: GlobalOptions, io: Io): Promise<KnownStack | NoStack> {
  try {
    const stack = await selectStack(options, io);
    const { name: project } = await stack.workspace.projectSettings();
    const name = stack.name.split("/").at(-1) ?? stack.name;
    const resources = (await exportState(stack)).filter(isOwned);
    return { name, urnPrefix: `urn:pulumi:${name}::${project}::`, resources };
  } catch (error) {
    if (!(error instanceof CommandFailure) || options.stack !== undefined) throw error;
    const isHidden = error.code === "Command.NoPulumi";
    // Why a program can't be run takes many lines: it is told when it is needed.
    const [why = ""] = error.message.split(isHidden ? ":" : "\n");
    return { why, isHidden };
  }
}

/** What Pulumi manages: no component, nothing that it merely reads, and no replaced copy. */
function isOwned({ custom, external, pendingDeletion, type }: StackResource): boolean {
  return custom && !external && !pendingDeletion && type.startsWith("cloudbackup:");
}
