import { expect } from "chai";
import * as fc from "fast-check";
import { type AutoNameRequest, autoName } from "../../provider/definition/autoname";

const rule = { maxLength: 20, pattern: /^[a-zA-Z][a-zA-Z0-9-]*$/, rule: "1 to 20 letters, digits and hyphens" };
const base: AutoNameRequest = {
  property: "policyName",
  urnName: "daily",
  hash: "0123456789abcdef",
  given: undefined,
  old: undefined,
  autonaming: undefined,
  rule,
};

describe("definition/autoname", () => {
  const table: readonly (readonly [string, Partial<AutoNameRequest>, string])[] = [
    [
      "the program's name first",
      { given: "mine", old: "old", autonaming: { proposedName: "p", mode: "enforce" } },
      "mine",
    ],
    ["then the old one", { old: "old", autonaming: { proposedName: "p", mode: "disable" } }, "old"],
    ["then the proposal", { autonaming: { proposedName: "p", mode: "propose" } }, "p"],
    ["an enforced name as it is", { autonaming: { proposedName: "p-1", mode: "enforce" } }, "p-1"],
    ["else from the resource's name", {}, "daily-0123456"],
    ["cut to the length, hash whole", { urnName: "a".repeat(40) }, `${"a".repeat(12)}-0123456`],
    ["made to fit the pattern", { urnName: "9 daily/backup" }, "daily-back-0123456"],
    ["a proposal made to fit", { autonaming: { proposedName: "my policy", mode: "propose" } }, "my-policy"],
    [
      "a long proposal kept apart by the hash",
      { autonaming: { proposedName: "p".repeat(30), mode: "propose" } },
      `${"p".repeat(12)}-0123456`,
    ],
    [
      "lower case where the pattern wants it",
      { urnName: "Daily", rule: { ...rule, pattern: /^[a-z0-9-]+$/ } },
      "daily-0123456",
    ],
  ];
  for (const [name, request, expected] of table) {
    it(name, () => expect(autoName({ ...base, ...request })).to.deep.equal({ name: expected }));
  }

  it("asks for a name when autonaming is disabled, or enforces what is not allowed", () => {
    const disabled = autoName({ ...base, autonaming: { proposedName: "", mode: "disable" } });
    expect(disabled).to.include({ path: "policyName" }).and.to.have.property("message").that.contains("disabled");
    const enforced = autoName({ ...base, autonaming: { proposedName: "a b", mode: "enforce" } });
    expect(enforced).to.have.property("message").that.contains(rule.rule);
  });

  it("says so when no name fits", () => {
    const impossible = autoName({ ...base, rule: { ...rule, pattern: /^$/ } });
    expect(impossible).to.have.property("message").that.contains("no allowed name");
  });

  it("always gives an allowed name, the same each time", () => {
    fc.assert(
      fc.property(fc.string(), (urnName) => {
        const result = autoName({ ...base, urnName });
        expect(result).to.have.property("name").that.matches(rule.pattern);
        expect((result as { name: string }).name.length).to.be.at.most(rule.maxLength);
        expect(autoName({ ...base, urnName })).to.deep.equal(result);
      }),
    );
  });
});
