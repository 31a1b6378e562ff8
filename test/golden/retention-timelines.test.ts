import { expect } from "chai";
import { Temporal } from "temporal-polyfill";
import { Reference } from "../support/program";
import { expectGolden } from "./golden";
import { protection, Story } from "./story";
import { type Happening, type Told, tellTime } from "./telling";

const day = 86_400;

const of = (resource: string, property: string) => new Reference(resource, property);

/** Every night at 02:00 from the first of January 2026 on. */
const nightly = (retention: number) => ({ ruleType: "BACKUP", schedule: "I|1767232800|P1D", retention });

/** A story with a policy of these rules and the machine protected by it. */
async function protectedStory(title: string, told: string, rules: readonly object[]): Promise<Story> {
  const story = await Story.begin(title);
  await story.up("policy", "hbr:Policy", { policyName: "nightly", rules: rules as never }, told);
  await story.up("protection", "hbr:InstanceProtection", protection, "the machine db is bound to it, all disks");
  return story;
}

/** A line for each month: how many backups by the rule that keeps them, and how many went. */
function byMonth(happenings: readonly Happening[]): readonly Told[] {
  const months = new Map<string, Happening[]>();
  for (const each of happenings) {
    const month = tellTime(each.time).slice(0, 7);
    months.set(month, [...(months.get(month) ?? []), each]);
  }
  return [...months.values()].map((all): Told => {
    const made = all.filter(({ verb }) => verb === "backup");
    const kept = ["weekly", "monthly", "yearly"].map((name) => {
      return `${made.filter(({ period }) => period === name.toUpperCase()).length} ${name}`;
    });
    const expired = all.filter(({ verb }) => verb === "expired").length;
    const text = `${made.length} backups, of them ${kept.join(", ")}; ${expired} expired`;
    return { time: all.at(-1)?.time ?? 0, verb: "month", text };
  });
}

describe("golden timelines: how long points live", () => {
  it("daily + GFS for 400 days", async () => {
    const story = await protectedStory(
      "Every night, kept a week; the first of a week, month and year longer (grandfather, father, son)",
      "policy nightly: 02:00, 7 days; weekly 28 days, monthly 180 days, yearly 1000 days",
      [
        nightly(7),
        {
          ruleType: "TRANSITION",
          retentionRules: [
            { advancedRetentionType: "WEEKLY", retention: 28 },
            { advancedRetentionType: "MONTHLY", retention: 180 },
            { advancedRetentionType: "YEARLY", retention: 1000 },
          ],
        },
      ],
    );
    story.note("A-35, S1: the first job runs at the start time, later ones by the interval");
    await story.until("2026-01-14T12:00:00Z");
    story.note("and so on; from here on a line for each month");
    await story.until("2027-02-05T00:00:00Z", byMonth);
    story.note("what is left after 400 days:");
    for (const { id, createTime, expireTime, detail } of story.tale.points) {
      const period = (detail as { readonly advancedRetentionType?: string }).advancedRetentionType?.toLowerCase();
      const end = tellTime(expireTime ?? 0).slice(0, 10);
      story.show(`${id}\tof ${tellTime(createTime).slice(0, 10)}, until ${end}  (${period ?? "daily"})`);
    }
    expectGolden("daily-and-gfs", story.text());

    // The calendar alone says who is left: no rule of the engine is asked.
    const last = Temporal.PlainDate.from("2027-02-05");
    const left: string[] = [];
    for (let date = Temporal.PlainDate.from("2026-01-01"); Temporal.PlainDate.compare(date, last) < 0; ) {
      const isFirst = date.equals("2026-01-01");
      const isYearly = isFirst || (date.month === 1 && date.day === 1);
      const days = isYearly ? 1000 : date.day === 1 ? 180 : date.dayOfWeek === 1 ? 28 : 7;
      if (date.until(last).days <= days && date.add({ days }).toString() >= "2027-02-05") left.push(date.toString());
      date = date.add({ days: 1 });
    }
    const kept = story.tale.points.map(({ createTime }) => tellTime(createTime).slice(0, 10));
    expect(kept).to.deep.equal(left);
  });

  it("immutable", async () => {
    const story = await protectedStory(
      "Points that nobody can delete before they expire",
      "policy nightly: 02:00, 5 days, immutable",
      [nightly(5), { ruleType: "SECURITY", immutable: true }],
    );
    await story.until("2026-01-02T12:00:00Z");
    story.note("A-43, S1: with immutable backup on, a point can't be deleted until it expires by itself");
    const id = story.idOf("p1");
    await story.call("DeleteSnapshot", { SnapshotId: id, SourceType: "UDM_ECS" }, "somebody deletes p1");
    await story.call("DeleteSnapshot", { SnapshotId: `${id}-0` }, "and, through ECS, its first snapshot");
    await story.call("CreateDisk", { SnapshotId: `${id}-0`, InstanceId: "i-db" }, "a disk is made of that snapshot");
    await story.call("DeleteSnapshot", { SnapshotId: `${id}-0`, Force: "true" }, "ECS is to delete it all the same");
    const rules = [nightly(5)];
    await story.up("policy", "hbr:Policy", { policyName: "nightly", rules: rules as never }, "no longer immutable");
    story.note("points that are there stay as they were made; only later ones can be deleted");
    await story.until("2026-01-03T12:00:00Z");
    await story.call("DeleteSnapshot", { SnapshotId: id, SourceType: "UDM_ECS" }, "p1 once more");
    const later = story.idOf("p3");
    await story.call("DeleteSnapshot", { SnapshotId: later, SourceType: "UDM_ECS" }, "p3, of today");
    expect(story.tale.points.map((point) => point.id)).to.deep.equal([id, story.idOf("p2")]);
    await story.until("2026-01-06T01:59:00Z");
    expect(
      story.tale.points.some((point) => point.id === id && !point.damaged),
      "whole to the end",
    ).to.equal(true);
    await story.until("2026-01-07T12:00:00Z");
    story.note("A-40, S1: a snapshot of which a disk was made is no longer deleted by itself");
    await story.call("DeleteSnapshot", { SnapshotId: `${id}-0`, Force: "true" }, "now ECS may delete it");
    expectGolden("immutable", story.text());
    expect(story.tale.snapshots.some((snapshot) => snapshot.pointId === id)).to.equal(false);
  });

  it("a policy that keeps less, then more", async () => {
    const story = await protectedStory(
      "A policy is edited twice, and the points that are there follow it",
      "policy nightly: 02:00, 30 days",
      [nightly(30)],
    );
    const edit = (told: string, ...rules: readonly object[]) =>
      story.up("policy", "hbr:Policy", { policyName: "nightly", rules: rules as never }, told);
    await story.until("2026-01-10T12:00:00Z");
    const keep = { target: { recoveryPointId: story.idOf("p2") }, retentionDays: 40 };
    await story.up("keep", "hbr:RetentionOverride", keep, "p2 is to be kept for 40 days");
    const of3 = { SnapshotId: `${story.idOf("p3")}-1`, InstanceId: "i-db" };
    const made = await story.call("CreateDisk", of3, "a disk is made of p3-1");
    if ("DiskId" in made) story.name(String(made.DiskId), "d-made");
    await story.call("DeleteSnapshot", { SnapshotId: `${story.idOf("p5")}-0` }, "a script cleans up p5-0");
    story.note("A-36, ENGINE: a changed retention reaches the points that are there; what is over goes at once");
    story.note("A-38, A-40: but for what an override holds, and for snapshots of which a disk was made");
    await edit("4 days, the first of each week 20 days", nightly(4), {
      ruleType: "TRANSITION",
      retentionRules: [{ advancedRetentionType: "WEEKLY", retention: 20 }],
    });
    story.note("the first point of the week from 2026-01-05 that can be restored is p6, as p5 can't be");
    await story.until("2026-01-12T12:00:00Z");
    await edit("10 days, immutable", nightly(10), { ruleType: "SECURITY", immutable: true });
    await story.until("2026-01-14T12:00:00Z");
    story.note("A-43: an immutable point never comes to live shorter; those from before the edit are none");
    await edit("2 days", nightly(2));
    await story.until("2026-01-16T12:00:00Z");
    expectGolden("policy-change", story.text());

    // Whoever is left is held, or no older than the policy says now.
    const now = await story.now();
    for (const { id, createTime, expireTime, extended, detail } of story.tale.points) {
      const isHeld = extended || (detail as { readonly immutable?: boolean }).immutable === true;
      expect(isHeld || expireTime === createTime + 2 * day, id).to.equal(true);
      expect(expireTime).to.be.greaterThan(now);
    }
    expect(story.tale.points.some(({ id }) => id === story.idOf("p2"))).to.equal(true);
  });

  it("extend to never", async () => {
    const story = await Story.begin("One backup is to be kept, first for a month, then for ever");
    const retention = { value: 7, unit: "DAY" };
    const backup = { instanceId: "i-db", retention };
    await story.up("backup", "hbr:Backup", backup, "a backup by hand before an upgrade, kept 7 days");
    const target = { recoveryPointId: of("backup", "recoveryPointId") };
    await story.until("2026-01-03T00:00:00Z");
    story.note("A-38, S1: an existing point may be kept longer, in whole days from its creation, or for ever");
    await story.up("keep", "hbr:RetentionOverride", { target, retentionDays: 30 }, "keep it 30 days");
    await story.until("2026-01-20T00:00:00Z");
    await story.up("keep", "hbr:RetentionOverride", { target, neverExpire: true }, "keep it for ever");
    await story.up("shorter", "hbr:RetentionOverride", { target, retentionDays: 60 }, "no, 60 days will do");
    const id = story.idOf("p1");
    story.note("A-56, S1: after an extension the snapshots can't be deleted before the new expiry");
    await story.call("DeleteSnapshot", { SnapshotId: `${id}-1` }, "ECS is to delete the data disk's snapshot");
    story.note("twenty years go by");
    await story.until("2046-01-01T00:00:00Z");
    expect(story.tale.points.map(({ expireTime }) => expireTime)).to.deep.equal([null]);
    expect(story.tale.snapshots).to.have.length(2);
    await story.call("DeleteSnapshot", { SnapshotId: id, SourceType: "UDM_ECS" }, "somebody deletes p1 by name");
    story.note("A-42, S1: the snapshots of a deleted point are deleted within 10 minutes");
    await story.until("2046-01-01T00:10:00Z");
    expectGolden("extend-to-never", story.text());
    expect([...story.tale.points, ...story.tale.snapshots]).to.deep.equal([]);
  });

  it("external DeleteSnapshot", async () => {
    const story = await protectedStory(
      "Somebody deletes a snapshot through ECS, behind Cloud Backup's back",
      "policy nightly: 02:00, 4 days",
      [nightly(4)],
    );
    await story.until("2026-01-02T12:00:00Z");
    const id = story.idOf("p1");
    const damaged = () => story.tale.points.filter((point) => point.damaged).map((point) => point.id);
    await story.call("DeleteSnapshot", { SnapshotId: `${id}-1` }, "a script cleans up snapshots");
    story.note("A-39, S1: never delete Cloud Backup's snapshots with DeleteSnapshot; the point is then of no use");
    expect(damaged()).to.deep.equal([id]);
    expect(await story.drift()).to.deep.equal([`protection.damagedPoints: ${id}, was none`]);
    const target = { instanceType: "ecs.g7.large", restoredNetwork: "vsw-1", securityGroup: "sg-1" };
    const names = { restoredName: "db-again", restoredHostName: "db-again" };
    const restore = (point: string) => ({ recoveryPointId: story.idOf(point), ...target, ...names });
    await story.up("restore", "hbr:Restore", restore("p1"), "restore p1 to a new machine");
    await story.up("restore", "hbr:Restore", restore("p2"), "then p2");
    expect(story.outputs("restore").newInstanceIds).to.have.length(1);
    story.note("the damaged point is named until it would have expired anyway");
    await story.until("2026-01-05T12:00:00Z");
    expect(await story.drift()).to.deep.equal([`protection.damagedPoints: none, was ${id}`]);
    expectGolden("external-delete-snapshot", story.text());
    expect(damaged()).to.deep.equal([]);
  });

  it("disk made from a snapshot", async () => {
    const story = await protectedStory(
      "A disk is made of a snapshot, and the snapshot outlives its point",
      "policy nightly: 02:00, 3 days",
      [nightly(3)],
    );
    await story.until("2026-01-02T12:00:00Z");
    const id = story.idOf("p1");
    const made = await story.call(
      "CreateDisk",
      { SnapshotId: `${id}-1`, InstanceId: "i-db" },
      "a disk is made of p1-1",
    );
    if ("DiskId" in made) story.name(String(made.DiskId), "d-made");
    story.note("A-40, S1: Cloud Backup no longer looks after that snapshot; DeleteSnapshot has to be called");
    await story.until("2026-01-05T12:00:00Z");
    expect(story.tale.snapshots.filter(({ pointId }) => pointId === id).map((each) => each.id)).to.deep.equal([
      `${id}-1`,
    ]);
    await story.call("DeleteSnapshot", { SnapshotId: `${id}-1` }, "it is to go");
    await story.call("DeleteSnapshot", { SnapshotId: `${id}-1`, Force: "true" }, "it is to go, disk or no disk");
    expectGolden("disk-from-snapshot", story.text());
    const living = new Set(story.tale.points.map((point) => point.id));
    expect(story.tale.snapshots.every(({ pointId }) => living.has(pointId))).to.equal(true);
  });
});
