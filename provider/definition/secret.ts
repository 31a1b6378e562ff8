import type { z } from "zod";
import { markOf } from "./mark";
import { propertyOf, structureOf } from "./structure";
import { isPropertyMap, Secret, Unknown, type Value } from "./value";

/**
 * Wraps what the schema marks secret, at any depth. Of a union every branch counts: a value that fits none of them
 * right may still hold the secret.
 */
export function wrapSecrets(schema: z.ZodType, value: Value): Value {
  if (value instanceof Secret || value instanceof Unknown) return value;
  if (markOf(schema).secret === true) return new Secret(bareValue(value));
  const structure = structureOf(schema);
  switch (structure.kind) {
    case "union":
      return structure.options.reduce<Value>((wrapped, option) => wrapSecrets(option, wrapped), value);
    case "list":
      return Array.isArray(value) ? value.map((member: Value) => wrapSecrets(structure.element, member)) : value;
    case "record":
      return isPropertyMap(value) ? mapMembers(value, (_, member) => wrapSecrets(structure.element, member)) : value;
    case "object":
      return isPropertyMap(value)
        ? mapMembers(value, (name, member) => {
            const property = propertyOf(structure, name);
            return property === undefined ? member : wrapSecrets(property, member);
          })
        : value;
    default:
      return value;
  }
}

/** A value with the secrets inside it taken off: one around the whole is enough. */
export function bareValue(value: Value): Value {
  if (value instanceof Secret) return bareValue(value.value);
  if (Array.isArray(value)) return value.map(bareValue);
  return isPropertyMap(value) ? mapMembers(value, (_, member) => bareValue(member)) : value;
}

function mapMembers(map: Readonly<Record<string, Value>>, change: (name: string, member: Value) => Value): Value {
  return Object.fromEntries(Object.entries(map).map(([name, member]) => [name, change(name, member)]));
}
