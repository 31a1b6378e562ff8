import type { Json } from "../../store/tables";

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

/** `*` stands for any run of characters, `?` for one. Actions ignore case, resources don't. */
export function matchesPattern(pattern: string, value: string, ignoreCase: boolean): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, "[^]*")
    .replace(/\?/g, "[^]");
  return new RegExp(`^${escaped}$`, ignoreCase ? "i" : "").test(value);
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

/**
 * Whether the documents allow an action on a resource. Deny wins. An Allow with a condition doesn't count and a Deny
 * with one does, because the engine doesn't evaluate conditions and makes the lower promise.
 */
export function isAllowed(documents: readonly Json[], action: string, resource: string): boolean {
  const matching = documents
    .flatMap(statementsOf)
    .filter(
      (statement) =>
        matchesAction(statement, action) &&
        listOf(statement.Resource).some((pattern) => matchesPattern(pattern, resource, false)),
    );
  if (matching.some((statement) => statement.Effect === "Deny")) return false;
  return matching.some((statement) => statement.Effect === "Allow" && !isConditional(statement));
}

/** The required permissions that the documents don't grant on every one of the resources. */
export function missingActions(documents: readonly Json[], resources: readonly string[]): string[] {
  return Object.entries(requiredActions)
    .filter(([pattern, actions]) => {
      const tried = pattern.endsWith("*") ? [...actions, pattern.slice(0, -1) + futureSuffix] : actions;
      return !resources.every((resource) => tried.every((action) => isAllowed(documents, action, resource)));
    })
    .map(([pattern]) => pattern);
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
