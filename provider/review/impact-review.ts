import { impactPattern } from "../engine/core/impact";
import type { Preview } from "./preview";

/** What one change does to recovery points that exist, as its diagnostic tells it. */
export interface TellingImpact {
  readonly urn: string | undefined;
  readonly severity: string;
  /** The first line, which holds all of it. */
  readonly headline: string;
  /** Reasons and machines, a line each. */
  readonly lines: readonly string[];
  readonly pruned: number;
  readonly shortened: number;
  readonly extended: number;
  /** Whether a machine is left without any. */
  readonly isEmptied: boolean;
}

const amount = /\b(prunes|shortens|extends)(?: all)? (\d+)/g;

/** The impacts that a preview tells of, the gravest first. */
export function impactsOf({ diagnostics }: Preview): readonly TellingImpact[] {
  return diagnostics
    .filter(({ message }) => impactPattern.test(message))
    .map(({ urn, severity, message }) => toImpact(urn, severity, message))
    .sort((a, b) => Number(b.isEmptied) - Number(a.isEmptied) || b.pruned - a.pruned || b.shortened - a.shortened);
}

function toImpact(urn: string | undefined, severity: string, message: string): TellingImpact {
  const lines = message.split("\n").map((line) => line.trim());
  const at = lines.findIndex((line) => impactPattern.test(line));
  const headline = lines[at] ?? "";
  const counts: Record<string, number> = {};
  const said = headline.slice(Math.max(0, headline.search(impactPattern)));
  for (const [, verb = "", count = ""] of said.matchAll(amount)) counts[verb] ??= Number(count);
  return {
    urn,
    severity,
    headline,
    lines: lines.slice(at + 1).filter((line) => line !== "" && !/^(?:fix|source):/.test(line)),
    pruned: counts.prunes ?? 0,
    shortened: counts.shortens ?? 0,
    extended: counts.extends ?? 0,
    isEmptied: /NO RECOVERY POINT IS LEFT/.test(headline),
  };
}

/** What the impacts say of one machine: `db: 23 pruned, 7 kept of 30; left 2026-03-02 to 2026-03-09`. */
export function impactOnMachine(impacts: readonly TellingImpact[], machineName: string): string {
  const prefix = `${machineName}: `;
  const told = impacts.flatMap(({ lines, headline }) => {
    const line = lines.find((each) => each.startsWith(prefix));
    if (line !== undefined) return [line.slice(prefix.length)];
    // With one machine the first line says it all.
    return headline.includes(`(${prefix}`) ? [headline.slice(Math.max(0, headline.search(impactPattern)))] : [];
  });
  return told.join("; ");
}
