import { Temporal } from "temporal-polyfill";
import { CommandFailure } from "./failure";

/** 1y2mo3w4d5h6m7s, in this order, any of them left out. */
const shortForm = /^(?:(\d+)y)?(?:(\d+)mo)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;

const help =
  "write 30d, 12h, 1w, 2mo, 1y, an ISO 8601 duration (P30D, PT12H) or a time (2026-02-01, 2026-02-01T06:00:00Z)";

function refuse(text: string, why: string): never {
  throw new CommandFailure("Command.InvalidTime", `"${text}" ${why}`, help);
}

/** The time that a text means, seen from a moment; UNIX seconds. Months and years go by the calendar in UTC. */
export function parsePointInTime(text: string, now: number): number {
  const instant = parseInstant(text);
  const seconds = instant === undefined ? add(text, parseDuration(text), now) : instant.epochMilliseconds / 1000;
  if (!Number.isInteger(seconds)) refuse(text, "is no whole second");
  return seconds;
}

/** An absolute time; without a zone it is UTC. */
function parseInstant(text: string): Temporal.Instant | undefined {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  try {
    if (/(Z|[+-]\d{2}:?\d{2})$/i.test(text.slice(10))) return Temporal.Instant.from(text);
    return Temporal.PlainDateTime.from(text).toZonedDateTime("UTC").toInstant();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(text, "is no time of the calendar");
  }
}

function parseDuration(text: string): Temporal.Duration {
  if (/^P/i.test(text)) {
    try {
      return Temporal.Duration.from(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return refuse(text, "is no ISO 8601 duration");
    }
  }
  const [, ...amounts] = shortForm.exec(text) ?? [];
  const [years, months, weeks, days, hours, minutes, seconds] = amounts.map((amount) => Number(amount ?? 0));
  if (text === "" || seconds === undefined) return refuse(text, "is neither a duration nor a time");
  try {
    return new Temporal.Duration(years, months, weeks, days, hours, minutes, seconds);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(text, "lies beyond the end of the calendar");
  }
}

function add(text: string, duration: Temporal.Duration, now: number): number {
  const start = Temporal.Instant.fromEpochMilliseconds(now * 1000).toZonedDateTimeISO("UTC");
  try {
    return start.add(duration).epochMilliseconds / 1000;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(text, "lies beyond the end of the calendar");
  }
}
