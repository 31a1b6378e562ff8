import { expect } from "chai";
import type { z } from "zod";
import { diffInputs } from "../../provider/definition/diff";
import { markedNames, markOf } from "../../provider/definition/mark";
import { replacementSentence } from "../../provider/definition/replacement";
import { Secret } from "../../provider/definition/value";
import { resources } from "../../provider/registry";
import { emptyState, FakePulumi } from "../support/fake-pulumi";
import { TestEngine } from "../support/test-engine";
import { declare } from "./life";

/** Ids that follow other inputs, which an update may change. */
const followInputs: Readonly<Record<string, readonly string[]>> = {
  "cloudbackup:hbr:Policy": ["ruleIds"],
  "cloudbackup:hbr:BackupPlan": ["convertedPolicyId"],
  "cloudbackup:ecs:Disk": ["regionId"],
};

describe("session/replacement", () => {
  for (const { token, inputs, outputs, stables, update } of resources) {
    const marked = markedNames(inputs, "replaceOnChanges");
    for (const name of marked) {
      it(`says why ${token} is replaced when ${name} changes`, () => {
        const { replaces, replacements } = diffInputs(inputs, { [name]: "before" }, { [name]: "after" }, []);
        const why = markOf(inputs.shape[name] as z.ZodType).replaceOnChanges;
        expect(replaces).to.deep.equal([name]);
        expect(replacements.map(replacementSentence)).to.deep.equal([
          `replaced because ${name} changes from before to after: ${why}`,
        ]);
        expect(why, "follows a colon").to.match(/^[a-z].+[^.]$/);
      });
    }

    it(`${token} without an update says of every property why it replaces`, () => {
      if (update === undefined) expect(marked).to.have.members(Object.keys(inputs.shape));
    });

    it(`${token} names every id that it gives as stable`, () => {
      const ids = Object.keys(outputs.shape).filter((name) => /(Ids?|^arn)$/.test(name));
      const expected = ids.filter((name) => followInputs[token]?.includes(name) !== true);
      expect(stables).to.include.members(expected);
      const live = markedNames(outputs, "live");
      expect(stables.filter((name) => live.includes(name) || !(name in outputs.shape))).to.deep.equal([]);
    });
  }

  it("is told of each resource by itself, without the value of a secret", async () => {
    const engine = await TestEngine.inMemory();
    const pulumi = new FakePulumi(() => engine.open());
    const program = (zone: string | Secret) =>
      ["a", "b"].map((name) => declare(name, "ecs:Instance", { osName: "CentOS  7.9 64 bit", zoneId: zone }));
    const { state } = await pulumi.up(program("cn-hangzhou-a"), emptyState);
    const told = async (zone: string | Secret) => {
      const before = engine.told.length;
      await pulumi.preview(program(zone), state);
      return engine.told.slice(before).filter((text) => text.includes("replaced because"));
    };
    const plain = "info: replaced because zoneId changes from cn-hangzhou-a to cn-hangzhou-b";
    expect(await told("cn-hangzhou-b")).to.deep.equal(Array(2).fill(`${plain}: a machine can't move to another zone`));
    const secret = await told(new Secret("cn-hangzhou-b"));
    expect(secret).to.deep.equal(
      Array(2).fill("info: replaced because zoneId changes: a machine can't move to another zone"),
    );
  });
});
