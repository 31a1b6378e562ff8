import { expect } from "chai";
import { z } from "zod";
import { checkInputs } from "../../provider/definition/check";
import { supposeRight } from "../../provider/definition/suppose";
import type { PropertyMap } from "../../provider/definition/value";

const schema = z.strictObject({
  kind: z.enum(["Daily", "Weekly"]),
  count: z.int().min(1).max(9).default(3),
  name: z.string().regex(/^[a-z]+$/),
  nested: z.strictObject({ state: z.enum(["Enabled", "Disabled"]).default("Enabled") }).optional(),
  rules: z.array(z.strictObject({ day: z.enum(["Monday"]), hours: z.int().optional() })).default([]),
});

/** What is supposed of inputs with errors. */
function supposed(inputs: PropertyMap): unknown {
  const checked = checkInputs(schema, inputs);
  expect(checked.failures).not.to.deep.equal([]);
  return supposeRight(schema, checked.inputs, checked.failures);
}

describe("definition/suppose", () => {
  const right = { kind: "Daily", count: 3, name: "a", rules: [] };

  it("takes an enum's value in another case for what is meant, however deep", () => {
    expect(supposed({ kind: "daily", name: "a" })).to.deep.equal(right);
    const nested = { kind: "Daily", name: "a", nested: { state: "ENABLED" }, rules: [{ day: "monday" }] };
    const meant = { ...right, nested: { state: "Enabled" }, rules: [{ day: "Monday" }] };
    expect(supposed(nested)).to.deep.equal(meant);
  });

  it("leaves out what may be left out, and what nobody knows", () => {
    expect(supposed({ kind: "Daily", name: "a", count: 40 })).to.deep.equal(right);
    expect(supposed({ kind: "Daily", name: "a", cuont: 4 })).to.deep.equal(right);
    const rules = [{ day: "Monday", hours: "5" }];
    expect(supposed({ kind: "Daily", name: "a", rules })).to.deep.equal({ ...right, rules: [{ day: "Monday" }] });
    expect(supposed({ kind: "Daily", name: "a", nested: "on" })).to.deep.equal(right);
  });

  it("supposes nothing where nobody can tell", () => {
    const inputs: readonly PropertyMap[] = [
      { kind: "Hourly", name: "a" },
      { kind: [{ toString: 0 }], name: "a" },
      { name: "a" },
      { kind: "Daily", name: "A1" },
      { kind: "Daily", name: "a", rules: [{ day: "Sunday" }] },
      { kind: "Daily", name: "a", rules: ["Monday"] },
    ];
    for (const wrong of inputs) expect(supposed(wrong)).to.equal(undefined);
  });
});
