import { expect } from "chai";
import { Temporal } from "temporal-polyfill";
import { AzureTale, type PointTold } from "./azure-tale";
import { expectGolden } from "./golden";
import { type Told, tellTime } from "./telling";

const hour = 3600;
const day = 86_400;

/** A line for each month: how many backups by the retention that keeps them, what moved and what went. */
function byMonth(told: readonly PointTold[]): readonly Told[] {
  const months = new Map<string, PointTold[]>();
  for (const each of told) {
    const month = tellTime(each.time).slice(0, 7);
    months.set(month, [...(months.get(month) ?? []), each]);
  }
  return [...months.values()].map((all): Told => {
    const made = all.filter(({ verb }) => verb === "backup");
    const kept = ["Daily", "Weekly", "Monthly", "Yearly"].map(
      (name) => `${made.filter(({ ruleName }) => ruleName === name).length} ${name}`,
    );
    const archived = all.filter(({ text }) => text.endsWith("Archive")).length;
    const expired = all.filter(({ verb }) => verb === "expired").length;
    const text = `${made.length} backups (${kept.join(", ")}); ${archived} archived, ${expired} expired`;
    return { time: all.at(-1)?.time ?? 0, verb: "month", text };
  });
}

describe("golden timelines on Azure: how points go through the tiers", () => {
  it("days, weeks, months and years, with the archive", async () => {
    const count = (number: number) => ({ retentionDuration: { count: number } });
    const firsts = {
      retentionScheduleFormatType: "Daily",
      retentionScheduleDaily: { daysOfTheMonth: [{ date: 1 }] },
    };
    const tale = await AzureTale.begin(
      "Every midnight of Berlin, kept a week; Sundays five weeks, firsts of a month 14 months, of a year 3 years",
      {
        timeZone: "W. Europe Standard Time",
        instantRpRetentionRangeInDays: 2,
        schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["00:00"] },
        retentionPolicy: {
          dailySchedule: count(7),
          weeklySchedule: { ...count(5), daysOfTheWeek: ["Sunday"] },
          monthlySchedule: { ...count(14), ...firsts },
          yearlySchedule: { ...count(3), ...firsts, monthsOfYear: ["January"] },
        },
        tieringPolicy: { ArchivedRP: { tieringMode: "TierRecommended" } },
      },
    );
    tale.note("Z-23, S4: a snapshot first, in the vault once its blocks are moved, in the vault alone after two days");
    await tale.until("2026-01-11T12:00:00Z", hour);
    tale.note("and so on; from here on a line for each month");
    await tale.until("2027-05-20T00:00:00Z", day, byMonth);
    tale.note("what is left after 500 days; monthly and yearly points are archived after three months (Z-27):");
    const dayOf = (time: number) =>
      Temporal.Instant.fromEpochMilliseconds(time * 1000)
        .toZonedDateTimeISO("Europe/Berlin")
        .toPlainDate()
        .toString();
    for (const { id, createTime, expireTime, ruleName, tier } of tale.points) {
      const until = `until ${tellTime(expireTime ?? 0)}`;
      tale.show(`${tale.nameOf(id).padEnd(5)} of ${dayOf(createTime)}, ${until}  (${ruleName}, ${tier})`);
    }
    expectGolden("azure-tiers", tale.text());

    // The calendar alone says who is left: no rule of the engine is asked.
    const end = Temporal.PlainDate.from("2027-05-20");
    const left: string[] = [];
    for (let date = Temporal.PlainDate.from("2026-01-02"); Temporal.PlainDate.compare(date, end) <= 0; ) {
      const isYearly = date.day === 1 && date.month === 1;
      const life = isYearly ? { years: 3 } : date.day === 1 ? { months: 14 } : { days: date.dayOfWeek === 7 ? 35 : 7 };
      if (Temporal.PlainDate.compare(date.add(life), end) > 0) left.push(date.toString());
      date = date.add({ days: 1 });
    }
    expect(tale.points.map(({ createTime }) => dayOf(createTime))).to.deep.equal(left);
    const isLong = ({ ruleName }: { ruleName: string }) => ruleName === "Monthly" || ruleName === "Yearly";
    for (const point of tale.points.filter(({ tier }) => tier === "Archive")) expect(isLong(point)).to.equal(true);
  });

  it("four backups a day, of which the last goes to the vault", async () => {
    const tale = await AzureTale.begin("Every four hours from 08:00 to 20:00 UTC, snapshots three days, the vault 30", {
      policyType: "V2",
      instantRpRetentionRangeInDays: 3,
      schedulePolicy: {
        scheduleRunFrequency: "Hourly",
        hourlySchedule: { interval: 4, scheduleWindowStartTime: "08:00", scheduleWindowDuration: 16 },
      },
      retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } } },
    });
    tale.note("Z-25, S4: only the last of the day goes to the vault; the others live as long as their snapshots");
    tale.note("transfers that are asked for in the hours of peak, 20:00 to 02:00, wait until they are over");
    await tale.until("2026-01-06T00:00:00Z", hour);
    expectGolden("azure-last-of-day", tale.text());

    const now = Date.parse("2026-01-06T00:00:00Z") / 1000;
    const hours = tale.points.map(({ createTime }) => (createTime % day) / hour);
    const inVault = tale.points.filter(({ vaultTime }) => vaultTime !== null);
    expect([...new Set(hours)].sort((a, b) => a - b)).to.deep.equal([8, 12, 16, 20]);
    expect(inVault.map(({ createTime }) => (createTime % day) / hour)).to.deep.equal([20, 20, 20, 20, 20]);
    for (const { createTime, vaultTime } of tale.points) {
      if (vaultTime === null) expect(now - createTime, "no longer than its snapshot").to.be.below(3 * day);
    }
  });
});
