import { expect } from "chai";
import { ruleSources } from "../../provider/engine/azure/rule";
import { configFileStatuses, hostFileStatuses, scriptErrors } from "../../provider/engine/azure/script-error";
import { printedErrors, producedNumbers } from "./azure-script-error-rows";
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

  it("every error of seed 003 has its message and advice, and each of its kinds is produced by a row", () => {
    const words = Object.entries(scriptErrors).map(
      ([code, { message, advice }]) => [code, { message, advice }] as const,
    );
    expect(Object.fromEntries(words)).to.deep.equal(printedErrors);
    const kinds = [
      ...Object.values(scriptErrors),
      ...Object.values(hostFileStatuses),
      ...Object.values(configFileStatuses),
    ];
    const numbers = new Set(kinds.map(({ extensionCode }) => extensionCode));
    expect([...producedNumbers].sort()).to.deep.equal([...numbers].sort());
    expect(numbers.size).to.equal(16);
  });
});
