import { expect } from "chai";
import * as fc from "fast-check";
import { checkInputs } from "../../provider/definition/check";
import { failureOf, unprintedNames } from "../../provider/definition/failure";
import type { Finding } from "../../provider/definition/finding";
import { type PropertyMap, Secret, unknown } from "../../provider/definition/value";
import { anyValue, validInputs } from "./arbitrary";
import { sampleInputs } from "./sample";

const secretText = "hunter2hunter2";
const secretNumber = "31415926";

function found(news: PropertyMap): readonly string[] {
  return checkInputs(sampleInputs, { sampleName: "abc", ...news }).failures.map((failure) =>
    [failure.path, failure.message, ...(failure.remedy === undefined ? [] : [failure.remedy])].join(" | "),
  );
}

describe("definition/check", () => {
  it("fills in defaults and gives the parsed value", () => {
    const { inputs, value, failures } = checkInputs(sampleInputs, { sampleName: "abc", preScript: { path: "/a" } });
    expect(failures).to.deep.equal([]);
    expect(inputs).to.deep.equal({
      sampleName: "abc",
      preScript: { path: "/a", timeoutInSeconds: 60 },
      level: "CRASH",
    });
    expect(value).to.deep.equal(inputs);
  });

  it("keeps given secrets, adds marked ones, and gives the value in clear", () => {
    const { inputs, value, secret } = checkInputs(sampleInputs, { sampleName: new Secret("abc"), password: "p" });
    expect(inputs).to.deep.include({ sampleName: new Secret("abc"), password: new Secret("p") });
    expect(value).to.deep.include({ sampleName: "abc", password: "p" });
    expect([...secret].sort()).to.deep.equal(["password", "sampleName"]);
  });

  it("drops null where the schema takes none, and keys that SDKs keep for themselves", () => {
    const { inputs, failures } = checkInputs(sampleInputs, {
      sampleName: "abc",
      schedule: null,
      note: null,
      __defaults: ["level"],
      preScript: { path: "/a", __defaults: [] },
    });
    expect(failures).to.deep.equal([]);
    expect(inputs).to.have.all.keys("sampleName", "note", "preScript", "level");
    expect(inputs.preScript).to.have.all.keys("path", "timeoutInSeconds");
  });

  const table: readonly (readonly [string, PropertyMap, readonly string[]])[] = [
    [
      "missing",
      { sampleName: null },
      ["sampleName | missing required property | set sampleName to a string: The name."],
    ],
    ["wrong type", { note: 5 }, ["note | must be a string, got the number 5"]],
    ["list for a string", { note: [] }, ["note | must be a string, got a list"]],
    ["string for an object", { preScript: "x" }, ['preScript | must be an object, got the string "x"']],
    [
      "number as text",
      { rules: [{ ruleType: "BACKUP", retention: "30" }] },
      ['rules[0].retention | must be an integer, got the string "30" | write it without quotes: 30'],
    ],
    [
      "no whole number",
      { rules: [{ ruleType: "BACKUP", retention: 1.5 }] },
      ["rules[0].retention | must be an integer, got the number 1.5"],
    ],
    [
      "enum in the wrong case",
      { level: "application" },
      ['level | must be one of APPLICATION, FILE_SYSTEM, CRASH, got the string "application" | write "APPLICATION"'],
    ],
    [
      "enum out of nowhere",
      { level: "nonsense" },
      ['level | must be one of APPLICATION, FILE_SYSTEM, CRASH, got the string "nonsense"'],
    ],
    [
      "below the bound",
      { rules: [{ ruleType: "BACKUP", retention: 0 }] },
      ["rules[0].retention | must be at least 1, got 0"],
    ],
    ["too short", { sampleName: "a" }, ["sampleName | must have at least 3 characters, has 1"]],
    ["too many", { instanceIds: ["a", "b", "c", "d"] }, ["instanceIds | must have at most 3 members, has 4"]],
    ["words of the schema", { preScript: { path: "x" } }, ["preScript.path | must be an absolute path"]],
    [
      "typing error",
      { rules: [{ ruleType: "BACKUP", retention: 7, keepLst: true }] },
      ["rules[0].keepLst | unknown property keepLst: did you mean keepLast?"],
    ],
    [
      "unknown property",
      { preScript: { path: "/a", zzzzz: 1 } },
      ["preScript.zzzzz | unknown property zzzzz | the properties here are path, content, source, timeoutInSeconds"],
    ],
    [
      "unknown discriminator",
      { rules: [{ ruleType: "BACKUPS", retention: 7 }] },
      ['rules[0].ruleType | must be one of BACKUP, TAG, got the string "BACKUPS" | write "BACKUP"'],
    ],
    [
      "missing discriminator",
      { rules: [{ retention: 7 }] },
      ["rules[0].ruleType | missing required property | set rules[0].ruleType to one of BACKUP, TAG"],
    ],
    ["no branch fits", { size: true }, ["size | must be a string or an integer, got the boolean true"]],
    ["best branch explains", { size: 1.5 }, ["size | must be an integer, got the number 1.5"]],
    ["document", { document: 5 }, ["document | must be a string or an object, got the number 5"]],
    ["key with a dot", { limits: { "a.b": "x" } }, ['limits["a.b"] | must be an integer, got the string "x"']],
    [
      "asset",
      { preScript: { path: "/a", source: "x" } },
      ['preScript.source | must be an asset or archive, got the string "x"'],
    ],
  ];
  for (const [name, news, expected] of table) {
    it(`explains: ${name}`, () => expect(found(news)).to.deep.equal(expected));
  }

  it("reports all failures at once", () => {
    const failures = found({
      level: "x",
      note: 1,
      extra: 1,
      rules: [{ ruleType: "TAG" }, { ruleType: "BACKUP", retention: 0 }],
    });
    expect(failures.map((text) => text.split(" | ")[0])).to.deep.equal([
      "note",
      "level",
      "rules[0].key",
      "rules[1].retention",
      "extra",
    ]);
  });

  it("carries a refinement's rule, remedy, source and path", () => {
    const rules = [{ ruleType: "BACKUP", retention: 2000, keepLast: true }];
    expect(checkInputs(sampleInputs, { sampleName: "abc", rules }).failures).to.deep.equal([
      {
        severity: "error",
        path: "rules[0].retention",
        rule: "A-99",
        message: "keepLast can't be had with more than 1000 days",
        remedy: "turn keepLast off",
        source: "sample",
      },
    ]);
  });

  it("leaves out what is not known, and rules that need it, but judges the rest", () => {
    const {
      value,
      failures,
      unknown: names,
    } = checkInputs(sampleInputs, {
      sampleName: unknown,
      rules: [{ ruleType: "BACKUP", retention: 2000, keepLast: unknown }, unknown, { ruleType: unknown }],
      limits: { a: new Secret(unknown), b: "x" },
    });
    expect(value).to.equal(undefined);
    expect(failures.map((failure) => failure.path)).to.deep.equal(["limits.b"]);
    expect([...names].sort()).to.deep.equal(["limits", "rules", "sampleName"]);
  });

  const secrets: readonly PropertyMap[] = [
    { level: new Secret(secretText) },
    { note: new Secret([secretText]) },
    { limits: new Secret({ [secretText]: secretText }) },
    { preScript: new Secret({ path: secretText, [secretText]: 1 }) },
    { size: new Secret({ [secretText]: 1 }) },
    { document: new Secret([secretText]) },
    { rules: [new Secret({ ruleType: secretText })] },
    { rules: [{ ruleType: "BACKUP", retention: new Secret(secretText) }] },
    { limits: { a: new Secret(secretNumber) } },
    { limits: { a: new Secret(Number(secretNumber) + 0.5) } },
    { password: [secretText] },
    { password: { [secretText]: 1 } },
  ];
  for (const news of secrets) {
    it(`never shows a secret: ${Object.keys(news)[0]} (${JSON.stringify(news).length})`, () => {
      const { failures, secret } = checkInputs(sampleInputs, { sampleName: "abc", ...news });
      expect(failures).to.have.length.greaterThan(0);
      expect(JSON.stringify(failures)).to.not.contain(secretText).and.not.contain(secretNumber);
      for (const failure of failures) expect(failureOf(failure, secret).property).to.equal("");
    });
  }

  it("names a top-level property to the engine and a deeper path in the text", () => {
    const [failure] = checkInputs(sampleInputs, { sampleName: "abc", limits: { a: "x" } }).failures;
    expect(failure && failureOf(failure, new Set())).to.deep.equal({
      property: "",
      reason: 'limits.a: must be an integer, got the string "x"',
    });
    const flat: Finding = { severity: "error", path: "limits", rule: "A-1", message: "no" };
    expect(failureOf(flat, new Set())).to.deep.equal({ property: "limits", reason: "A-1: no" });
    expect(failureOf(flat, new Set(["limits"]))).to.deep.equal({ property: "", reason: "limits: A-1: no" });
    expect([...unprintedNames({ a: 1, b: [1], c: null, d: { x: 1 } }, new Set(["s"]))]).to.have.members([
      "s",
      "b",
      "d",
    ]);
    expect(failureOf({ severity: "error", path: "", rule: "A-1", message: "no" }, new Set())).to.deep.equal({
      property: "",
      reason: "A-1: no",
    });
  });

  it("never throws on any tree of values, and is idempotent", () => {
    const names = fc.oneof(fc.constantFrom(...Object.keys(sampleInputs.shape)), fc.string());
    const news = fc.oneof(
      fc.dictionary(names, anyValue),
      fc
        .tuple(validInputs, fc.dictionary(names, anyValue, { maxKeys: 2 }))
        .map(([left, right]) => ({ ...left, ...right })),
    );
    fc.assert(
      fc.property(news, (map) => {
        const once = checkInputs(sampleInputs, map);
        const twice = checkInputs(sampleInputs, once.inputs);
        expect(twice.inputs).to.deep.equal(once.inputs);
        expect(twice.failures).to.deep.equal(once.failures);
        expect(once.value === undefined).to.equal(once.failures.length > 0 || once.unknown.size > 0);
      }),
      { numRuns: 500 },
    );
  });

  it("takes right inputs, with any part of them unknown or secret", () => {
    fc.assert(
      fc.property(validInputs, fc.constantFrom("unknown", "secret", "plain"), fc.nat(), (inputs, change, pick) => {
        const names = Object.keys(inputs);
        const name = names[pick % names.length] as string;
        const value = inputs[name] as PropertyMap[string];
        const changed = change === "unknown" ? unknown : change === "secret" ? new Secret(value) : value;
        expect(checkInputs(sampleInputs, { ...inputs, [name]: changed }).failures).to.deep.equal([]);
      }),
    );
  });
});
