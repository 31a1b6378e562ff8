import { expect } from "chai";
import fc from "fast-check";
import { CommandFailure } from "../../provider/cli/failure";
import { parsePointInTime } from "../../provider/cli/point-in-time";
import { isoTime, secondsPerDay } from "../../provider/engine/core/time";

const now = Date.UTC(2026, 0, 31, 12) / 1000;

const understood: Readonly<Record<string, string>> = {
  "30d": "2026-03-02T12:00:00Z",
  "12h": "2026-02-01T00:00:00Z",
  "1w": "2026-02-07T12:00:00Z",
  "1mo": "2026-02-28T12:00:00Z",
  "1y2mo3d": "2027-04-03T12:00:00Z",
  "90m": "2026-01-31T13:30:00Z",
  "45s": "2026-01-31T12:00:45Z",
  P30D: "2026-03-02T12:00:00Z",
  PT12H: "2026-02-01T00:00:00Z",
  P1M: "2026-02-28T12:00:00Z",
  "2026-02-01": "2026-02-01T00:00:00Z",
  "2026-02-01T06:00": "2026-02-01T06:00:00Z",
  "2026-02-01T06:00:00Z": "2026-02-01T06:00:00Z",
  "2026-02-01T06:00:00+08:00": "2026-01-31T22:00:00Z",
};

const refused = ["", "soon", "30", "-3d", "3d1w", "P", "P1X", "2026-02-30", "2026-13-01", "PT0.5S", "999999999999y"];

describe("a point in time", () => {
  for (const [text, time] of Object.entries(understood)) {
    it(`${text} is ${time}`, () => expect(isoTime(parsePointInTime(text, now))).to.equal(time));
  }

  for (const text of refused) {
    it(`"${text}" is refused`, () => expect(() => parsePointInTime(text, now)).to.throw(CommandFailure));
  }

  it("adds days and hours by their length, from any moment", () => {
    const property = fc.property(
      fc.nat(4_000_000_000),
      fc.nat(1000),
      fc.nat(1000),
      (moment, days, hours) =>
        parsePointInTime(`${days}d${hours}h`, moment) === moment + days * secondsPerDay + hours * 3600,
    );
    fc.assert(property);
  });
});
