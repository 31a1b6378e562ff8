import { type Finding, formatFinding } from "./finding";
import { parsePath } from "./path";

/** What the engine takes as a check failure: it prints the value of `property` and the text of `reason`. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/**
 * A finding as a check failure. The engine looks a property up at the top level only, so a deeper path goes into the
 * text; a property that holds a secret is not named as the engine would print it.
 */
export function failureOf(finding: Finding, secret: ReadonlySet<string>): Failure {
  const reason = formatFinding(finding);
  const top = parsePath(finding.path)[0];
  if (top === undefined) return { property: "", reason };
  const property = String(top);
  if (!secret.has(property) && property === finding.path) return { property, reason };
  return { property: secret.has(property) ? "" : property, reason: `${finding.path}: ${reason}` };
}
