import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import { isoTime } from "../../provider/engine/core/time";
import { Reference } from "../support/program";
import { effect, expectError, expectRefusal, expectTold, type Row, record, refused } from "./row";
import { daily, day, type World } from "./world";

const policyId = new Reference("policy", "policyId");
const riyadh = { RegionId: "me-central-1", ZoneId: "me-central-1a" };

const rules = (...given: readonly object[]) => {
  return (world: World) => void Object.assign(world.plain().policy, { rules: given });
};
const without = (name: string, from: PropertyMap): PropertyMap =>
  Object.fromEntries(Object.entries(from).filter(([key]) => key !== name));

const startTimes = async (world: World) => (await world.jobs()).map(({ startTime }) => isoTime(startTime));

/** The jobs of a schedule until a number of days have passed. */
async function jobsOf(world: World, schedule: string, days: number): Promise<readonly string[]> {
  rules({ ...daily, schedule })(world);
  await world.done();
  await world.advance(days * day);
  return startTimes(world);
}

const binding: readonly Row[] = [
  refused(
    "A-30",
    "a second protection of a machine",
    "second",
    (world) =>
      world.plain().declare("second", "hbr:InstanceProtection", {
        instanceId: new Reference("protection", "instanceId"),
        policyId,
      }) && undefined,
    ["machine i-1 is bound to policy po-", "(protection pd-", "one policy per machine"],
    "change that protection's policyId, remove it, or import it",
  ),
  effect("A-30", "a second binding by the API is refused with the name of the first", async (world) => {
    await world.plain().done();
    const PolicyBindingList = JSON.stringify([{ SourceType: "UDM_ECS", DataSourceId: "i-1" }]);
    const PolicyId = world.text("policy", "policyId");
    const protectionId = world.text("protection", "protectionId");
    expectError(await world.refusedCall("CreatePolicyBindings", { PolicyId, PolicyBindingList }), {
      rule: "A-30",
      code: "Engine.InstanceAlreadyBound",
      message: `machine i-1 is bound to policy ${PolicyId} already (protection ${protectionId})`,
      remedy: "change that protection's policyId",
    });
  }),
  effect("A-30", "another policy takes over in place", async (world) => {
    world.plain().declare("weekly", "hbr:Policy", { rules: [{ ...daily, schedule: "I|1767225600|P7D" }] });
    await world.done();
    const id = world.text("protection", "protectionId");
    world.protection.policyId = new Reference("weekly", "policyId");
    // The program takes the new policy from a resource that comes first.
    const run = await world.done();
    expect(run.steps.find(({ urn }) => urn.endsWith("::protection"))?.operation).to.equal("update");
    expect(world.text("protection", "protectionId")).to.equal(id);
  }),
];

const planInputs = { instanceId: "i-1", rules: [{ schedule: "I|1767225600|P1D" }], retention: 30 };

async function convert(world: World): Promise<void> {
  Object.assign(world.instance, riyadh);
  const excludeDiskIdList = ["d-1"];
  world.bare().declare("plan", "hbr:BackupPlan", { ...planInputs, excludeDiskIdList });
  await world.done();
  await world.advance(2 * day);
  const [planId, points] = [world.text("plan", "planId"), await world.points()];
  await world.engine.call("openPolicyCenter", { regionId: "me-central-1" });
  await world.done();
  expect(world.outputs("plan").convertedPolicyId, "nothing was edited").to.equal(undefined);
  world.declare("plan", "hbr:BackupPlan", { ...planInputs, excludeDiskIdList, retention: 60 });
  const run = await world.done();
  expect(run.steps.map(({ operation }) => operation)).to.deep.equal(["update"]);
  expect(world.text("plan", "planId")).to.equal(planId);
  expect(world.text("plan", "convertedPolicyId")).to.match(/^po-/);
  const kept = points.map((point) => ({ ...point, expireTime: point.createTime + 60 * day }));
  expect(await world.points(), "the points are kept, and live by the new retention").to.deep.equal(kept);
  expect(world.outputs("plan").coveredDisks, "the disks are kept").to.deep.equal(["d-0"]);
  const bound = await world.engine.call("DescribePolicyBindings", {});
  expect(JSON.stringify(bound)).to.contain(`"PolicyId":"${world.text("plan", "convertedPolicyId")}"`);
  await world.advance(day);
  expect((await world.points()).length).to.equal(points.length + 1);
}

const plans: readonly Row[] = [
  refused(
    "A-31",
    "a plan where there is a Policy Center",
    "plan",
    (world) => void world.bare().declare("plan", "hbr:BackupPlan", planInputs),
    "region us-east-1 (US (Virginia)) has a Policy Center: no backup plan can be created there",
    "use hbr:Policy and hbr:InstanceProtection",
  ),
  effect("A-31", "a plan that is edited once there is a Policy Center becomes a policy in place", convert),
  effect("A-31", "a machine that is bound already keeps its plan from being converted", async (world) => {
    Object.assign(world.instance, riyadh);
    world.bare().declare("plan", "hbr:BackupPlan", planInputs);
    await world.done();
    await world.engine.call("openPolicyCenter", { regionId: "me-central-1" });
    world.omitted.clear();
    world.plain();
    await world.done();
    world.declare("plan", "hbr:BackupPlan", { ...planInputs, retention: 60 });
    expectRefusal(await world.up(), "plan", "A-30", "machine i-1 is bound to policy po-", "remove it");
  }),
];

const service: readonly Row[] = [
  effect(
    "A-32",
    "the first binding makes the service-linked role and tells of the bill; the second does not",
    async (world) => {
      await world.plain().preview();
      expectTold(
        world,
        "info",
        "A-32: the first protection makes the service-linked role AliyunServiceRoleForHbrEcsBackup",
        "from then on the snapshots' storage is billed",
        "seed 001",
      );
      await world.start();
      expect(record((await world.call("hbr:getService")).serviceLinkedRole).exists).to.equal(false);
      await world.done();
      expect(record((await world.call("hbr:getService")).serviceLinkedRole).exists).to.equal(true);
      world.engine.told.splice(0);
      world.addMachine("i-2");
      await world.done();
      expect(world.engine.told.join("\n")).not.to.contain("A-32");
    },
  ),
  effect("A-32", "the first backup of any kind opens the snapshot service", async (world) => {
    world.bare().declare("backup", "hbr:Backup", { instanceId: "i-1", retention: { value: 1 } });
    await world.preview();
    expectTold(world, "info", "A-32: the first backup opens the ECS snapshot service");
    expect((await world.call("hbr:getService")).snapshotServiceSince).to.equal(undefined);
    await world.done();
    expect((await world.call("hbr:getService")).snapshotServiceSince).to.equal("2026-01-01T00:00:00Z");
  }),
  refused(
    "A-32",
    "Cloud Backup that is not activated",
    "protection",
    async (world) => void (await (await world.plain().start()).engine.call("closeHbrService", {})),
    "Cloud Backup isn't activated in this account",
    "activate it, which is free",
  ),
  effect("A-63", "the catalogue says what a region offers, and what is ENGINE", async (world) => {
    await world.bare().start();
    const [riyadhNow] = (await world.call("hbr:getRegions", { regionId: "me-central-1" })).regions as PropertyMap[];
    expect(riyadhNow).to.include({ instanceBackup: true, appConsistent: false, policyCenter: false });
    expect(record(riyadhNow?.sources).appConsistent).to.contain("seed 000");
    expect(record(riyadhNow?.sources).policyCenter).to.contain("ENGINE");
    const [hangzhou] = (await world.call("hbr:getRegions", { regionId: "cn-hangzhou" })).regions as PropertyMap[];
    expect(hangzhou).to.include({ instanceBackup: true, appConsistent: true, policyCenter: true, groupDiskLimit: 128 });
  }),
  refused(
    "A-63",
    "a region that nobody knows",
    "machine",
    (world) => void world.bare().declare("machine", "ecs:Instance", { regionId: "cn-hangzhuo" }),
    "cn-hangzhuo",
    "cn-hangzhou",
  ),
  refused(
    "A-63",
    "a binding where there is no Policy Center",
    "protection",
    (world) => void Object.assign(world.plain().instance, riyadh),
    "region me-central-1 has no Policy Center",
    "use hbr:BackupPlan there",
  ),
];

const changeRetention = "change the retention to a specified number of days";
const standard = { policyName: "files", policyType: "STANDARD" };

const retention: readonly Row[] = [
  refused("A-33", "-1 days", "policy", rules({ ...daily, retention: -1 }), "permanent retention rule", changeRetention),
  refused("A-33", "none at all", "policy", rules(without("retention", daily)), "permanent retention", changeRetention),
  refused(
    "A-33",
    "a TRANSITION rule of -1 days",
    "policy",
    rules(daily, { ruleType: "TRANSITION", retention: -1 }),
    "rules[1].retention",
    changeRetention,
  ),
  effect("A-33", "an update of a bound policy, and the policy stays as it is", async (world) => {
    await world.plain().done();
    const PolicyId = world.text("policy", "policyId");
    const Rules = JSON.stringify([{ RuleType: "BACKUP", Schedule: "I|1767225600|P1D", Retention: -1 }]);
    expectError(await world.refusedCall("UpdatePolicyV2", { PolicyId, Rules }), {
      rule: "A-33",
      code: "Engine.PermanentRetention",
      message: "permanent retention",
      remedy: changeRetention,
    });
    expect(JSON.stringify(await world.engine.call("DescribePoliciesV2", { PolicyId }))).to.contain('"Retention":30');
  }),
  refused(
    "A-34",
    "a REPLICATION rule without a region",
    "policy",
    rules(daily, { ruleType: "REPLICATION" }),
    "replication is on, but the destination region isn't specified (A-71)",
    "name the destination region, or turn replication off",
  ),
  refused(
    "A-34",
    "a manual backup without a region",
    "backup",
    (world) =>
      void world.bare().declare("backup", "hbr:Backup", { instanceId: "i-1", retention: { value: 1 }, doCopy: true }),
    "the destination region isn't specified",
    "name the destination region",
  ),
  refused(
    "A-34",
    "the machine's own region",
    "protection",
    rules(daily, { ruleType: "REPLICATION", replicationRegionId: "us-east-1" }),
    "the destination region us-east-1 is the machine's own",
    "name another region",
  ),
  refused(
    "A-67",
    "a policy for other data sources",
    "protection",
    (world) => void Object.assign(world.plain().policy, standard),
    "is of type STANDARD; ECS instances take policies of type UDM_ECS_ONLY",
    'use a policy with policyType "UDM_ECS_ONLY"',
  ),
  refused(
    "A-33",
    "a machine that is bound to a policy with permanent retention, whatever its type",
    "protection",
    (world) => void Object.assign(world.plain().policy, { ...standard, rules: [{ ...daily, retention: -1 }] }),
    "the policy contains a permanent retention rule",
    changeRetention,
  ),
  effect("A-67", "a STANDARD policy may keep for ever, as nothing of ECS is bound to it", async (world) => {
    world.bare().declare("files", "hbr:Policy", { ...standard, rules: [{ ...daily, retention: -1 }] });
    await world.done();
  }),
];

const builtIn: readonly Row[] = [
  effect("A-67", "a region has one built-in policy, which can be read and bound, and not be deleted", async (world) => {
    await world.plain().start();
    const { regions } = await world.call("hbr:getRegions", { regionId: "us-east-1" });
    const id = String((regions as readonly PropertyMap[])[0]?.defaultPolicyId);
    const told = JSON.stringify(await world.engine.call("DescribePoliciesV2", { PolicyId: id }));
    expect(told).to.contain("Default policy of us-east-1").and.contain('"Retention":30');
    world.omitted.add("policy");
    world.protection.policyId = id;
    await world.done();
    await world.advance(2 * day);
    expect(await world.points()).to.have.length(2);
    expectError(await world.refusedCall("DeletePolicyV2", { PolicyId: id }), {
      rule: "A-67",
      code: "Engine.DefaultPolicy",
      message: `policy ${id} is the built-in default policy of region us-east-1: it can't be deleted`,
      remedy: "leave it alone",
    });
  }),
  effect("A-67", "a program takes the built-in policy over and edits it, and can't destroy it", async (world) => {
    await world.bare().start();
    const { regions } = await world.call("hbr:getRegions", { regionId: "us-east-1" });
    const importId = String((regions as readonly PropertyMap[])[0]?.defaultPolicyId);
    const built = { policyName: "Default policy of us-east-1", rules: [daily] };
    world.more.push({ name: "built", type: "cloudbackup:hbr:Policy", inputs: built, importId });
    expect((await world.done()).steps.map(({ operation }) => operation)).to.deep.equal(["import"]);
    world.declare("built", "hbr:Policy", { ...built, rules: [{ ...daily, retention: 60 }] });
    expect((await world.done()).steps.map(({ operation }) => operation)).to.deep.equal(["update"]);
    expect(world.text("built", "policyId")).to.equal(importId);
    const told = JSON.stringify(await world.engine.call("DescribePoliciesV2", { PolicyId: importId }));
    expect(told).to.contain('"Retention":60');
    const { failure } = await world.destroy();
    expect(failure?.error).to.include({ rule: "A-67", code: "Engine.DefaultPolicy" });
  }),
  effect("A-67", "a region without Policy Center has no built-in policy until it gets one", async (world) => {
    await world.plain().start();
    const find = async () => {
      const { regions } = await world.call("hbr:getRegions", { regionId: "me-central-1" });
      return (regions as readonly PropertyMap[])[0]?.defaultPolicyId;
    };
    expect(await find()).to.equal(undefined);
    await world.engine.call("openPolicyCenter", { regionId: "me-central-1" });
    expect(await find()).to.match(/^po-/);
  }),
];

const schedules: readonly Row[] = [
  effect("A-35", "the first job runs at the start, later ones by the interval", async (world) => {
    const jobs = await jobsOf(world, "I|1767247200|PT12H", 1);
    expect(jobs).to.deep.equal(["2026-01-01T06:00:00Z", "2026-01-01T18:00:00Z"]);
  }),
  effect("A-35", "slots that were missed are not made up", async (world) => {
    const jobs = await jobsOf(world, "I|1766880000|P2D", 3);
    expect(jobs).to.deep.equal(["2026-01-03T00:00:00Z"]);
  }),
  effect("A-35", "slots that passed while the protection was suspended are not made up", async (world) => {
    world.plain().protection.disabled = true;
    await world.done();
    await world.advance(3 * day);
    world.protection.disabled = false;
    await world.done();
    await world.advance(day);
    expect(await startTimes(world)).to.deep.equal(["2026-01-05T00:00:00Z"]);
  }),
  effect("A-35", "a slot is skipped while the job before it runs", async (world) => {
    // 700 GiB at 100 MiB a second take a little less than two hours.
    Object.assign(world.disks[1] ?? {}, { Size: 1000, usedGiB: 700 });
    world.instance.changeRatePercentPerDay = 100;
    const jobs = await jobsOf(world, "I|1767225600|PT1H", 1 / 6);
    expect(jobs).to.deep.equal(["2026-01-01T01:00:00Z", "2026-01-01T03:00:00Z", "2026-01-01T04:00:00Z"]);
  }),
  effect("A-35", "cron has six fields, in UTC; 3,5,7 are Tuesday, Thursday and Saturday", async (world) => {
    const jobs = await jobsOf(world, "C|1767225600|0 30 2 ? * 3,5,7", 6);
    expect(jobs).to.deep.equal(["2026-01-01T02:30:00Z", "2026-01-03T02:30:00Z", "2026-01-06T02:30:00Z"]);
  }),
  effect("A-35", "weekday 1 is Sunday", async (world) => {
    expect(await jobsOf(world, "C|1767225600|0 0 2 ? * 1", 7)).to.deep.equal(["2026-01-04T02:00:00Z"]);
  }),
  refused("A-35", "no schedule", "policy", rules(without("schedule", daily)), "a BACKUP rule needs a schedule", "P1D"),
  refused(
    "A-35",
    "no BACKUP rule",
    "policy",
    rules({ ruleType: "TRANSITION", retention: 9 }),
    "one BACKUP rule",
    "add",
  ),
  refused("A-35", "five fields", "policy", rules({ ...daily, schedule: "C|0|0 2 ? * 1" }), "six are needed", "I|1767"),
  refused(
    "A-35",
    "what a rule has no use for",
    "policy",
    rules({ ...daily, archiveDays: 30 }),
    "rules[0].archiveDays: A-35: a BACKUP rule has no archiveDays",
    "put archiveDays on a TRANSITION rule",
  ),
  effect("A-47", "a disk that the snapshot service takes as well: a warning", async (world) => {
    Object.assign(world.disks[1] ?? {}, { AutoSnapshotPolicyId: "sp-1" });
    await world.plain().preview();
    expectTold(world, "warning", "A-47: the snapshot service takes snapshots of disk d-1 too (policy sp-1)", "fix: ");
  }),
];

const transition = (retentionDays: number, archiveDays: number) => ({
  ruleType: "TRANSITION",
  retention: retentionDays,
  archiveDays,
});

const archiving: readonly Row[] = [
  refused(
    "A-48",
    "29 days",
    "policy",
    rules(daily, transition(120, 29)),
    "stay 30 days or more in standard tier",
    "30 days or",
  ),
  refused("A-48", "59 days in the archive", "policy", rules(daily, transition(89, 30)), "at least 60 days", "90 days"),
  effect("A-48", "30 days in the standard tier and 60 in the archive are enough", async (world) => {
    rules(daily, transition(90, 30))(world);
    await world.done();
    await world.advance(31 * day);
    const { recoveryPoints } = await world.call("hbr:getRecoveryPoints", { instanceId: "i-1" });
    const tiers = (recoveryPoints as readonly PropertyMap[]).map(({ archiveStatus }) => archiveStatus);
    expect(tiers.filter((tier) => tier === "ARCHIVED")).to.have.length(1);
    expect(tiers.at(-1)).to.equal("ARCHIVED");
  }),
];

export const policyRows: readonly Row[] = [
  ...binding,
  ...plans,
  ...service,
  ...retention,
  ...builtIn,
  ...schedules,
  ...archiving,
];
