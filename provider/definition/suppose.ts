import type { z } from "zod";
import type { Finding } from "./finding";
import { type Path, parsePath } from "./path";
import { isList, type Plain, toPlain } from "./plain";
import { isOptional, listedValues, propertyOf, structureOf } from "./structure";
import { isPropertyMap, type PropertyMap } from "./value";

/** What a part becomes: another value, or nothing. */
type Mended = { readonly value: Plain } | "left out" | "past mending";

/**
 * The inputs with what is wrong put right, where it is plain what is meant: an enum's value in another case, and a part
 * that may be left out. With them the rules can be asked about everything else, so that all errors are told at once;
 * undefined where nobody can tell.
 */
export function supposeRight<S extends z.ZodObject>(
  schema: S,
  inputs: PropertyMap,
  failures: readonly Finding[],
): z.output<S> | undefined {
  let supposed: Plain = toPlain(inputs).value;
  for (const { path } of failures) {
    const mended = mend(schema, supposed, parsePath(path));
    if (mended === "past mending" || mended === "left out") return undefined;
    supposed = mended.value;
  }
  const parsed = schema.safeParse(supposed);
  return parsed.success ? parsed.data : undefined;
}

function mend(schema: z.ZodType, value: Plain | undefined, path: Path): Mended {
  const [step, ...rest] = path;
  if (step === undefined) return mendWhole(schema, value);
  const structure = structureOf(schema);
  if (structure.kind === "list" && isList(value as Plain) && typeof step === "number") {
    const members = value as readonly Plain[];
    const member = mend(structure.element, members[step], rest);
    if (typeof member === "string") return "past mending";
    return { value: members.map((each, index) => (index === step ? member.value : each)) as Plain };
  }
  if (structure.kind !== "object" || !isPropertyMap(value as never)) return "past mending";
  const { [String(step)]: part, ...others } = value as Readonly<Record<string, Plain>>;
  const property = propertyOf(structure, String(step));
  const mended = property === undefined ? "left out" : mend(property, part, rest);
  if (mended === "past mending") return mended;
  return { value: (mended === "left out" ? others : { ...others, [String(step)]: mended.value }) as Plain };
}

function mendWhole(schema: z.ZodType, value: Plain | undefined): Mended {
  const listed = listedValues(schema);
  if (listed !== undefined) {
    const given = typeof value === "string" ? value.toLowerCase() : undefined;
    const meant = listed.find((each) => typeof each === "string" && each.toLowerCase() === given);
    return meant === undefined ? "past mending" : { value: meant };
  }
  return isOptional(schema) ? "left out" : "past mending";
}
