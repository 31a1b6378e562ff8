import type { z } from "zod";
import { markedNames } from "../definition/mark";
import { toPlain } from "../definition/plain";
import type { ResourceDefinition } from "../definition/resource";
import { defaultOf } from "../definition/structure";
import type { PropertyMap } from "../definition/value";
import { hashOf } from "../engine/core/identifier";
import { canonicalJson, type Json } from "../engine/core/json";

/** Inputs as resource files take them; undefined when they don't fit (another version's, or incomplete ones). */
export function parseInputs(definition: ResourceDefinition, inputs: PropertyMap): Record<string, unknown> | undefined {
  const parsed = definition.inputs.safeParse(toPlain(inputs).value);
  return parsed.success ? parsed.data : undefined;
}

/** Inputs that have passed check; anything else is a bug. */
export function requireInputs(definition: ResourceDefinition, inputs: PropertyMap): Record<string, unknown> {
  return definition.inputs.parse(toPlain(inputs).value);
}

/** A hash of what makes the resource another one when it changes. */
export function identityOf(definition: ResourceDefinition, inputs: Record<string, unknown>): string {
  const names = markedNames(definition.inputs, "replaceOnChanges");
  const values = Object.fromEntries(names.map((name) => [name, (inputs[name] ?? null) as Json]));
  return hashOf("identity", canonicalJson(values)).slice(0, 26);
}

/** What an import writes into the program: everything but values that are the default anyway. */
export function withoutDefaults(
  definition: ResourceDefinition,
  inputs: Record<string, unknown>,
): Record<string, unknown> {
  const differs = ([name, value]: [string, unknown]): boolean => {
    const schema = definition.inputs.shape[name] as z.ZodType | undefined;
    const standard = schema === undefined ? undefined : defaultOf(schema);
    if (standard === undefined) return value !== undefined;
    return canonicalJson(value as Json) !== canonicalJson(standardValue(schema as z.ZodType) as Json);
  };
  return Object.fromEntries(Object.entries(inputs).filter(differs));
}

/** The default as it is after parsing: a default object may have defaults of its own. */
function standardValue(schema: z.ZodType): unknown {
  return schema.parse(undefined);
}
