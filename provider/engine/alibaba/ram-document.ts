import type { Json } from "../../store/tables";
import { remembering } from "../core/remember";

/** A statement of a RAM document as people write it: text or lists, with the optional parts left out. */
interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: { readonly Service?: string | readonly string[] };
  readonly Condition?: Readonly<Record<string, Json>>;
}

/**
 * The permissions that application-consistent snapshots need, each with the real actions under it.
 * A pattern is granted only when all that it may ever match is: lower promise.
 */
export const requiredActions: Readonly<Record<string, readonly string[]>> = {
  "ecs:DescribeSnapshot*": ["ecs:DescribeSnapshots", "ecs:DescribeSnapshotGroups", "ecs:DescribeSnapshotLinks"],
  "ecs:CreateSnapshot*": ["ecs:CreateSnapshot", "ecs:CreateSnapshotGroup"],
  "ecs:TagResources": ["ecs:TagResources"],
  "ecs:DescribeDisks": ["ecs:DescribeDisks"],
};

/** A stand-in for actions that don't exist yet: only a wildcard reaches it. */
const futureSuffix = "\u0001";

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

function statementsOf(document: Json): readonly Statement[] {
  const statements = (document as { readonly Statement?: Statement | readonly Statement[] }).Statement;
  if (statements === undefined) return [];
  return Array.isArray(statements) ? (statements as readonly Statement[]) : [statements as Statement];
}

/** Patterns are few, and each is held against every action of every machine: one is compiled once. */
const compiled = remembering(
  ({ pattern, ignoreCase }: { pattern: string; ignoreCase: boolean }) => {
    const escaped = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, "[^]*")
      .replace(/\?/g, "[^]");
    return new RegExp(`^${escaped}$`, ignoreCase ? "i" : "");
  },
  ({ pattern, ignoreCase }) => `${ignoreCase} ${pattern}`,
);

/** `*` stands for any run of characters, `?` for one. Actions ignore case, resources don't. */
export function matchesPattern(pattern: string, value: string, ignoreCase: boolean): boolean {
  return compiled({ pattern, ignoreCase }).test(value);
}

function matchesAction(statement: Statement, action: string): boolean {
  if (statement.NotAction !== undefined) {
    return !listOf(statement.NotAction).some((pattern) => matchesPattern(pattern, action, true));
  }
  return listOf(statement.Action).some((pattern) => matchesPattern(pattern, action, true));
}

function isConditional(statement: Statement): boolean {
  return statement.Condition !== undefined && Object.keys(statement.Condition).length > 0;
}

/** Where a statement stands: the document's place in the list, the statement's in the document. */
export interface StatementPlace {
  readonly document: number;
  readonly index: number;
}

/** What documents say about actions on resources. */
export interface Decision {
  readonly decision: "allowed" | "denied" | "notGranted";
  /** The statement that decides; of what isn't granted the Allow whose condition keeps it from counting. */
  readonly statement: StatementPlace | undefined;
}

/**
 * Decides one action on one resource. Deny wins. An Allow with a condition doesn't count and a Deny with one does,
 * because the engine doesn't evaluate conditions and makes the lower promise. The resource `*` is all of them:
 * a Deny on any of them is one on it.
 */
export function decide(documents: readonly Json[], action: string, resource: string): Decision {
  const matching = documents
    .flatMap((each, document) => statementsOf(each).map((statement, index) => ({ statement, document, index })))
    .filter(({ statement }) => matchesAction(statement, action) && matchesResource(statement, resource));
  const place = (wanted: (statement: Statement) => boolean): StatementPlace | undefined => {
    const found = matching.find(({ statement }) => wanted(statement));
    return found === undefined ? undefined : { document: found.document, index: found.index };
  };
  const denied = place(({ Effect }) => Effect === "Deny");
  if (denied !== undefined) return { decision: "denied", statement: denied };
  const allowed = place((statement) => statement.Effect === "Allow" && !isConditional(statement));
  if (allowed !== undefined) return { decision: "allowed", statement: allowed };
  return { decision: "notGranted", statement: place(({ Effect }) => Effect === "Allow") };
}

function matchesResource(statement: Statement, resource: string): boolean {
  const patterns = listOf(statement.Resource);
  if (resource === "*" && statement.Effect === "Deny") return patterns.length > 0;
  return patterns.some((pattern) => matchesPattern(pattern, resource, false));
}

/** The real actions that a pattern may match, with a stand-in for those that don't exist yet. */
const actionsUnder = remembering(
  (pattern: string): readonly string[] => {
    if (!/[*?]/.test(pattern)) return [pattern];
    const known = Object.values(requiredActions).flat();
    const future = pattern.replace(/[*?]/g, futureSuffix);
    return [...known.filter((action) => matchesPattern(pattern, action, true)), future];
  },
  (pattern) => pattern,
);

/** What documents say about a pattern of actions on resources: the least that they say of all that is meant. */
export function decideActions(documents: readonly Json[], pattern: string, resources: readonly string[]): Decision {
  const actions = actionsUnder(pattern);
  const decisions = resources.flatMap((resource) => actions.map((action) => decide(documents, action, resource)));
  const worst = (["denied", "notGranted", "allowed"] as const)
    .map((wanted) => decisions.find(({ decision }) => decision === wanted))
    .find((decision) => decision !== undefined);
  // On no resource at all nothing is missing.
  return worst ?? { decision: "allowed", statement: undefined };
}

/** The required permissions that the documents don't grant on every one of the resources. */
export function missingActions(documents: readonly Json[], resources: readonly string[]): string[] {
  return Object.keys(requiredActions).filter(
    (pattern) => decideActions(documents, pattern, resources).decision !== "allowed",
  );
}

/** Whether a trust document lets a service assume the role. */
export function trustsService(document: Json, service: string): boolean {
  const matching = statementsOf(document).filter(
    (statement) =>
      matchesAction(statement, "sts:AssumeRole") &&
      listOf(statement.Principal?.Service).some((name) => name === service || name === "*"),
  );
  if (matching.some((statement) => statement.Effect === "Deny")) return false;
  return matching.some((statement) => statement.Effect === "Allow" && !isConditional(statement));
}
