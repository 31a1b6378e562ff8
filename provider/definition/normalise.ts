import type { z } from "zod";
import { Judge } from "./judge";
import { isList, toValue, unwrap } from "./plain";
import { bareValue, wrapSecrets } from "./secret";
import { defaultOf, propertyOf, structureOf } from "./structure";
import { isPropertyMap, OutputValue, type PropertyMap, Secret, Unknown, unknown, type Value } from "./value";

/** Keys that SDKs and bridges keep for themselves. */
const reserved = new Set(["__defaults", "__internal"]);

/**
 * Inputs as `check` returns them and `diff` compares them: defaults filled in, `null` gone where the schema takes none,
 * outputs and nested secrets turned into one secret, all that is marked secret wrapped. Wrong values stay as they are.
 */
export function normalise(schema: z.ZodObject, map: PropertyMap): PropertyMap {
  return wrapSecrets(schema, filled(schema, map) ?? {}) as PropertyMap;
}

function filled(schema: z.ZodType | undefined, value: Value | undefined): Value | undefined {
  if (value instanceof OutputValue) {
    const inner = value.value === undefined ? unknown : value.value;
    return filled(schema, value.secret ? new Secret(inner) : inner);
  }
  if (value instanceof Secret) {
    const inner = filled(schema, value.value);
    return inner === undefined ? undefined : new Secret(bareValue(inner));
  }
  if (value instanceof Unknown) return value;
  if (schema === undefined) return value === undefined ? undefined : withoutOutputs(value);
  if (value === undefined || (value === null && !schema.safeParse(null).success)) {
    const standard = defaultOf(schema);
    return standard?.value === undefined ? undefined : filled(schema, toValue(standard.value));
  }
  return filledParts(schema, value);
}

function filledParts(schema: z.ZodType, value: Value): Value {
  const structure = structureOf(schema);
  switch (structure.kind) {
    case "object": {
      if (!isPropertyMap(value)) return value;
      const names = new Set([...Object.keys(value), ...Object.keys(structure.properties)]);
      return members([...names], value, (name) => propertyOf(structure, name));
    }
    case "record":
      return isPropertyMap(value) ? members(Object.keys(value), value, () => structure.element) : value;
    case "list":
      return isList(value) ? value.map((member) => filled(structure.element, member) ?? null) : value;
    case "union": {
      const branch = new Judge([]).branch(structure, unwrap(value).value);
      return branch === undefined ? withoutOutputs(value) : filledParts(branch, value);
    }
    default:
      return withoutOutputs(value);
  }
}

function members(names: readonly string[], map: PropertyMap, schemaOf: (name: string) => z.ZodType | undefined): Value {
  return Object.fromEntries(
    names.flatMap((name) => {
      if (reserved.has(name)) return [];
      const value = filled(schemaOf(name), Object.hasOwn(map, name) ? map[name] : undefined);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function withoutOutputs(value: Value): Value {
  if (isList(value)) return value.map((member) => filled(undefined, member) ?? null);
  return isPropertyMap(value) ? members(Object.keys(value), value, () => undefined) : value;
}
