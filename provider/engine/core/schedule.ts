import { CronExpression, CronExpressionParser, CronFieldCollection } from "cron-parser";
import { Temporal } from "temporal-polyfill";
import { remembering } from "./remember";

/**
 * When backups run: `I|start|interval` from a start by an ISO 8601 duration, `C|start|cron` by six cron fields in
 * UTC.
 */
export interface Schedule {
  readonly kind: "interval" | "cron";
  /** UNIX seconds; no slot lies before it. */
  readonly startTime: number;
  readonly expression: string;
}

/** Why a text is no schedule. */
export class ScheduleError extends Error {}

const secondsPerUnit = { weeks: 604_800, days: 86_400, hours: 3_600, minutes: 60, seconds: 1 } as const;

/** Parses a schedule as the API writes it; throws a ScheduleError that says what is wrong with which part. */
export const parseSchedule = remembering(parse, (text) => text);

function parse(text: string): Schedule {
  const [kind, start, expression, ...rest] = text.split("|");
  if (start === undefined || expression === undefined || rest.length > 0 || (kind !== "I" && kind !== "C")) {
    throw new ScheduleError(
      `"${text}" is neither "I|<start in UNIX seconds>|<ISO 8601 duration>" nor "C|<start>|<six-field cron>"`,
    );
  }
  if (!/^\d{1,11}$/.test(start)) throw new ScheduleError(`the start "${start}" is not a time in UNIX seconds`);
  const schedule: Schedule = { kind: kind === "I" ? "interval" : "cron", startTime: Number(start), expression };
  if (schedule.kind === "interval") parseInterval(expression);
  else requireHours(schedule);
  return schedule;
}

/** ENGINE: cron keeps to the shortest interval too; a slot each second would only pile up skipped slots. */
function requireHours(schedule: Schedule): void {
  let first: number | undefined;
  let previous: number | undefined;
  for (const slot of slotsOfCron(schedule, schedule.startTime)) {
    if (previous !== undefined && slot - previous < 3600) {
      throw new ScheduleError(`the cron expression "${schedule.expression}" has slots less than one hour apart`);
    }
    first ??= slot;
    previous = slot;
    // A day and a bit shows every hour in which the expression has slots.
    if (slot - first > secondsPerUnit.days) return;
  }
}

/** ENGINE: beyond this the calendar itself comes to an end. */
const longestIntervalInMonths = 1200;
const secondsPerMonth = 31 * secondsPerUnit.days;
const shortestMonthInSeconds = 28 * secondsPerUnit.days;

interface Interval {
  readonly months: number;
  readonly seconds: number;
}

function parseInterval(expression: string): Interval {
  let duration: Temporal.Duration;
  try {
    duration = Temporal.Duration.from(expression);
  } catch {
    throw new ScheduleError(`the interval "${expression}" is not an ISO 8601 duration such as P1D or PT6H`);
  }
  const months = duration.years * 12 + duration.months;
  const seconds = (Object.keys(secondsPerUnit) as (keyof typeof secondsPerUnit)[]).reduce(
    (sum, unit) => sum + duration[unit] * secondsPerUnit[unit],
    0,
  );
  const isWhole = duration.milliseconds === 0 && duration.microseconds === 0 && duration.nanoseconds === 0;
  if (months > 0 && seconds > 0) {
    throw new ScheduleError(`the interval "${expression}" mixes calendar months with days or hours`);
  }
  if (!isWhole || (months <= 0 && seconds < 3600)) {
    throw new ScheduleError(`the interval "${expression}" is shorter than one hour`);
  }
  if (months > longestIntervalInMonths || seconds > longestIntervalInMonths * secondsPerMonth) {
    throw new ScheduleError(`the interval "${expression}" is longer than a century`);
  }
  return { months, seconds };
}

/** The slots after a time, without end, in order. */
export function* slotsAfter(schedule: Schedule, after: number): Generator<number, void, void> {
  if (schedule.kind === "cron") yield* slotsOfCron(schedule, after);
  else yield* slotsOfInterval(schedule, after);
}

function* slotsOfInterval({ startTime, expression }: Schedule, after: number): Generator<number, void, void> {
  const { months, seconds } = parseInterval(expression);
  if (months === 0) {
    const first = after < startTime ? 0 : Math.floor((after - startTime) / seconds) + 1;
    for (let number = first; ; number++) yield startTime + number * seconds;
  }
  const start = Temporal.Instant.fromEpochMilliseconds(startTime * 1000).toZonedDateTimeISO("UTC");
  for (let number = 0; ; number++) {
    const slot = start.add({ months: number * months }).epochMilliseconds / 1000;
    if (slot > after) yield slot;
  }
}

/** How many slots lie within any span of so many days, at most: seldom fewer, and quick to tell. */
export function mostSlotsWithin(schedule: Schedule, days: number): number {
  // A cron's days all have the same times; a span begins and ends in the middle of one.
  if (schedule.kind === "cron") return timesOfDay(readCron(schedule.expression)).length * (days + 1);
  const { months, seconds } = parseInterval(schedule.expression);
  const shortest = months === 0 ? seconds : months * shortestMonthInSeconds;
  return Math.floor((days * secondsPerUnit.days) / shortest) + 1;
}

/** The API's weekdays count from 1 = Sunday; the parser's from 0 = Sunday. */
function toParserWeekdays(field: string): string {
  return field.replace(/(?<![#/\d])\d+/g, (digits) => {
    const day = Number(digits);
    if (day < 1 || day > 7) throw new ScheduleError(`weekday ${digits} is not in 1 (Sunday) to 7 (Saturday)`);
    return String(day - 1);
  });
}

function unreadable(expression: string, error: unknown): ScheduleError {
  return new ScheduleError(`the cron expression "${expression}" can't be read: ${(error as Error).message}`);
}

const readCron = remembering(parseCron, (expression) => expression);

function parseCron(expression: string): CronFieldCollection {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 6) {
    throw new ScheduleError(
      `the cron expression "${expression}" has ${fields.length} fields; six are needed, seconds first`,
    );
  }
  const text = [...fields.slice(0, 5), toParserWeekdays(fields[5] ?? "*")].join(" ");
  try {
    return CronExpressionParser.parse(text, { tz: "UTC" }).fields;
  } catch (error) {
    throw unreadable(expression, error);
  }
}

function* slotsOfCron({ startTime, expression }: Schedule, after: number): Generator<number, void, void> {
  const fields = readCron(expression);
  const times = timesOfDay(fields);
  const last = Math.max(after, startTime - 1);
  for (const midnight of midnightsOf(expression, fields, last - (last % secondsPerUnit.days))) {
    for (const time of times) if (midnight + time > last) yield midnight + time;
  }
}

/** In UTC every day that an expression names has the same times: only the days have to be found. */
function timesOfDay({ hour, minute, second }: CronFieldCollection): readonly number[] {
  const seconds = (hours: number, minutes: number) => second.values.map((each) => hours * 3600 + minutes * 60 + each);
  return hour.values.flatMap((hours) => minute.values.flatMap((minutes) => seconds(hours, minutes)));
}

/** The midnights of the days that an expression names, from one on. */
function* midnightsOf(expression: string, fields: CronFieldCollection, from: number): Generator<number, void, void> {
  const { dayOfMonth, dayOfWeek, month } = fields;
  // The parser takes a hundred times as long; it is needed for last and nth days alone.
  const isPlain = !dayOfMonth.hasLastChar && !dayOfWeek.hasLastChar && dayOfWeek.nthDay <= 0;
  if (!isPlain || (month.values.length < 12 && !dayOfMonth.isWildcard)) {
    yield* parsedMidnights(expression, fields, from);
    return;
  }
  const isEither = !dayOfMonth.isWildcard && !dayOfWeek.isWildcard;
  const [dates, weekdays, months] = [dayOfMonth, dayOfWeek, month].map(({ values }) => new Set<unknown>(values));
  for (let midnight = from; ; midnight += secondsPerUnit.days) {
    const day = new Date(midnight * 1000);
    const [isDate, isWeekday] = [dates?.has(day.getUTCDate()), weekdays?.has(day.getUTCDay())];
    const isNamed = isEither ? isDate || isWeekday : isDate && isWeekday;
    if (isNamed && months?.has(day.getUTCMonth() + 1)) yield midnight;
  }
}

function* parsedMidnights(expression: string, fields: CronFieldCollection, from: number) {
  const days = new CronExpression(CronFieldCollection.from(fields, { hour: [0], minute: [0], second: [0] }), {
    currentDate: new Date((from - 1) * 1000),
    tz: "UTC",
  });
  for (;;) {
    try {
      yield days.next().getTime() / 1000;
    } catch (error) {
      throw unreadable(expression, error);
    }
  }
}
