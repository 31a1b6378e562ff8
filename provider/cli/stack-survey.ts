import type { Stack } from "@pulumi/pulumi/automation";
import type { Pending } from "../review/drift-report";
import { exportSealed } from "./export-state";

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
export interface StackSurvey {
  /** URNs of this provider's resources. */
  readonly own: readonly string[];
  /** Of each other package. */
  readonly others: ReadonlyMap<string, readonly string[]>;
  readonly pending: readonly Pending[];
}

/** Sorts the resources of a stack by whose they are. */
export async function surveyStack(stack: Stack): Promise<StackSurvey> {
  const { deployment = {} } = (await exportSealed(stack)) as ExportedState;
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
