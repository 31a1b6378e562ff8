import type { z } from "zod";
import { nearest } from "../engine/core/nearest";
import type { Finding } from "./finding";
import { markOf } from "./mark";
import { formatPath, type Path, parsePath } from "./path";
import type { Plain, Unwrapped } from "./plain";
import { listedValues } from "./structure";
import { acceptedKinds, kindOf, quoted, typeInWords, valueInWords } from "./words";

/** Where a finding is made, and whether the value there may be shown. */
export interface Place {
  readonly path: Path;
  readonly secret: boolean;
}

type Issue = z.core.$ZodIssue;
type Words = Pick<Finding, "message"> & Partial<Pick<Finding, "rule" | "remedy" | "source">>;

/** zod gives this text where the schema's author gave none of their own; then the words are ours. */
const unworded = "\u0000";

/** All that zod finds wrong with one value, in words for people. */
export function zodFindings(schema: z.ZodType, value: Unwrapped | Plain, place: Place): readonly Finding[] {
  const result = schema.safeParse(value, { error: () => unworded });
  if (result.success) return [];
  return result.error.issues.map((issue) => withRule(schema, explain(issue, schema, value, place)));
}

export function missing(schema: z.ZodType, place: Place): Finding {
  const name = formatPath(place.path);
  const about = firstSentence(markOf(schema).description);
  const remedy = `set ${name} to ${typeInWords(schema)}${about === undefined ? "" : `: ${about}`}`;
  return withRule(schema, finding(place.path, { message: "missing required property", remedy }));
}

export function wrongType(schema: z.ZodType, value: Unwrapped | Plain, place: Place): Finding {
  return withRule(schema, finding(place.path, wrongTypeInWords(schema, value, place)));
}

/** What is wrong with a value that has a rule behind it is told with that rule. */
function withRule(schema: z.ZodType, found: Finding): Finding {
  const { rule } = markOf(schema);
  if (rule === undefined || found.rule !== "") return found;
  return { ...found, rule: rule.id, remedy: found.remedy ?? rule.remedy, source: rule.source };
}

/** A value that is not in the list of an enum or literal. */
export function notListed(
  values: readonly (string | number | boolean | null)[],
  value: Unwrapped | Plain,
  place: Place,
): Finding {
  return finding(place.path, notListedInWords(values, value, place));
}

export function unknownProperty(name: string, valid: readonly string[], place: Place): Finding {
  if (place.secret) {
    // The name of a key of a secret object may be as secret as its values.
    return finding(place.path, {
      message: "holds an unknown property",
      remedy: `the properties here are ${list(valid)}`,
    });
  }
  const meant = nearest(name, valid);
  const path = [...place.path, name];
  return meant !== undefined
    ? finding(path, { message: `unknown property ${name}: did you mean ${meant}?` })
    : finding(path, { message: `unknown property ${name}`, remedy: `the properties here are ${list(valid)}` });
}

export function finding(path: Path, words: Words): Finding {
  return { severity: "error", path: formatPath(path), rule: "", ...words };
}

function explain(issue: Issue, schema: z.ZodType, root: Unwrapped | Plain, place: Place): Finding {
  const value = valueAt(root, issue.path as Path);
  const inside = issue.path.length > 0;
  const path = place.secret ? place.path : [...place.path, ...(issue.path as Path)];
  if (issue.code === "custom") return custom(issue, schema, value, { ...place, path });
  if (issue.message !== unworded) return finding(path, { message: issue.message });
  switch (issue.code) {
    case "invalid_type":
      if (inside && value === undefined) return finding(path, { message: "missing required property" });
      if (inside) {
        return finding(path, {
          message: `must be of type ${issue.expected}, got ${valueInWords(value, place.secret)}`,
        });
      }
      return wrongType(schema, value, place);
    case "invalid_value":
      return finding(path, notListedInWords(issue.values as (string | number)[], value, place));
    case "too_small":
    case "too_big":
      return finding(path, { message: outOfRangeInWords(issue, value, place.secret) });
    case "not_multiple_of":
      return finding(path, { message: `must be a multiple of ${issue.divisor}${got(value, place.secret)}` });
    case "invalid_format": {
      const format = issue.pattern === undefined ? `in the format ${issue.format}` : `of the form ${issue.pattern}`;
      return finding(path, { message: `must be ${format}${got(value, place.secret)}` });
    }
    case "unrecognized_keys":
      return unknownProperty(issue.keys[0] ?? "", [], { ...place, path });
    default:
      return inside
        ? finding(path, { message: `is not valid${got(value, place.secret)}` })
        : wrongType(schema, value, place);
  }
}

/** Refinements carry their rule, remedy, source and path in `params`. */
function custom(issue: Issue & { code: "custom" }, schema: z.ZodType, value: Plain, place: Place): Finding {
  const { rule, remedy, source, path } = (issue.params ?? {}) as Record<string, unknown>;
  const nested = Array.isArray(path) ? (path as Path) : typeof path === "string" ? parsePath(path) : [];
  const words = issue.message === unworded ? wrongTypeInWords(schema, value, place) : { message: issue.message };
  return finding(place.secret ? place.path : [...place.path, ...nested], {
    ...words,
    ...(typeof rule === "string" && { rule }),
    ...(typeof remedy === "string" && { remedy }),
    ...(typeof source === "string" && { source }),
  });
}

function wrongTypeInWords(schema: z.ZodType, value: Unwrapped | Plain, place: Place): Words {
  const listed = listedValues(schema);
  if (listed !== undefined) return notListedInWords(listed, value, place);
  const message = `must be ${typeInWords(schema)}, got ${valueInWords(value, place.secret)}`;
  if (place.secret || typeof value !== "string") return { message };
  const kinds = acceptedKinds(schema);
  const isNumber = kinds?.has("number") && value.trim() !== "" && Number.isFinite(Number(value));
  const isBoolean = kinds?.has("boolean") && /^(true|false)$/i.test(value);
  if (isNumber) return { message, remedy: `write it without quotes: ${Number(value)}` };
  return isBoolean ? { message, remedy: `write it without quotes: ${value.toLowerCase()}` } : { message };
}

function notListedInWords(
  values: readonly (string | number | boolean | null)[],
  value: Unwrapped | Plain,
  place: Place,
): Words {
  const expected = values.length === 1 ? quoted(values[0] as Plain) : `one of ${values.join(", ")}`;
  const message = `must be ${expected}, got ${valueInWords(value, place.secret)}`;
  const meant = place.secret || typeof value !== "string" ? undefined : nearest(value, values.map(String));
  return meant === undefined ? { message } : { message, remedy: `write ${quoted(meant)}` };
}

function outOfRangeInWords(issue: Issue & { code: "too_small" | "too_big" }, value: Plain, secret: boolean): string {
  const low = issue.code === "too_small";
  const bound = low ? issue.minimum : issue.maximum;
  if (kindOf(value) === "string" || kindOf(value) === "list") {
    const unit = kindOf(value) === "string" ? "character" : "member";
    const size = (value as string | readonly Plain[]).length;
    const limit = `${low ? "at least" : "at most"} ${bound} ${unit}${Number(bound) === 1 ? "" : "s"}`;
    return `must have ${limit}${secret ? "" : `, has ${size}`}`;
  }
  if (issue.inclusive === false) return `must be ${low ? "more than" : "less than"} ${bound}${got(value, secret)}`;
  return `must be ${low ? "at least" : "at most"} ${bound}${got(value, secret)}`;
}

function got(value: Plain, secret: boolean): string {
  return secret ? "" : `, got ${quoted(value)}`;
}

function valueAt(root: Unwrapped | Plain, path: Path): Plain {
  return path.reduce<Plain>((at, step) => {
    const holder = at as Readonly<Record<string, Plain>> | null | undefined;
    return typeof holder === "object" && holder !== null && Object.hasOwn(holder, step) ? holder[step] : undefined;
  }, root as Plain);
}

function firstSentence(text: string | undefined): string | undefined {
  return text === undefined ? undefined : (/^[^\n]*?[.](?=\s|$)/.exec(text)?.[0] ?? text.split("\n")[0]);
}

function list(words: readonly string[]): string {
  return words.length === 0 ? "none" : words.join(", ");
}
