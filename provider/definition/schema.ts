import type { z } from "zod";
import { markOf } from "./mark";
import { type Json, type JsonObject, type ObjectType, TypeWriter } from "./schema-type";
import { defaultOf, isOptional, stateSchema } from "./structure";
import { moduleOf } from "./token";

/** What the schema needs of a resource, a function or a component. */
interface Declaration {
  readonly token: string;
  readonly description: string;
  readonly source: string;
  readonly inputs: z.ZodObject;
  readonly outputs: z.ZodObject;
}

export interface PackageDefinition {
  readonly name: string;
  readonly version: string;
  readonly displayName: string;
  readonly description: string;
  /** Keywords, homepage, repository, license, publisher and the like, as Pulumi's schema names them. */
  readonly about?: JsonObject;
  readonly config: z.ZodObject;
  readonly resources: readonly Declaration[];
  readonly functions: readonly Declaration[];
  readonly components?: readonly Declaration[];
  readonly language: JsonObject;
}

/**
 * The Pulumi package schema of the definitions, with sorted keys: the same definitions give the same bytes. Throws,
 * with every path concerned, when a property lacks its description or a type its name.
 */
export function buildSchema(definition: PackageDefinition): JsonObject {
  const writer = new TypeWriter(definition.name);
  const resources = [
    ...definition.resources.map((resource) => [resource.token, resourceSchema(resource, writer)] as const),
    ...(definition.components ?? []).map((component) => [component.token, componentSchema(component, writer)] as const),
  ];
  const functions = definition.functions.map((each) => [each.token, functionSchema(each, writer)] as const);
  writer.source = "ENGINE";
  const config = writer.object(definition.config.shape, "index", "config");
  if (writer.problems.length > 0) {
    throw new Error(`the schema can't be built:\n${[...new Set(writer.problems)].sort().join("\n")}`);
  }
  return sorted({
    ...definition.about,
    name: definition.name,
    version: definition.version,
    displayName: definition.displayName,
    description: definition.description,
    config: { variables: config.properties, defaults: config.required },
    provider: {
      description: `The provider of ${definition.displayName} and its configuration.`,
      inputProperties: config.properties,
      requiredInputs: config.required,
    },
    types: Object.fromEntries(writer.types),
    resources: Object.fromEntries(resources),
    functions: Object.fromEntries(functions),
    language: definition.language,
  }) as JsonObject;
}

function resourceSchema(resource: Declaration, writer: TypeWriter): JsonObject {
  const { token, description, source, inputs, outputs } = resource;
  const module = moduleOf(token);
  writer.source = source;
  checkNames(resource, writer);
  const input = writer.object(inputs.shape, module, token);
  const state = stateSchema(inputs, outputs).shape;
  const written: ObjectType = writer.object(state, module, token);
  const always = alwaysThere(state).filter((name) => markOf(state[name] as z.ZodType).writeOnly !== true);
  return {
    description,
    inputProperties: mapEntries(input.properties, (name, property) =>
      replaces(inputs.shape[name] as z.ZodType) ? { ...property, willReplaceOnChanges: true } : property,
    ),
    requiredInputs: input.required,
    properties: withoutDefaults(written.properties),
    required: always,
  };
}

/** A component shows its outputs only: its inputs are found in the resources that it makes. */
function componentSchema(component: Declaration, writer: TypeWriter): JsonObject {
  const { token, description, source, inputs, outputs } = component;
  const module = moduleOf(token);
  writer.source = source;
  checkNames(component, writer);
  const input = writer.object(inputs.shape, module, token);
  return {
    description,
    isComponent: true,
    inputProperties: input.properties,
    requiredInputs: input.required,
    properties: withoutDefaults(writer.object(outputs.shape, module, token).properties),
    required: alwaysThere(outputs.shape),
  };
}

function checkNames({ token, inputs, outputs }: Declaration, writer: TypeWriter): void {
  for (const name of ["id", "urn"].filter((reserved) => reserved in inputs.shape || reserved in outputs.shape)) {
    writer.problems.push(`${token}.${name}: Pulumi keeps this name for itself`);
  }
}

/** The properties that have a value whatever the program says. */
function alwaysThere(shape: Readonly<Record<string, z.ZodType>>): string[] {
  const names = Object.keys(shape).filter((name) => {
    const schema = shape[name] as z.ZodType;
    return !isOptional(schema) || defaultOf(schema) !== undefined;
  });
  return names.sort();
}

/** A default fills in what a program leaves out; on an output it would mean nothing. */
function withoutDefaults(properties: JsonObject): JsonObject {
  return mapEntries(properties, (_, { default: _default, ...property }) => property);
}

function functionSchema(declaration: Declaration, writer: TypeWriter): JsonObject {
  const { token, description, source, inputs, outputs } = declaration;
  const module = moduleOf(token);
  writer.source = source;
  const output = writer.object(outputs.shape, module, token);
  return {
    description,
    inputs: { type: "object", ...writer.object(inputs.shape, module, token) },
    outputs: { type: "object", properties: output.properties, required: alwaysThere(outputs.shape) },
  };
}

function replaces(schema: z.ZodType): boolean {
  return markOf(schema).replaceOnChanges !== undefined;
}

function mapEntries(map: JsonObject, change: (name: string, value: JsonObject) => JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(name, value as JsonObject)]));
}

/** Sorted by key, and without what is undefined; lists keep their order. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value as JsonObject).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.sort(([left], [right]) => (left < right ? -1 : 1)).map(([name, member]) => [name, sorted(member as Json)]),
  );
}
