import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import { isoTime } from "../../provider/engine/core/time";
import { Reference } from "../support/program";
import type { Inputs } from "./any-world";
import { enhanced, plainly, policy, protection } from "./azure-change";
import { type AzureRow, effect, refusedLater } from "./azure-row";
import { type AzureWorld, days, everyHours } from "./azure-world";
import { expectTold } from "./row";
import { day } from "./world";

const nothing = (): void => undefined;
const weekly = (...scheduleRunDays: string[]) => ({
  scheduleRunFrequency: "Weekly",
  scheduleRunTimes: ["02:00"],
  scheduleRunDays,
});

/** When the jobs of some days started. */
async function starts(world: AzureWorld, change: (world: AzureWorld) => void, seconds: number): Promise<string[]> {
  plainly(change)(world);
  await world.done();
  await world.advance(seconds);
  return (await world.jobs()).map(({ startTime }) => isoTime(startTime).slice(5, 16));
}

/** A policy that is refused with its property's path. */
function wrong(rule: AzureRow["rule"], what: string, inputs: Inputs, path: string, message: string, remedy: string) {
  return effect(rule, `${what}: refused at ${path}`, async (world) => {
    policy(inputs)(world);
    for (const run of [await world.preview(), await world.up()]) {
      const own = (run.failure?.failures ?? []).map(
        ({ property, reason }) => (property === "" ? "" : `${property}: `) + reason,
      );
      const [found] = own.filter((text) => text.startsWith(`${path}: ${rule}: `));
      expect(found, own.join("\n")).to.contain(message).and.to.contain("\n  source: ");
      expect(/\n {2}fix: (.*)/.exec(found ?? "")?.[1]).to.contain(remedy);
      expect(run.failure?.urn).to.match(/::policy$/);
    }
  });
}

const hourly = (change: object) => ({
  policyType: "V2",
  schedulePolicy: {
    scheduleRunFrequency: "Hourly",
    hourlySchedule: { interval: 4, scheduleWindowStartTime: "08:00", scheduleWindowDuration: 24, ...change },
  },
});
const at = (time: string) => ({ schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: [time] } });

const schedules: readonly AzureRow[] = [
  effect("Z-21", "a standard policy runs daily", async (world) => {
    expect(await starts(world, nothing, 2 * day)).to.deep.equal(["01-01T02:00", "01-02T02:00"]);
  }),
  effect("Z-21", "or weekly, on its days", async (world) => {
    const sundays = policy({
      schedulePolicy: weekly("Sunday", "Wednesday"),
      retentionPolicy: {
        weeklySchedule: { daysOfTheWeek: ["Sunday", "Wednesday"], retentionDuration: { count: 4 } },
      },
    });
    expect(await starts(world, sundays, 8 * day)).to.deep.equal(["01-04T02:00", "01-07T02:00"]);
  }),
  ...(
    [
      [4, 12],
      [6, 12],
      [8, 16],
      [12, 12],
    ] as const
  ).map(([interval, duration]) =>
    effect("Z-21", `an enhanced policy runs every ${interval} hours within its window`, async (world) => {
      const schedulePolicy = everyHours(interval, duration);
      const within = Array.from({ length: duration / interval }, (_, index) => 8 + index * interval);
      const expected = within.map((hour) => `01-01T${String(hour).padStart(2, "0")}:00`);
      expect(await starts(world, policy({ policyType: "V2", schedulePolicy }), day)).to.deep.equal(expected);
    }),
  ),
  effect("Z-21", "a policy's times are those of its own zone's clock", async (world) => {
    expect(await starts(world, policy({ timeZone: "Tokyo Standard Time" }), day)).to.deep.equal(["01-01T17:00"]);
  }),
  wrong(
    "Z-21",
    "an hourly schedule in a standard policy",
    { schedulePolicy: everyHours(4) },
    "schedulePolicy.scheduleRunFrequency",
    "a standard policy (V1) runs daily or weekly, not hourly",
    'set policyType: "V2" (enhanced)',
  ),
  ...[5, 3, 24].map((interval) =>
    wrong(
      "Z-21",
      `an interval of ${interval} hours`,
      hourly({ interval }),
      "schedulePolicy.hourlySchedule.interval",
      `backups run every 4, 6, 8, 12 hours, not every ${interval}`,
      "give one of 4, 6, 8, 12",
    ),
  ),
  ...[2, 28, 10].map((scheduleWindowDuration) =>
    wrong(
      "Z-21",
      `a window of ${scheduleWindowDuration} hours`,
      hourly({ scheduleWindowDuration }),
      "schedulePolicy.hourlySchedule.scheduleWindowDuration",
      `a multiple of the interval, not ${scheduleWindowDuration} hours`,
      "give one of 4, 8, 12, 16, 20, 24",
    ),
  ),
  wrong(
    "Z-21",
    "a time at a quarter past",
    at("02:15"),
    "schedulePolicy.scheduleRunTimes[0]",
    "backups start on the hour or half past it, not at 02:15",
    'such as "02:30"',
  ),
  wrong(
    "Z-21",
    "weekly without days",
    { schedulePolicy: weekly() },
    "schedulePolicy.scheduleRunDays",
    "a weekly schedule needs the days on which it runs",
    'such as ["Sunday"]',
  ),
  wrong(
    "Z-21",
    "an IANA zone",
    { timeZone: "Europe/Berlin" },
    "timeZone",
    'there is no Windows time zone "Europe/Berlin"',
    'write "W. Europe Standard Time"',
  ),
  refusedLater(
    "Z-21",
    "a policy that protects something goes from V2 to V1",
    "policy",
    [plainly(enhanced()), policy({ policyType: "V1" })],
    "the enhanced policy (V2) protects 1 item: db (protected); a VM can't go back to a standard one (V1)",
    'keep policyType: "V2"',
  ),
  refusedLater(
    "Z-21",
    "a VM goes from an enhanced policy to a standard one",
    "protection",
    [
      (world) => {
        world.declare("standard", "recoveryservices:ProtectionPolicy", { ...world.policy, policyName: "standard" });
        plainly(enhanced())(world);
      },
      protection({ policyId: new Reference("standard", "policyId") }),
    ],
    "a VM under an enhanced policy (V2) can't go back to a standard one (V1)",
    "use another enhanced policy",
  ),
  effect("Z-21", "from V1 to V2 is in place", async (world) => {
    await world.plain().done();
    enhanced()(world);
    const { steps } = await world.done();
    const changed = steps.filter(({ operation }) => operation !== "same");
    expect(changed.map(({ operation, urn }) => [operation, urn.split("::").at(-1)])).to.deep.equal([
      ["update", "policy"],
    ]);
  }),
];

/** Days that the first point's snapshot lives. */
async function snapshotDays(world: AzureWorld, change: (world: AzureWorld) => void): Promise<number> {
  plainly(change)(world);
  await world.done();
  await world.advance(8 * day);
  const newest = (await world.points()).at(-1);
  return newest === undefined ? Number.NaN : (newest.snapshotUntil - newest.createTime) / day;
}

const onSundays = {
  schedulePolicy: weekly("Sunday"),
  retentionPolicy: { weeklySchedule: { daysOfTheWeek: ["Sunday"], retentionDuration: { count: 4 } } },
};

const snapshots: readonly AzureRow[] = [
  ...(
    [
      ["V1 daily", nothing, 2],
      ["V1 weekly", policy(onSundays), 5],
      ["V2", enhanced(), 7],
      ["V2 weekly", enhanced(undefined, onSundays), 7],
      ["V1 with 5 days", policy({ instantRpRetentionRangeInDays: 5 }), 5],
      ["V2 with 30 days", enhanced(undefined, { instantRpRetentionRangeInDays: 30 }), 30],
    ] as const
  ).map(([what, change, expected]) =>
    effect("Z-22", `${what}: ${expected} days in the snapshot tier`, async (world) => {
      expect(await snapshotDays(world, change)).to.equal(expected);
    }),
  ),
  ...(
    [
      [
        "V1 for 6 days",
        { instantRpRetentionRangeInDays: 6 },
        "keeps snapshots for 1 to 5 days, not 6",
        "give 1 to 5 days",
      ],
      [
        "V1 weekly for 4 days",
        { ...onSundays, instantRpRetentionRangeInDays: 4 },
        "a standard policy (V1) that runs weekly keeps snapshots for 5 days, not 4",
        "give 5 days",
      ],
      [
        "V2 for 31 days",
        { policyType: "V2", instantRpRetentionRangeInDays: 31 },
        "an enhanced policy (V2) keeps snapshots for 1 to 30 days, not 31",
        "give 1 to 30 days",
      ],
      ["no day at all", { instantRpRetentionRangeInDays: 0 }, "must be at least 1", "V1 1 to 5, V2 1 to 30"],
    ] as const
  ).map(([what, inputs, message, remedy]) =>
    wrong("Z-22", `snapshots of ${what}`, inputs, "instantRpRetentionRangeInDays", message, remedy),
  ),
  effect("Z-22", "over 5 days: a warning with the document's own limit", async (world) => {
    plainly(enhanced(undefined, { instantRpRetentionRangeInDays: 6 }))(world);
    await world.preview();
    const words = ["instantRpRetentionRangeInDays", "Z-22", "snapshots stay 6 days", "the document says at most 5"];
    expectTold(world, "warning", ...words, "fix: give 5 days or fewer");
  }),
  effect("Z-22", "5 days: no warning", async (world) => {
    plainly(enhanced(undefined, { instantRpRetentionRangeInDays: 5 }))(world);
    await world.preview();
    expect(world.engine.told.filter((line) => line.includes("Z-22"))).to.deep.equal([]);
  }),
];

const monthly = (change: object = {}) => ({
  retentionScheduleFormatType: "Daily",
  retentionScheduleDaily: { daysOfTheMonth: [{ date: 2 }] },
  retentionDuration: { count: 12 },
  ...change,
});
const yearly = (change: object = {}) => ({
  monthsOfYear: ["January"],
  ...monthly({ retentionDuration: { count: 10 } }),
  ...change,
});

/** Rule and expiry of the first points. */
async function lives(world: AzureWorld, retentionPolicy: PropertyMap): Promise<string[]> {
  plainly(policy({ retentionPolicy }))(world);
  await world.done();
  await world.advance(5 * day);
  const points = await world.points();
  return points.map(({ ruleName, expireTime }) => `${ruleName} ${isoTime(expireTime ?? 0).slice(0, 10)}`);
}

const retention: readonly AzureRow[] = [
  effect("Z-27", "daily, weekly, monthly and yearly: the one that keeps a point longest counts", async (world) => {
    const weeklySchedule = { daysOfTheWeek: ["Sunday"], retentionDuration: { count: 12 } };
    const lastOfAll = { retentionScheduleDaily: { daysOfTheMonth: [{ date: 3 }] } };
    const all = { ...days(30), weeklySchedule, monthlySchedule: monthly(), yearlySchedule: yearly(lastOfAll) };
    expect(await lives(world, all)).to.deep.equal([
      "Daily 2026-01-31",
      "Monthly 2027-01-02",
      "Yearly 2036-01-03",
      "Weekly 2026-03-29",
      "Daily 2026-02-04",
    ]);
  }),
  effect("Z-27", "a point is gone when its time is over, and not before", async (world) => {
    plainly(policy({ retentionPolicy: days(7) }))(world);
    await world.done();
    await world.advance(7 * day + 7200 - 1);
    expect(await world.points()).to.have.length(7);
    const oldest = (await world.point()).id;
    await world.advance(1);
    expect((await world.points()).map(({ id }) => id)).not.to.include(oldest);
  }),
  effect("Z-27", "a changed retention reaches the points that there are", async (world) => {
    expect(await lives(world, days(30))).to.have.length(5);
    policy({ retentionPolicy: days(60) })(world);
    await world.done();
    const { createTime, expireTime } = await world.point();
    expect(((expireTime ?? 0) - createTime) / day).to.equal(60);
  }),
  ...(
    [
      [
        "6 days",
        days(6),
        "dailySchedule.retentionDuration.count",
        "daily retention is 7 to 9999 days, not 6",
        "7 to 9999 days",
      ],
      ["0 days", days(0), "dailySchedule.retentionDuration.count", "must be at least 1", "give 7 to 9999 days"],
      ["10000 days", days(10_000), "dailySchedule.retentionDuration.count", "not 10000", "give 7 to 9999 days"],
      [
        "10000 months",
        { ...days(30), monthlySchedule: monthly({ retentionDuration: { count: 10_000 } }) },
        "monthlySchedule.retentionDuration.count",
        "monthly retention is 1 to 9999 months, not 10000",
        "give 1 to 9999 months",
      ],
      [
        "nothing daily of a daily schedule",
        { monthlySchedule: monthly() },
        "dailySchedule",
        "a schedule that runs Daily needs a daily retention",
        "give { retentionDuration: { count: 30 } }",
      ],
      [
        "the 31st of February alone",
        {
          ...days(30),
          yearlySchedule: yearly({
            monthsOfYear: ["February"],
            retentionScheduleDaily: { daysOfTheMonth: [{ date: 31 }] },
          }),
        },
        "yearlySchedule.retentionScheduleDaily.daysOfTheMonth[0].date",
        "there is no day 31 in February",
        "use { isLast: true }",
      ],
      [
        "no days of the month",
        { ...days(30), monthlySchedule: monthly({ retentionScheduleDaily: undefined }) },
        "monthlySchedule.retentionScheduleDaily",
        "the days of the month are missing",
        "give daysOfTheMonth: [{ date: 1 }]",
      ],
    ] as const
  ).map(([what, retentionPolicy, path, message, remedy]) =>
    wrong("Z-27", `retention of ${what}`, { retentionPolicy }, `retentionPolicy.${path}`, message, remedy),
  ),
  wrong(
    "Z-27",
    "weeks of a day on which nothing runs",
    {
      schedulePolicy: weekly("Sunday"),
      retentionPolicy: { weeklySchedule: { daysOfTheWeek: ["Monday"], retentionDuration: { count: 4 } } },
    },
    "retentionPolicy.weeklySchedule.daysOfTheWeek",
    "no backup runs on Monday",
    "name the backup days: Sunday",
  ),
  wrong(
    "Z-27",
    "vault points that go before their snapshots",
    { policyType: "V2", instantRpRetentionRangeInDays: 10, retentionPolicy: days(9) },
    "retentionPolicy.dailySchedule.retentionDuration.count",
    "daily points would leave the vault after 9 days, before their snapshots (10)",
    "keep them for 10 days or more",
  ),
  wrong(
    "Z-27",
    "an archive after two months",
    {
      retentionPolicy: { ...days(30), monthlySchedule: monthly({ retentionDuration: { count: 60 } }) },
      tieringPolicy: { ArchivedRP: { tieringMode: "TierAfter", duration: 2, durationType: "Months" } },
    },
    "tieringPolicy.ArchivedRP.duration",
    "a point stays in vault-standard for three months or more, not 2 Months",
    "give 3 Months or more",
  ),
];

export const azurePolicyRows: readonly AzureRow[] = [...schedules, ...snapshots, ...retention];
