import type { Change } from "./drift-change";
import type { Cause, DriftFinding, Effect } from "./drift-finding";

interface Explained {
  readonly change: Change;
  readonly findings: readonly DriftFinding[];
}

interface Linked extends Explained {
  /** URNs of protections; empty unless all of the resource's findings are causes. */
  readonly causeOf: readonly string[];
}

interface Suspect {
  readonly urn: string;
  readonly name: string;
  readonly finding: DriftFinding;
  readonly cause: Cause;
}

/**
 * Puts cause and effect together. A prerequisite that changed is the cause of a protection's finding when the
 * protection rests on that very thing and a rule that it decides is newly unmet there: a coincidence of rule and
 * thing, never of time. The protection's finding then tells the cause; the cause is not counted beside it.
 */
export function linkCauses(explained: readonly Explained[]): readonly Linked[] {
  const suspects = bySubject(explained);
  const brought = new Map<DriftFinding, Change[]>();
  const told = explained.map(({ change, findings }) => ({
    change,
    findings: findings.map((finding) => {
      const { effect } = finding;
      if (effect === undefined) return finding;
      const causes = causesOf(effect, suspects, change.step.urn);
      for (const { finding: cause } of causes) brought.set(cause, [...(brought.get(cause) ?? []), change]);
      return withCause(finding, causes);
    }),
  }));
  return told.map(({ change, findings }) => {
    const isCause = findings.length > 0 && findings.every((finding) => brought.has(finding));
    const urns = isCause ? findings.flatMap((finding) => brought.get(finding) ?? []).map(({ step }) => step.urn) : [];
    const marked = findings.map((finding) => asCause(finding, brought.get(finding) ?? []));
    return { change, findings: marked, causeOf: [...new Set(urns)].sort() };
  });
}

function asCause(finding: DriftFinding, lowered: readonly Change[]): DriftFinding {
  if (lowered.length === 0) return finding;
  const names = [...new Set(lowered.map(({ step }) => step.name))].sort();
  return { ...finding, why: "", lowers: names };
}

/** By rule and thing, so that many protections and many causes cost no more than their sum. */
function bySubject(explained: readonly Explained[]): ReadonlyMap<string, readonly Suspect[]> {
  const suspects = new Map<string, Suspect[]>();
  for (const { change, findings } of explained) {
    for (const finding of findings) {
      const { cause } = finding;
      if (cause === undefined) continue;
      for (const key of keysOf(cause)) {
        const known = suspects.get(key);
        const suspect = { urn: change.step.urn, name: change.step.name, finding, cause };
        if (known === undefined) suspects.set(key, [suspect]);
        else known.push(suspect);
      }
    }
  }
  return suspects;
}

function keysOf({ rules, subjects }: Effect): readonly string[] {
  return rules.flatMap((rule) => subjects.map((subject) => `${rule} ${subject}`));
}

function causesOf(effect: Effect, suspects: ReadonlyMap<string, readonly Suspect[]>, own: string): readonly Suspect[] {
  const causes = new Map<DriftFinding, Suspect>();
  for (const key of keysOf(effect)) {
    for (const suspect of suspects.get(key) ?? []) if (suspect.urn !== own) causes.set(suspect.finding, suspect);
  }
  return [...causes.values()];
}

/** Why a level fell is told by what was changed; the reason's own words stay where those say no more than that. */
function withCause(finding: DriftFinding, causes: readonly Suspect[]): DriftFinding {
  const own = causes.filter(({ cause }) => cause.isConsequence !== true);
  // Of several the one that the rule beside it speaks of.
  const first = own.find(({ cause }) => cause.rules.includes(finding.rule)) ?? own[0];
  if (first === undefined || finding.property !== "achievedLevel") return finding;
  const { what } = first.finding;
  if (what.endsWith(" edited")) return finding;
  const isProperty = what.includes(" → ") && !what.startsWith("/");
  return { ...finding, why: isProperty ? `${first.name}: ${what}` : what };
}
