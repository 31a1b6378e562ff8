import { expect } from "chai";
import type {
  DayOfWeek,
  MonthlyRetention,
  PolicyProperties,
  RetentionPolicy,
  TieringPolicy,
  WeekOfMonth,
} from "../../../provider/engine/azure/policy";
import { archiveTimeOf, longestLifeDays, slotRetention } from "../../../provider/engine/azure/policy-retention";
import { isoTime } from "../../../provider/engine/core/time";
import { daily, hourly, policyWith, seconds, thirtyDays, weekly } from "./policies";

function byDate(count: number, ...dates: readonly (number | "last")[]): MonthlyRetention {
  return {
    count,
    retentionScheduleFormatType: "Daily",
    daysOfTheMonth: dates.map((date) => ({ date: date === "last" ? null : date, isLast: date === "last" })),
    daysOfTheWeek: [],
    weeksOfTheMonth: [],
  };
}

function byWeekday(count: number, week: WeekOfMonth, day: DayOfWeek): MonthlyRetention {
  return {
    count,
    retentionScheduleFormatType: "Weekly",
    daysOfTheMonth: [],
    daysOfTheWeek: [day],
    weeksOfTheMonth: [week],
  };
}

const sundays: Partial<RetentionPolicy> = { weekly: { count: 12, daysOfTheWeek: ["Sunday"] } };

type RetentionRow = readonly [
  what: string,
  slot: string,
  retention: Partial<RetentionPolicy>,
  expected: string,
  change?: Partial<PolicyProperties>,
];

// 2026-01-01 is a Thursday.
const rows: readonly RetentionRow[] = [
  ["a day like any other", "2026-01-05T02:00:00Z", sundays, "Daily 2026-02-04T02:00"],
  ["a Sunday", "2026-01-04T02:00:00Z", sundays, "Weekly 2026-03-29T02:00"],
  [
    "a week that is shorter than the days",
    "2026-01-04T02:00:00Z",
    { weekly: { count: 4, daysOfTheWeek: ["Sunday"] } },
    "Daily 2026-02-03T02:00",
  ],
  ["the last day of a month", "2026-01-31T02:00:00Z", { monthly: byDate(1, "last") }, "Daily 2026-03-02T02:00"],
  ["of two months", "2026-01-31T02:00:00Z", { monthly: byDate(13, "last") }, "Monthly 2027-02-28T02:00"],
  ["the last day of February", "2026-02-28T02:00:00Z", { monthly: byDate(2, "last") }, "Monthly 2026-04-28T02:00"],
  ["not in a leap year", "2028-02-28T02:00:00Z", { monthly: byDate(2, "last") }, "Daily 2028-03-29T02:00"],
  ["but a day later", "2028-02-29T02:00:00Z", { monthly: byDate(12, "last") }, "Monthly 2029-02-28T02:00"],
  ["April has no 31st", "2026-04-30T02:00:00Z", { monthly: byDate(12, 31) }, "Daily 2026-05-30T02:00"],
  ["May has", "2026-05-31T02:00:00Z", { monthly: byDate(12, 31) }, "Monthly 2027-05-31T02:00"],
  [
    "the first Monday",
    "2026-01-05T02:00:00Z",
    { monthly: byWeekday(6, "First", "Monday") },
    "Monthly 2026-07-05T02:00",
  ],
  ["not the second", "2026-01-12T02:00:00Z", { monthly: byWeekday(6, "First", "Monday") }, "Daily 2026-02-11T02:00"],
  [
    "the last of five Fridays",
    "2026-01-30T02:00:00Z",
    { monthly: byWeekday(6, "Last", "Friday") },
    "Monthly 2026-07-30T02:00",
  ],
  [
    "the fourth of them is not",
    "2026-01-23T02:00:00Z",
    { monthly: byWeekday(6, "Last", "Friday") },
    "Daily 2026-02-22T02:00",
  ],
  [
    "the last of four is the fourth",
    "2026-02-27T02:00:00Z",
    { monthly: byWeekday(6, "Fourth", "Friday") },
    "Monthly 2026-08-27T02:00",
  ],
  [
    "the longest of all that match",
    "2028-02-29T02:00:00Z",
    { monthly: byDate(13, "last"), yearly: { ...byDate(1, 29), monthsOfYear: ["February"] } },
    "Monthly 2029-03-29T02:00",
  ],
  [
    "a year from a leap day",
    "2028-02-29T02:00:00Z",
    { yearly: { ...byDate(1, 29), monthsOfYear: ["February"] } },
    "Yearly 2029-02-28T02:00",
  ],
  [
    "another month of the year",
    "2028-03-29T02:00:00Z",
    { yearly: { ...byDate(1, 29), monthsOfYear: ["February"] } },
    "Daily 2028-04-28T02:00",
  ],
  [
    "the day is the zone's: Saturday evening at the Pacific is Sunday at Greenwich",
    "2026-02-01T02:00:00Z",
    { ...sundays, monthly: byDate(1, "last"), daily: { count: 7 } },
    "Monthly 2026-03-01T02:00",
    { timeZone: "Pacific Standard Time", schedulePolicy: daily("18:00") },
  ],
  [
    "months go by the zone's clock, also when it leaps",
    "2026-02-28T01:00:00Z",
    { monthly: byDate(2, "last") },
    "Monthly 2026-04-28T00:00",
    { timeZone: "W. Europe Standard Time" },
  ],
  [
    "a slot that leaps over midnight stays with its day",
    "2026-03-29T01:30:00Z",
    { weekly: { count: 12, daysOfTheWeek: ["Saturday"] } },
    "Weekly 2026-06-21T01:30",
    { timeZone: "Greenland Standard Time", schedulePolicy: daily("23:30") },
  ],
  [
    "a weekly policy has no days",
    "2026-01-04T23:30:00Z",
    { ...sundays, daily: null },
    "Weekly 2026-03-29T23:30",
    { schedulePolicy: weekly("23:30", "Sunday"), instantRpRetentionRangeInDays: 5 },
  ],
];

describe("retention of a protection policy", () => {
  for (const [what, slot, retention, expected, change] of rows) {
    it(`${what}: ${slot}`, () => {
      const policy = policyWith({ ...change, retentionPolicy: { ...thirtyDays, ...retention } });
      const { ruleName, expireTime, goesToVault, snapshotUntil } = slotRetention(policy, seconds(slot));
      expect(`${ruleName} ${isoTime(expireTime).slice(0, 16)}`).to.equal(expected);
      expect(goesToVault).to.equal(true);
      expect(snapshotUntil).to.equal(seconds(slot) + policy.instantRpRetentionRangeInDays * 86_400);
    });
  }

  it("of several backups a day only the window's last goes to the vault, on the window's day", () => {
    const policy = policyWith({
      policyType: "V2",
      instantRpRetentionRangeInDays: 7,
      schedulePolicy: hourly("20:00", 4, 12),
      retentionPolicy: { ...thirtyDays, ...sundays },
    });
    const lives = ["2026-01-04T20:00:00Z", "2026-01-05T00:00:00Z", "2026-01-05T04:00:00Z", "2026-01-06T04:00:00Z"].map(
      (slot) => slotRetention(policy, seconds(slot)),
    );
    expect(lives.map(({ ruleName }) => ruleName)).to.deep.equal(["Snapshot", "Snapshot", "Weekly", "Daily"]);
    expect(lives.map(({ goesToVault }) => goesToVault)).to.deep.equal([false, false, true, true]);
    expect(lives.map(({ expireTime }) => isoTime(expireTime).slice(0, 10))).to.deep.equal([
      "2026-01-11",
      "2026-01-12",
      "2026-03-30",
      "2026-02-05",
    ]);
  });

  it("the longest life is that of the longest retention", () => {
    expect(longestLifeDays(policyWith())).to.equal(30);
    expect(longestLifeDays(policyWith({ retentionPolicy: { ...thirtyDays, ...sundays } }))).to.equal(84);
    const yearly = { ...byDate(10, 1), monthsOfYear: ["January" as const] };
    expect(longestLifeDays(policyWith({ retentionPolicy: { ...thirtyDays, yearly } }))).to.equal(3660);
  });
});

const after = (duration: number, durationType: TieringPolicy["durationType"]): TieringPolicy => {
  return { tieringMode: "TierAfter", duration, durationType };
};
const recommended: TieringPolicy = { tieringMode: "TierRecommended", duration: null, durationType: null };
const never: TieringPolicy = { tieringMode: "DoNotTier", duration: null, durationType: null };

type ArchiveRow = readonly [
  what: string,
  tiering: TieringPolicy | null,
  ruleName: string,
  vaultTime: string | null,
  expireTime: string | null,
  archived: string | null,
];

const archiveRows: readonly ArchiveRow[] = [
  ["as asked", after(4, "Months"), "Monthly", "2026-01-01T04:00:00Z", "2027-01-01T02:00:00Z", "2026-05-01T02:00:00Z"],
  ["in weeks", after(20, "Weeks"), "Yearly", "2026-01-01T04:00:00Z", "2036-01-01T02:00:00Z", "2026-05-21T02:00:00Z"],
  ["three months in the vault", after(3, "Months"), "Monthly", "2026-01-02T04:00:00Z", null, "2026-04-02T04:00:00Z"],
  ["recommended", recommended, "Monthly", "2026-01-01T04:00:00Z", "2027-01-01T02:00:00Z", "2026-04-01T04:00:00Z"],
  ["with 180 days left", recommended, "Yearly", "2026-01-01T02:00:00Z", "2026-09-28T02:00:00Z", "2026-04-01T02:00:00Z"],
  ["with 179 days left", recommended, "Yearly", "2026-01-01T02:00:00Z", "2026-09-27T02:00:00Z", null],
  ["a weekly point", recommended, "Weekly", "2026-01-01T04:00:00Z", "2027-01-01T02:00:00Z", null],
  ["a snapshot", recommended, "Snapshot", null, "2027-01-01T02:00:00Z", null],
  ["on demand", after(3, "Months"), "OnDemand", "2026-01-01T04:00:00Z", null, null],
  ["not to be archived", never, "Monthly", "2026-01-01T04:00:00Z", null, null],
  ["nothing said", null, "Monthly", "2026-01-01T04:00:00Z", null, null],
];

describe("the way of a point into the archive", () => {
  for (const [what, tieringPolicy, ruleName, vaultTime, expireTime, archived] of archiveRows) {
    it(what, () => {
      const time = archiveTimeOf(policyWith({ tieringPolicy }), {
        ruleName,
        createTime: seconds("2026-01-01T02:00:00Z"),
        vaultTime: vaultTime === null ? null : seconds(vaultTime),
        expireTime: expireTime === null ? null : seconds(expireTime),
      });
      expect(time && isoTime(time)).to.equal(archived);
    });
  }
});
