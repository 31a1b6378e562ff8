import type { ErrorObject, ValidateFunction } from "ajv";
import type { EngineError } from "../engine/error";

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

/** JSON Schema's types as people call them. */
const typeNames: Readonly<Record<string, string>> = {
  string: "a text",
  object: "an object",
  array: "a list",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
};

function explain({ keyword, params, message, data }: ErrorObject): string {
  const parameters = params as Record<string, unknown>;
  const but = `, but is ${shown(data)}`;
  if (keyword === "required") return `${String(parameters.missingProperty)} is missing`;
  if (keyword === "enum") {
    return `must be one of ${(parameters.allowedValues as unknown[]).filter(Boolean).join(", ")}${but}`;
  }
  if (keyword === "additionalProperties") return `unknown key ${String(parameters.additionalProperty)}`;
  if (keyword === "type") {
    const types = [parameters.type].flat().filter((type) => type !== "null");
    return `must be ${types.map((type) => typeNames[String(type)] ?? String(type)).join(" or ")}${but}`;
  }
  if (keyword === "pattern") return `must match ${String(parameters.pattern)}${but}`;
  if (/^min(Length|Items)$/.test(keyword) && parameters.limit === 1) return "must not be empty";
  return `${message ?? keyword}${keyword.startsWith("max") || keyword.startsWith("min") ? but : ""}`;
}

const longestShown = 60;

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

/** What a rule of the engine says against a record: where, which rule, and what to do. */
export function refused(path: string, { rule, message, remedy }: EngineError): string {
  return `${path}: ${rule === "" ? "" : `${rule} `}${message}; ${remedy}`;
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
export function doubles<T>(
  placed: readonly Placed<T>[],
  property: string,
  keyOf: (record: T) => string | undefined,
): string[] {
  const first = new Map<string, string>();
  return placed.flatMap(({ record, path }) => {
    const key = keyOf(record);
    if (key === undefined) return [];
    const other = first.get(key);
    if (other === undefined) first.set(key, path);
    return other === undefined ? [] : [`${path}.${property}: ${key} is told by ${other} too`];
  });
}
