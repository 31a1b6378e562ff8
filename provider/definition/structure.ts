import { z } from "zod";
import { markOf, unwrapOnce } from "./mark";

/** How a schema is built, with its optional, default and nullable wrappers taken off. */
export type Structure =
  | {
      readonly kind: "object";
      readonly properties: Readonly<Record<string, z.ZodType>>;
      /** What further keys hold; undefined where there must be none. */
      readonly additional: z.ZodType | undefined;
    }
  | { readonly kind: "list"; readonly element: z.ZodType }
  | { readonly kind: "record"; readonly element: z.ZodType }
  | { readonly kind: "union"; readonly options: readonly z.ZodType[]; readonly discriminator: string | undefined }
  /** Judged as one piece: scalars, documents, assets and all that has an own reading. */
  | { readonly kind: "leaf" };

/** The parts of zod's own description of a schema that the definition reads. */
export interface SchemaDescription {
  readonly type: string;
  readonly shape?: Record<string, z.ZodType>;
  readonly catchall?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly discriminator?: string;
  readonly defaultValue?: unknown;
  readonly entries?: Record<string, string | number>;
  readonly values?: readonly (string | number | boolean | null | undefined)[];
  readonly format?: string;
  readonly in?: z.ZodType;
  readonly checks?: readonly {
    readonly _zod: { readonly def: { readonly check: string; readonly format?: string } };
  }[];
}

export function describe(schema: z.ZodType): SchemaDescription {
  return (schema as unknown as { def: SchemaDescription }).def;
}

/** The schema inside all wrappers. */
export function bare(schema: z.ZodType): z.ZodType {
  const inner = unwrapOnce(schema);
  return inner === undefined ? schema : bare(inner);
}

/** Schemas never change, and each is taken apart with every value it describes. */
const structures = new WeakMap<z.ZodType, Structure>();

export function structureOf(schema: z.ZodType): Structure {
  const known = structures.get(schema);
  if (known !== undefined) return known;
  const structure = takeApart(schema);
  structures.set(schema, structure);
  return structure;
}

function takeApart(schema: z.ZodType): Structure {
  const marks = markOf(schema);
  if (marks.document === true || marks.asset === true) return { kind: "leaf" };
  const description = describe(bare(schema));
  switch (description.type) {
    case "object": {
      const catchall = description.catchall;
      const additional = catchall === undefined || describe(catchall).type === "never" ? undefined : catchall;
      return { kind: "object", properties: description.shape ?? {}, additional };
    }
    case "array":
      return { kind: "list", element: description.element as z.ZodType };
    case "record":
      return { kind: "record", element: description.valueType as z.ZodType };
    case "union":
      return { kind: "union", options: description.options ?? [], discriminator: description.discriminator };
    default:
      return { kind: "leaf" };
  }
}

/** The schema of one key of an object, or undefined for a key that has none. */
export function propertyOf(structure: Structure & { kind: "object" }, name: string): z.ZodType | undefined {
  return Object.hasOwn(structure.properties, name) ? structure.properties[name] : structure.additional;
}

/** Schemas never change, and each is asked whenever a program leaves its property out. */
const optional = new WeakMap<z.ZodType, boolean>();

/** Whether the property may be left out. */
export function isOptional(schema: z.ZodType): boolean {
  const known = optional.get(schema);
  if (known !== undefined) return known;
  const { success } = schema.safeParse(undefined);
  optional.set(schema, success);
  return success;
}

/** The default of a property, as plain JSON, looked for through the wrappers. */
export function defaultOf(schema: z.ZodType): { readonly value: unknown } | undefined {
  const description = describe(schema);
  if (description.type === "default" || description.type === "prefault") return { value: description.defaultValue };
  const inner = unwrapOnce(schema);
  return inner === undefined ? undefined : defaultOf(inner);
}

export function isInteger(schema: z.ZodType): boolean {
  const description = describe(bare(schema));
  const formats = [description.format, ...(description.checks ?? []).map((check) => check._zod.def.format)];
  return description.type === "number" && formats.some((format) => format !== undefined && /int/.test(format));
}

/** The values an enum or literal lists; undefined for any other schema. */
export function listedValues(schema: z.ZodType): readonly (string | number | boolean | null)[] | undefined {
  const description = describe(bare(schema));
  if (description.type === "enum") return Object.values(description.entries ?? {});
  if (description.type === "literal") return (description.values ?? []).filter((value) => value !== undefined);
  return undefined;
}

/** All a resource shows: its inputs echoed, and what the engine adds; an output beats an input of the same name. */
export function stateSchema(inputs: z.ZodObject, outputs: z.ZodObject): z.ZodObject {
  return z.object({ ...inputs.shape, ...outputs.shape });
}
