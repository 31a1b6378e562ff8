import { expect } from "chai";
import fc from "fast-check";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
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
import { decodeProperties, MalformedValue } from "../../provider/rpc/decode";
import { encodeProperties } from "../../provider/rpc/encode";
import { values } from "./values";

const signatureKey = "4dabf18193072939515e22adb298388d";
const signed = (mark: string, rest: Record<string, JavaScriptValue>) => ({ [signatureKey]: mark, ...rest });
const secretMark = "1b47061264138c4ac30d75fd1eb44270";
const referenceMark = "5cf8f73096256a8f31e491e813e4eb8e";
const outputMark = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const assetMark = "c44067f5952c0a294b673a41bacd8c17";
const archiveMark = "0def7320c3a5731c473e5ecbe6d01bc7";
const stringSentinel = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Over the bytes, as the engine gets and sends them. */
const throughBytes = (struct: Struct) => Struct.deserializeBinary(struct.serializeBinary());
const decode = (wire: Record<string, JavaScriptValue>) => decodeProperties(throughBytes(Struct.fromJavaScript(wire)));
const encode = (properties: PropertyMap, keepUnknowns = true) =>
  throughBytes(encodeProperties(properties, { keepUnknowns })).toJavaScript();

/** What the SDKs and the engine put on the wire, written down by hand, and what it means. */
const samples: Record<string, { wire: JavaScriptValue; value: Value }> = {
  null: { wire: null, value: null },
  text: { wire: "a", value: "a" },
  "empty text": { wire: "", value: "" },
  number: { wire: -1.5, value: -1.5 },
  boolean: { wire: false, value: false },
  list: { wire: [1, [], {}], value: [1, [], {}] },
  object: { wire: { a: { b: null } }, value: { a: { b: null } } },
  secret: { wire: signed(secretMark, { value: "pin" }), value: new Secret("pin") },
  "secret null": { wire: signed(secretMark, { value: null }), value: new Secret(null) },
  "secret unknown": { wire: signed(secretMark, { value: stringSentinel }), value: new Secret(unknown) },
  "secret in a list": { wire: [signed(secretMark, { value: [1] })], value: [new Secret([1])] },
  "reference to a resource": {
    wire: signed(referenceMark, { urn: "urn:a", id: "i-1", packageVersion: "1.2.3" }),
    value: new ResourceReference("urn:a", "i-1", "1.2.3"),
  },
  "reference to a component": {
    wire: signed(referenceMark, { urn: "urn:a" }),
    value: new ResourceReference("urn:a", undefined, undefined),
  },
  "reference with an unknown id": {
    wire: signed(referenceMark, { urn: "urn:a", id: stringSentinel }),
    value: new ResourceReference("urn:a", unknown, undefined),
  },
  output: {
    wire: signed(outputMark, { value: 1, secret: true, dependencies: ["urn:a", "urn:b"] }),
    value: new OutputValue(1, true, ["urn:a", "urn:b"]),
  },
  "output unknown": { wire: signed(outputMark, {}), value: new OutputValue(undefined, false, []) },
  "asset text": {
    wire: signed(assetMark, { text: "echo", hash: "h" }),
    value: new Asset({ text: "echo", hash: "h" }),
  },
  "asset path": { wire: signed(assetMark, { path: "./a.sh" }), value: new Asset({ path: "./a.sh" }) },
  "asset uri": { wire: signed(assetMark, { uri: "file:///a" }), value: new Asset({ uri: "file:///a" }) },
  "asset elided to its hash": { wire: signed(assetMark, { hash: "h" }), value: new Asset({ hash: "h" }) },
  "archive path": { wire: signed(archiveMark, { path: "./a.zip" }), value: new Archive({ path: "./a.zip" }) },
  "archive uri": {
    wire: signed(archiveMark, { uri: "x:y", hash: "h" }),
    value: new Archive({ uri: "x:y", hash: "h" }),
  },
  "archive of assets": {
    wire: signed(archiveMark, {
      assets: { a: signed(assetMark, { text: "1" }), b: signed(archiveMark, { assets: {} }) },
    }),
    value: new Archive({ assets: { a: new Asset({ text: "1" }), b: new Archive({ assets: {} }) } }),
  },
};

describe("property values on the wire", () => {
  for (const [name, { wire, value }] of Object.entries(samples)) {
    it(`reads: ${name}`, () => expect(decode({ deep: [wire] })).to.deep.equal({ deep: [value] }));
    it(`writes: ${name}`, () => expect(encode({ deep: [value] })).to.deep.equal({ deep: [wire] }));
  }

  it("reads back what it writes, whatever the value", () => {
    fc.assert(
      fc.property(values.properties, (properties) => {
        const read = decodeProperties(throughBytes(encodeProperties(properties, { keepUnknowns: true })));
        expect(read).to.deep.equal(properties);
      }),
      { numRuns: 300 },
    );
  });

  it("writes the same bytes whatever the order of the keys", () => {
    const bytes = (map: PropertyMap) => encodeProperties(map, { keepUnknowns: false }).serializeBinary();
    expect(bytes({ b: 1, a: { d: 2, c: 3 } })).to.deep.equal(bytes({ a: { c: 3, d: 2 }, b: 1 }));
  });

  it("keeps the key __proto__ a key", () => {
    const map = Object.fromEntries([
      ["__proto__", { __proto: 1 }],
      ["constructor", 2],
    ]) as PropertyMap;
    const read = decodeProperties(throughBytes(encodeProperties({ tags: map }, { keepUnknowns: false })));
    const tags = read.tags as PropertyMap;
    expect(Object.entries(tags)).to.deep.equal([
      ["__proto__", { __proto: 1 }],
      ["constructor", 2],
    ]);
    expect(({} as Record<string, unknown>).__proto).to.equal(undefined);
  });

  it("keeps a deep tree", () => {
    let tree: Value = "leaf";
    for (let depth = 0; depth < 500; depth++) tree = depth % 2 === 0 ? { a: tree } : [tree];
    const read = decodeProperties(throughBytes(encodeProperties({ tree }, { keepUnknowns: false })));
    expect(JSON.stringify(read.tree)).to.equal(JSON.stringify(tree));
  });
});

describe("reading property values", () => {
  const sentinels = {
    boolean: "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    number: "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    string: stringSentinel,
    array: "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    asset: "030794c1-ac77-496b-92df-f27374a8bd58",
    archive: "e48ece36-62e2-4504-bad9-02848725956a",
    object: "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  };
  for (const [type, sentinel] of Object.entries(sentinels)) {
    it(`takes an unknown ${type} for unknown at any depth`, () => {
      expect(decode({ a: sentinel, b: [{ c: sentinel }] })).to.deep.equal({ a: unknown, b: [{ c: unknown }] });
    });
  }

  it("takes no struct for no properties", () => expect(decodeProperties(undefined)).to.deep.equal({}));

  it("takes a value that is not set for null", () => {
    // A map entry with the key "a" and an empty Value.
    const struct = Struct.deserializeBinary(Uint8Array.from([0x0a, 0x05, 0x0a, 0x01, 0x61, 0x12, 0x00]));
    expect(decodeProperties(struct)).to.deep.equal({ a: null });
  });

  it("takes an empty id of a reference for an unknown one, and an empty version for none", () => {
    const reference = signed(referenceMark, { urn: "urn:a", id: "", packageVersion: "", name: "a", type: "t" });
    expect(decode({ a: reference })).to.deep.equal({ a: new ResourceReference("urn:a", unknown, undefined) });
  });

  const malformed: Record<string, { wire: Record<string, JavaScriptValue>; message: string }> = {
    "another signature": { wire: { a: [signed("0badc0de", {})] }, message: 'property a[0]: its signature "0badc0de"' },
    "a byte string": {
      wire: { a: signed("803fd3297a5875dc03ca845dda5d2a98", { value: "AA==" }) },
      message: 'property a: its signature "803fd3297a5875dc03ca845dda5d2a98"',
    },
    "a signature that is no text": { wire: { a: { [signatureKey]: 1 } }, message: "property a: its signature 1" },
    "properties with a signature": { wire: signed(secretMark, { value: {} }), message: "the properties: must be" },
    "a secret without a value": { wire: { a: signed(secretMark, {}) }, message: "property a: a secret without" },
    "a reference without a URN": { wire: { a: signed(referenceMark, { id: "i" }) }, message: "property a: a resource" },
    "an output with a wrong secret": {
      wire: { a: signed(outputMark, { secret: 1 }) },
      message: "property a: an output's",
    },
    "an asset of a number": { wire: { "a.b": signed(assetMark, { text: 1 }) }, message: 'property ["a.b"]: text must' },
    "an archive of text": {
      wire: { a: signed(archiveMark, { assets: { b: "c" } }) },
      message: 'property a: an archive\'s member "b"',
    },
    "an infinite number": { wire: { a: { b: Number.POSITIVE_INFINITY } }, message: "property a.b: Infinity is not" },
    "no number": { wire: { a: [0, Number.NaN] }, message: "property a[1]: NaN is not" },
  };
  for (const [name, { wire, message }] of Object.entries(malformed)) {
    it(`refuses ${name}, saying where`, () => expect(() => decode(wire)).to.throw(MalformedValue, message));
  }
});

describe("writing property values", () => {
  it("leaves undefined members out, and keeps null", () => {
    expect(encode({ a: undefined, b: null, c: { d: undefined } } as unknown as PropertyMap)).to.deep.equal({
      b: null,
      c: {},
    });
  });

  it("writes unknowns where the engine takes them, and nowhere else", () => {
    expect(encode({ a: [unknown] })).to.deep.equal({ a: [stringSentinel] });
    const refused = [
      [unknown],
      new Secret(unknown),
      new OutputValue(undefined, false, []),
      new ResourceReference("u", unknown, undefined),
    ];
    for (const value of refused) {
      expect(() => encode({ a: value as Value }, false)).to.throw(/property a(\[0\])?: an unknown value/);
    }
  });

  const refused: Record<string, { value: unknown; message: string }> = {
    "no number": { value: Number.NaN, message: "property a.b[0]: NaN is not" },
    "an infinite number": { value: Number.NEGATIVE_INFINITY, message: "property a.b[0]: -Infinity is not" },
    "a big integer": { value: 1n, message: "property a.b[0]: bigint is not" },
    "a function": { value: () => 1, message: "property a.b[0]: function is not" },
    "a symbol": { value: Symbol.iterator, message: "property a.b[0]: symbol is not" },
    "an undefined member of a list": { value: undefined, message: "property a.b[0]: undefined is not" },
    "a date": { value: new Date(0), message: "property a.b[0]: an instance of Date" },
    "a map": { value: new Map(), message: "property a.b[0]: an instance of Map" },
    "a signature in a map": { value: { [signatureKey]: secretMark, value: 1 }, message: "property a.b[0]: a key that" },
    "a signature in an archive": {
      value: new Archive({ assets: { [signatureKey]: new Asset({ text: "" }) } }),
      message: "property a.b[0]: a key that",
    },
    "text that stands for an unknown": { value: stringSentinel, message: "property a.b[0]: text that Pulumi" },
    "half a character": { value: "\ud800", message: "property a.b[0]: text that is not well-formed" },
    "half a character in a key": { value: { "\udc00": 1 }, message: "property a.b[0]: text that is not well-formed" },
  };
  for (const [name, { value, message }] of Object.entries(refused)) {
    it(`refuses ${name}, saying where`, () => {
      expect(() => encode({ a: { b: [value] } } as unknown as PropertyMap)).to.throw(Error, message);
    });
  }
});
