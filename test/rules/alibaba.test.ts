import { expect } from "chai";
import { ruleSources } from "../../provider/engine/alibaba/rule";
import { printed } from "./failure-rows";
import { expectSource } from "./row";
import { alibabaRules } from "./specification";
import { rows } from "./table";
import { World } from "./world";

describe("the rules of Alibaba Cloud", () => {
  for (const { rule, what, test } of rows) it(`${rule} ${what}`, () => test(new World()));

  it("every rule of the engine has a row here, and every row is a rule of the engine", () => {
    const told = [...new Set(rows.map(({ rule }) => rule))];
    expect(told.sort()).to.deep.equal(Object.keys(ruleSources).sort());
  });

  it("no rule is forgotten in both, and each names all documents behind it", () => {
    expect(Object.keys(ruleSources).sort()).to.deep.equal(Object.keys(alibabaRules).sort());
    for (const [rule, source] of Object.entries(ruleSources)) expectSource(source, rule as keyof typeof ruleSources);
  });

  it("where seed 001 prints a message, it is in the source of its failure in full", () => {
    for (const [rule, message] of Object.entries(printed)) {
      expect(ruleSources[rule as keyof typeof ruleSources]).to.contain(`「${message}」`);
    }
  });
});
