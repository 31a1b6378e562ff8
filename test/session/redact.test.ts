import { expect } from "chai";
import { Secret } from "../../provider/definition/value";
import { redact, wrapDerived } from "../../provider/session/redact";

describe("secrets in texts for people", () => {
  for (const [text, secret, expected] of [
    ["fix: use hunter2 or myhunter22", "hunter2", "fix: use [secret] or my[secret]2"],
    ["fix: exact x, not x86 or max", "x", "fix: exact [secret], not x86 or max"],
    ['got "a.b" in a.bc and axb', "a.b", 'got "[secret]" in a.bc and axb'],
    ["é stays in née, not é alone", "é", "[secret] stays in née, not [secret] alone"],
    ["a $& b", "$&", "a [secret] b"],
  ] as const) {
    it(`${JSON.stringify(secret)} in ${text}`, () => expect(redact(text, [secret])).to.equal(expected));
  }

  it("an output is secret when it holds one, not when a word of it has the same letter", () => {
    const outputs = wrapDerived({ path: "/opt/x", name: "max", long: "uses hunter2!" }, ["x", "hunter2"]);
    expect(outputs).to.deep.equal({ path: new Secret("/opt/x"), name: "max", long: new Secret("uses hunter2!") });
  });
});
