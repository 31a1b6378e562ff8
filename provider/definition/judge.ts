import type { z } from "zod";
import { missing, notListed, type Place, unknownProperty, wrongType, zodFindings } from "./explain";
import type { Finding } from "./finding";
import { markOf } from "./mark";
import { formatPath, type Path } from "./path";
import { isList, type Unwrapped } from "./plain";
import { bare, describe, isOptional, listedValues, propertyOf, type Structure, structureOf } from "./structure";
import { containsUnknown, isPropertyMap, Unknown } from "./value";
import { acceptedKinds, kindOf } from "./words";

/**
 * Judges a value part by part: zod alone can't leave out just the parts that are not known yet. What is unknown
 * is right; a rule about a whole runs when all its parts are right and known.
 */
export class Judge {
  readonly #secrets: ReadonlySet<string>;

  constructor(secretPaths: readonly Path[]) {
    this.#secrets = new Set(secretPaths.map((path) => JSON.stringify(path)));
  }

  findings(schema: z.ZodType, value: Unwrapped | undefined, outer: Place): readonly Finding[] {
    if (value instanceof Unknown) return [];
    const secret = outer.secret || markOf(schema).secret === true || this.#isSecret(outer.path);
    const place = { path: outer.path, secret };
    if (value === undefined || (value === null && !schema.safeParse(null).success)) {
      return isOptional(schema) && value === undefined ? [] : [this.#absent(schema, value, place)];
    }
    if (value === null) return [];
    const structure = structureOf(schema);
    const parts = this.#parts(structure, schema, value, place);
    if (parts.length > 0 || containsUnknown(value)) return parts;
    return structure.kind === "leaf" || hasRules(schema) ? zodFindings(schema, value, place) : [];
  }

  /** The branch of a union that explains the value best; undefined while the discriminator is not known. */
  branch(structure: Structure & { kind: "union" }, value: Unwrapped): z.ZodType | undefined {
    if (structure.discriminator !== undefined) {
      const tag = memberOf(value, structure.discriminator);
      if (tag === undefined || tag instanceof Unknown) return undefined;
      return structure.options.find((option) => acceptsTag(option, structure.discriminator as string, tag));
    }
    return this.#best(structure.options, value, { path: [], secret: true })?.option;
  }

  #isSecret(path: Path): boolean {
    return this.#secrets.size > 0 && this.#secrets.has(JSON.stringify(path));
  }

  #absent(schema: z.ZodType, value: undefined | null, place: Place): Finding {
    return value === null ? wrongType(schema, value, place) : missing(schema, place);
  }

  #parts(structure: Structure, schema: z.ZodType, value: Unwrapped, place: Place): readonly Finding[] {
    switch (structure.kind) {
      case "object":
        return isPropertyMap(value)
          ? this.#object(structure, value as Record<string, Unwrapped>, place)
          : [wrongType(schema, value, place)];
      case "record":
        return isPropertyMap(value)
          ? Object.entries(value as Record<string, Unwrapped>).flatMap(([name, member]) =>
              this.findings(structure.element, member, inside(place, name)),
            )
          : [wrongType(schema, value, place)];
      case "list":
        return isList(value)
          ? value.flatMap((member, index) =>
              this.findings(structure.element, member, { ...place, path: [...place.path, index] }),
            )
          : [wrongType(schema, value, place)];
      case "union":
        return this.#union(structure, schema, value, place);
      default:
        return [];
    }
  }

  #object(
    structure: Structure & { kind: "object" },
    value: Readonly<Record<string, Unwrapped>>,
    place: Place,
  ): readonly Finding[] {
    const names = Object.keys(structure.properties);
    const known = names.flatMap((name) =>
      this.findings(structure.properties[name] as z.ZodType, memberOf(value, name), {
        ...place,
        path: [...place.path, name],
      }),
    );
    const others = Object.keys(value).filter((name) => !names.includes(name));
    const extra = others.flatMap((name) => {
      const schema = propertyOf(structure, name);
      return schema === undefined
        ? [unknownProperty(name, names, place)]
        : this.findings(schema, value[name], inside(place, name));
    });
    return [...known, ...extra];
  }

  #union(
    structure: Structure & { kind: "union" },
    schema: z.ZodType,
    value: Unwrapped,
    place: Place,
  ): readonly Finding[] {
    const discriminator = structure.discriminator;
    if (discriminator === undefined) {
      return this.#best(structure.options, value, place)?.findings ?? [wrongType(schema, value, place)];
    }
    if (!isPropertyMap(value)) return [wrongType(schema, value, place)];
    const tag = memberOf(value, discriminator);
    if (tag instanceof Unknown) return [];
    const branch = this.branch(structure, value);
    if (branch !== undefined) return this.findings(branch, value, place);
    const tags = structure.options.flatMap((option) => tagsOf(option, discriminator));
    const at = { path: [...place.path, discriminator], secret: place.secret };
    if (tag !== undefined) return [notListed(tags, tag, at)];
    const remedy = `set ${formatPath(at.path)} to one of ${tags.join(", ")}`;
    return [{ ...missing(schema, at), remedy }];
  }

  #best(options: readonly z.ZodType[], value: Unwrapped, place: Place) {
    const kind = kindOf(value);
    const judged = options
      .filter((option) => acceptedKinds(option)?.has(kind) ?? true)
      .map((option) => ({ option, findings: this.findings(option, value, place) }));
    return judged.reduce<(typeof judged)[number] | undefined>(
      (best, next) => (best === undefined || next.findings.length < best.findings.length ? next : best),
      undefined,
    );
  }
}

/** Inside a secret, keys that the user chose are not shown. */
function inside(place: Place, name: string): Place {
  return place.secret ? place : { ...place, path: [...place.path, name] };
}

function memberOf(value: Unwrapped, name: string): Unwrapped | undefined {
  const map = value as Readonly<Record<string, Unwrapped>>;
  return isPropertyMap(value) && Object.hasOwn(map, name) ? map[name] : undefined;
}

function acceptsTag(option: z.ZodType, discriminator: string, tag: Unwrapped): boolean {
  const structure = structureOf(option);
  if (structure.kind === "union") return structure.options.some((inner) => acceptsTag(inner, discriminator, tag));
  const schema = structure.kind === "object" ? propertyOf(structure, discriminator) : undefined;
  return schema?.safeParse(tag).success ?? false;
}

function tagsOf(option: z.ZodType, discriminator: string): readonly (string | number | boolean | null)[] {
  const structure = structureOf(option);
  if (structure.kind === "union") return structure.options.flatMap((inner) => tagsOf(inner, discriminator));
  const schema = structure.kind === "object" ? propertyOf(structure, discriminator) : undefined;
  return schema === undefined ? [] : (listedValues(schema) ?? []);
}

function hasRules(schema: z.ZodType): boolean {
  return (describe(schema).checks?.length ?? 0) > 0 || (describe(bare(schema)).checks?.length ?? 0) > 0;
}
