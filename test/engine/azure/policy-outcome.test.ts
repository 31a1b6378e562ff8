import { expect } from "chai";
import type { PolicyProperties } from "../../../provider/engine/azure/policy";
import { policyOutcome } from "../../../provider/engine/azure/policy-outcome";
import { secondsPerDay } from "../../../provider/engine/core/time";
import { hourly, policyWith, thirtyDays, weekly } from "./policies";

/** `gap 24 h, lives 30 d, daily 30 d` */
function told(policy: PolicyProperties): string {
  const { longestGap, shortestLife, shortestDailyLife } = policyOutcome(policy);
  const days = (seconds: number) => `${seconds / secondsPerDay} d`;
  return `gap ${longestGap / 3600} h, lives ${days(shortestLife)}, daily ${days(shortestDailyLife)}`;
}

const mondays = { daily: null, weekly: { count: 4, daysOfTheWeek: ["Monday"] }, monthly: null, yearly: null } as const;
const everyMonth = {
  count: 12,
  retentionScheduleFormatType: "Daily",
  daysOfTheMonth: [{ date: 1, isLast: false }],
  daysOfTheWeek: [],
  weeksOfTheMonth: [],
} as const;

const rows: readonly (readonly [what: string, policy: Partial<PolicyProperties>, expected: string])[] = [
  ["a backup a day", {}, "gap 24 h, lives 30 d, daily 30 d"],
  [
    "on a clock that is put back once a year",
    { timeZone: "W. Europe Standard Time" },
    "gap 25 h, lives 30 d, daily 30 d",
  ],
  ["on a clock that knows no summer time", { timeZone: "Tokyo Standard Time" }, "gap 24 h, lives 30 d, daily 30 d"],
  [
    "several a day: those that never reach the vault live as long as their snapshots (Z-25)",
    { policyType: "V2", instantRpRetentionRangeInDays: 7, schedulePolicy: hourly("08:00", 4, 12) },
    "gap 16 h, lives 7 d, daily 30 d",
  ],
  [
    "one a week",
    { schedulePolicy: weekly("02:00", "Monday"), retentionPolicy: mondays },
    "gap 168 h, lives 28 d, daily 28 d",
  ],
  [
    "one a week, over the end of summer time",
    { schedulePolicy: weekly("02:00", "Monday"), retentionPolicy: mondays, timeZone: "W. Europe Standard Time" },
    "gap 169 h, lives 28 d, daily 28 d",
  ],
  [
    "the first of each month longer: the other days count",
    { retentionPolicy: { ...thirtyDays, monthly: everyMonth } },
    "gap 24 h, lives 30 d, daily 30 d",
  ],
  [
    "weekly and yearly points longer",
    {
      timeZone: "W. Europe Standard Time",
      retentionPolicy: {
        ...thirtyDays,
        weekly: { count: 12, daysOfTheWeek: ["Sunday"] },
        yearly: { ...everyMonth, count: 7, monthsOfYear: ["January"] },
      },
    },
    "gap 25 h, lives 30 d, daily 30 d",
  ],
];

describe("what a policy yields, on Azure", () => {
  for (const [what, policy, expected] of rows) {
    it(what, () => {
      expect(told(policyWith(policy))).to.equal(expected);
    });
  }
});
