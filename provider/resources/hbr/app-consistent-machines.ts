import type { ComponentInputs } from "../../definition/component";
import { isList, type Unwrapped } from "../../definition/plain";
import { Unknown, unknown } from "../../definition/value";

export interface Machine {
  readonly instanceId: string;
  /** Its place among the inputs. */
  readonly index: number;
}

/** The machines as far as they are known, and whether that is all of them. */
export function machinesOf({ instanceIds }: ComponentInputs): { known: readonly Machine[]; complete: boolean } {
  const list: readonly Unwrapped[] = instanceIds !== undefined && isList(instanceIds) ? instanceIds : [unknown];
  const known = list.flatMap((id, index) => (typeof id === "string" ? [{ instanceId: id, index }] : []));
  return { known, complete: known.length === list.length };
}

/** The machines that lists of disks are for. */
export function machinesIn(lists: Unwrapped | undefined): string[] {
  return typeof lists !== "object" || lists === null || lists instanceof Unknown ? [] : Object.keys(lists);
}
