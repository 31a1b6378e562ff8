import { nameOfUrn, typeOfUrn } from "../engine/core/urn";
import { type Estate, isProtection, keyOf, type Protection } from "./estate";
import { objectsOf, textOf } from "./event";
import { impactsByMachine, policiesTold, type TellingImpact } from "./impact-review";
import type { Preview } from "./preview";
import { compareNames, compareText, lastPart } from "./resource-change";

export interface RuleReason {
  readonly rule: string;
  readonly message: string;
}

/** What a reviewer wants to know of one protection. */
export interface ProtectionReview {
  readonly urn: string;
  readonly name: string;
  readonly type: string;
  readonly operation: string;
  /** What it protects, as the program names it, or else by id. */
  readonly machines: readonly string[];
  /** How many machines it stands for; 1 where they are not told. */
  readonly machineCount: number;
  /** Undefined when the preview does not tell. */
  readonly requested: string | undefined;
  readonly achieved: string | undefined;
  /** The level before the change, where it was another one. */
  readonly previous: string | undefined;
  readonly reasons: readonly RuleReason[];
  /** First words of the error that stopped it. */
  readonly error: string | undefined;
  readonly idle: string | undefined;
  /** From the status line: next backup, points, what goes wrong. */
  readonly forecast: string;
  readonly impact: string;
}

export function isBelow({ requested, achieved, error }: ProtectionReview): boolean {
  return error !== undefined || (achieved !== undefined && requested !== achieved);
}

const levels = ["NONE", "CRASH", "FILE_SYSTEM", "APPLICATION"];

export function isWeaker({ previous, achieved }: ProtectionReview): boolean {
  return previous !== undefined && achieved !== undefined && levels.indexOf(achieved) < levels.indexOf(previous);
}

/** The protections after the change, the worst first. */
export function protectionReviews(
  preview: Preview,
  before: Estate,
  after: Estate,
  impacts: readonly TellingImpact[],
): readonly ProtectionReview[] {
  const said = diagnosticsByUrn(preview);
  const was = new Map(
    before.protections.map(({ change, properties }) => [change.urn, textOf(properties, "achievedLevel")]),
  );
  const told = { byMachine: impactsByMachine(impacts), byPolicy: policiesTold(preview, impacts) };
  const reviewed = after.protections.map((protection) =>
    toReview(protection, preview, said.get(protection.change.urn) ?? [], was.get(protection.change.urn), after, told),
  );
  const known = new Set(reviewed.map(({ urn }) => urn));
  const failed = [...said].filter(([urn, messages]) => !known.has(urn) && messages.some(isError));
  return [...reviewed, ...failed.flatMap(([urn, messages]) => toFailure(urn, messages))].sort(worstFirst);
}

interface Said {
  readonly severity: string;
  readonly message: string;
}

const isError = ({ severity }: Said): boolean => severity === "error";

function diagnosticsByUrn({ diagnostics }: Preview): ReadonlyMap<string, readonly Said[]> {
  const said = new Map<string, Said[]>();
  for (const { urn, severity, message } of diagnostics) {
    if (urn === undefined || !isProtection(typeOfUrn(urn))) continue;
    const known = said.get(urn);
    if (known === undefined) said.set(urn, [{ severity, message }]);
    else known.push({ severity, message });
  }
  return said;
}

function toReview(
  { change, properties, machineIds, groupId, idle }: Protection,
  { statuses }: Preview,
  said: readonly Said[],
  was: string | undefined,
  after: Estate,
  { byMachine, byPolicy }: { readonly [K in "byMachine" | "byPolicy"]: ReadonlyMap<string, string> },
): ProtectionReview {
  const told = levelsIn(said);
  const achieved = textOf(properties, "achievedLevel") ?? told.achieved;
  const reasons = objectsOf(properties, "reasons").map((reason) => ({
    rule: textOf(reason, "rule") ?? "",
    message: textOf(reason, "message") ?? "",
  }));
  const known = (machineIds ?? []).map((id) => after.machines.get(keyOf(id)));
  const names = (machineIds ?? []).map((id, index) => known[index]?.change.name ?? lastPart(id));
  const impact = (machineIds ?? []).map(
    (id, index) => byMachine.get(known[index]?.cloudName ?? "") ?? byMachine.get(lastPart(id)) ?? "",
  );
  // A policy's text names few machines of many. What is new has no points that it could tell of.
  const isOld = /^(?:same|update)$/.test(change.operation);
  const policy = isOld ? byPolicy.get(textOf(properties, "policyId")?.toLowerCase() ?? "") : undefined;
  const ofPolicy = policy === undefined ? "" : `see ${policy} below`;
  return {
    urn: change.urn,
    name: change.name,
    type: change.type,
    operation: change.operation,
    machines: names.length > 0 || groupId === undefined ? names : [groupId],
    machineCount: Math.max(1, names.length),
    requested: textOf(properties, "requestedLevel") ?? told.requested,
    achieved,
    previous: was === achieved ? undefined : was,
    reasons: reasons.length > 0 ? reasons : told.reasons,
    error: firstError(said),
    idle,
    forecast: withoutLevel(statuses.get(change.urn) ?? ""),
    impact: impact.filter((each) => each !== "").join("; ") || ofPolicy,
  };
}

/** A protection that was refused before there was a step of it. */
function toFailure(urn: string, said: readonly Said[]): readonly ProtectionReview[] {
  const type = typeOfUrn(urn);
  const name = nameOfUrn(urn);
  const { requested, achieved, reasons } = levelsIn(said);
  const rest = { operation: "refused", machines: [], machineCount: 1, previous: undefined, idle: undefined };
  return [
    { urn, name, type, ...rest, requested, achieved, reasons, error: firstError(said), forecast: "", impact: "" },
  ];
}

function firstError(said: readonly Said[]): string | undefined {
  const message = said.find(isError)?.message.split("\n")[0];
  // The engine's words in front of the provider's own.
  return message?.replace(/^\S+ resource '.*?': property (\S+) value \{.*\} has a problem: /, "$1: ");
}

/** Where outputs are missing, the warnings and errors tell the levels and what is in the way. */
function levelsIn(said: readonly Said[]) {
  for (const { message } of said) {
    const found = /\b(?:asks for|requires) ([A-Z_]+), (?:will|would) get ([A-Z_]+)/.exec(message);
    if (found === null) continue;
    const reasons = [...message.matchAll(/^\s+([AZ]-\d+[a-z]?)\s+(.+)$/gm)].map(([, rule = "", text = ""]) => ({
      rule,
      message: text.trim(),
    }));
    return { requested: found[1], achieved: found[2], reasons };
  }
  return { requested: undefined, achieved: undefined, reasons: [] };
}

/** The table has the level in a column of its own. */
function withoutLevel(status: string): string {
  return status.replace(/^\w+(?: point)?(?: \(asked for \w+\))?, /, "");
}

function worstFirst(a: ProtectionReview, b: ProtectionReview): number {
  return rank(a) - rank(b) || compareNames(a.name, b.name) || compareText(a.urn, b.urn);
}

function rank(review: ProtectionReview): number {
  if (review.error !== undefined) return 0;
  if (review.idle !== undefined) return review.operation === "same" ? 5 : 2;
  if (isWeaker(review)) return 1;
  if (isBelow(review)) return review.operation === "same" ? 4 : 3;
  return review.operation === "same" ? 7 : 6;
}
