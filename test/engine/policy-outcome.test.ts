import { expect } from "chai";
import { effectiveRules } from "../../provider/engine/alibaba/policy";
import { firstSlotTime, policyOutcome } from "../../provider/engine/alibaba/policy-outcome";
import type { UnnumberedRule } from "../../provider/engine/alibaba/policy-rule";
import { isoTime, secondsPerDay } from "../../provider/engine/core/time";

const start = 1_767_225_600;

function backup(schedule: string, retention: number): UnnumberedRule {
  return { ruleType: "BACKUP", schedule, retention };
}

/** `gap 24 h, lives 30 d, daily 30 d` */
function told(...rules: readonly UnnumberedRule[]): string {
  const { longestGap, shortestLife, shortestDailyLife } = policyOutcome(effectiveRules(rules));
  const days = (seconds: number) => `${seconds / secondsPerDay} d`;
  return `gap ${longestGap / 3600} h, lives ${days(shortestLife)}, daily ${days(shortestDailyLife)}`;
}

const rows: readonly (readonly [what: string, rules: readonly UnnumberedRule[], expected: string])[] = [
  ["a backup a day", [backup(`I|${start}|P1D`, 30)], "gap 24 h, lives 30 d, daily 30 d"],
  [
    "the TRANSITION rule's retention, which beats the BACKUP rule's (A-36)",
    [backup(`I|${start}|P1D`, 30), { ruleType: "TRANSITION", retention: 7 }],
    "gap 24 h, lives 7 d, daily 7 d",
  ],
  [
    "the first point of each day longer",
    [
      backup(`I|${start}|PT6H`, 5),
      { ruleType: "TRANSITION", retention: 5, retentionRules: [{ advancedRetentionType: "DAILY", retention: 40 }] },
    ],
    "gap 6 h, lives 5 d, daily 40 d",
  ],
  [
    "the first point of each month longer: the others count",
    [
      backup(`I|${start}|P1D`, 14),
      { ruleType: "TRANSITION", retention: 14, retentionRules: [{ advancedRetentionType: "MONTHLY", retention: 400 }] },
    ],
    "gap 24 h, lives 14 d, daily 14 d",
  ],
  [
    "weekdays only, so that a weekend lies between",
    [backup(`C|${start}|0 0 2 ? * 2-6`, 30)],
    "gap 72 h, lives 30 d, daily 30 d",
  ],
  ["the first of the month", [backup(`C|${start}|0 0 2 1 * ?`, 90)], "gap 744 h, lives 90 d, daily 90 d"],
  ["once a year", [backup(`C|${start}|0 0 2 1 1 ?`, 800)], "gap 8760 h, lives 800 d, daily 800 d"],
  ["once in four years", [backup(`C|${start}|0 0 2 29 2 ?`, 2000)], "gap 35064 h, lives 2000 d, daily 2000 d"],
  ["each hour of one month a year", [backup(`C|${start}|0 0 * ? 12 *`, 5)], "gap 8041 h, lives 5 d, daily 5 d"],
  ["each hour of a leap day", [backup(`C|${start}|0 0 * 29 2 ?`, 5)], "gap 35041 h, lives 5 d, daily 5 d"],
  ["once in a century", [backup(`I|${start}|P100Y`, 2000)], "gap 876576 h, lives 2000 d, daily 2000 d"],
  [
    "two schedules, of which one fills the other's gap",
    [backup(`I|${start}|P2D`, 30), backup(`I|${start + secondsPerDay}|P2D`, 10)],
    "gap 24 h, lives 10 d, daily 10 d",
  ],
  [
    "two schedules at one moment: one run, whose point lives the longer",
    [backup(`I|${start}|P1D`, 10), backup(`I|${start}|P1D`, 20)],
    "gap 24 h, lives 20 d, daily 20 d",
  ],
  [
    "a second schedule that begins years later and keeps its points for a shorter time",
    [backup(`I|${start}|P2D`, 30), backup(`I|${start + 1461 * secondsPerDay}|P2D`, 3)],
    "gap 48 h, lives 3 d, daily 3 d",
  ],
  // 256 hours fill a disk; the first snapshot goes after 720, and the 256 slots missed until then are not made up.
  ["more snapshots than a disk may have (A-55)", [backup(`I|${start}|PT1H`, 30)], "gap 465 h, lives 30 d, daily 30 d"],
  [
    "more than it may have, for longer than the look is",
    [backup(`I|${start}|P1D`, 3650)],
    "gap 81480 h, lives 3650 d, daily 3650 d",
  ],
];

describe("what a policy yields, on Alibaba Cloud", () => {
  for (const [what, rules, expected] of rows) {
    it(what, () => {
      expect(told(...rules)).to.equal(expected);
    });
  }

  for (const [schedules, expected] of [
    [[`I|${start}|P1D`], "2026-01-01T00:00:00Z"],
    [[`C|${start}|0 30 2 ? * 2`], "2026-01-05T02:30:00Z"],
    [["I|1900000000|P1D", `C|${start}|0 0 2 1 7 ?`], "2026-07-01T02:00:00Z"],
  ] as const) {
    it(`its first slot: ${schedules.join(" and ")}`, () => {
      const rules = schedules.map((schedule) => backup(schedule, 30));
      expect(isoTime(firstSlotTime(effectiveRules(rules)))).to.equal(expected);
    });
  }
});
