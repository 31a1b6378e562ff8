import { createHash } from "node:crypto";
import { expect } from "chai";
import * as fc from "fast-check";
import { canonicalSchedule, canonicalText } from "../../provider/definition/canonical";
import { diffInputs, diffOutputs } from "../../provider/definition/diff";
import { normalise } from "../../provider/definition/normalise";
import { parsePath } from "../../provider/definition/path";
import { unwrap } from "../../provider/definition/plain";
import { allReplacing } from "../../provider/definition/property-diff";
import { Asset, type PropertyMap, Secret, unknown, type Value } from "../../provider/definition/value";
import { validInputs } from "./arbitrary";
import { sampleInputs } from "./sample";

type Row = readonly [string, PropertyMap, PropertyMap, Readonly<Record<string, string>>];

function kinds(before: PropertyMap, after: PropertyMap, ignore: readonly string[] = []): Record<string, string> {
  const { detailedDiff } = diffInputs(
    sampleInputs,
    { sampleName: "abc", ...before },
    { sampleName: "abc", ...after },
    ignore,
  );
  return Object.fromEntries(Object.entries(detailedDiff).map(([path, { kind }]) => [path, kind]));
}

const backup = (retention: Value, more: PropertyMap = {}): PropertyMap => ({ ruleType: "BACKUP", retention, ...more });
const script = (more: PropertyMap): PropertyMap => ({ preScript: { path: "/a", ...more } });
const hash = createHash("sha256").update("text").digest("hex");

describe("definition/diff", () => {
  const table: readonly Row[] = [
    ["a leaf", { note: "a" }, { note: "b" }, { note: "update" }],
    ["a deep leaf", { rules: [backup(7)] }, { rules: [backup(8)] }, { "rules[0].retention": "update" }],
    ["a whole object added", { rules: [] }, { rules: [backup(7)] }, { "rules[0]": "add" }],
    ["a whole list gone", { rules: [backup(7)] }, {}, { rules: "delete" }],
    ["another branch", { rules: [backup(7)] }, { rules: [{ ruleType: "TAG", key: "k" }] }, { "rules[0]": "update" }],
    ["a replacing property", { sampleName: "xyz" }, {}, { sampleName: "updateReplace" }],
    ["a nested replacing property", script({ path: "/b" }), script({}), { "preScript.path": "updateReplace" }],
    ["an object around a replacing property", {}, script({}), { preScript: "addReplace" }],
    [
      "beside a replacing property",
      script({}),
      script({ timeoutInSeconds: 61 }),
      { "preScript.timeoutInSeconds": "update" },
    ],
    ["set order", { instanceIds: ["a", "b"] }, { instanceIds: ["b", "a"] }, {}],
    [
      "set members",
      { instanceIds: ["a", "b"] },
      { instanceIds: ["b", "c", "d"] },
      { "instanceIds[0]": "delete", "instanceIds[1]": "add", "instanceIds[2]": "add" },
    ],
    [
      "objects in a set",
      { members: [{ id: "m" }, { id: "n" }] },
      { members: [{ id: "n", weight: 1 }, { id: "m" }] },
      {},
    ],
    ["document text", { document: '{"a": 1, "b": 2}' }, { document: { b: 2, a: 1 } }, {}],
    ["document member", { document: { a: { b: 1 } } }, { document: { a: { b: 2 } } }, { "document.a.b": "update" }],
    ["document text changed", { document: '{"a":1}' }, { document: '{"a":2}' }, { document: "update" }],
    ["null in a document", { document: { a: null } }, { document: {} }, { "document.a": "delete" }],
    ["durations", { schedule: "I|5|PT24H" }, { schedule: "I|5|P1D" }, {}],
    ["other durations", { schedule: "I|5|PT24H" }, { schedule: "I|5|P2D" }, { schedule: "update" }],
    ["secret against plain", { note: new Secret("a") }, { note: "a" }, {}],
    ["secret as a whole", { limits: new Secret({ a: 1 }) }, { limits: new Secret({ a: 2 }) }, { limits: "update" }],
    [
      "beside a secret under the key *",
      { limits: { "*": new Secret(1), a: 1 } },
      { limits: { "*": new Secret(1), a: 2 } },
      { "limits.a": "update" },
    ],
    [
      "what a secret gained",
      { limits: new Secret({ a: 1 }) },
      { limits: new Secret({ a: 1, b: 1 }) },
      { limits: "update" },
    ],
    ["unknown on both sides", { note: unknown }, { note: unknown }, { note: "update" }],
    ["default left out", { level: "CRASH" }, {}, {}],
    ["null against absent", { note: null }, {}, {}],
    ["asset by its hash", script({ source: new Asset({ hash }) }), script({ source: new Asset({ text: "text" }) }), {}],
    [
      "asset changed",
      script({ source: new Asset({ hash }) }),
      script({ source: new Asset({ text: "other" }) }),
      { "preScript.source": "update" },
    ],
    ["unknown", { note: "a" }, { note: unknown }, { note: "update" }],
    ["unknown where it replaces", {}, { sampleName: unknown }, { sampleName: "updateReplace" }],
    ["unknown inside", { rules: [backup(7)] }, { rules: [backup(unknown)] }, { "rules[0].retention": "update" }],
    [
      "unknown in a set",
      { instanceIds: ["a", "b"] },
      { instanceIds: ["b", unknown] },
      { "instanceIds[0]": "delete", "instanceIds[1]": "add" },
    ],
    ["keys that need quotes", { limits: { "a.b": 1 } }, { limits: { "a.b": 2 } }, { 'limits["a.b"]': "update" }],
  ];
  for (const [name, before, after, expected] of table) {
    it(name, () => expect(kinds(before, after)).to.deep.equal(expected));
  }

  it("leaves out what is ignored, with wildcards", () => {
    const before = { note: "a", rules: [backup(7), backup(7)] };
    const after = { note: "b", rules: [backup(8), backup(8, { keepLast: true })] };
    expect(kinds(before, after, ["note", "rules[*].retention"])).to.deep.equal({ "rules[1].keepLast": "update" });
    expect(kinds(before, after, ["*"])).to.deep.equal({});
  });

  it("names the top-level properties that replace", () => {
    const { replaces } = diffInputs(
      sampleInputs,
      { sampleName: "abc", ...script({}), note: "a" },
      { sampleName: "xyz", ...script({ path: "/b" }), note: "b" },
      [],
    );
    expect(replaces).to.have.members(["sampleName", "preScript"]);
    const all = allReplacing(diffInputs(sampleInputs, { sampleName: "abc" }, { sampleName: "abc", note: "b" }, []));
    const why = "a resource of this kind can't be changed once it is made";
    expect(all).to.deep.equal({
      detailedDiff: { note: { kind: "addReplace", inputDiff: true } },
      replaces: ["note"],
      replacements: [{ path: "note", change: "changes", why }],
    });
  });

  it("says why, with the values where they are short and not secret", () => {
    const sentences = (before: PropertyMap, after: PropertyMap) =>
      diffInputs(sampleInputs, { sampleName: "abc", ...before }, { sampleName: "abc", ...after }, []).replacements.map(
        ({ path, change }) => `${path} ${change}`,
      );
    const long = `${"x".repeat(80)}end`;
    const secret = script({ path: new Secret("/s") });
    const table: readonly (readonly [PropertyMap, PropertyMap, readonly string[]])[] = [
      [{ sampleName: "xyz" }, {}, ["sampleName changes from xyz to abc"]],
      [{}, { sampleName: unknown }, ["sampleName changes to a value that is not known yet"]],
      [{}, { sampleName: new Secret("xyz") }, ["sampleName changes"]],
      [script({ path: "/b" }), script({}), ["preScript.path changes from /b to /a"]],
      [{}, script({}), ["preScript.path is set"]],
      [script({}), {}, ["preScript.path is taken away"]],
      [secret, script({}), ["preScript.path changes"]],
      [{ sampleName: `a${long}` }, { sampleName: `b${long}` }, ["sampleName changes"]],
      [{ sampleName: long }, {}, [`sampleName changes from …${long.slice(-40)} to abc`]],
      [{ note: "a" }, { note: "b" }, []],
    ];
    for (const [before, after, expected] of table) expect(sentences(before, after)).to.deep.equal(expected);
  });

  it("reads schedules by meaning", () => {
    const same = [
      ["I|0|P1W", "I|0|P7D"],
      ["I|0|P1Y", "I|0|P12M"],
      ["I|0|PT90M", "I|0|PT1H30M"],
      ["C|0|0 0  3 ? * *", "C|0|0 0 3 ? * *"],
    ];
    for (const [left, right] of same)
      expect(canonicalSchedule(left as string)).to.equal(canonicalSchedule(right as string));
    const different = [
      ["I|0|P1M", "I|0|PT1M"],
      ["I|0|P30D", "I|0|P1M"],
      ["I|1|P1D", "I|0|P1D"],
      ["I|0|P", "I|0|PT"],
      ["nonsense", "I|0|P1D"],
    ];
    for (const [left, right] of different)
      expect(canonicalSchedule(left as string)).to.not.equal(canonicalSchedule(right as string));
  });

  it("finds live outputs that changed, at the deepest leaf both sides have", () => {
    const differences = diffOutputs(
      { level: "APPLICATION", nested: { a: [1, 2], b: 1 }, reasons: [], id: "1" },
      { level: new Secret("CRASH"), nested: { a: [1, 3], b: 1 }, reasons: ["r"], id: "2" },
      ["level", "nested", "reasons", "absent"],
    );
    expect(differences.replaces).to.deep.equal([]);
    expect(Object.keys(differences.detailedDiff)).to.deep.equal(["level", "nested.a[1]", "reasons"]);
    for (const entry of Object.values(differences.detailedDiff)) {
      expect(entry).to.deep.equal({ kind: "update", inputDiff: false });
    }
  });

  const meaning = (inputs: PropertyMap) => canonicalText(sampleInputs, unwrap(normalise(sampleInputs, inputs)).value);

  it("is empty exactly when both mean the same", () => {
    // Two inputs that are drawn apart nearly always differ; taking over one property makes equal meanings common.
    const pair = fc.tuple(validInputs, validInputs, fc.nat()).map(([before, other, pick]) => {
      const names = Object.keys(other);
      const name = names[pick % names.length] as string;
      return [before, { ...before, [name]: other[name] as Value }] as const;
    });
    fc.assert(
      fc.property(fc.oneof(pair, fc.tuple(validInputs, validInputs)), ([before, after]) => {
        const isEmpty = Object.keys(diffInputs(sampleInputs, before, after, []).detailedDiff).length === 0;
        expect(isEmpty).to.equal(meaning(before) === meaning(after));
        expect(diffInputs(sampleInputs, after, after, []).detailedDiff).to.deep.equal({});
      }),
      { numRuns: 1000 },
    );
  });

  it("gives the same text to sets in another order, and to null and absent, also inside each other", () => {
    const same: readonly (readonly [PropertyMap, PropertyMap])[] = [
      [{ instanceIds: ["a", "b", "b"] }, { instanceIds: ["b", "a"] }],
      [
        { rules: [{ ruleType: "TAG", key: "k", token: null }] },
        { rules: [{ token: null, key: "k", ruleType: "TAG" }] },
      ],
      [{ preScript: { path: "/a", content: null } }, { preScript: { path: "/a" } }],
    ];
    for (const [left, right] of same) {
      expect(canonicalText(sampleInputs, unwrap(left).value)).to.equal(
        canonicalText(sampleInputs, unwrap(right).value),
      );
    }
  });

  it("finds one changed property exactly, so equal meaning is no accident", () => {
    fc.assert(
      fc.property(validInputs, validInputs, (before, other) => {
        for (const name of Object.keys(other)) {
          const after = { ...before, [name]: other[name] as Value };
          const names = Object.keys(diffInputs(sampleInputs, before, after, []).detailedDiff).map(
            (path) => parsePath(path)[0],
          );
          expect([...new Set(names)].filter((found) => found !== name)).to.deep.equal([]);
        }
      }),
    );
  });

  it("writes paths that can be read and begin at an input", () => {
    fc.assert(
      fc.property(validInputs, validInputs, (before, after) => {
        const { detailedDiff, replaces } = diffInputs(sampleInputs, before, after, []);
        const tops = Object.keys(detailedDiff).map((path) => parsePath(path)[0] as string);
        for (const top of tops) expect(Object.keys(sampleInputs.shape)).to.include(top);
        for (const name of replaces) expect(tops).to.include(name);
        const replacing = Object.values(detailedDiff).some(({ kind }) => kind.endsWith("Replace"));
        expect(replaces.length > 0).to.equal(replacing);
      }),
    );
  });

  it("never sees the order of a set", () => {
    const shuffled = fc
      .tuple(fc.array(fc.string(), { maxLength: 6 }), fc.array(fc.string(), { maxLength: 6 }))
      .chain(([ids, names]) => {
        const members = names.map((id): PropertyMap => ({ id }));
        return fc.record({
          before: fc.constant({ instanceIds: ids, members }),
          instanceIds: fc.shuffledSubarray(ids, { minLength: ids.length }),
          members: fc.shuffledSubarray(members, { minLength: members.length }),
        });
      });
    fc.assert(
      fc.property(shuffled, ({ before, instanceIds, members }) => {
        expect(kinds(before, { instanceIds, members })).to.deep.equal({});
      }),
    );
  });
});
