import { expect } from "chai";
import {
  ChildOutput,
  childrenIn,
  dependenciesAt,
  Given,
  holdsOutputs,
  resolve,
  valueAt,
} from "../../provider/definition/component";
import { type Path, parsePath } from "../../provider/definition/path";
import { OutputValue, Secret, unknown, type Value } from "../../provider/definition/value";

const ids = [new OutputValue("i-a", false, ["urn:a"]), new OutputValue(undefined, false, ["urn:b"]), "i-c"];
const inputs = {
  ids,
  script: new OutputValue({ path: "/tmp", text: new OutputValue("x", true, ["urn:text"]) }, false, ["urn:script"]),
  nested: [new Secret([new OutputValue(1, false, ["urn:deep"])])],
  plain: { "a.b": 1 },
};

describe("definition/component", () => {
  const dependencies: readonly (readonly [string, readonly string[]])[] = [
    ["ids", ["urn:a", "urn:b"]],
    ["ids[0]", ["urn:a"]],
    ["ids[2]", []],
    ["script", ["urn:script", "urn:text"]],
    ["script.path", ["urn:script"]],
    ["script.text", ["urn:script", "urn:text"]],
    ["nested[0][0]", ["urn:deep"]],
    ["plain", []],
    ["nothing.at.all", []],
    ["constructor", []],
  ];
  for (const [path, expected] of dependencies) {
    it(`knows what ${path} depends on`, () => {
      expect(dependenciesAt(inputs, parsePath(path))).to.deep.equal(expected);
    });
  }

  it("knows which values tell what they depend on, at any depth", () => {
    expect(Object.values(inputs).map(holdsOutputs)).to.deep.equal([true, true, true, false]);
  });

  const checked = {
    ids: ["i-a", unknown],
    secret: new Secret({ path: "/tmp", mode: null }),
    later: unknown,
    map: { "a.b": new Secret("x") },
  };
  const values: readonly (readonly [Path, Value | undefined])[] = [
    [["ids"], ["i-a", unknown]],
    [["ids", 1], unknown],
    [["ids", 2], undefined],
    [["secret", "path"], new Secret("/tmp")],
    [["secret", "mode"], new Secret(null)],
    [["secret", "other"], undefined],
    [["later", "path", 0], unknown],
    [["map", "a.b"], new Secret("x")],
    [["map", "constructor"], undefined],
    [["ids", 0, "length"], undefined],
  ];
  for (const [path, expected] of values) {
    it(`finds what is at ${path.join(" / ")}`, () => expect(valueAt(checked, path)).to.deep.equal(expected));
  }

  it("fills in templates: what is nothing is left out of objects, and each value's sources are told", () => {
    const template = {
      id: new ChildOutput("role", "id"),
      list: [new Given(["ids", 0]), "fixed", { gone: new Given(["nothing"]) }],
      later: unknown,
      left: undefined,
    };
    expect(childrenIn(template)).to.deep.equal(["role"]);
    const resolved = resolve(template, (source) =>
      source instanceof ChildOutput
        ? { value: `${source.child}.${source.property}`, dependencies: ["urn:role"] }
        : { value: valueAt(checked, source.path), dependencies: dependenciesAt(inputs, source.path) },
    );
    expect(resolved.value).to.deep.equal({ id: "role.id", list: ["i-a", "fixed", {}], later: unknown });
    expect(resolved.dependencies).to.deep.equal(["urn:role", "urn:a"]);
  });
});
