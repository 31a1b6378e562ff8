import { expect } from "chai";
import * as fc from "fast-check";
import { covers, formatPath, isWithin, type Path, parsePath } from "../../provider/definition/path";

describe("definition/path", () => {
  const forms: readonly (readonly [string, Path])[] = [
    ["a", ["a"]],
    ["a.b[0]", ["a", "b", 0]],
    ['a["key.with.dots"]', ["a", "key.with.dots"]],
    ['a["quo\\"te"].b', ["a", 'quo"te', "b"]],
    ['["root.key"][100]', ["root.key", 100]],
    ['a[""]', ["a", ""]],
    ["a[0][1].b", ["a", 0, 1, "b"]],
  ];
  for (const [text, path] of forms) {
    it(`writes and reads ${text}`, () => {
      expect(formatPath(path)).to.equal(text);
      expect(parsePath(text)).to.deep.equal(path);
    });
  }

  it("reads wildcards, and a dot before a bracket", () => {
    expect(parsePath("a[*].b")).to.deep.equal(["a", "*", "b"]);
    expect(parsePath("*")).to.deep.equal(["*"]);
    expect(parsePath('a.["b"]')).to.deep.equal(["a", "b"]);
  });

  for (const text of [".a", "a.", "a[", "a[b]", 'a["b', 'a["b"x]', "a[-1]"]) {
    it(`refuses ${text}`, () => expect(() => parsePath(text)).to.throw(text));
  }

  it("ends at the parent of a key that Pulumi's syntax can't write", () => {
    expect(formatPath(["a", "b.\\", "c"])).to.equal("a");
  });

  it("reads back whatever it writes", () => {
    const step = fc.oneof(fc.nat(), fc.string(), fc.constantFrom('a"b', "a.b", "a[b]", "\\", '\\"'));
    const writable = step.filter((each) => typeof each === "number" || !each.endsWith("\\"));
    fc.assert(
      fc.property(fc.array(writable, { minLength: 1 }), (path) => {
        expect(parsePath(formatPath(path))).to.deep.equal(path);
      }),
    );
  });

  it("never writes what can't be read", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(), fc.string())), (path) => {
        const read = parsePath(formatPath(path));
        expect(read).to.deep.equal(path.slice(0, read.length));
      }),
    );
  });

  it("covers a path and what is below it", () => {
    const cases: readonly (readonly [string, string, boolean])[] = [
      ["a", "a", true],
      ["a", "a.b[0]", true],
      ["a.b", "a", false],
      ["a[*].b", "a[3].b.c", true],
      ["a[*].b", "a[3].c", false],
      ["*", "anything", true],
    ];
    for (const [pattern, path, expected] of cases) {
      expect(covers(parsePath(pattern), parsePath(path)), `${pattern} over ${path}`).to.equal(expected);
    }
  });

  it("takes a key named * for itself where no pattern is meant", () => {
    expect(isWithin(["a", "b", 0], ["a", "b"])).to.equal(true);
    expect(isWithin(["a", "b"], ["a", "*"])).to.equal(false);
    expect(isWithin(["a"], ["a", "b"])).to.equal(false);
  });
});
