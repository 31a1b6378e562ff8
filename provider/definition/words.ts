import type { z } from "zod";
import { markOf } from "./mark";
import type { Plain, Unwrapped } from "./plain";
import { bare, describe, isInteger, listedValues, structureOf } from "./structure";
import { Archive, Asset, Unknown } from "./value";

/** What a value is at first sight. */
export type Kind = "null" | "boolean" | "number" | "string" | "list" | "object" | "asset" | "missing" | "unknown";

export function kindOf(value: Unwrapped | Plain): Kind {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (value instanceof Unknown) return "unknown";
  if (value instanceof Asset || value instanceof Archive) return "asset";
  if (Array.isArray(value)) return "list";
  return typeof value as "boolean" | "number" | "string" | "object";
}

/** The kinds of value a schema can take at all; undefined for any kind. */
export function acceptedKinds(schema: z.ZodType): ReadonlySet<Kind> | undefined {
  const listed = listedValues(schema);
  if (listed !== undefined) return new Set(listed.map(kindOf));
  const description = describe(bare(schema));
  switch (description.type) {
    case "object":
    case "record":
      return new Set(["object"]);
    case "array":
      return new Set(["list"]);
    case "string":
    case "number":
    case "boolean":
    case "null":
      return new Set([description.type]);
    case "union": {
      const kinds = (description.options ?? []).map(acceptedKinds);
      return kinds.includes(undefined) ? undefined : new Set(kinds.flatMap((kind) => [...(kind ?? [])]));
    }
    default:
      return markOf(schema).asset === true ? new Set(["asset"]) : undefined;
  }
}

/** The type of a schema in words: `an integer`, `one of BACKUP, TAG`, `a string or an object`. */
export function typeInWords(schema: z.ZodType): string {
  const listed = listedValues(schema);
  if (listed?.length === 1) return quoted(listed[0] as Plain);
  if (listed !== undefined) return `one of ${listed.join(", ")}`;
  if (markOf(schema).asset === true) return "an asset or archive";
  const description = describe(bare(schema));
  switch (description.type) {
    case "string":
      return "a string";
    case "boolean":
      return "a boolean";
    case "number":
      return isInteger(schema) ? "an integer" : "a number";
    case "array":
      return "a list";
    case "object":
    case "record":
      return "an object";
    case "null":
      return "null";
    case "union":
      return [...new Set((description.options ?? []).map(typeInWords))].join(" or ");
    case "pipe":
      return description.in === undefined ? "a value" : typeInWords(description.in);
    default:
      return structureOf(schema).kind === "leaf" ? "a JSON value" : "a value";
  }
}

/** A value in words; of a secret only its type. */
export function valueInWords(value: Unwrapped | Plain, secret: boolean): string {
  const kind = kindOf(value);
  switch (kind) {
    case "string":
      return secret ? "a string" : `the string ${quoted(value)}`;
    case "number":
    case "boolean":
      return secret ? `a ${kind}` : `the ${kind} ${String(value)}`;
    case "list":
    case "unknown":
      return kind === "list" ? "a list" : "a value that is not known yet";
    case "object":
      return "an object";
    case "asset":
      return "an asset or archive";
    case "missing":
      return "nothing";
    default:
      return "null";
  }
}

/** A value as JSON, cut short: an error message is no place for a script. */
export function quoted(value: Unwrapped | Plain): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 60 ? text : `${text.slice(0, 57)}…${text.startsWith('"') ? '"' : ""}`;
}
