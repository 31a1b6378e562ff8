import { expect } from "chai";
import * as fc from "fast-check";
import type { PolicyProperties, SchedulePolicy } from "../../../provider/engine/azure/policy";
import { backupsPerDay, isLastOfDay, runDayOf, slotsAfter } from "../../../provider/engine/azure/policy-schedule";
import { SlotList } from "../../../provider/engine/azure/slot";
import { windowsZones, zonedTime } from "../../../provider/engine/azure/time-zone";
import { isoTime } from "../../../provider/engine/core/time";
import { daily, hourly, policyWith, seconds, weekly } from "./policies";

/** The first slots after a time, as `2026-01-01T02:00`. */
function slots(properties: PolicyProperties, after: string, count: number): string[] {
  const found: string[] = [];
  for (const slot of slotsAfter(properties, seconds(after))) {
    found.push(isoTime(slot).slice(0, 16));
    if (found.length === count) break;
  }
  return found;
}

type SlotRow = readonly [
  what: string,
  timeZone: string,
  schedule: SchedulePolicy,
  after: string,
  slots: readonly string[],
];

// 2026-01-01 is a Thursday.
const rows: readonly SlotRow[] = [
  ["daily", "UTC", daily("02:00"), "2026-01-01T00:00:00Z", ["2026-01-01T02:00", "2026-01-02T02:00"]],
  ["never the time itself", "UTC", daily("02:00"), "2026-01-01T02:00:00Z", ["2026-01-02T02:00"]],
  [
    "days of the week, at the end of a year",
    "UTC",
    weekly("23:30", "Sunday", "Wednesday"),
    "2025-12-31T12:00:00Z",
    ["2025-12-31T23:30", "2026-01-04T23:30", "2026-01-07T23:30"],
  ],
  [
    "weekdays are the zone's: Monday 05:00 in India is a Sunday at Greenwich",
    "India Standard Time",
    weekly("05:00", "Monday"),
    "2026-01-01T00:00:00Z",
    ["2026-01-04T23:30", "2026-01-11T23:30"],
  ],
  [
    "half an hour off",
    "India Standard Time",
    daily("00:00"),
    "2026-01-01T00:00:00Z",
    ["2026-01-01T18:30", "2026-01-02T18:30"],
  ],
  [
    "a time that is leapt over comes an hour later",
    "W. Europe Standard Time",
    daily("02:30"),
    "2026-03-27T12:00:00Z",
    ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"],
  ],
  [
    "a time that comes twice runs once, the first time",
    "W. Europe Standard Time",
    daily("02:30"),
    "2026-10-23T12:00:00Z",
    ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"],
  ],
  [
    "and not again when one looks between the two",
    "W. Europe Standard Time",
    daily("02:30"),
    "2026-10-25T00:45:00Z",
    ["2026-10-26T01:30"],
  ],
  [
    "Pacific, in spring",
    "Pacific Standard Time",
    weekly("02:30", "Sunday"),
    "2026-02-28T00:00:00Z",
    ["2026-03-01T10:30", "2026-03-08T10:30", "2026-03-15T09:30"],
  ],
  [
    "Pacific, in autumn",
    "Pacific Standard Time",
    daily("01:30"),
    "2026-10-31T00:00:00Z",
    ["2026-10-31T08:30", "2026-11-01T08:30", "2026-11-02T09:30"],
  ],
  [
    "Newfoundland",
    "Newfoundland Standard Time",
    daily("02:30"),
    "2026-03-07T00:00:00Z",
    ["2026-03-07T06:00", "2026-03-08T06:00", "2026-03-09T05:00"],
  ],
  [
    "Lord Howe leaps by half an hour",
    "Lord Howe Standard Time",
    daily("02:00"),
    "2026-10-02T12:00:00Z",
    ["2026-10-02T15:30", "2026-10-03T15:30", "2026-10-04T15:00"],
  ],
  [
    "an hourly window, whose end is no slot",
    "UTC",
    hourly("08:00", 6, 12),
    "2026-01-01T00:00:00Z",
    ["2026-01-01T08:00", "2026-01-01T14:00", "2026-01-02T08:00"],
  ],
  [
    "a window across midnight",
    "UTC",
    hourly("20:00", 4, 12),
    "2026-02-28T00:00:00Z",
    ["2026-02-28T04:00", "2026-02-28T20:00", "2026-03-01T00:00", "2026-03-01T04:00", "2026-03-01T20:00"],
  ],
  [
    "a window of 24 hours never ends",
    "UTC",
    hourly("08:00", 8, 24),
    "2028-02-28T12:00:00Z",
    ["2028-02-28T16:00", "2028-02-29T00:00", "2028-02-29T08:00", "2028-02-29T16:00", "2028-03-01T00:00"],
  ],
  [
    "hours on a clock that leaps stay on the clock",
    "W. Europe Standard Time",
    hourly("00:00", 4, 24),
    "2026-03-28T18:00:00Z",
    ["2026-03-28T19:00", "2026-03-28T23:00", "2026-03-29T02:00", "2026-03-29T06:00"],
  ],
];

const schedules = fc.oneof(
  fc.constantFrom(daily("00:00"), daily("02:30"), daily("23:30"), weekly("01:30", "Sunday"), weekly("12:00", "Friday")),
  fc
    .tuple(fc.constantFrom(4, 6, 8, 12), fc.constantFrom(1, 2, 3, 4, 6), fc.constantFrom("00:00", "08:30", "22:00"))
    .map(([interval, count, start]) => hourly(start, interval, Math.min(24, interval * count))),
);
const policies = fc
  .tuple(schedules, fc.constantFrom(...windowsZones()))
  .map(([schedulePolicy, timeZone]) => policyWith({ policyType: "V2", schedulePolicy, timeZone }));

describe("slots of a protection policy", () => {
  for (const [what, timeZone, schedulePolicy, after, expected] of rows) {
    it(what, () => {
      expect(slots(policyWith({ timeZone, schedulePolicy }), after, expected.length)).to.deep.equal(expected);
    });
  }

  it("knows every time zone of Windows", () => {
    expect(windowsZones()).to.include.members(["UTC", "W. Europe Standard Time", "Tokyo Standard Time"]);
    for (const zone of windowsZones()) expect(zonedTime(0, zone).epochMilliseconds).to.equal(0);
  });

  it("wherever one starts to look, the slots are the same ones, in order", () => {
    const start = seconds("2026-01-01T00:00:00Z");
    fc.assert(
      fc.property(policies, fc.nat({ max: 600 * 86_400 }), fc.nat({ max: 60 }), (policy, later, more) => {
        const list = new SlotList(policy, start + later + 30 * 86_400).after(start + later);
        const times = list.map(({ time }) => time);
        expect(times).to.deep.equal([...new Set(times)].sort((a, b) => a - b));
        const middle = start + later + more * 43_200;
        const early = new SlotList(policy, middle).after(start + later);
        const late = new SlotList(policy, start + later + 30 * 86_400).after(middle);
        expect([...early, ...late]).to.deep.equal(list);
      }),
      { numRuns: 60 },
    );
  });

  it("one backup of each run day is its last, and goes to the vault", () => {
    fc.assert(
      fc.property(policies, fc.nat({ max: 600 * 86_400 }), (policy, later) => {
        const after = seconds("2026-01-01T00:00:00Z") + later;
        const days = new Map<string, boolean[]>();
        for (const { time, goesToVault } of new SlotList(policy, after + 20 * 86_400).after(after)) {
          const day = runDayOf(policy, time).toString();
          days.set(day, [...(days.get(day) ?? []), goesToVault]);
          expect(goesToVault).to.equal(isLastOfDay(policy, time));
        }
        // The first day and the last one may be cut.
        for (const made of [...days.values()].slice(1, -1)) {
          expect(made).to.deep.equal(Array.from({ length: backupsPerDay(policy) }, (_, n) => n === made.length - 1));
        }
      }),
      { numRuns: 60 },
    );
  });
});
