import type { z } from "zod";

/** What a resource file says about a property beside its zod type; given to `.meta()`. */
export interface Mark {
  /** Shapes, units, default and source in a sentence or two; shown in editors and in schema.json. */
  description?: string;
  /** The name of the object or enum type in the SDKs; needed once on every nested object and enum. */
  typeName?: string;
  /** The module of the SDKs that the named type belongs to, where another module's resources use it too. */
  typeModule?: string;
  /** Never shown, stored or logged in clear. */
  secret?: boolean;
  /** The rule behind the type, told with whatever is wrong with a value. */
  rule?: { readonly id: string; readonly remedy: string; readonly source: string };
  /** The unit of a number. */
  units?: string;
  /** A change replaces the resource; why, in words that follow a colon: `a protection belongs to one machine`. */
  replaceOnChanges?: string;
  /** A list whose order carries no meaning: compared member by member. */
  set?: boolean;
  /** A document (JSON text or object): compared by canonical form. */
  document?: boolean;
  /** A schedule `I|start|duration` or `C|start|cron`: durations compare by meaning, P1D = PT24H. */
  schedule?: boolean;
  /** Given back by no query; a refresh keeps what the program said. */
  writeOnly?: boolean;
  /** Made from the resource's name when the program gives none. */
  autoName?: { maxLength: number; pattern: RegExp /** What the rule says in words. */; rule: string };
  /** An output that also changes when other resources or outsiders change something (never with time alone). */
  live?: boolean;
  /** A moment of the engine's clock: under a wall clock no preview can know it. */
  moment?: boolean;
  /** The values of an enum in words, by value. */
  valueDescriptions?: Record<string, string>;
  /** An asset or archive, as the programs give files. */
  asset?: boolean;
  /** An old name's or key's deprecation message. */
  deprecated?: string;
}

/** Schemas never change, and each is asked for its mark with every value it describes. */
const marks = new WeakMap<z.ZodType, Mark>();

const wrappers: ReadonlySet<string> = new Set([
  "optional",
  "default",
  "prefault",
  "nullable",
  "readonly",
  "nonoptional",
]);

/**
 * The mark of one zod schema, looked for through optional, default and nullable wrappers; the outermost wins key by
 * key.
 */
export function markOf(schema: z.ZodType): Mark {
  const known = marks.get(schema);
  if (known !== undefined) return known;
  const own = (schema.meta() ?? {}) as Mark;
  const inner = unwrapOnce(schema);
  const mark = inner === undefined ? own : { ...markOf(inner), ...own };
  marks.set(schema, mark);
  return mark;
}

/** The schema inside one optional, default, prefault, nullable or readonly wrapper. */
export function unwrapOnce(schema: z.ZodType): z.ZodType | undefined {
  const definition = (schema as unknown as { def: { type: string; innerType?: z.ZodType } }).def;
  return wrappers.has(definition.type) ? definition.innerType : undefined;
}

/** The properties of an object that carry a mark. */
export function markedNames(schema: z.ZodObject, mark: "live" | "moment" | "replaceOnChanges"): string[] {
  return Object.keys(schema.shape).filter((name) => {
    const value = markOf(schema.shape[name] as z.ZodType)[mark];
    return value !== undefined && value !== false;
  });
}
