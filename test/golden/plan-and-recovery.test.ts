import { expect } from "chai";
import { expectGolden } from "./golden";
import { protection, Story } from "./story";

const day = 86_400;

describe("golden timelines: plans and disasters", () => {
  it("plan converted", async () => {
    const story = await Story.begin(
      "A backup plan becomes a policy when its region gets a Policy Center",
      "me-central-1",
    );
    const plan = { instanceId: "i-db", rules: [{ schedule: "I|1767232800|P1D" }], excludeDiskIdList: ["d-system"] };
    story.note("A-31, A-63: Riyadh has no Policy Center, so machines there have backup plans");
    await story.up("plan", "hbr:BackupPlan", { ...plan, retention: 3 }, "a plan: db at 02:00, 3 days, data disk only");
    const { planId } = story.outputs("plan");
    await story.until("2026-01-03T12:00:00Z");
    const before = story.tale.points;
    await story.call("openPolicyCenter", { regionId: "me-central-1" }, "the Policy Center comes to the region");
    await story.until("2026-01-04T12:00:00Z");
    expect(story.outputs("plan").convertedPolicyId).to.equal(undefined);
    story.note("A-31, S1: editing a plan there converts it; its disks and the backups made so far are kept");
    story.note("A-36, ENGINE: those that are there live by the new retention");
    await story.up("plan", "hbr:BackupPlan", { ...plan, retention: 5 }, "the plan is edited: 5 days");
    const { convertedPolicyId, coveredDisks } = story.outputs("plan");
    expect(convertedPolicyId).to.match(/^po-/);
    story.name(String(convertedPolicyId), "po-made");
    story.name(String(planId), "plan-1");
    story.show(`plan ${planId}: converted to policy ${convertedPolicyId}, covers ${coveredDisks}`);
    expect(await story.drift()).to.deep.equal([]);
    await story.until("2026-01-07T12:00:00Z");
    const created = await story.engine.ask(({ store }) => store.find("protection"), undefined);
    expectGolden("plan-converted", story.text());

    // The same plan, machine and disks all along, one point a night, none lost on the way.
    expect(created.map(({ id, instanceId }) => [id, instanceId])).to.deep.equal([[planId, "i-db"]]);
    expect(before.every(({ diskIds }) => diskIds.join() === "d-data")).to.equal(true);
    for (const { diskIds, createTime, expireTime } of story.tale.points) {
      expect(diskIds).to.deep.equal(["d-data"]);
      expect((createTime - 1_767_232_800) % day).to.equal(0);
      expect(expireTime).to.equal(createTime + 5 * day);
    }
    expect(story.tale.points).to.have.length(5);
  });

  it("disaster recovery", async () => {
    const story = await Story.begin("The machine is lost, and comes back from the copies in another region");
    const rules = [
      { ruleType: "BACKUP", schedule: "I|1767232800|P1D", retention: 3 },
      { ruleType: "REPLICATION", replicationRegionId: "cn-shanghai", retention: 10 },
    ];
    const told = "policy nightly: 02:00, 3 days; copies to Shanghai, 10 days";
    await story.up("policy", "hbr:Policy", { policyName: "nightly", rules: rules as never }, told);
    await story.up("protection", "hbr:InstanceProtection", protection, "the machine db is bound to it, all disks");
    await story.until("2026-01-02T12:00:00Z");
    const jitter = { kind: "METADATA_SYNC", regionId: "cn-shanghai", seconds: String(day) };
    await story.call("setFault", jitter, "network jitter on the way to Shanghai, for a day");
    story.note("A-57, A-74: the copy fails, the point itself stays usable");
    await story.until("2026-01-04T12:00:00Z");
    await story.call("StopInstance", { InstanceId: "i-db" }, "the machine is stopped");
    await story.call("DeleteInstance", { InstanceId: "i-db" }, "and released, by mistake");
    story.note("A-59, S1: no backup runs any more; the points that there are stay, each to its own end");
    expect((await story.drift())[0]).to.equal("protection.achievedLevel: NONE, was CRASH");
    story.note("A-45: a protection that goes leaves its points");
    await story.down("protection", "the protection leaves the program");
    await story.until("2026-01-08T12:00:00Z");
    expect(story.tale.points, "points at home").to.deep.equal([]);
    story.note("A-51, S1: a machine is made from a copy where the copy is: network, security group, type");
    const target = { instanceType: "ecs.g7.large", restoredNetwork: "vsw-sh", securityGroup: "sg-sh" };
    const names = { restoredName: "db", restoredHostName: "db", bootAfterRestore: true };
    const restore = (point: string) => ({
      recoveryPointId: `${story.idOf(point)}r`,
      regionId: "cn-shanghai",
      ...target,
      ...names,
    });
    await story.up("restore", "hbr:Restore", restore("p3"), "restore p3 in Shanghai");
    await story.up("restore", "hbr:Restore", restore("p4"), "then p4");
    const { newInstanceIds, restoredRegionId } = story.outputs("restore");
    const [newId = ""] = newInstanceIds as readonly string[];
    story.name(newId, "i-new");
    story.show(`${newId} in ${restoredRegionId}`);
    await story.until("2026-01-15T00:00:00Z");
    expectGolden("disaster-recovery", story.text());

    const [machine, disks] = await story.engine.ask(
      async ({ store }) =>
        [await store.get("machine", newId), await store.find("disk", { instanceId: newId })] as const,
      undefined,
    );
    expect(machine).to.include({ regionId: "cn-shanghai", status: "Running", released: false });
    expect(disks.map(({ usedGiB }) => usedGiB).sort()).to.deep.equal([10, 50]);
    expect(story.tale.replicas, "copies live 10 days").to.deep.equal([]);
  });
});
