import { expect } from "chai";
import { decodeConfig } from "../../provider/definition/config";
import { type PropertyMap, Secret, unknown } from "../../provider/definition/value";
import { sampleConfig } from "./sample";

const signature = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("definition/config", () => {
  it("decodes text but gives back the representation received", () => {
    const news = { engineUrl: "file:x", seed: "7", strict: "true", regions: '["a"]', version: "0.1.0" };
    const { inputs, value, failures } = decodeConfig(sampleConfig, news);
    expect(failures).to.deep.equal([]);
    expect(inputs).to.deep.equal(news);
    expect(value).to.deep.equal({ engineUrl: "file:x", seed: 7, strict: true, regions: ["a"] });
  });

  it("takes values that are not text as they are", () => {
    const { inputs, value } = decodeConfig(sampleConfig, { strict: true, regions: ["a"], __internal: {} });
    expect(inputs).to.deep.equal({ strict: true, regions: ["a"] });
    expect(value).to.deep.equal({ seed: 1, strict: true, regions: ["a"] });
  });

  it("makes the whole property secret when its text holds a secret", () => {
    const text = JSON.stringify([{ [signature]: secretMark, value: "a" }]);
    const { inputs, value } = decodeConfig(sampleConfig, { regions: text });
    expect(inputs).to.deep.equal({ regions: new Secret(text) });
    expect(value?.regions).to.deep.equal(["a"]);
  });

  it("finds unknowns in text, at any depth", () => {
    const news = { seed: unknownText, regions: JSON.stringify([unknownText]), strict: unknown };
    const { value, failures, unknown: names } = decodeConfig(sampleConfig, news);
    expect(value).to.equal(undefined);
    expect(failures).to.deep.equal([]);
    expect([...names].sort()).to.deep.equal(["regions", "seed", "strict"]);
  });

  const table: readonly (readonly [string, PropertyMap, string, string])[] = [
    ["text that is no JSON", { seed: "abc" }, "seed", 'must be an integer, got the string "abc", which is not JSON'],
    ["JSON of another type", { strict: "1" }, "strict", "must be a boolean, got the number 1"],
    ["a deeper failure", { regions: "[1]" }, "regions[0]", "must be a string, got the number 1"],
    ["an unknown key", { sead: "1" }, "sead", "unknown property sead: did you mean seed?"],
  ];
  for (const [name, news, path, message] of table) {
    it(`locates ${name}`, () => {
      const { failures, value } = decodeConfig(sampleConfig, news);
      expect(failures.map((failure) => [failure.path, failure.message])).to.deep.equal([[path, message]]);
      expect(value).to.equal(undefined);
    });
  }

  it("never shows the text of a secret", () => {
    const { failures, secret } = decodeConfig(sampleConfig, { seed: new Secret("hunter2"), access: '{"token":5}' });
    expect(failures.map((failure) => failure.path)).to.have.members(["seed", "access.token"]);
    expect(JSON.stringify(failures)).to.not.contain("hunter2").and.not.contain("number 5");
    expect([...secret]).to.include("seed");
  });
});
