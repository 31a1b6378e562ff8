import { expect } from "chai";
import * as fc from "fast-check";
import type { PropertyMap } from "../../../provider/definition/value";
import { advance } from "../../../provider/engine/advance";
import { isoTime } from "../../../provider/engine/core/time";
import { Reference } from "../../support/program";
import { backupRule, day, Estate, start } from "./estate";

interface Forecast {
  readonly protectionId: string;
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
  readonly snapshotQuota: { readonly limit: number; readonly snapshotsPerDisk: number; readonly reachedTime?: string };
}

const token = "hbr:getForecast";

interface Case {
  readonly rules: readonly object[];
  readonly usedGiB: number;
  readonly isGroup: boolean;
  readonly isKeyMissing: boolean;
  readonly passedDays: number;
  readonly days: number;
}

async function estateOf({ rules, usedGiB, isGroup, isKeyMissing }: Omit<Case, "passedDays" | "days">) {
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

/** What the clock really brings, looked at in steps so short that no point comes and goes in one. */
async function watch(estate: Estate, days: number): Promise<Omit<Forecast, "protectionId" | "snapshotQuota">> {
  const look = () =>
    estate.engine.ask(
      async ({ store, now }) => ({
        points: await store.find("recoveryPoint"),
        replicas: await store.find("replica"),
        now,
      }),
      undefined,
    );
  const { points: before, now: from } = await look();
  const seen = new Map(before.map((point) => [point.id, point.createTime]));
  const failedCopies = new Set((await look()).replicas.map(({ id }) => id));
  const old = failedCopies.size;
  let [failed, skipped] = [0, 0];
  for (let passed = 1; passed <= days; passed++) {
    const summary = await estate.engine.run(advance, { until: from + passed * day });
    failed += summary.failed;
    skipped += summary.skipped;
    const { points, replicas } = await look();
    for (const point of points) seen.set(point.id, point.createTime);
    for (const replica of replicas.filter(({ status }) => status === "FAILED")) failedCopies.add(replica.id);
  }
  const end = await look();
  const times = [...new Set(seen.values())].sort((a, b) => a - b);
  const made = times.filter((time) => time > from);
  const gapsFrom = times.slice(Math.max(0, times.length - made.length - 1));
  const gaps = gapsFrom.slice(1).map((time, index) => time - (gapsFrom[index] ?? 0));
  return {
    ...(made[0] === undefined ? {} : { firstBackup: isoTime(made[0]) }),
    nextBackups: made.slice(0, 5).map(isoTime),
    backups: seen.size - before.length,
    points: end.points.length,
    expiring: seen.size - end.points.length,
    failed,
    skipped,
    copies: end.replicas.filter(({ status }) => status === "COMPLETE").length,
    failedCopies: failedCopies.size - old,
    bytesTotal: end.points.reduce((sum, { bytesTotal }) => sum + bytesTotal, 0),
    ...(gaps.length === 0 ? {} : { longestGapInHours: Math.round((Math.max(...gaps) / 3600) * 100) / 100 }),
  };
}

const schedule = fc.oneof(
  fc.constantFrom("PT1H", "PT6H", "P1D", "P2D", "P1W").map((interval) => `I|${start}|${interval}`),
  fc.constantFrom("0 0 2 ? * *", "0 30 4 ? * 3,5,7", "0 0 */8 ? * *").map((cron) => `C|${start}|${cron}`),
);
const life = fc.integer({ min: 1, max: 40 });
const backup = fc.record({ ruleType: fc.constant("BACKUP"), schedule, retention: life });
const transition = fc.record({
  ruleType: fc.constant("TRANSITION"),
  retention: life,
  retentionRules: fc
    .uniqueArray(fc.constantFrom("DAILY", "WEEKLY", "MONTHLY", "YEARLY"), { maxLength: 3 })
    .map((types) =>
      types.map((advancedRetentionType, index) => ({ advancedRetentionType, retention: 7 * (index + 1) })),
    ),
});
const replication = fc.record({
  ruleType: fc.constant("REPLICATION"),
  replicationRegionId: fc.constant("cn-shanghai"),
  retention: life,
});
const cases: fc.Arbitrary<Case> = fc.record({
  rules: fc
    .tuple(
      fc.uniqueArray(backup, { minLength: 1, maxLength: 2, selector: (rule) => rule.schedule }),
      fc.option(transition, { nil: undefined }),
      fc.option(replication, { nil: undefined }),
    )
    .map(([backups, ...more]) => [...backups, ...more.filter((rule) => rule !== undefined)]),
  usedGiB: fc.constantFrom(1, 400, 4096),
  isGroup: fc.boolean(),
  isKeyMissing: fc.boolean(),
  passedDays: fc.integer({ min: 0, max: 15 }),
  days: fc.integer({ min: 1, max: 25 }),
});

function weeklyFor(retention: number) {
  return { advancedRetentionType: "WEEKLY", retention };
}

const goneAlready: Case = {
  rules: [{ ruleType: "BACKUP", schedule: `C|${start}|0 30 4 ? * 3,5,7`, retention: 1 }],
  usedGiB: 1,
  isGroup: false,
  isKeyMissing: false,
  passedDays: 4,
  days: 2,
};

describe("getForecast", () => {
  it("its figures are those that the clock then yields", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ passedDays, days, ...made }) => {
        const estate = await estateOf(made);
        await estate.engine.advance(passedDays * day);
        const protectionId = estate.output("protection", "protectionId");
        const answer = await estate.call<Record<string, unknown>>(token, { protectionId, days });
        const { snapshotQuota: _quota, disabled, from, until, protectionId: told, ...figures } = answer;
        expect([told, disabled]).to.deep.equal([protectionId, false]);
        expect([from, until]).to.deep.equal(
          [passedDays, passedDays + days].map((after) => isoTime(start + after * day)),
        );
        expect(figures).to.deep.equal(await watch(estate, days));
      }),
      // The newest backup before the look ahead has left no point that is still there.
      { numRuns: 120, examples: [[goneAlready]] },
    );
  }).timeout(120_000);

  it("figures of a window from which most jobs are forgotten at its end", async () => {
    const weekly = { ruleType: "TRANSITION", retention: 3, retentionRules: [weeklyFor(100)] };
    const rules = [backupRule("P1D", 3), weekly];
    const estate = await estateOf({ rules, usedGiB: 1, isGroup: false, isKeyMissing: false });
    const protectionId = estate.output("protection", "protectionId");
    const forecast = await estate.call<Forecast>(token, { protectionId, days: 200 });
    expect(forecast).to.deep.include(await watch(estate, 200));
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
