import { expect } from "chai";
import fc from "fast-check";
import { isSame } from "../../provider/definition/same";
import { Asset, Secret, unknown, type Value } from "../../provider/definition/value";

const bare = Object.assign(Object.create(null), { a: 1 }) as Value;

const rows: readonly (readonly [first: Value, second: Value, same: boolean])[] = [
  [{ a: 1, b: [true, null] }, { b: [true, null], a: 1 }, true],
  [{ a: 1 }, bare, true],
  [{ a: undefined } as never, {}, true],
  [{ a: null }, {}, false],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1 }, { b: 1 }, false],
  [{ toString: 1 }, {}, false],
  [{}, { toString: 1 }, false],
  [[1, 2], [2, 1], false],
  [[], {}, false],
  [{ 0: "x" }, ["x"], false],
  [null, {}, false],
  ["1", 1, false],
  [new Secret({ a: 1 }), new Secret({ a: 1 }), true],
  [new Secret("a"), new Secret("b"), false],
  [new Secret("a"), { kind: "secret", value: "a" }, false],
  [new Asset({ path: "a", hash: "1" }), new Asset({ path: "a", hash: "2" }), false],
  [unknown, unknown, true],
  [unknown, "a", false],
];

describe("definition/same", () => {
  for (const [index, [first, second, expected]] of rows.entries()) {
    it(`row ${index + 1}: ${expected ? "the same" : "not the same"}, both ways`, () => {
      expect([isSame(first, second), isSame(second, first)]).to.deep.equal([expected, expected]);
    });
  }

  it("takes any JSON for the same as its copy, and for another than what was changed in it", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const copy = structuredClone(value) as Value;
        return isSame(value as Value, copy) && !isSame([value as Value, 1], [copy, 2]);
      }),
    );
  });
});
