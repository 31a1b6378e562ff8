import type { CommandContext } from "../../provider/engine/engine";
import { type Declaration, Reference } from "../support/program";

export type Inputs = Declaration["inputs"];

/** One resource's life: what it rests on, how it is made, changed in place and made anew, and how it gets lost. */
export interface Life {
  /** The resource, where the row tells of one that another row tells of as well. */
  readonly type?: string;
  readonly needs: readonly Declaration[];
  readonly inputs: Inputs;
  /** A change in place; undefined where every change makes another one. */
  readonly update: Inputs | undefined;
  /** Undefined where every change is made in place. */
  readonly replace: Inputs | undefined;
  /** What an outsider does so that the resource is gone. */
  lose(context: CommandContext, id: string): Promise<void>;
}

export const declare = (name: string, type: string, inputs: Inputs): Declaration => ({
  name,
  type: `cloudbackup:${type}`,
  inputs,
});

/** Another resource's output. */
export const of = (resource: string, property: string) => new Reference(resource, property);
