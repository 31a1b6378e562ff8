import { expect } from "chai";
import * as fc from "fast-check";
import { z } from "zod";
import { isWithin, type Path } from "../../provider/definition/path";
import { fromPlain, toPlain } from "../../provider/definition/plain";
import {
  Archive,
  Asset,
  isPropertyMap,
  OutputValue,
  ResourceReference,
  Secret,
  unknown,
  type Value,
} from "../../provider/definition/value";
import { anyValue } from "./arbitrary";
import { sampleInputs } from "./sample";

describe("definition/plain", () => {
  it("unwraps outputs, secrets and references, and notes secrets and unknowns", () => {
    const asset = new Asset({ text: "x" });
    const { value, secretPaths, unknownPaths } = toPlain({
      secret: new Secret({ inner: new Secret("s") }),
      output: new OutputValue(1, true, []),
      later: new OutputValue(undefined, false, []),
      reference: new ResourceReference("urn:a", "id-a", undefined),
      component: new ResourceReference("urn:b", undefined, undefined),
      pending: new ResourceReference("urn:c", unknown, undefined),
      list: [1, unknown, null],
      asset,
    });
    expect(value).to.deep.equal({
      secret: { inner: "s" },
      output: 1,
      reference: "id-a",
      component: "urn:b",
      list: [1, undefined, null],
      asset,
    });
    expect(secretPaths).to.deep.equal([["secret"], ["secret", "inner"], ["output"]]);
    expect(unknownPaths).to.deep.equal([["later"], ["pending"], ["list", 1]]);
  });

  it("wraps what was secret before and what the schema marks", () => {
    const back = fromPlain(
      { sampleName: "n", password: "p", preScript: { path: "/a", content: "c" }, limits: { a: 1 } },
      [["limits", "a"]],
      sampleInputs,
    );
    expect(back).to.deep.equal({
      sampleName: "n",
      password: new Secret("p"),
      preScript: { path: "/a", content: new Secret("c") },
      limits: { a: new Secret(1) },
    });
  });

  it("keeps a secret in a list that was sorted since, and in a leaf that swallowed it", () => {
    const schema = z.object({ list: z.array(z.string()), text: z.string() });
    const back = fromPlain(
      { list: ["b", "a"], text: '{"k":"s"}' },
      [
        ["list", 0],
        ["text", "k"],
      ],
      schema,
    );
    expect(back).to.deep.equal({
      list: [new Secret("b"), new Secret("a")],
      text: new Secret('{"k":"s"}'),
    });
  });

  it("takes undefined for absent in objects and for unknown in lists", () => {
    expect(fromPlain({ a: undefined, b: [undefined] }, [], z.object({}))).to.deep.equal({ b: [unknown] });
  });

  for (const [kind, value] of [
    ["a bigint", 1n],
    ["a Date", new Date(0)],
    ["not a number", Number.NaN],
  ] as const) {
    it(`fails loudly on ${kind}`, () => {
      expect(() => fromPlain({ a: { b: value } }, [], z.object({}))).to.throw("a.b");
    });
  }

  it("never leaves a leaf outside a secret where there was one", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anyValue), (map) => {
        const { value, secretPaths } = toPlain(map);
        for (const leaf of openLeaves(fromPlain(value, secretPaths, z.object({})), [])) {
          expect(secretPaths.some((secret) => isWithin(leaf, secret))).to.equal(false);
        }
      }),
    );
  });

  it("never leaves a marked leaf outside a secret, whatever the tree", () => {
    const schema = z.object({
      whole: z.unknown().meta({ secret: true }),
      list: z.array(z.object({ inner: z.unknown().meta({ secret: true }) })).optional(),
    });
    fc.assert(
      fc.property(anyValue, anyValue, (whole, inner) => {
        const { value } = toPlain({ whole, list: [{ inner }, { inner }] });
        const open = openLeaves(fromPlain(value, [], schema), []).map((path) => path.join("/"));
        expect(open).to.deep.equal([]);
      }),
    );
  });
});

/** The paths of all leaves that no secret surrounds; unknowns hold nothing. */
function openLeaves(value: Value, path: Path): readonly Path[] {
  if (value instanceof Secret || value === unknown) return [];
  if (value instanceof Asset || value instanceof Archive) return [path];
  if (Array.isArray(value)) return value.flatMap((member: Value, index) => openLeaves(member, [...path, index]));
  if (isPropertyMap(value)) {
    return Object.entries(value).flatMap(([name, member]) => openLeaves(member, [...path, name]));
  }
  return [path];
}
