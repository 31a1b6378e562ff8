import { expect } from "chai";
import { Temporal } from "temporal-polyfill";
import { listForecasts } from "../../provider/cli/forecast-list";
import { formatForecast } from "../../provider/cli/forecast-view";
import type { Io } from "../../provider/cli/io";
import { putFault } from "../../provider/engine/alibaba/fault";
import { day, Estate, start } from "../resources/functions/estate";
import { Reference } from "../support/program";
import { expectGolden } from "./golden";

const plain = { hasColour: false } as Io;

/** What somebody reads who asks for the one machine, and the same as data. */
async function read(estate: Estate, title: string) {
  const asked = { machine: undefined, days: 30 };
  const all = await estate.engine.ask(listForecasts, asked);
  const [one] = all;
  if (one?.forecast === undefined || one.forecast === null || all.length > 1) throw new Error("one forecast is there");
  return { text: `${title}\n\n${formatForecast(one, plain)}`, forecast: one.forecast };
}

interface DayPoint {
  readonly made: Temporal.PlainDate;
  readonly gone: Temporal.PlainDate;
}

/** One point a day from a date on, each with the life that the calendar gives it. */
function calendar(
  from: string,
  count: number,
  lifeOf: (date: Temporal.PlainDate) => Temporal.DurationLike,
): DayPoint[] {
  return Array.from({ length: count }, (_, index) => Temporal.PlainDate.from(from).add({ days: index })).map(
    (made) => ({
      made,
      gone: made.add(lifeOf(made)),
    }),
  );
}

/** How many are there on the evening of a date. */
function countOn(points: readonly DayPoint[], date: Temporal.PlainDate): number {
  const { compare } = Temporal.PlainDate;
  return points.filter(({ made, gone }) => compare(made, date) <= 0 && compare(gone, date) > 0).length;
}

describe("golden forecasts", () => {
  it("grandfather, father and son on Alibaba Cloud, with copies that fail for three days", async () => {
    const estate = await (await Estate.make())
      .declare("db", "ecs:Instance", { instanceName: "db", systemDisk: { sizeGiB: 100, usedGiB: 40 } })
      .declare("policy", "hbr:Policy", {
        rules: [
          { ruleType: "BACKUP", schedule: `I|${start + 7200}|P1D`, retention: 7 },
          {
            ruleType: "TRANSITION",
            retentionRules: [
              { advancedRetentionType: "WEEKLY", retention: 35 },
              { advancedRetentionType: "MONTHLY", retention: 365 },
            ],
          },
          { ruleType: "REPLICATION", replicationRegionId: "cn-shanghai" },
        ],
      })
      .declare("protection", "hbr:InstanceProtection", {
        instanceId: new Reference("db", "instanceId"),
        policyId: new Reference("policy", "policyId"),
      })
      .up();
    await estate.engine.advance(10 * day);
    await estate.engine.run(putFault, { kind: "METADATA_SYNC", regionId: null, until: start + 13 * day });
    const title = "Every night for a week; the first of a week 35 days, of a month a year; copies to Shanghai";
    const { text, forecast } = await read(estate, title);
    expectGolden("forecast-gfs", text);

    // The calendar alone says what is left: the first point of all is the first of its week and its month.
    const points = calendar("2026-01-01", 375, (made) => {
      if (made.day === 1) return { days: 365 };
      return { days: made.dayOfWeek === 1 ? 35 : 7 };
    });
    const now = Temporal.PlainDate.from("2026-01-10");
    const left = [30, 90, 365].map((days) => countOn(points, now.add({ days })));
    expect(forecast.horizons.map((each) => each.points)).to.deep.equal(left);
    const failing = forecast.slotsAtRisk.first.map(({ time }) => time.slice(0, 10));
    expect(failing).to.deep.equal(["2026-01-11", "2026-01-12", "2026-01-13"]);
  });

  it("days and Sundays on Azure, over the leap of Berlin's clock", async () => {
    const count = (number: number) => ({ retentionDuration: { count: number } });
    const place = { resourceGroupName: "prod", location: "westeurope" };
    const vaultId = new Reference("vault", "vaultId");
    const estate = await (await Estate.make())
      .declare("vm", "compute:VirtualMachine", { ...place, vmName: "web", osDisk: { sizeGiB: 128 } })
      .declare("vault", "recoveryservices:Vault", { ...place, vaultName: "vault" })
      .declare("policy", "recoveryservices:ProtectionPolicy", {
        vaultId,
        timeZone: "W. Europe Standard Time",
        schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["23:00"] },
        retentionPolicy: {
          dailySchedule: count(14),
          weeklySchedule: { ...count(8), daysOfTheWeek: ["Sunday"] },
        },
      })
      .declare("item", "recoveryservices:ProtectedItem", {
        ...{ vaultId, policyId: new Reference("policy", "policyId") },
        sourceResourceId: new Reference("vm", "vmId"),
      })
      .up();
    await estate.engine.advance(75 * day);
    const title = "Every night at 23:00 of Berlin, two weeks; Sundays eight weeks";
    const { text, forecast } = await read(estate, title);
    expectGolden("forecast-azure", text);

    const points = calendar("2026-01-01", 440, (made) => ({ days: made.dayOfWeek === 7 ? 56 : 14 }));
    // Midnight UTC is after the backup of the day before.
    const now = Temporal.PlainDate.from("2026-03-16");
    const left = [30, 90, 365].map((days) => countOn(points, now.add({ days }).subtract({ days: 1 })));
    expect(forecast.horizons.map((each) => each.points)).to.deep.equal(left);
    // Between the nights of 28 and 29 March the clock leaps: no gap is longer than the schedule's for that.
    expect(forecast.worstGap).to.deep.include({ hours: 24, longerThanScheduled: false });
  });
});
