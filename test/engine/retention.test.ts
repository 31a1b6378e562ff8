import { expect } from "chai";
import { expireTimeAfter, type RetentionUnit } from "../../provider/engine/core/retention";
import { isoTime } from "../../provider/engine/core/time";

const rows: readonly (readonly [created: string, value: number, unit: RetentionUnit, expires: string])[] = [
  ["2026-01-01T00:00:00Z", 30, "DAY", "2026-01-31T00:00:00Z"],
  ["2026-01-01T00:00:00Z", 2, "WEEK", "2026-01-15T00:00:00Z"],
  ["2026-01-31T10:00:00Z", 1, "MONTH", "2026-02-28T10:00:00Z"],
  ["2024-01-31T10:00:00Z", 1, "MONTH", "2024-02-29T10:00:00Z"],
  ["2026-01-31T00:00:00Z", 13, "MONTH", "2027-02-28T00:00:00Z"],
  ["2024-02-29T00:00:00Z", 1, "YEAR", "2025-02-28T00:00:00Z"],
  ["2024-02-29T00:00:00Z", 4, "YEAR", "2028-02-29T00:00:00Z"],
  // Where clocks elsewhere are put forward, UTC days keep their 24 hours.
  ["2026-03-28T12:00:00Z", 1, "MONTH", "2026-04-28T12:00:00Z"],
];

describe("retention", () => {
  for (const [created, value, unit, expires] of rows) {
    it(`${value} ${unit} from ${created} end ${expires}`, () => {
      expect(isoTime(expireTimeAfter(Date.parse(created) / 1000, value, unit))).to.equal(expires);
    });
  }
});
