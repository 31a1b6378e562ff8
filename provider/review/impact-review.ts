import { emptiedPattern, impactPattern } from "../engine/core/impact";
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
    isEmptied: emptiedPattern.test(headline),
  };
}

/** What the impacts say of each machine by its name: `23 pruned, 7 kept of 30; left 2026-03-02 to 2026-03-09`. */
export function impactsByMachine(impacts: readonly TellingImpact[]): ReadonlyMap<string, string> {
  const byName = new Map<string, string>();
  const tell = (name: string, text: string): void => {
    const known = byName.get(name);
    byName.set(name, known === undefined ? text : `${known}; ${text}`);
  };
  for (const { headline, lines } of impacts) {
    const told = lines.flatMap((line) => {
      const [, name, text] = /^(.+): (\d+ (?:pruned|shortened|extended|kept)\b.* of .*)$/.exec(line) ?? [];
      return name === undefined || text === undefined ? [] : [[name, text] as const];
    });
    for (const [name, text] of told) tell(name, text);
    // Where nothing is lost on one machine, the first line says it all.
    const said = headline.slice(Math.max(0, headline.search(impactPattern)));
    const [, start = "", only, rest = ""] = /^(.*) on 1 machine \((.*): \d+\)(.*)$/.exec(said) ?? [];
    if (told.length === 0 && only !== undefined) tell(only, start + rest);
  }
  return byName;
}

/** The policies whose change is told of, by their id in lower case, by name. */
export function policiesTold({ steps }: Preview, impacts: readonly TellingImpact[]): ReadonlyMap<string, string> {
  const told = new Set(impacts.map(({ urn }) => urn));
  const ids = steps.flatMap(({ urn, name, newOutputs, oldOutputs }) => {
    const id = told.has(urn) ? (newOutputs.policyId ?? oldOutputs.policyId) : undefined;
    return typeof id === "string" && policyTypes.test(urn) ? [[id.toLowerCase(), name] as const] : [];
  });
  return new Map(ids);
}

const policyTypes = /::(?:.*\$)?cloudbackup:(?:hbr:Policy|recoveryservices:ProtectionPolicy)::/;
