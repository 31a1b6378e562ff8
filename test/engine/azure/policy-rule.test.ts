import { expect } from "chai";
import type { MonthlyRetention, PolicyProperties, RetentionPolicy } from "../../../provider/engine/azure/policy";
import { policyRefusals, policyWarnings, retentionShortened } from "../../../provider/engine/azure/policy-rule";
import { EngineError } from "../../../provider/engine/error";
import { daily, hourly, policyWith, thirtyDays, weekly } from "./policies";

type Change = Partial<PolicyProperties>;

const monthly: MonthlyRetention = {
  count: 12,
  retentionScheduleFormatType: "Daily",
  daysOfTheMonth: [{ date: 1, isLast: false }],
  daysOfTheWeek: [],
  weeksOfTheMonth: [],
};
const firstSunday: MonthlyRetention = {
  count: 12,
  retentionScheduleFormatType: "Weekly",
  daysOfTheMonth: [],
  daysOfTheWeek: ["Sunday"],
  weeksOfTheMonth: ["First"],
};
const keeping = (change: Partial<RetentionPolicy>): Change => ({ retentionPolicy: { ...thirtyDays, ...change } });
const enhanced = (change: Change): Change => ({ policyType: "V2", ...change });
const onSundays: Change = {
  schedulePolicy: weekly("02:00", "Sunday"),
  retentionPolicy: { ...thirtyDays, daily: null, weekly: { count: 12, daysOfTheWeek: ["Sunday"] } },
  instantRpRetentionRangeInDays: 5,
};
const tierAfter = (duration: number | null, durationType: "Days" | "Months" | null): Change => ({
  tieringPolicy: { tieringMode: "TierAfter", duration, durationType },
});

/** Each row: what is wrong, and which rule says so of which property; several at once, with a space between. */
const wrong: readonly (readonly [what: string, change: Change, refusals: readonly string[]])[] = [
  ["an unknown zone", { timeZone: "Mars Standard Time" }, ["Z-21 timeZone"]],
  ["hourly in V1", { schedulePolicy: hourly("08:00", 4, 24) }, ["Z-21 schedulePolicy.scheduleRunFrequency"]],
  [
    "every 5 hours",
    enhanced({ schedulePolicy: hourly("08:00", 5, 20) }),
    ["Z-21 schedulePolicy.hourlySchedule.interval"],
  ],
  [
    "a window that the interval doesn't fill",
    enhanced({ schedulePolicy: hourly("08:00", 8, 12) }),
    ["Z-21 schedulePolicy.hourlySchedule.scheduleWindowDuration"],
  ],
  [
    "a window longer than a day that opens at 8:10",
    enhanced({ schedulePolicy: hourly("08:10", 4, 28) }),
    [
      "Z-21 schedulePolicy.hourlySchedule.scheduleWindowStartTime",
      "Z-21 schedulePolicy.hourlySchedule.scheduleWindowDuration",
    ],
  ],
  [
    "hourly without a window",
    enhanced({ schedulePolicy: { ...hourly("08:00", 4, 24), hourlySchedule: null } }),
    ["Z-21 schedulePolicy.hourlySchedule"],
  ],
  ["a quarter past", { schedulePolicy: daily("02:15") }, ["Z-21 schedulePolicy.scheduleRunTimes[0]"]],
  ["no time", { schedulePolicy: daily("2am") }, ["Z-21 schedulePolicy.scheduleRunTimes[0]"]],
  ["24:00", { schedulePolicy: daily("24:00") }, ["Z-21 schedulePolicy.scheduleRunTimes[0]"]],
  [
    "two times a day",
    { schedulePolicy: { ...daily("02:00"), scheduleRunTimes: ["02:00", "14:00"] } },
    ["Z-21 schedulePolicy.scheduleRunTimes"],
  ],
  ["weekly on no day", { ...onSundays, schedulePolicy: weekly("02:00") }, ["Z-21 schedulePolicy.scheduleRunDays"]],
  [
    "daily on some days, with a window",
    {
      schedulePolicy: { ...hourly("08:00", 4, 24), ...daily("02:00"), scheduleRunDays: ["Monday"] },
    },
    ["Z-21 schedulePolicy.scheduleRunDays"],
  ],
  [
    "a window for a daily policy",
    { schedulePolicy: { ...daily("02:00"), hourlySchedule: hourly("08:00", 4, 24).hourlySchedule } },
    ["Z-21 schedulePolicy.hourlySchedule"],
  ],
  ["snapshots for 6 days in V1", { instantRpRetentionRangeInDays: 6 }, ["Z-22 instantRpRetentionRangeInDays"]],
  [
    "weekly snapshots for 2 days",
    { ...onSundays, instantRpRetentionRangeInDays: 2 },
    ["Z-22 instantRpRetentionRangeInDays"],
  ],
  [
    "snapshots for 31 days in V2",
    enhanced({ instantRpRetentionRangeInDays: 31, ...keeping({ daily: { count: 60 } }) }),
    ["Z-22 instantRpRetentionRangeInDays"],
  ],
  [
    "6 days of retention",
    keeping({ daily: { count: 6 } }),
    ["Z-27 retentionPolicy.dailySchedule.retentionDuration.count"],
  ],
  [
    "10000 days of retention",
    keeping({ daily: { count: 10_000 } }),
    ["Z-27 retentionPolicy.dailySchedule.retentionDuration.count"],
  ],
  ["no daily retention", keeping({ daily: null }), ["Z-27 retentionPolicy.dailySchedule"]],
  [
    "weekly with the wrong retention",
    { ...onSundays, retentionPolicy: thirtyDays },
    ["Z-27 retentionPolicy.dailySchedule", "Z-27 retentionPolicy.weeklySchedule"],
  ],
  [
    "retention of a day without a backup, and none of one with",
    { ...onSundays, schedulePolicy: weekly("02:00", "Monday") },
    ["Z-27 retentionPolicy.weeklySchedule.daysOfTheWeek", "Z-27 retentionPolicy.weeklySchedule.daysOfTheWeek"],
  ],
  [
    "months by a weekday without a backup",
    {
      ...onSundays,
      ...keeping({
        daily: null,
        weekly: { count: 12, daysOfTheWeek: ["Sunday"] },
        monthly: { ...firstSunday, daysOfTheWeek: ["Sunday", "Friday"] },
      }),
    },
    ["Z-27 retentionPolicy.monthlySchedule.retentionScheduleWeekly.daysOfTheWeek"],
  ],
  [
    "the vault before the snapshot",
    enhanced({ instantRpRetentionRangeInDays: 14, ...keeping({ daily: { count: 10 } }) }),
    ["Z-27 retentionPolicy.dailySchedule.retentionDuration.count"],
  ],
  [
    "day 32 and a day that is two",
    keeping({
      monthly: {
        ...monthly,
        daysOfTheMonth: [
          { date: 32, isLast: false },
          { date: 5, isLast: true },
          { date: null, isLast: false },
        ],
      },
    }),
    [0, 1, 2].map((index) => {
      const path = `Z-27 retentionPolicy.monthlySchedule.retentionScheduleDaily.daysOfTheMonth[${index}]`;
      return index === 0 ? `${path}.date` : path;
    }),
  ],
  [
    "no day of the month, and weekdays beside",
    keeping({ monthly: { ...firstSunday, retentionScheduleFormatType: "Daily" } }),
    [
      "Z-27 retentionPolicy.monthlySchedule.retentionScheduleWeekly",
      "Z-27 retentionPolicy.monthlySchedule.retentionScheduleDaily",
    ],
  ],
  [
    "no weekday of the month, and dates beside",
    keeping({ monthly: { ...monthly, retentionScheduleFormatType: "Weekly" } }),
    [
      "Z-27 retentionPolicy.monthlySchedule.retentionScheduleDaily",
      "Z-27 retentionPolicy.monthlySchedule.retentionScheduleWeekly",
    ],
  ],
  [
    "the 30th of February",
    keeping({ yearly: { ...monthly, monthsOfYear: ["February"], daysOfTheMonth: [{ date: 30, isLast: false }] } }),
    ["Z-27 retentionPolicy.yearlySchedule.retentionScheduleDaily.daysOfTheMonth[0].date"],
  ],
  [
    "no month of the year",
    keeping({ yearly: { ...monthly, monthsOfYear: [] } }),
    ["Z-27 retentionPolicy.yearlySchedule.monthsOfYear"],
  ],
  [
    "crash-consistent snapshots in V1",
    { snapshotConsistencyType: "OnlyCrashConsistent" },
    ["Z-08 snapshotConsistencyType"],
  ],
  [
    "the archive after 2 months",
    { ...tierAfter(2, "Months"), ...keeping({ monthly }) },
    ["Z-27 tieringPolicy.ArchivedRP.duration"],
  ],
  [
    "the archive after a while",
    { ...tierAfter(null, null), ...keeping({ monthly }) },
    ["Z-27 tieringPolicy.ArchivedRP"],
  ],
  [
    "the archive never, after 3 months",
    {
      tieringPolicy: { tieringMode: "DoNotTier", duration: 3, durationType: "Months" },
    },
    ["Z-27 tieringPolicy.ArchivedRP"],
  ],
  [
    "the archive when nothing is left to live",
    { ...tierAfter(7, "Months"), ...keeping({ monthly }) },
    ["Z-27 tieringPolicy.ArchivedRP.duration"],
  ],
  ["the archive of daily points", tierAfter(90, "Days"), ["Z-27 tieringPolicy.ArchivedRP.duration"]],
];

const right: readonly (readonly [what: string, change: Change])[] = [
  ["the plainest", {}],
  ["weekly", onSundays],
  ["hourly all day", enhanced({ schedulePolicy: hourly("08:30", 4, 24), instantRpRetentionRangeInDays: 30 })],
  ["hourly, 12 hours apart", enhanced({ schedulePolicy: hourly("00:00", 12, 12) })],
  ["a week in vault and snapshot", enhanced({ instantRpRetentionRangeInDays: 7, ...keeping({ daily: { count: 7 } }) })],
  [
    "everything",
    { ...keeping({ monthly, yearly: { ...firstSunday, monthsOfYear: ["May"] } }), ...tierAfter(6, "Months") },
  ],
  [
    "the 29th of February",
    keeping({ yearly: { ...monthly, monthsOfYear: ["February"], daysOfTheMonth: [{ date: 29, isLast: false }] } }),
  ],
];

describe("what is wrong with a protection policy", () => {
  for (const [what, change, expected] of wrong) {
    it(`${what} is refused`, () => {
      const refusals = policyRefusals(policyWith(change));
      expect(refusals.map(({ rule, property }) => `${rule} ${property}`)).to.deep.equal(expected);
      for (const refusal of refusals) {
        expect(refusal).to.be.instanceOf(EngineError);
        expect([refusal.message, refusal.remedy, refusal.source].every((text) => text.length > 5)).to.equal(true);
      }
    });
  }

  for (const [what, change] of right) {
    it(`${what} is not`, () => expect(policyRefusals(policyWith(change))).to.deep.equal([]));
  }

  it("names the zone that was meant", () => {
    const remedyFor = (timeZone: string) => policyRefusals(policyWith({ timeZone })).map(({ remedy }) => remedy);
    expect(remedyFor("w. europe standard time")).to.deep.equal(['write "W. Europe Standard Time"']);
    expect(remedyFor("Pacific Standart Time")).to.deep.equal(['write "Pacific Standard Time"']);
    expect(remedyFor("Asia/Kolkata")).to.deep.equal(['write "India Standard Time"']);
  });

  it("warns of what differs from the document, and of what never happens", () => {
    const warnings = (change: Change) => policyWarnings(policyWith(change)).map(({ reason }) => reason.rule);
    expect(warnings({})).to.deep.equal([]);
    expect(warnings(enhanced({ instantRpRetentionRangeInDays: 5 }))).to.deep.equal([]);
    expect(warnings(enhanced({ instantRpRetentionRangeInDays: 6 }))).to.deep.equal(["Z-22"]);
    expect(warnings(enhanced({ schedulePolicy: hourly("08:00", 4, 4) }))).to.deep.equal([]);
    expect(warnings(enhanced({ schedulePolicy: hourly("08:00", 4, 8) }))).to.deep.equal(["Z-25"]);
    expect(warnings({ ...onSundays, ...keeping({ monthly }) })).to.deep.equal(["Z-27"]);
    const tieringPolicy = { tieringMode: "TierRecommended", duration: null, durationType: null } as const;
    expect(warnings({ tieringPolicy })).to.deep.equal(["Z-27"]);
    expect(warnings({ tieringPolicy, ...keeping({ monthly }) })).to.deep.equal([]);
  });
});

const months = (count: number, change: Partial<MonthlyRetention> = {}) =>
  keeping({ monthly: { ...monthly, count, ...change } });

/** Each row: which points would live shorter. */
const changes: readonly (readonly [what: string, old: Change, next: Change, shortened: readonly string[]])[] = [
  ["nothing", {}, {}, []],
  ["longer", {}, keeping({ daily: { count: 31 } }), []],
  ["fewer days", {}, keeping({ daily: { count: 29 } }), ["Daily"]],
  ["a retention more", {}, months(12), []],
  ["a retention less", months(12), {}, ["Monthly"]],
  ["that another makes up for", months(12), keeping({ daily: { count: 366 } }), []],
  [
    "not in every month",
    keeping({ daily: { count: 30 } }),
    months(1, { daysOfTheMonth: [{ date: null, isLast: true }] }),
    [],
  ],
  ["another day of the month", months(12), months(12, { daysOfTheMonth: [{ date: 2, isLast: false }] }), ["Monthly"]],
  [
    "one day more",
    months(12),
    months(12, {
      daysOfTheMonth: [
        { date: 1, isLast: false },
        { date: 2, isLast: false },
      ],
    }),
    [],
  ],
  ["by weekday instead", months(12), keeping({ monthly: firstSunday }), ["Monthly"]],
  ["weekly instead of daily", {}, onSundays, ["Daily"]],
  ["another schedule", {}, { schedulePolicy: daily("12:00"), timeZone: "Tokyo Standard Time" }, []],
  [
    "shorter snapshots of what the vault has",
    enhanced({ instantRpRetentionRangeInDays: 20 }),
    enhanced({ instantRpRetentionRangeInDays: 10 }),
    [],
  ],
  [
    "shorter snapshots of what it has not",
    enhanced({ instantRpRetentionRangeInDays: 20, schedulePolicy: hourly("08:00", 4, 12) }),
    enhanced({ instantRpRetentionRangeInDays: 10, schedulePolicy: hourly("08:00", 4, 12) }),
    ["points that only are snapshots would live 10 days instead of 20 days"],
  ],
];

describe("what a change of a protection policy keeps shorter", () => {
  for (const [what, old, next, shortened] of changes) {
    it(what, () => {
      const found = retentionShortened(policyWith(old), policyWith(next));
      expect(found.map((words) => shortened.find((start) => words.startsWith(start)) ?? words)).to.deep.equal(
        shortened,
      );
    });
  }

  it("is told with numbers and a day", () => {
    expect(retentionShortened(policyWith(months(12)), policyWith(months(6)))).to.deep.equal([
      "Monthly points would live 182 days instead of 366 days (as that of 2024-01-01)",
    ]);
  });
});
