import { expect } from "chai";
import { openPolicyCenter } from "../../provider/engine/alibaba/catalogue";
import { daily, World } from "../rules/world";
import { changesOf } from "../support/fake-pulumi";
import { Reference } from "../support/program";

const away = { RegionId: "me-central-1", ZoneId: "me-central-1a" };

describe("a consistency group", () => {
  it("rests beside the plan of one of its machines once it is protected itself: plans are no policies", async () => {
    const world = new World().bare().addMachine("i-8", away).addMachine("i-9", away);
    world.declare("plan", "hbr:BackupPlan", {
      instanceId: "i-9",
      retention: 7,
      rules: [{ schedule: "I|1767225600|P1D" }],
    });
    await world.done();
    await world.engine.run(openPolicyCenter, "me-central-1");
    world
      .declare("daily", "hbr:Policy", { rules: [daily] })
      .declare("group", "hbr:ConsistencyGroup", { instanceIds: ["i-8", "i-9"] })
      .declare("own", "hbr:InstanceProtection", {
        groupId: new Reference("group", "groupId"),
        policyId: new Reference("daily", "policyId"),
      });
    await world.done();
    expect(changesOf(await world.done())).to.deep.equal([]);
  });
});
