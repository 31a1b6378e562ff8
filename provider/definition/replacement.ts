import type { Unwrapped } from "./plain";
import { containsUnknown } from "./value";

/** One property whose change replaces a resource, and why it does. */
export interface Replacement {
  /** The property that is marked, or the changed one where nothing is. */
  readonly path: string;
  /** What happens to it: `changes from i-1 to i-2`; without values where they are secret, long or not known. */
  readonly change: string;
  /** In words that follow a colon. */
  readonly why: string;
}

/** Texts longer than this show their end only: ids differ there. */
const longestText = 60;
const endOfText = 40;

/** `replaced because instanceId changes from i-1 to i-2: a protection belongs to one machine`. */
export function replacementSentence({ path, change, why }: Replacement): string {
  return `replaced because ${path} ${change}: ${why}`;
}

/** A change in words. What is secret is not shown, and neither is what has no short form. */
export function changeInWords(before: Unwrapped | undefined, after: Unwrapped | undefined, secret: boolean): string {
  if (after !== undefined && containsUnknown(after)) return "changes to a value that is not known yet";
  const [old, next] = secret ? [undefined, undefined] : (pathsShown(before, after) ?? [shown(before), shown(after)]);
  if (isAbsent(before)) return next === undefined ? "is set" : `is set to ${next}`;
  if (isAbsent(after)) return old === undefined ? "is taken away" : `${old} is taken away`;
  return old === undefined || next === undefined || old === next ? "changes" : `changes from ${old} to ${next}`;
}

function isAbsent(value: Unwrapped | undefined): boolean {
  return value === undefined || value === null;
}

/** Of long paths, as ARM ids are, the part that differs, with what it is a part of: `…/resourceGroups/prod/…`. */
function pathsShown(before: Unwrapped | undefined, after: Unwrapped | undefined): readonly string[] | undefined {
  if (typeof before !== "string" || typeof after !== "string") return undefined;
  const [old, next] = [before.split("/"), after.split("/")];
  const isLong = Math.max(before.length, after.length) > longestText;
  if (!isLong || Math.min(old.length, next.length) < 3) return undefined;
  const differing = old.findIndex((part, index) => part.toLowerCase() !== next[index]?.toLowerCase());
  const start = Math.max(1, differing - 1);
  const cut = (parts: readonly string[]): string =>
    `…/${parts.slice(start, start + 2).join("/")}${parts.length > start + 2 ? "/…" : ""}`;
  const told = [cut(old), cut(next)];
  return told.every((text) => text.length <= longestText && !/[\r\n]/.test(text)) ? told : undefined;
}

function shown(value: Unwrapped | undefined): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string" || value === "" || /[\r\n]/.test(value)) return undefined;
  return value.length <= longestText ? value : `…${value.slice(-endOfText)}`;
}
