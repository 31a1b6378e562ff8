import type { Stack } from "@pulumi/pulumi/automation";
import type { Pending } from "../review/drift-report";
import { exportSealed } from "./export-state";

interface ExportedResource {
  readonly urn: string;
  readonly type: string;
  readonly ignoreChanges?: readonly string[];
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
  /** Property paths of which the program ignores changes, by the URN of this provider's resource. */
  readonly ignored: ReadonlyMap<string, readonly string[]>;
}

/** Sorts the resources of a stack by whose they are. */
export async function surveyStack(stack: Stack): Promise<StackSurvey> {
  const { deployment = {} } = (await exportSealed(stack)) as ExportedState;
  const { resources = [], pending_operations: pending = [] } = deployment;
  const others = new Map<string, string[]>();
  const own: string[] = [];
  const ignored = new Map<string, readonly string[]>();
  for (const { urn, type, ignoreChanges = [] } of resources) {
    const [packageName = ""] = type.split(":");
    if (packageName === "cloudbackup") {
      own.push(urn);
      if (ignoreChanges.length > 0) ignored.set(urn, ignoreChanges);
    }
    // The stack itself, and the providers.
    else if (packageName !== "pulumi") others.set(packageName, [...(others.get(packageName) ?? []), urn]);
  }
  const interrupted = pending.map(({ type, resource }) => ({ urn: resource.urn, operation: type }));
  return { own, others, pending: interrupted, ignored };
}
