import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import type { Restore } from "../../provider/engine/alibaba/restore";
import { isoTime } from "../../provider/engine/core/time";
import { Reference } from "../support/program";
import { machineTarget } from "./replication-rows";
import { effect, expectRefusal, expectTold, type Row, refused, rulesOf } from "./row";
import { daily, day, type World } from "./world";

const instanceId = "i-1";
const of = (resource: string, property: string) => new Reference(resource, property);

function backup(world: World): World {
  return world.bare().declare("backup", "hbr:Backup", { instanceId, retention: { value: 7 } });
}

const fromBackup = { recoveryPointId: of("backup", "recoveryPointId") };

/** Restores from a point of a plain protection that has run for two days. */
async function twoPoints(world: World): Promise<string> {
  await world.plain().done();
  await world.advance(2 * day + 3600);
  return (await world.point()).id;
}

function restoreOf(world: World, recoveryPointId: string, more: object = machineTarget): World {
  return world.declare("restore", "hbr:Restore", { recoveryPointId, ...more });
}

const restores = (world: World): Promise<readonly Restore[]> =>
  world.engine.ask(({ store }) => store.find("restore"), undefined);

async function describe(world: World, id: string | undefined): Promise<PropertyMap> {
  const found = await world.engine.call("DescribeInstances", { InstanceIds: JSON.stringify([id]) });
  return ((found.Instances as PropertyMap).Instance as readonly PropertyMap[])[0] ?? {};
}

/** Points from which nothing comes back, each with its story. */
const stories: readonly Row[] = [
  effect("A-37", "restoring from an expired point is refused with its story", async (world) => {
    const id = await twoPoints(world);
    await world.advance(29 * day);
    const remedy = "choose a younger point (cloudbackup points)";
    expectRefusal(
      await restoreOf(world, id).up(),
      "restore",
      "A-37",
      `recovery point ${id} of 2026-01-02T00:00:00Z has expired`,
      remedy,
    );
  }),
  effect("A-42", "restoring from a deleted point is refused with its story", async (world) => {
    const id = await twoPoints(world);
    await world.engine.call("DeleteSnapshot", { SnapshotId: id, SourceType: "UDM_ECS" });
    const message = `recovery point ${id} was deleted at 2026-01-03T01:00:00Z`;
    const remedy = "what is deleted can't be restored";
    expectRefusal(await restoreOf(world, id).up(), "restore", "A-42", message, remedy);
  }),
  effect("A-39", "restoring from an unusable point is refused with its story", async (world) => {
    const id = await twoPoints(world);
    await world.engine.call("DeleteSnapshot", { SnapshotId: `${id}-1` });
    const message = `recovery point ${id} is unusable: its snapshots ${id}-1 were deleted outside Cloud Backup`;
    expectRefusal(await restoreOf(world, id).up(), "restore", "A-39", message, "choose another point");
  }),
  effect("A-54", "restoring from the point of a failed job is refused with the job's reason", async (world) => {
    await world.plain().done();
    await world.advance(day - 10);
    await world.engine.call("CreateSnapshot", { DiskId: "d-1" });
    await world.advance(10);
    const [job] = await world.jobs();
    const id = job?.id.replace(/^job-/, "s-") ?? "";
    const message = [
      `there is no recovery point ${id}: its job ${job?.id} is FAILED`,
      "a snapshot of disk d-1 is being made by the snapshot service",
    ];
    expectRefusal(await restoreOf(world, id).up(), "restore", "A-54", message, "mend what made the job fail");
  }),
  effect("A-54", "so is one from a job that was cancelled", async (world) => {
    await backup(world).done();
    const JobId = world.text("backup", "jobId");
    await world.engine.call("CancelBackupJob", { JobId });
    world.bare().omitted.add("backup");
    restoreOf(world, JobId.replace(/^job-/, "s-"));
    expectRefusal(await world.up(), "restore", "A-54", "is CANCELED: it was cancelled", "back up again");
  }),
  effect("A-48", "an archived point comes back an hour later, and the preview says so", async (world) => {
    const rules = [daily, { ruleType: "TRANSITION", retention: 90, archiveDays: 30 }];
    Object.assign(world.plain().policy, { rules });
    await world.done();
    await world.advance(32 * day);
    const { id } = await world.point();
    await restoreOf(world, id).preview();
    expectTold(world, "warning", `recoveryPointId: A-48: recovery point ${id} is archived`, "takes an hour");
    await world.done();
    expect((await restores(world))[0]?.startTime).to.equal((await world.now()) + 3600);
  }),
];

const queued: readonly Row[] = [
  effect("A-54", "one program backs up and restores: the restore waits for the job", async (world) => {
    backup(world).declare("restore", "hbr:Restore", { ...fromBackup, ...machineTarget });
    world.declare("clone", "hbr:Clone", { instanceId, ...machineTarget });
    world.declare("override", "hbr:RetentionOverride", { target: fromBackup, retentionDays: 90 });
    const preview = await world.preview();
    expect(preview.failure).to.equal(undefined);
    await world.done();
    const [job] = await world.jobs();
    const restore = (await restores(world)).find(({ kind }) => kind === "RESTORE");
    expect(restore?.startTime)
      .to.equal(job?.completeTime)
      .and.above(await world.now());
    const told = JSON.stringify(await world.engine.call("DescribeRestoreJobs2", {}));
    expect(told).to.contain("QUEUED");
    expect(isoTime((await world.point()).expireTime ?? 0)).to.equal("2026-04-01T00:00:00Z");
  }),
];

const types: readonly Row[] = [
  effect("A-54", "UDM_ECS: a new machine, which is paid as it goes", async (world) => {
    const id = await twoPoints(world);
    await restoreOf(world, id).done();
    const { newInstanceIds, newDiskIds, instanceChargeType, achievedLevel } = world.outputs("restore");
    expect(newDiskIds).to.have.length(2);
    expect([instanceChargeType, achievedLevel]).to.deep.equal(["PostPaid", "CRASH"]);
    const [newId] = newInstanceIds as readonly string[];
    expect(await describe(world, newId)).to.include({ RegionId: "us-east-1", Status: "Stopped" });
  }),
  effect("A-54", "UDM_ECS_ROLLBACK: a machine that runs is refused, unless it is forced", async (world) => {
    const id = await twoPoints(world);
    const rollback = { restoreType: "UDM_ECS_ROLLBACK", sourceInstanceId: instanceId };
    const { failure } = await restoreOf(world, id, rollback).up();
    expect(failure?.failures[0]?.reason).to.contain("IncorrectInstanceStatus: machine i-1 is Running");
    await restoreOf(world, id, { ...rollback, forceRestore: true, bootAfterRestore: true }).done();
    expect(world.outputs("restore").newInstanceIds).to.deep.equal([]);
  }),
  effect("A-54", "UDM_ECS_DISK: a new disk on a machine", async (world) => {
    const id = await twoPoints(world);
    const disk = { restoreType: "UDM_ECS_DISK", targetInstanceId: instanceId };
    const { failure } = await restoreOf(world, id, disk).up();
    expect(failure?.failures[0]?.reason).to.contain("holds 2 disks: d-0, d-1");
    await restoreOf(world, id, { ...disk, diskId: "d-1" }).done();
    const found = JSON.stringify(await world.engine.call("DescribeDisks", { InstanceId: instanceId }));
    expect(found).to.contain(String((world.outputs("restore").newDiskIds as readonly string[])[0]));
  }),
  effect("A-54", "UDM_ECS_DISK_ROLLBACK: a disk where it is, from the point of the disk alone", async (world) => {
    const id = await twoPoints(world);
    await world.engine.call("StopInstance", { InstanceId: instanceId });
    const rollback = { restoreType: "UDM_ECS_DISK_ROLLBACK", sourceInstanceId: instanceId };
    await restoreOf(world, `${id}-1`, rollback).done();
    expect(world.outputs("restore").newDiskIds).to.deep.equal([]);
  }),
];

/** A machine that was released. */
const released: readonly Row[] = [
  effect("A-59", "a released machine: no more runs, points stay, drift to NONE", async (world) => {
    await twoPoints(world);
    await world.engine.call("DeleteInstance", { InstanceId: instanceId, Force: "true" });
    await world.refresh();
    expect(world.outputs("protection")).to.include({ achievedLevel: "NONE", groupKind: "NONE" });
    expect(rulesOf(world)).to.deep.equal(["A-59"]);
    const before = await world.points();
    await world.advance(day);
    expect(await world.points()).to.deep.equal(before);
  }),
  effect("A-59", "its points restore to a new machine, and not as a rollback", async (world) => {
    const id = await twoPoints(world);
    world.omitted.add("protection");
    await world.done();
    await world.engine.call("DeleteInstance", { InstanceId: instanceId, Force: "true" });
    const rollback = { restoreType: "UDM_ECS_ROLLBACK", sourceInstanceId: instanceId, forceRestore: true };
    const message = "machine i-1 was released: it can't be rolled back";
    const remedy = "restore its data to a new machine: restoreType UDM_ECS";
    expectRefusal(await restoreOf(world, id, rollback).up(), "restore", "A-59", message, remedy);
    await restoreOf(world, id).done();
    const [newId] = world.outputs("restore").newInstanceIds as readonly string[];
    expect(await describe(world, newId)).to.include({ InstanceId: newId, OSName: "CentOS  7.9 64 bit" });
  }),
  effect("A-59", "suspended behind the program's back: no runs, retention goes on, drift shows it", async (world) => {
    await twoPoints(world);
    const given = { PolicyId: world.text("policy", "policyId"), DataSourceId: instanceId };
    await world.engine.call("UpdatePolicyBinding", { ...given, Disabled: "true" });
    const run = await world.refresh();
    const drift = run.steps.find(({ urn }) => urn.endsWith("::protection"))?.detailedDiff;
    expect(Object.keys(drift ?? {})).to.include("disabled");
    await world.advance(29 * day);
    expect(await world.points(), "of two one has expired").to.have.length(1);
    await world.advance(day);
    expect(await world.points()).to.have.length(0);
  }),
  effect("A-59", "deleting one plan deletes only that", async (world) => {
    Object.assign(world.instance, { RegionId: "me-central-1", ZoneId: "me-central-1a" });
    const plan = { instanceId, rules: [{ schedule: "I|1767225600|P1D" }], retention: 30 };
    world
      .bare()
      .declare("one", "hbr:BackupPlan", plan)
      .declare("other", "hbr:BackupPlan", { ...plan, retention: 9 });
    await world.done();
    await world.advance(day);
    expect(await world.points()).to.have.length(2);
    await world.engine.call("DeleteBackupPlan", { PlanId: world.text("one", "planId") });
    expect(await world.points()).to.have.length(2);
    await world.advance(day);
    expect(await world.points()).to.have.length(3);
    await world.engine.call("DeleteUdmEcsInstance", { InstanceId: instanceId });
    expect(JSON.stringify(await world.engine.call("DescribeBackupPlans", {}))).not.to.contain("plan-");
    expect(await world.points()).to.have.length(3);
  }),
];

function group(world: World): World {
  world.bare().addMachine("i-2");
  return world.declare("group", "hbr:ConsistencyGroup", { instanceIds: [instanceId, "i-2"] });
}

const groups: readonly Row[] = [
  effect("A-58", "a group's run leaves one group point, with points of machines and disks", async (world) => {
    group(world).omitted.delete("policy");
    const inputs = { groupId: of("group", "groupId"), policyId: of("policy", "policyId") };
    await world.declare("together", "hbr:InstanceProtection", inputs).done();
    await world.advance(day + 3600);
    const told = await world.call("hbr:getRecoveryPoints", { groupId: world.text("group", "groupId") });
    const [point, ...others] = told.groupPoints as readonly PropertyMap[];
    expect(others).to.deep.equal([]);
    const members = told.recoveryPoints as readonly PropertyMap[];
    expect(members.map(({ instanceId: id }) => id)).to.have.members(["i-1", "i-2"]);
    expect(members.map(({ createdTime }) => createdTime)).to.deep.equal([point?.createdTime, point?.createdTime]);
    expect(members.map(({ diskPoints }) => (diskPoints as readonly object[]).length).sort()).to.deep.equal([1, 2]);
    const groupPointId = String(point?.groupPointId);
    await restoreOf(world, groupPointId).done();
    expect(world.outputs("restore").newInstanceIds).to.have.length(2);
  }),
  effect("A-58", "a group is backed up, extended and cloned as one", async (world) => {
    const groupId = of("group", "groupId");
    group(world).declare("backup", "hbr:Backup", { groupId, retention: { value: 7 } });
    world.declare("clone", "hbr:Clone", { groupId, ...machineTarget });
    await world.done();
    expect(world.text("backup", "recoveryPointId")).to.match(/^gs-/);
    expect(world.outputs("clone").newInstanceIds).to.have.length(2);
  }),
  refused(
    "A-58",
    "both a machine and a group",
    "backup",
    (world) =>
      void group(world).declare("backup", "hbr:Backup", {
        instanceId,
        groupId: of("group", "groupId"),
        retention: { value: 7 },
      }),
    "either instanceId or groupId is needed, and not both",
    "name the machine, or the consistency group",
  ),
  refused(
    "A-58",
    "machines of two regions",
    "group",
    (world) => {
      world.addMachine("i-3", { RegionId: "cn-hangzhou", ZoneId: "cn-hangzhou-a" });
      world.bare().declare("group", "hbr:ConsistencyGroup", { instanceIds: [instanceId, "i-3"] });
    },
    "machine i-3 lies in cn-hangzhou, the group's first one in us-east-1",
    "make one group for each region",
  ),
  refused(
    "A-50",
    "a group with a system disk that is no ESSD",
    "group",
    (world) => {
      world.addMachine("i-2", {}, { Category: "cloud_ssd" });
      world.bare().declare("group", "hbr:ConsistencyGroup", { instanceIds: [instanceId, "i-2"] });
    },
    "the system disk of machine i-2 is cloud_ssd; a consistency group needs ESSD system disks",
    "move the system disk to ESSD",
  ),
  refused(
    "A-50",
    "a clone of a machine whose system disk is no ESSD",
    "clone",
    (world) => {
      Object.assign(world.disks[0] ?? {}, { Category: "cloud_efficiency" });
      world.bare().declare("clone", "hbr:Clone", { instanceId, ...machineTarget });
    },
    "the system disk of machine i-1 is cloud_efficiency; only machines with an ESSD one are cloned",
    "or back the machine up and restore it",
  ),
  effect("A-50", "a clone is pay-as-you-go, and its snapshots live one day", async (world) => {
    await world
      .bare()
      .declare("clone", "hbr:Clone", { instanceId, ...machineTarget })
      .done();
    expect(world.outputs("clone").instanceChargeType).to.equal("PostPaid");
    const left = async () =>
      ((await world.call("ecs:getSnapshots", { instanceId })).snapshots as readonly object[]).length;
    expect(await left()).to.equal(2);
    await world.advance(day - 1);
    expect(await left()).to.equal(2);
    await world.advance(1);
    expect(await left()).to.equal(0);
  }),
];

export const restoreRows: readonly Row[] = [...stories, ...queued, ...types, ...released, ...groups];
