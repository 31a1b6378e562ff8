import type { z } from "zod";
import { type Mark, markOf } from "./mark";
import { bare, defaultOf, describe, isInteger, isOptional, listedValues, structureOf } from "./structure";

/** JSON of the package schema. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };
export type JsonObject = { readonly [name: string]: Json | undefined };

export interface ObjectType {
  readonly properties: JsonObject;
  readonly required: readonly string[];
}

/**
 * Writes zod schemas as Pulumi types. Named objects and enums gather in `types`; what a definition lacks gathers in
 * `problems`, so that its author sees all of it at once.
 */
export class TypeWriter {
  readonly types = new Map<string, JsonObject>();
  readonly problems: string[] = [];
  /** Where properties come from that don't say so themselves. */
  source = "";
  readonly #packageName: string;
  readonly #originals = new Map<string, unknown>();

  constructor(packageName: string) {
    this.#packageName = packageName;
  }

  /** The properties of one object; required is what has no default and may not be left out. */
  object(shape: Readonly<Record<string, z.ZodType>>, module: string, path: string): ObjectType {
    const entries = Object.entries(shape).map(
      ([name, schema]) => [name, this.property(schema, module, `${path}.${name}`)] as const,
    );
    const required = Object.keys(shape).filter((name) => {
      const property = shape[name] as z.ZodType;
      return !isOptional(property) && markOf(property).autoName === undefined;
    });
    return { properties: Object.fromEntries(entries), required: required.sort() };
  }

  property(schema: z.ZodType, module: string, path: string): JsonObject {
    const marks = markOf(schema);
    if (marks.description === undefined || marks.description.trim() === "") {
      this.problems.push(`${path}: has no description`);
    }
    const standard = defaultOf(schema)?.value;
    const isScalar = typeof standard === "string" || typeof standard === "number" || typeof standard === "boolean";
    const listed = listedValues(schema);
    const isConstant = isConstantOf(schema);
    if (isConstant && isOptional(schema) && standard === undefined) {
      this.problems.push(
        `${path}: languages fill a constant in, so it can't be left out; make it an enum of one value`,
      );
    }
    return {
      ...this.type(schema, module, path),
      ...(isConstant && { const: listed?.[0] as Json }),
      description: sourced(marks.description ?? "", this.source),
      ...(isScalar && !isConstant && { default: standard }),
      ...(marks.secret === true && { secret: true }),
      ...(marks.deprecated !== undefined && { deprecationMessage: marks.deprecated }),
    };
  }

  type(schema: z.ZodType, module: string, path: string): JsonObject {
    const marks = markOf(schema);
    if (marks.document === true) return { $ref: "pulumi.json#/Any" };
    if (marks.asset === true) return { $ref: "pulumi.json#/Asset" };
    const structure = structureOf(schema);
    switch (structure.kind) {
      case "list":
        return { type: "array", items: this.type(structure.element, module, `${path}[]`) };
      case "record":
        return { type: "object", additionalProperties: this.type(structure.element, module, `${path}{}`) };
      case "object":
        return this.#named(schema, marks, module, path, (home) => ({
          ...this.object(structure.properties, home, path),
          type: "object",
          description: ownDescription(schema),
        }));
      case "union":
        return this.#union(structure.options, structure.discriminator, module, path);
      default:
        return this.#leaf(schema, marks, module, path);
    }
  }

  #leaf(schema: z.ZodType, marks: Mark, module: string, path: string): JsonObject {
    const description = describe(bare(schema));
    const listed = listedValues(schema);
    if (isConstantOf(schema)) return { type: typeof listed?.[0] };
    if (listed !== undefined) return this.#enum(schema, marks, listed, module, path);
    switch (description.type) {
      case "string":
      case "boolean":
        return { type: description.type };
      case "number":
        return { type: isInteger(schema) ? "integer" : "number" };
      case "pipe":
        return this.type(description.in as z.ZodType, module, path);
      case "any":
      case "unknown":
      case "lazy":
        return { $ref: "pulumi.json#/Any" };
      default:
        this.problems.push(`${path}: zod's ${description.type} has no counterpart among Pulumi's types`);
        return { $ref: "pulumi.json#/Any" };
    }
  }

  #enum(
    schema: z.ZodType,
    marks: Mark,
    values: readonly (string | number | boolean | null)[],
    module: string,
    path: string,
  ): JsonObject {
    return this.#named(schema, marks, module, path, () => ({
      type: values.every((value) => typeof value === "number") ? "integer" : "string",
      description: ownDescription(schema),
      enum: values.map((value) => ({
        name: enumName(String(value)),
        value: value as Json,
        description: marks.valueDescriptions?.[String(value)],
      })),
    }));
  }

  #union(options: readonly z.ZodType[], discriminator: string | undefined, module: string, path: string): JsonObject {
    const written = options.map((option) => this.type(option, module, path));
    const distinct = [...new Map(written.map((type) => [JSON.stringify(type), type])).values()];
    if (distinct.length === 1) return distinct[0] as JsonObject;
    if (discriminator === undefined) return { oneOf: distinct };
    const mapping = options.flatMap((option, index) => {
      const structure = structureOf(option);
      const tag = structure.kind === "object" ? structure.properties[discriminator] : undefined;
      const reference = written[index]?.$ref;
      return (tag === undefined ? [] : (listedValues(tag) ?? [])).map((value) => [String(value), reference] as const);
    });
    return { oneOf: distinct, discriminator: { propertyName: discriminator, mapping: Object.fromEntries(mapping) } };
  }

  /** A reference to a type that is written once; the same name for two different types is a bug. */
  #named(
    schema: z.ZodType,
    marks: Mark,
    module: string,
    path: string,
    write: (home: string) => JsonObject,
  ): JsonObject {
    if (marks.typeName === undefined) {
      this.problems.push(`${path}: an object or enum needs a typeName`);
      return { $ref: "pulumi.json#/Any" };
    }
    const home = marks.typeModule ?? module;
    const token = `${this.#packageName}:${home}:${marks.typeName}`;
    // What zod's `.meta()` copies shares its description object: one type, however often it is used.
    const original = describe(bare(schema));
    if (this.#originals.get(token) !== original) {
      this.#originals.set(token, original);
      const written = write(home);
      const earlier = this.types.get(token);
      if (earlier !== undefined && JSON.stringify(earlier) !== JSON.stringify(written)) {
        this.problems.push(`${path}: the type name ${marks.typeName} stands for another type elsewhere`);
      }
      this.types.set(token, written);
    }
    return { $ref: `#/types/${token}` };
  }
}

/** A description with its source: a document, an operation of the API, or a rule, whose source is written elsewhere. */
function sourced(description: string, source: string): string {
  return /\bSource: |\bA-\d\d\b|\bseed \d/.test(description) ? description : `${description} Source: ${source}.`;
}

/** What the named type says of itself; the properties that use it may each say more with a `.meta()` of their own. */
function ownDescription(schema: z.ZodType): string | undefined {
  let origin = bare(schema);
  for (let parent = parentOf(origin); parent !== undefined && markOf(parent).typeName !== undefined; ) {
    origin = parent;
    parent = parentOf(origin);
  }
  return markOf(origin).description;
}

function parentOf(schema: z.ZodType): z.ZodType | undefined {
  return schema._zod.parent as z.ZodType | undefined;
}

/** `UDM_ECS` → `UdmEcs`, `2025-11` → `V2025_11`: a name in every language. */
function enumName(value: string): string {
  const words = value.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  if (/^\d/.test(value)) return `V${words.join("_")}`;
  return words
    .map(
      (word) =>
        word.charAt(0).toUpperCase() + (word === word.toUpperCase() ? word.slice(1).toLowerCase() : word.slice(1)),
    )
    .join("");
}

/** Whether a schema is a literal: an enum of one value isn't, so that it may be left out. */
function isConstantOf(schema: z.ZodType): boolean {
  return describe(bare(schema)).type === "literal" && listedValues(schema)?.length === 1;
}
