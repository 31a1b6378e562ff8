import type { Diagnostic } from "./step";

/** A time in which a machine or disk has no backup, as a warning tells it. */
export interface UnprotectedTime {
  readonly urn: string | undefined;
  readonly what: string;
  /** How to avoid it; may be empty. */
  readonly remedy: string;
}

const pattern = /\b(?:left without protection|has no backup from|has no recovery point|is unprotected until)\b/;

/** Takes the warnings about such times out of all: the others are for a list of their own. */
export function unprotectedTimes(warnings: readonly Diagnostic[]): {
  readonly times: readonly UnprotectedTime[];
  readonly others: readonly Diagnostic[];
} {
  const times = new Map<string, UnprotectedTime>();
  for (const { urn, message } of warnings.filter(isAboutTime)) {
    const lines = message.split("\n").map((line) => line.trim());
    const remedy = lines.find((line) => line.startsWith("fix: ")) ?? "";
    const time = { urn, what: lines.find((line) => pattern.test(line)) ?? "", remedy: remedy.replace(/^fix: /, "") };
    times.set(JSON.stringify(time), time);
  }
  return { times: [...times.values()], others: warnings.filter((warning) => !isAboutTime(warning)) };
}

function isAboutTime({ message }: Diagnostic): boolean {
  return pattern.test(message);
}
