import type { z } from "zod";
import { formatPath, type Path } from "./path";
import { wrapSecrets } from "./secret";
import {
  Archive,
  Asset,
  OutputValue,
  type PropertyMap,
  ResourceReference,
  Secret,
  Unknown,
  unknown,
  type Value,
} from "./value";

/** A value without secrets, outputs and references; an unknown stays where it is. */
export type Unwrapped =
  | null
  | boolean
  | number
  | string
  | Unknown
  | Asset
  | Archive
  | readonly Unwrapped[]
  | { readonly [name: string]: Unwrapped };

/** What resource files work with: JSON and assets; `undefined` in a list stands for an unknown. */
export type Plain =
  | null
  | undefined
  | boolean
  | number
  | string
  | Asset
  | Archive
  | readonly Plain[]
  | { readonly [name: string]: Plain };

export interface Unwrapping {
  readonly value: Unwrapped;
  readonly secretPaths: readonly Path[];
  readonly unknownPaths: readonly Path[];
}

/** Takes secrets, outputs and references off at any depth, noting where secrets and unknowns were. */
export function unwrap(value: Value): Unwrapping {
  const secretPaths: Path[] = [];
  const unknownPaths: Path[] = [];
  const visit = (at: Value, path: Path): Unwrapped => {
    if (at instanceof Unknown) {
      unknownPaths.push(path);
      return unknown;
    }
    if (at instanceof Secret) {
      secretPaths.push(path);
      return visit(at.value, path);
    }
    if (at instanceof OutputValue) {
      if (at.secret) secretPaths.push(path);
      return visit(at.value === undefined ? unknown : at.value, path);
    }
    if (at instanceof ResourceReference) return visit(at.id ?? at.urn, path);
    if (at === null || typeof at !== "object" || at instanceof Asset || at instanceof Archive) return at;
    if (isList(at)) return at.map((member, index) => visit(member, [...path, index]));
    return Object.fromEntries(Object.entries(at).map(([name, member]) => [name, visit(member, [...path, name])]));
  };
  return { value: visit(value, []), secretPaths, unknownPaths };
}

export interface PlainMap {
  readonly value: Readonly<Record<string, Plain>>;
  readonly secretPaths: readonly Path[];
  readonly unknownPaths: readonly Path[];
}

/** A property map as plain values: unknowns are left out of objects and `undefined` in lists. */
export function toPlain(map: PropertyMap): PlainMap {
  const { value, secretPaths, unknownPaths } = unwrap(map);
  return { value: withoutUnknowns(value) as Record<string, Plain>, secretPaths, unknownPaths };
}

/**
 * Plain values as property values again. Secret is what the schema marks so, and what was at the same path before;
 * a list index stands for every index, as the engine may have sorted the list since.
 */
export function fromPlain(
  value: Readonly<Record<string, unknown>>,
  secretPaths: readonly Path[],
  schema: z.ZodObject,
): PropertyMap {
  const members = toMembers(value, secretPaths, []);
  return wrapSecrets(schema, members) as PropertyMap;
}

/** Plain JSON as a property value; a value of any other kind is a bug of its maker. */
export function toValue(value: unknown, path: Path = []): Value {
  return toSecretValue(value, [], path);
}

/** Whether a value is a list; narrows read-only lists too. */
export function isList<T>(value: T): value is Extract<T, readonly unknown[]> {
  return Array.isArray(value);
}

function toMembers(value: Readonly<Record<string, unknown>>, secretPaths: readonly Path[], path: Path): PropertyMap {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [
        name,
        toSecretValue(
          member,
          below(secretPaths, (step) => String(step) === name),
          [...path, name],
        ),
      ]),
  );
}

function toSecretValue(value: unknown, secretPaths: readonly Path[], path: Path): Value {
  if (secretPaths.some((secret) => secret.length === 0)) return new Secret(toSecretValue(value, [], path));
  if (value === undefined) return unknown;
  if (Array.isArray(value)) {
    const inner = below(secretPaths, () => true);
    return value.map((member, index) => toSecretValue(member, inner, [...path, index]));
  }
  if (isRecord(value)) return toMembers(value, secretPaths, path);
  const leaf = toLeaf(value, path);
  // A secret that sat deeper went into this leaf (a document turned into text, say).
  return secretPaths.length > 0 ? new Secret(leaf) : leaf;
}

function toLeaf(value: unknown, path: Path): Value {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (value instanceof Asset || value instanceof Archive || value instanceof Unknown) return value;
  throw new Error(`${formatPath(path)}: a ${typeof value} that is no property value`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function below(paths: readonly Path[], matches: (step: string | number) => boolean): readonly Path[] {
  return paths.flatMap((path) => (path[0] !== undefined && matches(path[0]) ? [path.slice(1)] : []));
}

function withoutUnknowns(value: Unwrapped): Plain {
  if (value instanceof Unknown) return undefined;
  if (value === null || typeof value !== "object" || value instanceof Asset || value instanceof Archive) return value;
  if (isList(value)) return value.map(withoutUnknowns);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      member instanceof Unknown ? [] : [[name, withoutUnknowns(member)] as const],
    ),
  );
}
