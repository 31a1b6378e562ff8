import { expect } from "chai";
import { ruleSources } from "../../provider/engine/azure/rule";
import { azureRows } from "./azure-table";
import { AzureWorld } from "./azure-world";
import { expectSource } from "./row";
import { azureRules } from "./specification";

describe("the rules of Azure", () => {
  for (const { rule, what, test } of azureRows) it(`${rule} ${what}`, () => test(new AzureWorld()));

  it("every rule of the engine has a row here, and every row is a rule of the engine", () => {
    const told = [...new Set(azureRows.map(({ rule }) => rule))];
    expect(told.sort()).to.deep.equal(Object.keys(ruleSources).sort());
  });

  it("no rule is forgotten in both, and each names all documents behind it", () => {
    expect(Object.keys(ruleSources).sort()).to.deep.equal(Object.keys(azureRules).sort());
    for (const [rule, source] of Object.entries(ruleSources)) expectSource(source, rule as keyof typeof ruleSources);
  });
});
