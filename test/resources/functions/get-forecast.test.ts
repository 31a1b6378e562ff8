import { expect } from "chai";
import type { PropertyMap } from "../../../provider/definition/value";
import { isoTime } from "../../../provider/engine/core/time";
import { Reference } from "../../support/program";
import { backupRule, day, Estate, start } from "./estate";

interface Forecast {
  readonly protectionId: string;
  readonly disabled: boolean;
  readonly firstBackup?: string;
  readonly nextBackups: readonly string[];
  readonly backups: number;
  readonly points: number;
  readonly expiring: number;
  readonly failed: number;
  readonly skipped: number;
  readonly copies: number;
  readonly failedCopies: number;
  readonly bytesTotal: number;
  readonly longestGapInHours?: number;
  readonly horizons: readonly object[];
  readonly firstPrune?: { readonly time: string; readonly recoveryPointId: string; readonly createdTime: string };
  readonly worstGap?: object;
  readonly hoursToFirstPoint?: number;
  readonly highWater: { readonly bytes: number; readonly time: string };
  readonly replicationLag?: object;
  readonly slotsAtRisk: {
    readonly count: number;
    readonly first: readonly { readonly time: string; readonly kind: string; readonly reason: { rule: string } }[];
  };
  readonly snapshotQuota: { readonly limit: number; readonly snapshotsPerDisk: number; readonly reachedTime?: string };
}

const token = "hbr:getForecast";
const gib = 1024 ** 3;
const at = (hours: number) => isoTime(start + hours * 3600);

interface Case {
  readonly rules: readonly object[];
  readonly usedGiB: number;
  readonly isGroup: boolean;
  readonly isKeyMissing: boolean;
}

async function estateOf({ rules, usedGiB, isGroup, isKeyMissing }: Case) {
  const instanceId = new Reference("machine", "instanceId");
  const isCopied = rules.some((rule) => "replicationRegionId" in rule);
  const estate = (await Estate.make())
    .declare("machine", "ecs:Instance", { systemDisk: { sizeGiB: 8192, usedGiB } })
    .declare("other", "ecs:Instance", { systemDisk: { usedGiB: 1 } })
    .declare("policy", "hbr:Policy", { rules: rules as never });
  if (isGroup) {
    const instanceIds = [instanceId, new Reference("other", "instanceId")];
    estate.declare("group", "hbr:ConsistencyGroup", { instanceIds });
  }
  estate.declare("protection", "hbr:InstanceProtection", {
    ...(isGroup ? { groupId: new Reference("group", "groupId") } : { instanceId }),
    policyId: new Reference("policy", "policyId"),
    ...(isKeyMissing && isCopied ? { replicationEncryption: { mode: "KMS", kmsKeyId: "key-none" } } : {}),
  });
  return estate.up();
}

describe("getForecast", () => {
  it("a year of days: what will be there, the first point that goes, and the most that is stored", async () => {
    const estate = await estateOf({ rules: [backupRule("P1D", 7)], usedGiB: 1, isGroup: false, isKeyMissing: false });
    const protectionId = estate.output("protection", "protectionId");
    const { nextBackups, firstPrune, snapshotQuota, ...told } = await estate.call<Forecast>(token, { protectionId });
    const daily = Math.round(0.05 * gib);
    const standing = (days: number) => ({
      ...{ days, until: at(24 * days), backups: days, points: 7, bytes: 7 * daily, expiring: days - 7 },
    });
    expect(nextBackups).to.deep.equal([1, 2, 3, 4, 5].map((number) => at(24 * number)));
    expect(firstPrune).to.include({ time: at(24 * 8), createdTime: at(24) });
    expect(snapshotQuota).to.deep.equal({ limit: 256, snapshotsPerDisk: 7 });
    expect(told).to.deep.equal({
      protectionId,
      disabled: false,
      from: at(0),
      until: at(24 * 30),
      firstBackup: at(24),
      backups: 30,
      points: 7,
      expiring: 23,
      failed: 0,
      skipped: 0,
      bytesTotal: 7 * daily,
      horizons: [standing(30), standing(90), standing(365)],
      longestGapInHours: 24,
      worstGap: { hours: 24, from: at(24), until: at(48), open: false, longerThanScheduled: false },
      hoursToFirstPoint: 24,
      // The whole disk and six days of changes: no end of a look ahead would show it.
      highWater: { bytes: gib + 6 * daily, time: at(24 * 7) },
      slotsAtRisk: { count: 0, first: [] },
      copies: 0,
      failedCopies: 0,
    });
    // The point that is yet to be made is made with that id.
    await estate.engine.advance(day);
    const made = await estate.engine.ask(({ store }) => store.find("recoveryPoint"), undefined);
    expect(made.map(({ id }) => id)).to.deep.equal([firstPrune?.recoveryPointId]);
    const later = await estate.call<Forecast>(token, { protectionId, days: 7 });
    expect([later.hoursToFirstPoint, later.firstPrune]).to.deep.equal([undefined, firstPrune]);
  });

  it("slots that are skipped because a job takes longer than the schedule leaves (A-35)", async () => {
    const rules = [backupRule("PT1H", 7)];
    const estate = await estateOf({ rules, usedGiB: 500, isGroup: false, isKeyMissing: false });
    const protectionId = estate.output("protection", "protectionId");
    const { skipped, slotsAtRisk, worstGap } = await estate.call<Forecast>(token, { protectionId, days: 1 });
    // 500 GiB at 100 MiB/s are 5120 s: the second slot finds the first job running.
    expect({ skipped, count: slotsAtRisk.count }).to.deep.equal({ skipped: 1, count: 1 });
    expect(slotsAtRisk.first).to.have.lengthOf(1);
    expect(slotsAtRisk.first[0]).to.deep.include({ time: at(2), kind: "SKIPPED" });
    expect(slotsAtRisk.first[0]?.reason).to.include({
      rule: "A-35",
      message: "the job before still runs, until 2026-01-01 02:25 UTC",
    });
    expect(worstGap).to.deep.equal({ hours: 2, from: at(1), until: at(3), open: false, longerThanScheduled: true });
  });

  it("how long a copy takes to the other region, and the slots without one (A-78)", async () => {
    const rules = [
      backupRule("P1D", 7),
      { ruleType: "REPLICATION", replicationRegionId: "cn-shanghai", retention: 30 },
    ];
    const copied = await estateOf({ rules, usedGiB: 500, isGroup: false, isKeyMissing: false });
    const protectionId = copied.output("protection", "protectionId");
    const { replicationLag, copies } = await copied.call<Forecast>(token, { protectionId, days: 3 });
    // 5120 s until the job is done, then 10,240 s at 50 MiB/s.
    expect(copies).to.equal(3);
    expect(replicationLag).to.deep.equal({
      ...{ hours: 4.27, destination: "cn-shanghai", createdTime: at(24) },
      completeTime: isoTime(start + day + 15_360),
    });
    const broken = await estateOf({ rules, usedGiB: 1, isGroup: true, isKeyMissing: true });
    const groupId = broken.output("group", "groupId");
    const { failedCopies, slotsAtRisk, ...told } = await broken.call<Forecast>(token, { groupId, days: 8 });
    expect([told.replicationLag, failedCopies, slotsAtRisk.count]).to.deep.equal([undefined, 16, 8]);
    const first = slotsAtRisk.first.map(({ time, kind, reason }) => `${time} ${kind} ${reason.rule}`);
    expect(first).to.deep.equal([1, 2, 3, 4, 5].map((number) => `${at(24 * number)} COPY_FAILED A-78`));
  });

  it("plans of one machine reach the quota together that none would reach alone (A-55)", async () => {
    const estate = await Estate.make();
    estate.declare("machine", "ecs:Instance", { regionId: "me-central-1", zoneId: "me-central-1a" });
    for (const planName of ["first", "second"]) {
      const instanceId = new Reference("machine", "instanceId");
      estate.declare(planName, "hbr:BackupPlan", {
        instanceId,
        rules: [{ schedule: "I|1767225600|PT1H" }],
        retention: 6,
      });
    }
    await estate.up();
    const all = [];
    for (const planName of ["first", "second"]) {
      all.push(await estate.call<Forecast>(token, { protectionId: estate.output(planName, "planId"), days: 6 }));
    }
    const made = all.reduce((sum, { backups }) => sum + backups, 0);
    const failed = all.reduce((sum, each) => sum + each.failed, 0);
    expect([made, failed]).to.deep.equal([256, 2 * 6 * 24 - 256]);
    for (const { failed: own, slotsAtRisk, worstGap } of all) {
      expect(slotsAtRisk.count).to.equal(own);
      expect(slotsAtRisk.first[0]?.reason.rule).to.equal("A-76");
      expect(worstGap).to.deep.equal({
        ...{ hours: 16, from: at(128), until: at(144), open: true, longerThanScheduled: true },
      });
    }
  });

  it("a suspended protection: what is there goes, and nothing comes", async () => {
    const estate = await estateOf({ rules: [backupRule("P1D", 7)], usedGiB: 1, isGroup: false, isKeyMissing: false });
    await estate.engine.advance(3 * day);
    const protectionId = estate.output("protection", "protectionId");
    const found = estate.engine.ask(({ store }) => store.get("protection", protectionId), undefined);
    const row = await found;
    if (row === undefined) throw new Error("the protection is gone");
    await estate.engine.run(({ store }) => store.put("protection", [{ ...row, disabled: true }]), undefined);
    const told = await estate.call<Forecast>(token, { protectionId, days: 30 });
    expect(told).to.include({ disabled: true, backups: 0, points: 0, expiring: 3 });
    expect([told.firstBackup, told.hoursToFirstPoint, told.longestGapInHours]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
    expect(told.firstPrune).to.include({ time: at(24 * 8), createdTime: at(24) });
    expect(told.worstGap).to.deep.include({ hours: 30 * 24, from: at(72), open: true, longerThanScheduled: true });
  });

  it("sees what a preview would make", async () => {
    const estate = await estateOf({ rules: [backupRule("P1D", 7)], usedGiB: 1, isGroup: false, isKeyMissing: false });
    const protectionId = estate.output("protection", "protectionId");
    const session = await estate.engine.open();
    const policyId = estate.output("policy", "policyId");
    const rules = [backupRule("P1D", 3)];
    const names = { policyName: "policy", policyType: "UDM_ECS_ONLY" };
    const urn = "urn:pulumi:dev::p::cloudbackup:hbr:Policy::policy";
    const olds = { ...names, rules: [backupRule("P1D", 7)] } as unknown as PropertyMap;
    const request = { urn, id: policyId, type: "cloudbackup:hbr:Policy", name: "policy", olds, oldInputs: olds };
    const news = { ...names, rules } as unknown as PropertyMap;
    const signal = new AbortController().signal;
    await session.update({ ...request, news, ignoreChanges: [], preview: true, signal } as never);
    const ask = (preview: boolean) =>
      session.invoke({ token: `cloudbackup:${token}`, args: { protectionId }, preview });
    const { result } = await ask(true);
    expect(result?.points).to.equal(3);
    await session.close();
    expect((await estate.call<Forecast>(token, { protectionId })).points).to.equal(7);
  });

  it("tells when the quota of snapshots is reached, and the job fails then (A-55)", async () => {
    const estate = await estateOf({ rules: [backupRule("PT1H", 20)], usedGiB: 1, isGroup: false, isKeyMissing: false });
    const instanceId = estate.output("machine", "instanceId");
    const { snapshotQuota, failed } = await estate.call<Forecast>(token, { instanceId, days: 10 });
    const reachedTime = isoTime(start + 257 * 3600);
    expect(snapshotQuota).to.deep.equal({ limit: 256, snapshotsPerDisk: 256, reachedTime });
    expect(failed).to.equal(0);
    await estate.engine.advance(256 * 3600);
    const jobs = () => estate.engine.ask(({ store }) => store.find("job", { status: "FAILED" }), undefined);
    expect(await jobs()).to.deep.equal([]);
    await estate.engine.advance(3600);
    expect((await jobs()).map(({ errorCode, startTime }) => [errorCode, isoTime(startTime)])).to.deep.equal([
      ["QuotaExceed.Snapshot", reachedTime],
    ]);
  });

  const steady = [
    ["a week of days", [backupRule("P1D", 7)], 7],
    ["hours of a day beside days of a month", [backupRule("PT1H", 1), backupRule("P1D", 30)], 53],
    [
      "days, and the first of each month for a year",
      [
        backupRule("P1D", 7),
        {
          ruleType: "TRANSITION",
          retention: 7,
          retentionRules: [{ advancedRetentionType: "MONTHLY", retention: 365 }],
        },
      ],
      19,
    ],
  ] as const;
  for (const [name, rules, snapshotsPerDisk] of steady) {
    it(`steady state of ${name}: ${snapshotsPerDisk} snapshots per disk, and the quota is never reached`, async () => {
      const estate = await estateOf({ rules, usedGiB: 1, isGroup: false, isKeyMissing: false });
      const instanceId = estate.output("machine", "instanceId");
      const { snapshotQuota } = await estate.call<Forecast>(token, { instanceId });
      expect(snapshotQuota).to.deep.equal({ limit: 256, snapshotsPerDisk });
    });
  }

  it("finds the protection of a machine by itself, of its group, and refuses to guess", async () => {
    const estate = await estateOf({ rules: [backupRule("P1D", 7)], usedGiB: 1, isGroup: true, isKeyMissing: false });
    const protectionId = estate.output("protection", "protectionId");
    const ways: readonly PropertyMap[] = [
      { groupId: estate.output("group", "groupId") },
      { instanceId: estate.output("other", "instanceId") },
    ];
    for (const args of ways) {
      expect((await estate.call<Forecast>(token, args)).protectionId).to.equal(protectionId);
    }
    expect(await estate.refusal(token, {})).to.match(/^protectionId: MissingParameter/);
    expect(await estate.refusal(token, { protectionId: "pd-none" })).to.match(/^protectionId: Engine.NotFound/);
    expect(await estate.refusal(token, { protectionId, groupId: "cg-1" })).to.match(/^groupId: InvalidParameter/);
    const bare = await (await Estate.make()).declare("machine", "ecs:Instance").up();
    const instanceId = bare.output("machine", "instanceId");
    expect(await bare.refusal(token, { instanceId })).to.match(/^instanceId: Engine.NotProtected/);
  });
});
