/**
 * Pulumi's property values as the whole house sees them. Only `rpc/` knows how they look on the wire.
 */

/** A value that is not known yet (only in previews, and in the fan-out of a replacement). */
export class Unknown {
  readonly kind = "unknown";
}

/** The one unknown: unknowns carry no identity, so comparing by reference is enough. */
export const unknown = new Unknown();

/** A value that must never be shown, stored or logged in clear. */
export class Secret {
  readonly kind = "secret";
  constructor(readonly value: Value) {}
}

/** A value with its dependencies, as Construct and Call exchange them; `value` undefined means not known yet. */
export class OutputValue {
  readonly kind = "output";
  constructor(
    readonly value: Value | undefined,
    readonly secret: boolean,
    readonly dependencies: readonly string[],
  ) {}
}

/** A reference to another resource; `id` undefined means a component, `unknown` an id that is not known yet. */
export class ResourceReference {
  readonly kind = "resourceReference";
  constructor(
    readonly urn: string,
    readonly id: string | Unknown | undefined,
    readonly packageVersion: string | undefined,
  ) {}
}

/** A file's content; the engine elides it to its hash wherever it only compares. */
export class Asset {
  readonly kind = "asset";
  constructor(readonly source: { text?: string; path?: string; uri?: string; hash?: string }) {}
}

/** A tree of assets, or a packed file of them. */
export class Archive {
  readonly kind = "archive";
  constructor(
    readonly source: {
      assets?: Record<string, Asset | Archive>;
      path?: string;
      uri?: string;
      hash?: string;
    },
  ) {}
}

export type Special = Unknown | Secret | OutputValue | ResourceReference | Asset | Archive;
export type Value = null | boolean | number | string | readonly Value[] | PropertyMap | Special;

/** An object of properties. An absent key and a `null` value are two different things. */
export interface PropertyMap {
  readonly [name: string]: Value;
}

export function isSpecial(value: Value): value is Special {
  return (
    value instanceof Unknown ||
    value instanceof Secret ||
    value instanceof OutputValue ||
    value instanceof ResourceReference ||
    value instanceof Asset ||
    value instanceof Archive
  );
}

export function isPropertyMap(value: Value | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isSpecial(value as Value);
}

/** Whether an unknown is found at any depth. */
export function containsUnknown(value: Value | undefined): boolean {
  if (value === undefined || value === null || typeof value !== "object") return false;
  if (value instanceof Unknown) return true;
  if (value instanceof Secret) return containsUnknown(value.value);
  if (value instanceof OutputValue) return value.value === undefined || containsUnknown(value.value);
  if (value instanceof ResourceReference) return value.id instanceof Unknown;
  if (value instanceof Asset || value instanceof Archive) return false;
  return Object.values(value).some((member) => containsUnknown(member as Value));
}
