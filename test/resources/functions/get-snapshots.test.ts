import { expect } from "chai";
import { deletePoint } from "../../../provider/engine/alibaba/point-deletion";
import { extendPoints } from "../../../provider/engine/alibaba/recovery-point";
import { shareSnapshot, useSnapshot } from "../../../provider/engine/alibaba/snapshot";
import { row } from "../../store/rows";
import { Reference } from "../../support/program";
import { backupRule, day, Estate, start } from "./estate";

interface Snapshot {
  readonly snapshotId: string;
  readonly snapshotName?: string;
  readonly diskId: string;
  readonly recoveryPointId?: string;
  readonly creationMethod: string;
  readonly status: string;
  readonly creationTime: string;
  readonly retentionDays?: number;
  readonly expireTime?: string;
  readonly managed: boolean;
  readonly extended: boolean;
  readonly immutable: boolean;
  readonly sharedWith: readonly string[];
  readonly diskIds: readonly string[];
}

interface Answer {
  readonly snapshots: readonly Snapshot[];
  readonly total: number;
}

const token = "ecs:getSnapshots";
const machineId = new Reference("machine", "instanceId");

async function protectedMachine(...more: readonly object[]): Promise<Estate> {
  const estate = await (await Estate.make())
    .declare("machine", "ecs:Instance", { systemDisk: { usedGiB: 10 } })
    .declare("disk", "ecs:Disk", { instanceId: machineId, sizeGiB: 100, usedGiB: 40 })
    .declare("policy", "hbr:Policy", { rules: [backupRule("P1D", 3), ...more] as never })
    .declare("protection", "hbr:InstanceProtection", {
      instanceId: machineId,
      policyId: new Reference("policy", "policyId"),
    })
    .up();
  await estate.engine.advance(2 * day + 200);
  return estate;
}

const ofMachine = (estate: Estate) =>
  estate.call<Answer>(token, { instanceId: estate.output("machine", "instanceId") });

describe("getSnapshots", () => {
  it("Cloud Backup's look kept for ever to ECS; the console's expiry stands beside (A-41)", async () => {
    const estate = await protectedMachine({ ruleType: "SECURITY", immutable: true });
    const { snapshots, total } = await ofMachine(estate);
    expect(total).to.equal(4);
    const jobId = snapshots[0]?.recoveryPointId?.replace("s-", "job-");
    expect(snapshots[0]).to.include({
      creationMethod: "Cloud Backup",
      snapshotName: `Created-from-HBR-job:${jobId}`,
      creationTime: "2026-01-03T00:00:00Z",
      expireTime: "2026-01-06T00:00:00Z",
      managed: true,
      extended: false,
      immutable: true,
    });
    for (const snapshot of snapshots) expect(snapshot).to.not.have.property("retentionDays");
    // 110 seconds for the changes of both disks at most, and the clock stands at 200.
    expect(snapshots.map(({ status }) => status)).to.deep.equal(Array(4).fill("accomplished"));
  });

  it("is progressing while its own disk is read", async () => {
    const estate = await (await Estate.make())
      .declare("machine", "ecs:Instance", { systemDisk: { usedGiB: 10 } })
      .declare("disk", "ecs:Disk", { instanceId: machineId, sizeGiB: 100, usedGiB: 40 })
      .declare("backup", "hbr:Backup", {
        instanceId: machineId,
        retention: { value: 1 },
      })
      .up();
    await estate.engine.advance(200);
    const { snapshots } = await ofMachine(estate);
    const statuses = new Map(snapshots.map(({ diskId, status }) => [diskId, status]));
    expect(statuses.get(estate.output("machine", "systemDiskId"))).to.equal("accomplished");
    expect(statuses.get(estate.output("disk", "diskId"))).to.equal("progressing");
  });

  it("by machine, disk and point; the limit leaves the total", async () => {
    const estate = await protectedMachine();
    const { snapshots } = await ofMachine(estate);
    const diskId = estate.output("disk", "diskId");
    const recoveryPointId = snapshots[0]?.recoveryPointId ?? "";
    const rows = [
      [{ diskId }, 2],
      [{ recoveryPointId }, 2],
      [{ recoveryPointId, diskId }, 1],
      [{ diskId: "d-none" }, 0],
      [{ recoveryPointId: "s-none" }, 0],
    ] as const;
    for (const [args, total] of rows) {
      const answer = await estate.call<Answer>(token, args);
      expect([answer.total, answer.snapshots.length], JSON.stringify(args)).to.deep.equal([total, total]);
    }
    const limited = await estate.call<Answer>(token, { diskId, limit: 1 });
    expect([limited.snapshots.length, limited.total]).to.deep.equal([1, 2]);
    expect(limited.snapshots[0]?.creationTime).to.equal("2026-01-03T00:00:00Z");
    expect(await estate.refusal(token, {})).to.match(/^instanceId: MissingParameter/);
    expect(await estate.refusal(token, { instanceId: "i-none" })).to.match(/^instanceId: InvalidInstanceId.NotFound/);
  });

  it("an extension shows in the expiry, not in the retention (A-41)", async () => {
    const estate = await protectedMachine();
    const id = (await ofMachine(estate)).snapshots[0]?.recoveryPointId ?? "";
    const expireTimeOf = () => start + 100 * day;
    await estate.engine.run(extendPoints, { ids: [id], dimension: "INSTANCE", expireTimeOf });
    const [snapshot] = (await estate.call<Answer>(token, { recoveryPointId: id })).snapshots;
    expect(snapshot).to.include({ expireTime: "2026-04-11T00:00:00Z", extended: true });
    expect(snapshot).to.not.have.property("retentionDays");
  });

  it("one of which a disk was made outlives its point; a shared one doesn't (A-37, A-40)", async () => {
    const estate = await protectedMachine();
    const { snapshots } = await ofMachine(estate);
    const [used, shared] = snapshots.slice(-2).map(({ snapshotId }) => snapshotId);
    await estate.engine.run(useSnapshot, { id: used ?? "", diskId: "d-made" });
    await estate.engine.run(shareSnapshot, { id: shared ?? "", accountId: "42" });
    const told = new Map((await ofMachine(estate)).snapshots.map((each) => [each.snapshotId, each]));
    expect(told.get(used ?? "")).to.deep.include({ managed: false, diskIds: ["d-made"] });
    expect(told.get(used ?? "")).to.not.have.property("expireTime");
    expect(told.get(shared ?? "")).to.deep.include({ sharedWith: ["42"], expireTime: "2026-01-05T00:00:00Z" });
    await estate.engine.advance(10 * day);
    const left = (await ofMachine(estate)).snapshots.filter(({ creationTime }) => creationTime < "2026-01-03");
    expect(left.map(({ snapshotId }) => snapshotId)).to.deep.equal([used]);
    const gone = await estate.call<Answer>(token, { recoveryPointId: left[0]?.recoveryPointId ?? "" });
    expect(gone.snapshots.map(({ snapshotId }) => snapshotId)).to.deep.equal([used]);
    expect(gone.snapshots[0]?.creationMethod).to.equal("Cloud Backup");
  });

  it("those of a deleted point are there for ten minutes more (A-42)", async () => {
    const estate = await protectedMachine();
    const recoveryPointId = (await ofMachine(estate)).snapshots[0]?.recoveryPointId ?? "";
    await estate.engine.run(deletePoint, recoveryPointId);
    const { snapshots } = await estate.call<Answer>(token, { recoveryPointId });
    expect(snapshots.map(({ expireTime }) => expireTime)).to.deep.equal(Array(2).fill("2026-01-03T00:13:20Z"));
    await estate.engine.advance(600);
    expect((await estate.call<Answer>(token, { recoveryPointId })).total).to.equal(0);
  });

  it("one that somebody made through ECS has its own retention", async () => {
    const estate = await protectedMachine();
    const instanceId = estate.output("machine", "instanceId");
    const times = { createTime: start, completeTime: start + 60, expireTime: start + 30 * day };
    const lists = { diskIds: [], imageIds: [], sharedWith: [] };
    const own = {
      account: "1000000000000001",
      instanceId,
      diskId: estate.output("disk", "diskId"),
      ...times,
      ...lists,
    };
    await estate.engine.run(({ store }) => store.put("snapshot", [row("snapshot", "s-own", own)]), undefined);
    const snapshot = (await ofMachine(estate)).snapshots.find(({ snapshotId }) => snapshotId === "s-own");
    expect(snapshot).to.include({ creationMethod: "ECS", retentionDays: 30, managed: false });
    expect(snapshot).to.not.have.any.keys("recoveryPointId", "snapshotName");
  });
});
