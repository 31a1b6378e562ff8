import { createHash } from "node:crypto";
import type { z } from "zod";
import { Judge } from "./judge";
import { type Mark, markOf } from "./mark";
import { isList, type Unwrapped } from "./plain";
import { propertyOf, structureOf } from "./structure";
import { Archive, Asset, isPropertyMap, Unknown } from "./value";

/**
 * A text that two values share exactly when they mean the same under the schema's marks: sets without order, documents
 * without key order and white space, schedules by duration, assets by content, no difference between null and absent.
 */
export function canonicalText(schema: z.ZodType | undefined, value: Unwrapped | undefined): string {
  const marks: Mark = schema === undefined ? {} : markOf(schema);
  if (value === undefined || value === null) return "null";
  if (marks.document === true) return anyText(parseDocument(value));
  if (marks.schedule === true && typeof value === "string") return JSON.stringify(canonicalSchedule(value));
  if (schema === undefined) return anyText(value);
  const structure = structureOf(schema);
  switch (structure.kind) {
    case "union": {
      const branch = new Judge([]).branch(structure, value);
      return canonicalText(branch, value);
    }
    case "list": {
      if (!isList(value)) return anyText(value);
      const members = value.map((member) => canonicalText(structure.element, member));
      return `[${(marks.set === true ? [...new Set(members)].sort() : members).join(",")}]`;
    }
    case "object":
      return isPropertyMap(value) ? objectText(value, (name) => propertyOf(structure, name)) : anyText(value);
    case "record":
      return isPropertyMap(value) ? objectText(value, () => structure.element) : anyText(value);
    default:
      return anyText(value);
  }
}

/** Text that is no JSON stays as it is. */
function parseDocument(value: Unwrapped): Unwrapped {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as Unwrapped;
  } catch {
    return value;
  }
}

const secondsByUnit = { W: 604_800, D: 86_400, H: 3_600, M: 60, S: 1 } as const;

/**
 * `I|start|duration` with the duration in seconds, or in months where it counts calendar units; `C|start|cron` with
 * single spaces. Text of any other form as it is.
 */
export function canonicalSchedule(schedule: string): string {
  const [type, start, ...rest] = schedule.trim().split("|");
  const tail = rest.join("|").trim();
  if (type === "C") return [type, start, tail.replace(/\s+/g, " ")].join("|");
  const match = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(tail);
  if (type !== "I" || match === null || tail === "P" || tail.endsWith("T")) return schedule;
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((digits) => Number(digits ?? 0));
  const calendar = (years ?? 0) * 12 + (months ?? 0);
  const exact =
    (weeks ?? 0) * secondsByUnit.W +
    (days ?? 0) * secondsByUnit.D +
    (hours ?? 0) * secondsByUnit.H +
    (minutes ?? 0) * secondsByUnit.M +
    (seconds ?? 0) * secondsByUnit.S;
  return [type, start, `${calendar} months ${exact} seconds`].join("|");
}

function objectText(
  value: Readonly<Record<string, Unwrapped>>,
  schemaOf: (name: string) => z.ZodType | undefined,
): string {
  const members = Object.keys(value)
    .sort()
    .filter((name) => value[name] !== null || schemaOf(name) === undefined)
    .map((name) => `${JSON.stringify(name)}:${canonicalText(schemaOf(name), value[name])}`);
  return `{${members.join(",")}}`;
}

function anyText(value: Unwrapped): string {
  if (value instanceof Unknown) return "unknown";
  if (value instanceof Asset || value instanceof Archive) return contentText(value);
  if (isList(value)) return `[${value.map(anyText).join(",")}]`;
  if (isPropertyMap(value)) {
    const map = value as Readonly<Record<string, Unwrapped>>;
    const members = Object.keys(map).sort();
    return `{${members.map((name) => `${JSON.stringify(name)}:${anyText(map[name] ?? null)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** The engine sends only hashes where it compares; the hash of a text asset is the SHA-256 of its text. */
function contentText(value: Asset | Archive): string {
  const { hash, path, uri } = value.source;
  if (hash !== undefined && hash !== "") return `${value.kind} ${hash}`;
  if (value instanceof Asset && value.source.text !== undefined) {
    return `asset ${createHash("sha256").update(value.source.text).digest("hex")}`;
  }
  if (value instanceof Archive && value.source.assets !== undefined) {
    const members = Object.entries(value.source.assets).sort(([left], [right]) => (left < right ? -1 : 1));
    return `archive {${members.map(([name, member]) => `${JSON.stringify(name)}:${contentText(member)}`).join(",")}}`;
  }
  return `${value.kind} ${JSON.stringify({ path, uri })}`;
}
