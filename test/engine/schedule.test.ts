import { expect } from "chai";
import { CronExpressionParser } from "cron-parser";
import * as fc from "fast-check";
import { mostSlotsWithin, parseSchedule, ScheduleError, slotsAfter } from "../../provider/engine/core/schedule";
import { isoTime } from "../../provider/engine/core/time";

const seconds = (time: string): number => Date.parse(time) / 1000;

/** The first slots after a time, as texts. */
function slots(text: string, after: string, count: number): string[] {
  const found: string[] = [];
  for (const slot of slotsAfter(parseSchedule(text), seconds(after))) {
    found.push(isoTime(slot));
    if (found.length === count) break;
  }
  return found;
}

// 2026-01-01 is a Thursday.
const newYear = "2026-01-01T00:00:00Z";
const start = seconds(newYear);

const rows: readonly (readonly [what: string, schedule: string, after: string, slots: readonly string[]])[] = [
  ["a day", `I|${start}|P1D`, newYear, ["2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"]],
  ["the start itself is a slot", `I|${start}|P1D`, "2025-12-31T23:59:59Z", ["2026-01-01T00:00:00Z"]],
  [
    "nothing before the start",
    `I|${start}|PT6H`,
    "2020-01-01T00:00:00Z",
    ["2026-01-01T00:00:00Z", "2026-01-01T06:00:00Z"],
  ],
  ["missed slots are not made up", `I|${start}|P1W`, "2026-01-20T12:00:00Z", ["2026-01-22T00:00:00Z"]],
  [
    "months from the 31st keep the month's last day",
    `I|${seconds("2026-01-31T10:00:00Z")}|P1M`,
    newYear,
    ["2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z", "2026-03-31T10:00:00Z", "2026-04-30T10:00:00Z"],
  ],
  ["years from a leap day", `I|${seconds("2024-02-29T00:00:00Z")}|P1Y`, newYear, ["2026-02-28T00:00:00Z"]],
  [
    "weekdays count from 1, Sunday: 3,5,7 are Tuesday, Thursday, Saturday",
    `C|${start}|0 0 2 ? * 3,5,7`,
    newYear,
    ["2026-01-01T02:00:00Z", "2026-01-03T02:00:00Z", "2026-01-06T02:00:00Z"],
  ],
  ["weekday 1 is Sunday", `C|${start}|0 30 4 ? * 1`, newYear, ["2026-01-04T04:30:00Z", "2026-01-11T04:30:00Z"]],
  ["a range of weekdays", `C|${start}|0 0 0 ? * 2-6`, "2026-01-02T00:00:00Z", ["2026-01-05T00:00:00Z"]],
  ["seconds come first", `C|${start}|15 0 0 1 * ?`, newYear, ["2026-01-01T00:00:15Z", "2026-02-01T00:00:15Z"]],
  ["a cron slot before the start does not count", `C|${start}|0 0 0 * * ?`, "2020-01-01T00:00:00Z", [newYear]],
];

const wrong: readonly (readonly [text: string, part: RegExp])[] = [
  ["", /neither/],
  ["I|x|P1D", /start/],
  [`I|${start}|1 day`, /ISO 8601/],
  [`I|${start}|PT30M`, /shorter than one hour/],
  [`I|${start}|-P1D`, /shorter than one hour/],
  [`I|${start}|P1MT1H`, /mixes/],
  [`I|${start}|P1000000Y`, /longer than a century/],
  [`I|${start}|PT1000000000000H`, /longer than a century/],
  [`I|${start}|P1D|more`, /neither/],
  [`C|${start}|0 0 2 * *`, /six/],
  [`C|${start}|* * * * * *`, /less than one hour apart/],
  [`C|${start}|0 0,30 2 ? * *`, /less than one hour apart/],
  [`C|${start}|0 0 0 31 2 ?`, /can't be read/],
  [`C|${start}|0 0 2 ? * 8`, /weekday 8/],
  [`C|${start}|0 0 2 ? * 0`, /weekday 0/],
  [`C|${start}|0 0 25 ? * 1`, /can't be read/],
];

describe("schedules", () => {
  for (const [what, schedule, after, expected] of rows) {
    it(what, () => expect(slots(schedule, after, expected.length)).to.deep.equal(expected));
  }

  for (const [text, part] of wrong) {
    it(`"${text}" is none`, () => expect(() => parseSchedule(text)).to.throw(ScheduleError, part));
  }

  it("wherever one starts to look, the slots are the same ones, in order", () => {
    const texts = fc.constantFrom(`I|${start}|PT7H`, `I|${start}|P1M`, `C|${start}|0 0 2 ? * 3,5,7`);
    fc.assert(
      fc.property(texts, fc.nat({ max: 400 * 86_400 }), (text, later) => {
        const after = start + later;
        const schedule = parseSchedule(text);
        const first = slotsAfter(schedule, after).next().value;
        for (const slot of slotsAfter(schedule, start - 1)) {
          if (slot <= after) continue;
          expect(slot).to.equal(first);
          break;
        }
      }),
      { numRuns: 200 },
    );
  });

  it("the slots of any cron expression are those of its parser, and no span has more than is told", () => {
    const fields = fc.tuple(
      fc.constantFrom("0 0 2", "15 30 *", "0 59 0,23", "0 0 8-18/5"),
      fc.constantFrom("*", "?", "1", "15,31", "29-31", "*/2", "1-31", "L"),
      fc.constantFrom("*", "2", "1,7", "3-5", "1-12"),
      fc.constantFrom("*", "?", "1", "2-6", "3,7", "1-7", "MON", "6L", "2#1"),
    );
    fc.assert(
      fc.property(fields, fc.nat({ max: 2000 * 86_400 }), (parts, later) => {
        // 31 February is none, and the parser's Sunday is 0.
        fc.pre(!(parts[2] === "2" && parts[1] === "15,31"));
        const weekdays = parts[3].replace(/(?<!#)\d/g, (digit) => String(Number(digit) - 1));
        const currentDate = new Date((start + later) * 1000);
        const text = [...parts.slice(0, 3), weekdays].join(" ");
        const parsed = CronExpressionParser.parse(text, { tz: "UTC", currentDate });
        const expected = Array.from({ length: 10 }, () => parsed.next().getTime() / 1000);
        const schedule = parseSchedule(`C|${start}|${parts.join(" ")}`);
        const found = slotsAfter(schedule, start + later);
        const slots = expected.map(() => found.next().value as number);
        expect(slots).to.deep.equal(expected);
        const first = slots[0] ?? 0;
        const span = slots.filter((slot) => slot <= first + 5 * 86_400);
        expect(span.length).to.be.at.most(mostSlotsWithin(schedule, 5));
      }),
      { numRuns: 100 },
    );
  });
});
