import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import { isoTime } from "../../provider/engine/core/time";
import { Reference } from "../support/program";
import { effect, expectTold, type Row, refused } from "./row";
import { daily, day, type World } from "./world";

const never = undefined;
const instanceId = "i-1";

/** A plain protection that runs daily, with points of so many days. */
export async function protectedFor(
  world: World,
  days: number,
  retention = 30,
  ...more: readonly object[]
): Promise<World> {
  Object.assign(world.plain().policy, { rules: [{ ...daily, retention }, ...more] });
  await world.done();
  await world.advance(days * day);
  return world;
}

async function snapshotsOf(world: World, recoveryPointId: string): Promise<readonly PropertyMap[]> {
  return (await world.call("ecs:getSnapshots", { recoveryPointId })).snapshots as readonly PropertyMap[];
}

export const snapshotIds = async (world: World, pointId: string) =>
  (await snapshotsOf(world, pointId)).map(({ snapshotId }) => snapshotId);

const expiries = async (world: World) =>
  (await world.points()).map(({ expireTime }) => (expireTime === null ? "never" : isoTime(expireTime)));

/** By calendar in UTC: when the backup is made, how long it is kept, when it expires. */
const lives: readonly (readonly [made: string, value: number, unit: string, expires: string])[] = [
  ["2026-01-01", 10, "DAY", "2026-01-11T00:00:00Z"],
  ["2026-01-01", 2, "WEEK", "2026-01-15T00:00:00Z"],
  ["2026-01-31", 1, "MONTH", "2026-02-28T00:00:00Z"],
  ["2026-01-31", 2, "MONTH", "2026-03-31T00:00:00Z"],
  ["2026-08-31", 6, "MONTH", "2027-02-28T00:00:00Z"],
  ["2028-01-31", 1, "MONTH", "2028-02-29T00:00:00Z"],
  ["2028-02-29", 1, "YEAR", "2029-02-28T00:00:00Z"],
];

const calendar: readonly Row[] = [
  ...lives.map(([made, value, unit, expires]) =>
    effect("A-36", `a point of ${made} for ${value} ${unit} lives until ${expires}`, async (world) => {
      await world.bare().start();
      await world.advance(Date.parse(`${made}T00:00:00Z`) / 1000 - (await world.now()));
      world.declare("backup", "hbr:Backup", { instanceId, retention: { value, unit } });
      await world.done();
      expect(world.text("backup", "expireTime")).to.equal(expires);
      await world.advance(Date.parse(expires) / 1000 - (await world.now()) - 1);
      expect(await world.points()).to.have.length(1);
      await world.advance(1);
      expect(await world.points()).to.have.length(0);
    }),
  ),
  effect("A-36", "a TRANSITION rule's retention beats the BACKUP rule's", async (world) => {
    await protectedFor(world, 1, 3, { ruleType: "TRANSITION", retention: 10 });
    expect(await expiries(world)).to.deep.equal(["2026-01-12T00:00:00Z"]);
  }),
  refused(
    "A-36",
    "two TRANSITION rules",
    "policy",
    (world) => {
      const rules = [daily, { ruleType: "TRANSITION", retention: 60 }, { ruleType: "TRANSITION", retention: 90 }];
      Object.assign(world.plain().policy, { rules });
    },
    "a policy has at most one TRANSITION rule",
    "keep one TRANSITION rule",
  ),
];

const expiry: readonly Row[] = [
  effect("A-37", "at expiry the snapshots are deleted by themselves, shared ones too", async (world) => {
    await protectedFor(world, 1, 3);
    const { id } = await world.point();
    await world.engine.call("shareSnapshot", { SnapshotId: `${id}-0`, accountId: "4242" });
    const [shared] = await snapshotsOf(world, id);
    expect(shared?.sharedWith).to.deep.equal(["4242"]);
    expect(await snapshotIds(world, id)).to.deep.equal([`${id}-0`, `${id}-1`]);
    await world.advance(3 * day);
    expect(await snapshotIds(world, id)).to.deep.equal([]);
  }),
  effect("A-39", "a snapshot deleted through ECS damages its point until that would have expired", async (world) => {
    await protectedFor(world, 2);
    const { id } = await world.point();
    await world.engine.call("DeleteSnapshot", { SnapshotId: `${id}-0` });
    const run = await world.refresh();
    const drift = run.steps.find(({ urn }) => urn.endsWith("::protection"))?.detailedDiff;
    expect(Object.keys(drift ?? {}).join()).to.contain("damagedPoints");
    expect(world.outputs("protection").damagedPoints).to.deep.equal([id]);
    await world.advance(31 * day);
    await world.refresh();
    expect(world.outputs("protection").damagedPoints).to.deep.equal([]);
  }),
  effect("A-40", "a snapshot that a disk was made of outlives its point until it is deleted by hand", async (world) => {
    await protectedFor(world, 1, 3);
    const { id } = await world.point();
    const SnapshotId = `${id}-0`;
    await world.advance(3600);
    await world.engine.call("CreateDisk", { SnapshotId, InstanceId: instanceId });
    await world.advance(30 * day);
    expect((await world.points()).some((point) => point.id === id)).to.equal(false);
    expect(await snapshotIds(world, id)).to.deep.equal([SnapshotId]);
    const refusal = await world.refusedCall("DeleteSnapshot", { SnapshotId });
    expect([refusal.code, refusal.remedy]).to.deep.equal(["SnapshotCreatedDisk", "add --Force true"]);
    await world.engine.call("DeleteSnapshot", { SnapshotId, Force: "true" });
    expect(await snapshotIds(world, id)).to.deep.equal([]);
  }),
  effect("A-40", "so does one that an image was made of, also when its point is deleted", async (world) => {
    await protectedFor(world, 1);
    const { id } = await world.point();
    await world.advance(3600);
    await world.engine.call("CreateImage", { SnapshotId: `${id}-1` });
    await world.engine.call("DeleteSnapshot", { SnapshotId: id, SourceType: "UDM_ECS" });
    await world.advance(60 * day);
    expect(await snapshotIds(world, id)).to.deep.equal([`${id}-1`]);
  }),
  effect(
    "A-41",
    "a snapshot shows no retentionDays, but expiry and creation method; extensions show",
    async (world) => {
      await protectedFor(world, 1);
      const { id } = await world.point();
      const [before] = await snapshotsOf(world, id);
      expect(before).to.include({ creationMethod: "Cloud Backup", expireTime: "2026-02-01T00:00:00Z" });
      expect(before?.retentionDays).to.equal(never);
      await world.engine.call("extendUdmSnapshot", { SnapshotId: id, RetentionDays: "90" });
      const [after] = await snapshotsOf(world, id);
      expect(after).to.include({ expireTime: "2026-04-02T00:00:00Z" });
      const answer = JSON.stringify(await world.engine.call("DescribeSnapshots", { InstanceId: instanceId }));
      expect(answer).to.contain('"CreationMethod":"Cloud Backup"').and.not.to.contain("RetentionDays");
    },
  ),
  effect("A-42", "a point that is deleted by hand is missed until it would have expired", async (world) => {
    await protectedFor(world, 2);
    const [first, second] = await world.points();
    await world.engine.call("DeleteSnapshot", { SnapshotId: first?.id ?? "", SourceType: "UDM_ECS" });
    await world.refresh();
    expect(world.outputs("protection").damagedPoints).to.deep.equal([first?.id]);
    await world.engine.call("deleteUdmSnapshots", { InstanceId: instanceId });
    await world.refresh();
    expect(world.outputs("protection").damagedPoints).to.have.members([first?.id, second?.id]);
    await world.advance(31 * day);
    await world.refresh();
    expect(world.outputs("protection").damagedPoints).to.deep.equal([]);
  }),
  effect("A-42", "a deleted point's snapshots are gone within ten minutes", async (world) => {
    await protectedFor(world, 1);
    const { id } = await world.point();
    await world.engine.call("DeleteSnapshot", { SnapshotId: id, SourceType: "UDM_ECS" });
    expect(await world.points()).to.deep.equal([]);
    await world.advance(599);
    expect(await snapshotIds(world, id)).to.have.length(2);
    await world.advance(1);
    expect(await snapshotIds(world, id)).to.deep.equal([]);
  }),
  effect("A-45", "cancelling keeps the points; they are deleted one by one, or by period", async (world) => {
    await protectedFor(world, 5);
    await world.engine.call("DeleteUdmEcsInstance", { InstanceId: instanceId });
    const points = await world.points();
    expect(points).to.have.length(5);
    await world.advance(day);
    expect(await world.points(), "no run any more").to.have.length(5);
    await world.engine.call("DeleteSnapshot", { SnapshotId: points[0]?.id ?? "", SourceType: "UDM_ECS" });
    const StartTime = String(points[1]?.createTime);
    const EndTime = String(points[2]?.createTime);
    await world.engine.call("deleteUdmSnapshots", { InstanceId: instanceId, StartTime, EndTime });
    expect(await world.points()).to.deep.equal(points.slice(3));
  }),
  effect(
    "A-45",
    "a protection that a program no longer has leaves its points, unless it asks them away",
    async (world) => {
      await protectedFor(world, 2);
      world.omitted.add("protection");
      await world.done();
      expect(await world.points()).to.have.length(2);
      world.omitted.delete("protection");
      world.protection.onDestroy = "delete";
      await world.done();
      await world.advance(day);
      world.omitted.add("protection");
      await world.done();
      expect(await world.points(), "those of the first protection").to.have.length(2);
    },
  ),
  ...(
    [
      [30, 3, 2],
      [2, 2, 1],
    ] as const
  ).map(([retention, points, changes]) =>
    effect("A-46", `statistics of chains of ${points}: whole, and at most 24 hours old`, async (world) => {
      Object.assign(world.disks[0] ?? {}, { usedGiB: 10 });
      Object.assign(world.disks[1] ?? {}, { usedGiB: 20 });
      world.instance.changeRatePercentPerDay = 10;
      await protectedFor(world, retention === 2 ? 4 : 3, retention);
      await world.advance(day - 1);
      const told = await world.call("hbr:getStorageStatistics");
      expect((await world.now()) - Date.parse(String(told.asOf)) / 1000).to.be.within(0, day);
      const gibibyte = 1024 ** 3;
      // All that is used, whichever point read it, and a tenth for each day since the oldest.
      expect(told.machines).to.deep.equal([{ instanceId, points, bytesTotal: (30 + changes * 3) * gibibyte }]);
    }),
  ),
];

const target = { recoveryPointId: new Reference("backup", "recoveryPointId") };

function backup(world: World): World {
  return world.bare().declare("backup", "hbr:Backup", { instanceId, retention: { value: 30 } });
}

export const override = (inputs: object) => (world: World) =>
  void backup(world).declare("override", "hbr:RetentionOverride", { target, ...inputs });

const extension: readonly Row[] = [
  refused(
    "A-38",
    "a point that is not there",
    "override",
    (world) =>
      void world.bare().declare("override", "hbr:RetentionOverride", {
        target: { recoveryPointId: "s-none" },
        retentionDays: 90,
      }),
    "there is no recovery point s-none",
    "take recoveryPointId from hbr:Backup",
  ),
  refused(
    "A-38",
    "a shorter life",
    "override",
    override({ retentionDays: 29 }),
    "lives longer already: an override never shortens",
    "give a longer retention",
  ),
  refused(
    "A-38",
    "neither days nor never",
    "override",
    override({}),
    "either retentionDays or neverExpire",
    "1 to 65536",
  ),
  effect("A-38", "65,536 days are the most, counted from creation", async (world) => {
    override({ retentionDays: 65_537 })(world);
    expect((await world.up()).failure?.failures[0]?.property).to.equal("retentionDays");
    override({ retentionDays: 65_536 })(world);
    await world.done();
    expect(await expiries(world)).to.deep.equal([isoTime(1_767_225_600 + 65_536 * day)]);
  }),
  effect("A-38", "half a day is no extension", async (world) => {
    override({ retentionDays: 90.5 })(world);
    expect((await world.up()).failure?.failures[0]?.property).to.equal("retentionDays");
  }),
  effect("A-38", "the dimension DISK: one disk outlives its point", async (world) => {
    override({ dimension: "DISK", retentionDays: 90, target: { select: { instanceId, diskId: "d-1" } } })(world);
    // Only points that exist can be meant, so the backup comes first.
    world.omitted.add("override");
    await world.done();
    world.omitted.delete("override");
    await world.done();
    const { id } = await world.point();
    await world.advance(31 * day);
    expect(await world.points()).to.deep.equal([]);
    expect(await snapshotIds(world, id)).to.deep.equal([`${id}-1`]);
    await world.advance(60 * day);
    expect(await snapshotIds(world, id)).to.deep.equal([]);
  }),
  effect("A-38", "the dimension GROUP: the group's point and those of its machines", async (world) => {
    world
      .bare()
      .addMachine("i-2")
      .declare("group", "hbr:ConsistencyGroup", { instanceIds: [instanceId, "i-2"] });
    world.declare("backup", "hbr:Backup", { groupId: new Reference("group", "groupId"), retention: { value: 30 } });
    world.declare("override", "hbr:RetentionOverride", { target, dimension: "GROUP", retentionDays: 60 });
    await world.done();
    expect(await expiries(world)).to.deep.equal(["2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z"]);
    expect(world.outputs("override")).to.include({
      previousExpireTime: "2026-01-31T00:00:00Z",
      expireTime: "2026-03-02T00:00:00Z",
    });
  }),
  effect("A-38", "an override that is destroyed leaves the extension", async (world) => {
    override({ neverExpire: true })(world);
    await world.done();
    expect(await expiries(world)).to.deep.equal(["never"]);
    world.omitted.add("override");
    await world.done();
    expect(await expiries(world)).to.deep.equal(["never"]);
  }),
];

const hourly = { ruleType: "BACKUP", schedule: "I|1767225600|PT1H", retention: 30 };

const quota: readonly Row[] = [
  effect("A-55", "a policy whose steady state is too much warns in preview with the date", async (world) => {
    Object.assign(world.plain().policy, { rules: [hourly] });
    await world.preview();
    // 256 points at one an hour from 01:00 on; the 257th would be made on the eleventh day.
    expectTold(world, "warning", "rules: A-55", "reaches 256 snapshots per disk on 2026-01-11", "QuotaExceed.Snapshot");
  }),
  effect("A-55", "one that is too much in one month of the year alone warns as well, and fails then", async (world) => {
    const seasonal = { ...hourly, schedule: "C|1767225600|0 0 * ? 12 *" };
    Object.assign(world.plain().policy, { rules: [seasonal] });
    await world.preview();
    expectTold(world, "warning", "rules: A-55", "reaches 256 snapshots per disk on 2026-12-11");
    await world.done();
    // In one leap from January to the 265th hour of December.
    await world.advance(345 * 86_400);
    const failed = (await world.jobs()).filter(({ errorCode }) => errorCode === "QuotaExceed.Snapshot");
    expect([(await world.points()).length, failed.length]).to.deep.equal([256, 9]);
  }),
  effect("A-55", "the job then fails and leaves no point", async (world) => {
    Object.assign(world.plain().policy, { rules: [hourly] });
    await world.done();
    await world.advance(256 * 3600);
    expect(await world.points()).to.have.length(256);
    await world.advance(3600);
    expect(await world.points()).to.have.length(256);
    const last = (await world.jobs()).at(-1);
    expect([last?.status, last?.errorCode, last?.recoveryPointId]).to.deep.equal([
      "FAILED",
      "QuotaExceed.Snapshot",
      null,
    ]);
    const { snapshotQuota } = await world.call("hbr:getForecast", { instanceId });
    expect(snapshotQuota).to.include({ limit: 256 });
  }),
  effect("A-55", "snapshots that somebody made through ECS count", async (world) => {
    world.bare().omitted.delete("policy");
    await world.done();
    for (let number = 0; number < 256; number++) {
      await world.engine.call("CreateSnapshot", { DiskId: "d-1", RetentionDays: "900" });
      await world.advance(day / 24);
    }
    world.declare("backup", "hbr:Backup", { instanceId, retention: { value: 1 } });
    const { failure } = await world.up();
    expect(String(failure?.error ?? failure?.failures[0]?.reason)).to.contain("disk d-1 has 256 manual snapshots");
  }),
];

export const retentionRows: readonly Row[] = [...calendar, ...expiry, ...extension, ...quota];
