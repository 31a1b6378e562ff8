import { expect } from "chai";
import type { ForecastOfOne, ToldForecast } from "../../provider/cli/forecast-list";
import { formatForecast, formatForecasts } from "../../provider/cli/forecast-view";

const newYear = "2026-01-01T00:00:00Z";

/** A protection without a backup within 30 days, and with so many within 30, 90 and 365. */
function seasonal(...backups: readonly number[]): ForecastOfOne {
  const horizons = [30, 90, 365].map((days, index) => {
    const made = backups[index] ?? 0;
    return { days, until: newYear, backups: made, points: made, bytes: 0, expiring: 0 };
  });
  const none = { backups: 0, points: 0, expiring: 0, failed: 0, skipped: 0, bytesTotal: 0, nextBackups: [] };
  const rest = {
    highWater: { bytes: 0, time: newYear },
    slotsAtRisk: { count: 0, first: [] },
    failedCopies: 0,
    copies: 0,
  };
  const forecast = { from: newYear, until: newYear, ...none, horizons, ...rest } as unknown as ToldForecast;
  const names = { machineName: "db", machineId: "i-1", protectionId: "pd-1" };
  const levels = { requestedLevel: "CRASH", achievedLevel: "CRASH", idle: null };
  return { cloud: "alibaba", ...names, ...levels, forecast };
}

describe("what a forecast looks like", () => {
  for (const [what, one, cell, line] of [
    [
      "a first backup after the days that are asked for",
      seasonal(0, 0, 512),
      "later, within 365 d",
      "later, within 365 d",
    ],
    ["no backup at all", seasonal(0, 0, 0), "-", "none"],
  ] as const) {
    it(what, () => {
      const [, row] = formatForecasts([one], 30).split("\n");
      expect(row?.split(/ {2,}/)[2]).to.equal(cell);
      const io = { stdout: () => undefined, isColored: false } as never;
      expect(formatForecast(one, io)).to.match(new RegExp(`\n {2}next backups {2}${line}\n`));
    });
  }
});
