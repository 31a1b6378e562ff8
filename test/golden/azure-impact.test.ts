import { Reference } from "../support/program";
import { expectGolden } from "./golden";
import { declare, type ImpactCase, type ImpactWorld, tellCase } from "./impact-world";

type Inputs = ReturnType<typeof declare>["inputs"];

const place = { resourceGroupName: "prod", location: "westeurope" };
const vaultId = new Reference("vault", "vaultId");
const dailyAt = (time: string) => ({ scheduleRunFrequency: "Daily", scheduleRunTimes: [time] });
const dailyFor = (count: number) => ({ dailySchedule: { retentionDuration: { count } } });
const sundays = (count: number) => ({
  weeklySchedule: { daysOfTheWeek: ["Sunday"], retentionDuration: { count } },
});

const base = (vault: Inputs = {}) => [
  declare("db", "compute:VirtualMachine", { ...place, vmName: "db" }),
  declare("cache", "compute:VirtualMachine", { ...place, vmName: "cache" }),
  declare("vault", "recoveryservices:Vault", { ...place, vaultName: "backups", ...vault }),
];
const policy = (retentionPolicy: Inputs, more: Inputs = {}, name = "nightly") =>
  declare(name, "recoveryservices:ProtectionPolicy", {
    vaultId,
    policyName: name,
    policyType: "V2",
    instantRpRetentionRangeInDays: 5,
    schedulePolicy: dailyAt("02:00"),
    retentionPolicy,
    ...more,
  });
const item = (name: string, more: Inputs = {}, of = "nightly") =>
  declare(`${name}-item`, "recoveryservices:ProtectedItem", {
    vaultId,
    sourceResourceId: new Reference(name, "vmId"),
    policyId: new Reference(of, "policyId"),
    ...more,
  });
const onTwo = (retention: Inputs, more: Inputs = {}) => [...base(), policy(retention, more), item("db"), item("cache")];
const onOne = (retention: Inputs, more: Inputs = {}, own: Inputs = {}) => [
  ...base(),
  policy(retention, more),
  item("db", own),
];
const locked = { immutability: "Unlocked" };
const inLocked = (retention: Inputs, own: Inputs = {}) => [...base(locked), policy(retention), item("db", own)];
const short = policy(dailyFor(7), {}, "short");

async function damage({ engine }: ImpactWorld): Promise<void> {
  await engine.run(async ({ store }) => {
    const points = await store.find("vaultPoint");
    await store.put(
      "vaultPoint",
      points.slice(-1).map((point) => ({ ...point, damaged: true })),
    );
  }, undefined);
}

const backup = declare("hand", "recoveryservices:Backup", {
  itemId: new Reference("db-item", "itemId"),
  recoveryPointExpiryTimeInUTC: "2026-04-01T00:00:00Z",
});

const policies: readonly ImpactCase[] = [
  { what: "30 → 7 days, 60 points on 2 machines", before: onTwo(dailyFor(30)), days: 60, after: onTwo(dailyFor(7)) },
  { what: "7 → 30 days", before: onTwo(dailyFor(7)), days: 60, after: onTwo(dailyFor(30)) },
  {
    what: "another hour alone",
    before: onTwo(dailyFor(10)),
    days: 20,
    after: onTwo(dailyFor(10), { schedulePolicy: dailyAt("05:30") }),
  },
  {
    what: "another clock moves ends by hours",
    before: onOne(dailyFor(10)),
    days: 20,
    after: onOne(dailyFor(10), { timeZone: "Tokyo Standard Time" }),
  },
  { what: "no point yet", before: onOne(dailyFor(10)), days: 0, after: onOne(dailyFor(7)) },
  {
    what: "Sundays are kept for 12 weeks",
    before: onOne(dailyFor(30)),
    days: 60,
    after: onOne({ ...dailyFor(7), ...sundays(12) }),
  },
  {
    what: "Sundays no longer are",
    before: onOne({ ...dailyFor(7), ...sundays(12) }),
    days: 60,
    after: onOne(dailyFor(7)),
  },
  {
    what: "several a day: all but the last live as snapshots alone",
    before: onOne(dailyFor(10), {
      schedulePolicy: {
        scheduleRunFrequency: "Hourly",
        hourlySchedule: { interval: 12, scheduleWindowStartTime: "00:00", scheduleWindowDuration: 24 },
      },
    }),
    days: 20,
    after: onOne(dailyFor(10), {
      instantRpRetentionRangeInDays: 2,
      schedulePolicy: {
        scheduleRunFrequency: "Hourly",
        hourlySchedule: { interval: 12, scheduleWindowStartTime: "00:00", scheduleWindowDuration: 24 },
      },
    }),
  },
  {
    what: "a backup on demand, and a point that is damaged",
    before: [...onOne(dailyFor(10)), backup],
    days: 20,
    meanwhile: damage,
    after: [...onOne(dailyFor(7)), backup],
  },
  { what: "an immutable vault, longer", before: inLocked(dailyFor(7)), days: 20, after: inLocked(dailyFor(10)) },
];

const items: readonly ImpactCase[] = [
  {
    what: "another policy",
    before: [...onOne(dailyFor(30)), short],
    days: 20,
    after: [...base(), policy(dailyFor(30)), short, item("db", {}, "short")],
  },
  {
    what: "protection is stopped",
    before: onOne(dailyFor(10)),
    days: 20,
    after: onOne(dailyFor(10), {}, { protectionState: "ProtectionStopped" }),
  },
  {
    what: "a stopped protection goes on after a year",
    before: onOne(dailyFor(10)),
    days: 20,
    meanwhile: async (world) => {
      await world.up(onOne(dailyFor(10), {}, { protectionState: "ProtectionStopped" }));
      await world.advance(365);
    },
    after: onOne(dailyFor(10)),
  },
  {
    what: "suspended in an immutable vault",
    before: inLocked(dailyFor(10)),
    days: 20,
    after: inLocked(dailyFor(10), { protectionState: "BackupsSuspended" }),
  },
  {
    what: "points that an earlier item left are taken over",
    before: onOne(dailyFor(10)),
    days: 20,
    meanwhile: async (world) => {
      await world.up([...base(), policy(dailyFor(10))]);
      await world.advance(5);
    },
    after: onOne(dailyFor(10)),
  },
  {
    what: "a destroy is to take the points",
    before: onOne(dailyFor(10)),
    days: 20,
    after: onOne(dailyFor(10), {}, { onDestroy: "delete" }),
  },
  {
    what: "a destroy is to take the points of an immutable vault",
    before: inLocked(dailyFor(10)),
    days: 20,
    after: inLocked(dailyFor(10), { onDestroy: "delete" }),
  },
];

describe("what a change means for points that are there, on Azure", () => {
  it("Azure", async function () {
    this.timeout(60_000);
    const texts: string[] = [];
    for (const each of [...policies, ...items]) texts.push(await tellCase(each, {}));
    expectGolden("impact-azure", texts.join("\n"));
  });
});
