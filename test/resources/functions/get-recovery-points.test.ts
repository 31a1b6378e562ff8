import { expect } from "chai";
import { deletePoint } from "../../../provider/engine/alibaba/point-deletion";
import { deleteNativeSnapshot } from "../../../provider/engine/alibaba/snapshot";
import { Reference } from "../../support/program";
import { backupRule, day, Estate } from "./estate";

interface Point {
  readonly recoveryPointId: string;
  readonly createdTime: string;
  readonly expireTime?: string;
  readonly status: string;
  readonly immutable: boolean;
  readonly extended: boolean;
  readonly archiveStatus?: string;
  readonly advancedRetentionType?: string;
  readonly groupPointId?: string;
  readonly bytesTotal: number;
  readonly diskPoints: readonly { diskId: string; bytesTotal: number; nativeSnapshotId?: string }[];
  readonly replicas: readonly { status: string; regionId: string; lagInSeconds?: number; errorCode?: string }[];
}

interface Answer {
  readonly recoveryPoints: readonly Point[];
  readonly total: number;
  readonly groupPoints: readonly { groupPointId: string; recoveryPointIds: readonly string[] }[];
}

const token = "hbr:getRecoveryPoints";
const machineId = new Reference("machine", "instanceId");

async function protectedMachine(rules: readonly object[], usedGiB = 10): Promise<Estate> {
  return (await Estate.make())
    .declare("machine", "ecs:Instance", { systemDisk: { usedGiB } })
    .declare("policy", "hbr:Policy", { rules: rules as never })
    .declare("protection", "hbr:InstanceProtection", {
      instanceId: machineId,
      policyId: new Reference("policy", "policyId"),
    })
    .up();
}

function lines({ recoveryPoints }: Answer): string[] {
  return recoveryPoints.map(({ createdTime, expireTime, status }) => `${createdTime} ${expireTime} ${status}`);
}

describe("getRecoveryPoints", () => {
  it("points newest first with expiry and status; the limit leaves the total", async () => {
    const estate = await protectedMachine([backupRule("P1D", 3)]);
    await estate.engine.advance(5 * day);
    const all = await estate.call<Answer>(token);
    expect(lines(all)).to.deep.equal([
      "2026-01-06T00:00:00Z 2026-01-09T00:00:00Z RUNNING",
      "2026-01-05T00:00:00Z 2026-01-08T00:00:00Z COMPLETE",
      "2026-01-04T00:00:00Z 2026-01-07T00:00:00Z COMPLETE",
    ]);
    expect(all.total).to.equal(3);
    const newest = await estate.call<Answer>(token, { limit: 1 });
    expect([newest.recoveryPoints.length, newest.total]).to.deep.equal([1, 3]);
    expect(newest.recoveryPoints[0]?.createdTime).to.equal("2026-01-06T00:00:00Z");
  });

  it("filters: machine, protection, time and level", async () => {
    const estate = await protectedMachine([backupRule("P1D", 30)]);
    await estate.engine.advance(5 * day);
    const protectionId = estate.output("protection", "protectionId");
    const rows = [
      [{ instanceId: estate.output("machine", "instanceId") }, 5],
      [{ protectionId }, 5],
      [{ protectionId: "pd-other" }, 0],
      [{ createdAfter: "2026-01-03T00:00:00Z" }, 3],
      [{ createdAfter: "2026-01-03T00:00:00Z", createdBefore: "2026-01-05T00:00:00Z" }, 1],
      [{ consistentLevel: "CRASH" }, 5],
      [{ consistentLevel: "APPLICATION" }, 0],
    ] as const;
    for (const [args, total] of rows) {
      const answer = await estate.call<Answer>(token, args);
      expect([answer.total, answer.recoveryPoints.length], JSON.stringify(args)).to.deep.equal([total, total]);
    }
  });

  it("refuses what excludes each other, and a machine that nobody knows", async () => {
    const estate = await Estate.make();
    const both = await estate.refusal(token, { instanceId: "i-1", protectionId: "pd-1" });
    expect(both).to.match(/^protectionId: InvalidParameter: instanceId and protectionId exclude each other/);
    expect(await estate.refusal(token, { instanceId: "i-1" })).to.match(/^instanceId: InvalidInstanceId.NotFound/);
    expect(await estate.refusal(token, { createdAfter: "yesterday" })).to.match(/^createdAfter: .*a time in UTC/s);
    expect(await estate.refusal(token, { limit: 0 })).to.match(/^limit: /);
  });

  it("disks with their snapshots; one that was deleted through ECS makes the point unusable (A-39)", async () => {
    const estate = await protectedMachine([backupRule("P1D", 30)]);
    await estate.engine.advance(2 * day);
    const [, before] = (await estate.call<Answer>(token)).recoveryPoints;
    const id = before?.diskPoints[0]?.nativeSnapshotId ?? "";
    expect(id).to.equal(`${before?.recoveryPointId}-0`);
    expect(before?.diskPoints[0]?.bytesTotal).to.equal(before?.bytesTotal);
    expect(before?.bytesTotal).to.equal(10 * 1024 ** 3);
    await estate.engine.run(deleteNativeSnapshot, { id, force: true });
    const [, after] = (await estate.call<Answer>(token)).recoveryPoints;
    expect(after?.status).to.equal("PARTIAL_COMPLETE");
    expect(after?.diskPoints[0]).to.not.have.property("nativeSnapshotId");
  });

  it("locks, archives and keeps longer as the policy's rules say", async () => {
    const estate = await protectedMachine([
      backupRule("P1D", 100),
      {
        ruleType: "TRANSITION",
        retention: 100,
        archiveDays: 30,
        retentionRules: [{ advancedRetentionType: "MONTHLY", retention: 365 }],
      },
      { ruleType: "SECURITY", immutable: true },
    ]);
    await estate.engine.advance(40 * day);
    const { recoveryPoints } = await estate.call<Answer>(token);
    const [newest, oldest] = [recoveryPoints[0], recoveryPoints.at(-1)];
    expect([newest?.archiveStatus, newest?.immutable]).to.deep.equal(["STANDARD", true]);
    expect([oldest?.archiveStatus, oldest?.advancedRetentionType]).to.deep.equal(["ARCHIVED", "MONTHLY"]);
    expect(newest).to.not.have.property("advancedRetentionType");
  });

  it("copies follow their point: waiting, on their way, done, with their lag", async () => {
    const replication = { ruleType: "REPLICATION", replicationRegionId: "cn-shanghai", retention: 90 };
    // 60 GiB: 615 seconds to read, 1229 to copy.
    const estate = await protectedMachine([backupRule("P1D", 30), replication], 60);
    const rows = [
      [day + 10, "CREATED", 10],
      [800, "RUNNING", 810],
      [2000, "COMPLETE", 1844],
    ] as const;
    for (const [seconds, status, lagInSeconds] of rows) {
      await estate.engine.advance(seconds);
      const [copy] = (await estate.call<Answer>(token)).recoveryPoints[0]?.replicas ?? [];
      expect(copy).to.include({ regionId: "cn-shanghai", status, lagInSeconds });
    }
  });

  it("a group's backup is one group point with a point for each machine (A-58)", async () => {
    const estate = await (await Estate.make())
      .declare("machine", "ecs:Instance", {})
      .declare("other", "ecs:Instance", {})
      .declare("group", "hbr:ConsistencyGroup", { instanceIds: [machineId, new Reference("other", "instanceId")] })
      .declare("backup", "hbr:Backup", { groupId: new Reference("group", "groupId"), retention: { value: 7 } })
      .declare("alone", "hbr:Backup", { instanceId: machineId, retention: { value: 7 } })
      .up();
    const groupId = estate.output("group", "groupId");
    const ofGroup = await estate.call<Answer>(token, { groupId });
    const [groupPoint] = ofGroup.groupPoints;
    const ids = ofGroup.recoveryPoints.map(({ recoveryPointId }) => recoveryPointId).sort();
    expect(ofGroup.total).to.equal(2);
    expect(groupPoint?.groupPointId).to.equal(estate.output("backup", "recoveryPointId"));
    expect([...(groupPoint?.recoveryPointIds ?? [])].sort()).to.deep.equal(ids);
    const ofMachine = await estate.call<Answer>(token, { instanceId: estate.output("machine", "instanceId") });
    expect(ofMachine.total).to.equal(2);
    expect(ofMachine.groupPoints.map(({ groupPointId }) => groupPointId)).to.deep.equal([groupPoint?.groupPointId]);
    for (const id of ids) await estate.engine.run(deletePoint, id);
    const empty = await estate.call<Answer>(token, { groupId });
    expect([empty.total, empty.groupPoints]).to.deep.equal([0, [groupPoint]]);
  });

  it("a preview sees what it would make", async () => {
    const estate = await (await Estate.make()).declare("machine", "ecs:Instance", {}).up();
    const session = await estate.engine.open();
    const urn = "urn:pulumi:test::test::cloudbackup:hbr:Backup::backup";
    const properties = { instanceId: estate.output("machine", "instanceId"), retention: { value: 7, unit: "DAY" } };
    const type = "cloudbackup:hbr:Backup";
    const news = { urn, type, name: "backup", olds: {}, news: properties, randomSeed: new Uint8Array(32) };
    const { inputs, failures } = await session.check({ ...news, autonaming: undefined });
    expect(failures).to.deep.equal([]);
    const { signal } = new AbortController();
    await session.create({ urn, type, properties: inputs, preview: true, timeoutInSeconds: 0, signal });
    const { result } = await session.invoke({ token: `cloudbackup:${token}`, args: {}, preview: true });
    await session.close();
    expect((result as unknown as Answer).total).to.equal(1);
    expect((await estate.call<Answer>(token)).total).to.equal(0);
  });
});
