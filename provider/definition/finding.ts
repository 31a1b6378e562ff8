/** One thing that is wrong, or will not be as asked, about a user's input. */
export interface Finding {
  /** An error fails the check; an info is worth knowing and nothing to mend. */
  readonly severity: "error" | "warning" | "info";
  /** Property path as the program would write it, `rules[0].retention`; empty for the whole resource. */
  readonly path: string;
  /** The rule's id (`A-13`) or the schema's check; empty for none. */
  readonly rule: string;
  /** What is wrong, in one sentence without the path. Never holds a secret. */
  readonly message: string;
  /** How to mend it. */
  readonly remedy?: string;
  /** The document that says so. */
  readonly source?: string;
  /** Whether an info is told of each resource that it is about; by default the first one is enough. */
  readonly ofEach?: true;
  /** The URN of another resource of the program that it is about. */
  readonly about?: string;
}

/** A finding as people read it: what, how to fix, where it is written. */
export function formatFinding(finding: Finding): string {
  const head = finding.rule === "" ? finding.message : `${finding.rule}: ${finding.message}`;
  const lines = [head];
  if (finding.remedy !== undefined) lines.push(`  fix: ${finding.remedy}`);
  if (finding.source !== undefined) lines.push(`  source: ${finding.source}`);
  return lines.join("\n");
}
