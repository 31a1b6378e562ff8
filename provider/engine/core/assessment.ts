import type { ConsistencyLevel } from "./level";
import type { Reason } from "./reason";

/** What a backup would be, as far as a merge gate and a warning tell of it. */
export interface Outlook<R extends Reason = Reason> {
  readonly requested: ConsistencyLevel;
  /** NONE: every backup fails. */
  readonly achieved: ConsistencyLevel | "NONE";
  readonly reasons: readonly R[];
}

/** All that a cloud says to a backup before it is made: refusals, and what will be less than asked for. */
export interface Assessment<C extends Outlook = Outlook, R extends Reason = Reason> {
  readonly refusals: readonly Error[];
  readonly warnings: readonly { readonly property: string; readonly reason: R }[];
  readonly consistency: C | undefined;
}

/** Collects what a load throws as a refusal, so that all of them are told at once. */
export async function attempt<T>(refusals: Error[], load: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    refusals.push(error as Error);
    return undefined;
  }
}

/** What a merge gate says to less than is required; `ask` is how the cloud is asked for more. */
export function gateWords(
  { requested, achieved, reasons }: Outlook,
  required: ConsistencyLevel,
  ask: string,
): { readonly message: string; readonly remedy: string } {
  if (reasons.length === 0) {
    const message = `requires ${required} but asks for ${requested} only`;
    return { message, remedy: `${ask}, or lower requireConsistency` };
  }
  const list = reasons.map(
    ({ rule, message, remedy, source }) => `\n    ${rule} ${message}\n      fix: ${remedy}\n      source: ${source}`,
  );
  const message = `requires ${required}, would get ${achieved}:${list.join("")}`;
  return { message, remedy: "mend what is listed, or lower requireConsistency" };
}
