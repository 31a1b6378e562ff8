import fc from "fast-check";
import {
  Archive,
  Asset,
  OutputValue,
  type PropertyMap,
  ResourceReference,
  Secret,
  unknown,
  type Value,
} from "../../provider/definition/value";

const text = fc.string({ unit: "grapheme", maxLength: 20 });
const key = fc.oneof(
  text,
  fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "value", "a.b", ""),
);
const urn = text.map((name) => `urn:pulumi:stack::project::type::${name}`);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** A map without a prototype, as the wire side reads it; keys of any text. */
function map<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: false }).map((entries) => {
    return Object.assign(Object.create(null), entries) as Record<string, T>;
  });
}

/** Present keys only: an absent key and an undefined one are the same on the wire. */
function source(keys: readonly ("text" | "path" | "uri" | "hash")[]): fc.Arbitrary<Asset["source"]> {
  return fc.record(Object.fromEntries(keys.map((name) => [name, text])), { requiredKeys: [], noNullPrototype: true });
}

/** Every value that the wire can carry, and whole sets of properties made of them. */
export const values = fc.letrec<{ value: Value; properties: PropertyMap; archive: Archive; asset: Asset }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.constant(unknown),
    tie("asset"),
    fc
      .record({
        urn,
        id: fc.oneof(maybe(fc.string({ minLength: 1 })), fc.constant(unknown)),
        version: maybe(fc.string({ minLength: 1 })),
      })
      .map(({ urn, id, version }) => new ResourceReference(urn, id, version)),
    tie("archive"),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("properties"),
    tie("value").map((value) => new Secret(value)),
    fc
      .record({ value: maybe(tie("value")), secret: fc.boolean(), dependencies: fc.array(urn, { maxLength: 3 }) })
      .map(({ value, secret, dependencies }) => new OutputValue(value, secret, dependencies)),
  ),
  properties: map(tie("value")),
  asset: source(["text", "path", "uri", "hash"]).map((asset) => new Asset(asset)),
  archive: fc
    .record({
      source: source(["path", "uri", "hash"]),
      assets: maybe(map(fc.oneof({ maxDepth: 2 }, tie("asset"), tie("archive")))),
    })
    .map(({ source, assets }) => new Archive(assets === undefined ? source : { ...source, assets })),
}));
