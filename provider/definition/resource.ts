import type { z } from "zod";
import type { CommandContext, QueryContext, Settings } from "../engine/engine";
import type { Finding } from "./finding";
import type { PropertyMap } from "./value";

/** Who a resource is, for every step of its life. */
export interface Identity {
  readonly id: string;
  readonly urn: string;
}

/** What `check` may look at beside the inputs. */
export interface CheckScope<I> {
  readonly context: QueryContext;
  readonly urn: string;
  /** Ids of the lives of this URN that are not over: a conflict with one of them is none. Newest first. */
  readonly ownIds: readonly string[];
  /** The inputs of the last update; undefined for a new resource. */
  readonly old: I | undefined;
  /** Whether this run has checked a resource already: what it says is known then. */
  wasChecked(urn: string): boolean;
}

/** Live outputs as the last update left them and as they are, and what the program says now. */
export interface LiveChange<I, O> {
  readonly before: Partial<O>;
  readonly after: O;
  readonly inputs: I;
}

export interface ReadResult<I, O> {
  /** The id that stays, when the one that was asked for is another name of the same thing. */
  readonly id?: string;
  readonly inputs: I;
  readonly outputs: O;
}

/** What a resource will mean: a line for the status column, and what only a look ahead can warn of. */
export interface Status {
  readonly line: string;
  readonly warnings: readonly Finding[];
}

/**
 * One resource: its types, marks and lifecycle. Check, defaults, diff, secret handling and schema.json come from it.
 * Lifecycle functions get plain values (no secrets, no unknowns), and run inside one engine transaction.
 */
export interface ResourceDefinition<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  /** `cloudbackup:<module>:<Name>`. */
  readonly token: string;
  readonly description: string;
  /** Where its properties come from that don't say so themselves: the API's operation, or a seed document. */
  readonly source: string;
  readonly inputs: I;
  /** What the engine adds; an input of the same name is echoed and need not be repeated here. */
  readonly outputs: O;
  /** Defaults that the provider's settings give, for properties that the program leaves out. */
  defaults?(given: PropertyMap, settings: Settings): PropertyMap;
  /** The id of a new resource, in the real API's shape; `hash` is lower-case base32 of account, URN and generation. */
  id(inputs: z.output<I>, hash: string, settings: Settings): string;
  /**
   * Rules between properties and rules of the engine; runs only when each property by itself is right and all are
   * known.
   */
  check?(inputs: z.output<I>, scope: CheckScope<z.output<I>>): Promise<readonly Finding[]>;
  create(context: CommandContext, identity: Identity, inputs: z.output<I>): Promise<z.output<O>>;
  /** The resource as it is now, or undefined when it is gone. `old` is what the program last said, absent at import. */
  read(context: QueryContext, id: string, old?: z.output<I>): Promise<ReadResult<z.output<I>, z.output<O>> | undefined>;
  /** What took the place of a resource that is gone, as a refresh shows it; `old` is what the program last said. */
  successor?(context: QueryContext, old: z.output<I>): Promise<string | undefined>;
  /** Absent: every change of an input replaces the resource. */
  update?(context: CommandContext, identity: Identity, inputs: z.output<I>, old: z.output<I>): Promise<z.output<O>>;
  /** Gone already is fine. */
  delete(context: CommandContext, id: string, inputs: z.output<I>): Promise<void>;
  /** Inputs in a form in which equal things look equal, where the schema's marks can't say it. */
  comparable?(inputs: PropertyMap): PropertyMap;
  /** Outputs that are secret for these inputs only, beside those that the schema marks and that hold a secret text. */
  secretOutputs?(inputs: PropertyMap): readonly (keyof z.output<O> & string)[];
  /** What a change of live outputs means that a look at the change itself doesn't tell. */
  liveFindings?(change: LiveChange<z.output<I>, z.output<O>>): readonly Finding[];
  /** What the resource will mean once it stands. */
  status?(context: CommandContext, id: string, forecastDays: number): Promise<Status | undefined>;
  /** Its `check` says what its replacement makes of the recovery points under it, so that nobody else need. */
  readonly tellsOfPoints?: boolean;
  /** The replaced copy and its successor can't live side by side. */
  readonly deleteBeforeReplace?: boolean;
  /** Outputs that an update never changes; lets a preview keep what depends on them. */
  readonly stables: readonly (keyof z.output<O> & string)[];
  /** What an id looks like at import: a wrong one is refused with this text. */
  readonly importId: { readonly pattern: RegExp; readonly example: string };
}

/** Keeps the types of one definition together; the registry takes the result. */
export function defineResource<I extends z.ZodObject, O extends z.ZodObject>(
  definition: ResourceDefinition<I, O>,
): ResourceDefinition<I, O> {
  return definition;
}

/** A function (Pulumi: invoke): reads only. */
export interface FunctionDefinition<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  readonly token: string;
  readonly description: string;
  /** Where its properties come from that don't say so themselves. */
  readonly source: string;
  readonly inputs: I;
  readonly outputs: O;
  call(context: QueryContext, inputs: z.output<I>): Promise<z.output<O>>;
}

export function defineFunction<I extends z.ZodObject, O extends z.ZodObject>(
  definition: FunctionDefinition<I, O>,
): FunctionDefinition<I, O> {
  return definition;
}
