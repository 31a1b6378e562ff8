import { expect } from "chai";
import { isoTime } from "../../provider/engine/core/time";
import { Reference } from "../support/program";
import { protectedFor, snapshotIds } from "./retention-rows";
import { effect, expectTold, type Row } from "./row";
import { daily, day, type World } from "./world";

const instanceId = "i-1";

/** Days that each point lives from its creation, oldest first. */
async function daysOfPoints(world: World): Promise<readonly (number | null)[]> {
  return (await world.points()).map(({ createTime, expireTime }) => expireTime && (expireTime - createTime) / day);
}

/** Gives the policy these rules. */
async function edit(world: World, ...rules: readonly object[]): Promise<void> {
  Object.assign(world.policy, { rules });
  await world.done();
}

const keeping = (retention: number) => ({ ...daily, retention });

/** What other rules make of points that exist already. */
export const policyChangeRows: readonly Row[] = [
  effect("A-36", "a longer retention reaches the points that are there", async (world) => {
    await protectedFor(world, 5, 3);
    await edit(world, keeping(9));
    expect(await daysOfPoints(world)).to.deep.equal([9, 9, 9]);
    expectTold(world, "info", "retention 3 → 9 days extends all 3 recovery points", "within 9 days (A-36)");
  }),
  effect("A-36", "so does a shorter one; what is over goes at once", async (world) => {
    await protectedFor(world, 5, 9);
    await edit(world, keeping(2));
    expect(await daysOfPoints(world)).to.deep.equal([2, 2]);
    expectTold(world, "warning", "retention 9 → 2 days prunes 3 of 5 recovery points", "older than 2 days (A-37)");
  }),
  effect("A-36", "so does one that is changed behind the program's back", async (world) => {
    await protectedFor(world, 5, 9);
    const Rules = JSON.stringify([{ RuleType: "BACKUP", Schedule: daily.schedule, Retention: 2 }]);
    await world.engine.call("UpdatePolicyV2", { PolicyId: world.text("policy", "policyId"), Rules });
    expect(await daysOfPoints(world)).to.deep.equal([2, 2]);
  }),
  effect("A-36", "so does another policy for the machine", async (world) => {
    world.plain().declare("short", "hbr:Policy", { policyName: "short", rules: [keeping(2)] });
    await protectedFor(world, 5, 9);
    world.protection.policyId = new Reference("short", "policyId");
    await world.done();
    expect(await daysOfPoints(world)).to.deep.equal([2, 2]);
    expectTold(world, "warning", "policy daily → short (retention 9 → 2 days) prunes 3 of 5 recovery points");
  }),
  effect("A-36", "another hour alone leaves them as they are", async (world) => {
    await protectedFor(world, 5, 3);
    await edit(world, { ...keeping(3), schedule: "I|1767247200|P1D" });
    expect(await daysOfPoints(world)).to.deep.equal([3, 3, 3]);
    expectTold(world, "info", "another schedule keeps all 3 recovery points");
  }),
  effect(
    "A-36",
    "the first point of a period is kept by its rule, in the place of one that is damaged",
    async (world) => {
      await protectedFor(world, 12, 30);
      // 2026-01-05 is a Monday.
      const monday = (await world.points()).find(({ createTime }) => isoTime(createTime) === "2026-01-05T00:00:00Z");
      await world.engine.call("DeleteSnapshot", { SnapshotId: `${monday?.id}-0` });
      const weekly = { advancedRetentionType: "WEEKLY", retention: 60 };
      await edit(world, keeping(2), { ruleType: "TRANSITION", retentionRules: [weekly] });
      const left = (await world.points()).map(({ createTime }) => isoTime(createTime).slice(0, 10));
      expect(left).to.deep.equal(["2026-01-02", "2026-01-06", "2026-01-12", "2026-01-13"]);
      expect(await daysOfPoints(world)).to.deep.equal([60, 60, 60, 2]);
    },
  ),
  effect("A-36", "a point lives by the rule in whose schedule it lies", async (world) => {
    const weekly = { ruleType: "BACKUP", schedule: "I|1767268800|P7D", retention: 30 };
    await protectedFor(world, 9, 20, weekly);
    await edit(world, keeping(3), { ...weekly, retention: 50 });
    expect(await daysOfPoints(world)).to.deep.equal([50, 3, 50, 3, 3]);
  }),
  effect("A-36", "a backup by hand has a retention of its own", async (world) => {
    world.plain().declare("backup", "hbr:Backup", { instanceId, retention: { value: 40 } });
    await protectedFor(world, 3, 9);
    await edit(world, keeping(1));
    expect(await daysOfPoints(world)).to.deep.equal([40, 1]);
  }),
  effect("A-38", "what an override holds never comes to live shorter", async (world) => {
    await protectedFor(world, 5, 9);
    const { id } = await world.point();
    await world.engine.call("extendUdmSnapshot", { SnapshotId: id, RetentionDays: "20" });
    await edit(world, keeping(2));
    expect(await daysOfPoints(world)).to.deep.equal([20, 2, 2]);
    expectTold(world, "warning", "prunes 2 of 5", "1 kept: held by an override (A-38)");
    await edit(world, keeping(30));
    expect(await daysOfPoints(world), "and no shorter than the others").to.deep.equal([30, 30, 30]);
  }),
  effect("A-43", "immutable points never come to live shorter", async (world) => {
    await protectedFor(world, 3, 9, { ruleType: "SECURITY", immutable: true });
    await edit(world, keeping(2));
    expect(await daysOfPoints(world)).to.deep.equal([9, 9, 9]);
    expectTold(world, "info", "keeps all 3 recovery points", "immutable (A-43)");
  }),
  effect("A-65", "copies keep the expiry that they have", async (world) => {
    await protectedFor(world, 3, 9, { ruleType: "REPLICATION", replicationRegionId: "us-west-1" });
    await edit(world, keeping(1), { ruleType: "REPLICATION", replicationRegionId: "us-west-1" });
    expect(await daysOfPoints(world)).to.deep.equal([1]);
    const copies = await world.engine.ask(({ store }) => store.find("replica"), undefined);
    const days = copies.map(({ createTime, expireTime }) => ((expireTime ?? 0) - createTime) / day);
    expect(days).to.deep.equal([9, 9, 9]);
  }),
  effect(
    "A-40",
    "of a point that goes at once a snapshot stays that a disk was made of; a shared one goes",
    async (world) => {
      await protectedFor(world, 5, 9);
      const { id } = await world.point();
      await world.engine.call("CreateDisk", { SnapshotId: `${id}-0`, InstanceId: instanceId });
      await world.engine.call("shareSnapshot", { SnapshotId: `${id}-1`, accountId: "4242" });
      await edit(world, keeping(2));
      expect(await snapshotIds(world, id)).to.deep.equal([`${id}-0`]);
    },
  ),
  effect("A-58", "a group's point lives as those of its machines", async (world) => {
    world.bare().addMachine("i-2").omitted.delete("policy");
    world.declare("group", "hbr:ConsistencyGroup", { groupName: "pair", instanceIds: [instanceId, "i-2"] });
    const policyId = new Reference("policy", "policyId");
    world.declare("both", "hbr:InstanceProtection", { groupId: new Reference("group", "groupId"), policyId });
    await edit(world, keeping(9));
    await world.advance(4 * day);
    await edit(world, keeping(2));
    const groups = await world.engine.ask(({ store }) => store.find("groupPoint"), undefined);
    expect(groups.map(({ createTime, expireTime }) => (expireTime ?? 0) - createTime)).to.deep.equal([
      2 * day,
      2 * day,
    ]);
    expect(await daysOfPoints(world)).to.deep.equal([2, 2, 2, 2]);
  }),
];
