import { type Finding, formatFinding } from "./finding";
import { parsePath } from "./path";
import type { PropertyMap } from "./value";

/** What the engine takes as a check failure: it prints the value of `property` and the text of `reason`. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/**
 * A finding as a check failure. The engine prints the whole value of a property that is named, so only a top-level one
 * that may be printed is; any other path goes into the text.
 */
export function failureOf(finding: Finding, unprinted: ReadonlySet<string>): Failure {
  const reason = formatFinding(finding);
  if (finding.path === "") return { property: "", reason };
  const [top, ...deeper] = parsePath(finding.path);
  if (deeper.length === 0 && !unprinted.has(String(top))) return { property: String(top), reason };
  return { property: "", reason: `${finding.path}: ${reason}` };
}

/** The properties that the engine must not print: secrets, and lists and objects, whose print nobody can read. */
export function unprintedNames(inputs: PropertyMap, secret: ReadonlySet<string>): ReadonlySet<string> {
  const compound = Object.keys(inputs).filter((name) => typeof inputs[name] === "object" && inputs[name] !== null);
  return new Set([...secret, ...compound]);
}
