import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import { Reference } from "../support/program";
import { effect, expectError, type Row, refused } from "./row";
import { daily, day } from "./world";

const policyId = new Reference("policy", "policyId");

/** What holds for several machines at once. */
export const groupRows: readonly Row[] = [
  ...(["hbr:InstanceProtection", "hbr:Backup"] as const).map((type) =>
    refused(
      "A-03",
      `${type} of a group`,
      "it",
      (world) => {
        world.plain().addMachine("i-2");
        world.omitted.add("protection");
        world.declare("group", "hbr:ConsistencyGroup", { instanceIds: ["i-1", "i-2"] });
        const more = type === "hbr:Backup" ? { retention: { value: 1 } } : { policyId };
        const source = { groupId: new Reference("group", "groupId"), ...more };
        world.declare("it", type, { ...source, appConsistent: true, ramRoleName: "Snapshots" });
      },
      "a consistency group has no application-consistent backup: that is a matter of a single machine",
      "set appConsistent to false, or protect each machine by itself (hbr:AppConsistentProtection)",
    ),
  ),
  effect("A-03", "what a TAG rule binds is crash-consistent", async (world) => {
    Object.assign(world.instance, { Tags: { Tag: [{ TagKey: "backup", TagValue: "daily" }] } });
    world.addMachine("i-2", { Tags: { Tag: [] } });
    const tagRule = { ruleType: "TAG", tagFilters: [{ key: "backup", value: "daily" }] };
    Object.assign(world.plain().policy, { rules: [daily, tagRule] });
    world.omitted.add("protection");
    await world.done();
    const { PolicyBindings } = await world.engine.call("DescribePolicyBindings", {});
    const [bound, ...others] = PolicyBindings as unknown as readonly PropertyMap[];
    expect(bound).to.include({ DataSourceId: "i-1", CreatedByTag: true });
    expect(JSON.stringify(bound)).to.match(/"AppConsistent":false/i);
    expect(others).to.deep.equal([]);
    await world.advance(day);
    expect((await world.points()).map(({ level }) => level)).to.deep.equal(["CRASH"]);
  }),
  effect("A-49", "a hundred machines in one group are refused, ninety-nine are not", async (world) => {
    for (let number = 2; number <= 100; number++) world.addMachine(`i-${number}`);
    const ids = Array.from({ length: 100 }, (_, index) => `i-${index + 1}`);
    world.bare().declare("group", "hbr:ConsistencyGroup", { instanceIds: ids });
    const { failure } = await world.up();
    expect(failure?.failures.map(({ reason }) => reason).join()).to.contain("99");
    world.declare("group", "hbr:ConsistencyGroup", { instanceIds: ids.slice(1) });
    await world.done();
  }),
  effect("A-49", "a hundred machines in one CreatePolicyBindings are refused", async (world) => {
    world.bare().omitted.delete("policy");
    await world.done();
    const all = Array.from({ length: 100 }, (_, index) => ({ SourceType: "UDM_ECS", DataSourceId: `i-${index}` }));
    const PolicyBindingList = JSON.stringify(all);
    const PolicyId = world.text("policy", "policyId");
    expectError(await world.refusedCall("CreatePolicyBindings", { PolicyId, PolicyBindingList }), {
      rule: "A-49",
      code: "InvalidParameter",
      message: "100 machines in one add; at most 99",
      remedy: "split",
    });
  }),
];
