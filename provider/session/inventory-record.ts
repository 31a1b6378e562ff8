import type { ErrorObject, ValidateFunction } from "ajv";

/** A record of an inventory and where it stands, as a JSON path. */
export interface Placed<T = unknown> {
  readonly record: T;
  readonly path: string;
}

/** The members of a list with their places; one thing alone is a list of one. */
export function listOf(value: unknown, path: string): readonly Placed[] {
  if (!Array.isArray(value)) return [{ record: value, path }];
  return value.map((record: unknown, index) => ({ record, path: `${path}[${index}]` }));
}

/** What a schema says against a value, each with its JSON path. */
export function validate(validator: () => ValidateFunction, value: unknown, path: string): readonly string[] {
  const check = validator();
  if (check(value)) return [];
  return (check.errors ?? []).map((error) => `${path}${jsonPath(error)}: ${explain(error)}`);
}

function jsonPath({ instancePath }: ErrorObject): string {
  return instancePath.replace(/\/(\d+)/g, "[$1]").replaceAll("/", ".");
}

function explain({ keyword, params, message }: ErrorObject): string {
  const parameters = params as Record<string, unknown>;
  if (keyword === "required") return `${String(parameters.missingProperty)} is missing`;
  if (keyword === "enum") return `must be one of ${(parameters.allowedValues as unknown[]).filter(Boolean).join(", ")}`;
  if (keyword === "additionalProperties") return `unknown key ${String(parameters.additionalProperty)}`;
  return message ?? keyword;
}

/** Records of one kind: those that fit their schema, and what is wrong with the others. */
export interface Judged<T> {
  readonly right: readonly Placed<T>[];
  readonly problems: readonly string[];
}

/** Sorts records by whether they fit a schema; `T` is what the schema lets through. */
export function judge<T>(validator: () => ValidateFunction, placed: readonly Placed[]): Judged<T> {
  const judged = placed.map((each) => ({ ...each, problems: validate(validator, each.record, each.path) }));
  const right = judged.filter(({ problems }) => problems.length === 0);
  return {
    right: right.map(({ record, path }) => ({ record: record as T, path })),
    problems: judged.flatMap(({ problems }) => problems),
  };
}

/** Records that say what another one of their kind says already. */
export function doubles<T>(placed: readonly Placed<T>[], property: string, keyOf: (record: T) => string): string[] {
  const first = new Map<string, string>();
  return placed.flatMap(({ record, path }) => {
    const key = keyOf(record);
    const other = first.get(key);
    if (other === undefined) first.set(key, path);
    return other === undefined ? [] : [`${path}.${property}: ${key} is told by ${other} too`];
  });
}
