import { Temporal } from "temporal-polyfill";

/** Calendar arithmetic of the auditor, written anew: nothing of the engine's decides here. */

function utc(time: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(time * 1000).toZonedDateTimeISO("UTC");
}

function seconds(moment: Temporal.ZonedDateTime): number {
  return moment.epochMilliseconds / 1000;
}

/** The slots of a schedule after one time, up to and with another. */
export function slotsBetween(schedule: string, after: number, until: number): number[] {
  const [kind, start = "", expression = ""] = schedule.split("|");
  const first = Number(start);
  if (kind === "C") return cronSlots(expression, Math.max(after, first - 1), until);
  const interval = Temporal.Duration.from(expression);
  const slots: number[] = [];
  // Each slot is counted from the start, so that the end of a month doesn't wear off.
  const length =
    interval.months + interval.years > 0 ? undefined : interval.total({ unit: "seconds", relativeTo: utc(first) });
  for (let number = length === undefined ? 0 : Math.max(0, Math.floor((after - first) / length)); ; number++) {
    const slot = seconds(
      length === undefined
        ? utc(first).add({ months: interval.months * number, years: interval.years * number })
        : utc(first).add({ seconds: length * number }),
    );
    if (slot > until) return slots;
    if (slot > after) slots.push(slot);
  }
}

/** The values that a cron field allows, of those from `low` to `high`. */
function valuesOf(field: string, low: number, high: number): number[] {
  const all = Array.from({ length: high - low + 1 }, (_, index) => low + index);
  if (field === "*" || field === "?") return all;
  if (field.startsWith("*/")) return all.filter((value) => (value - low) % Number(field.slice(2)) === 0);
  const named = field.split(",").map(Number);
  return all.filter((value) => named.includes(value));
}

function cronSlots(expression: string, after: number, until: number): number[] {
  const [second = "", minute = "", hour = "", day = "", month = "", weekday = ""] = expression.split(" ");
  const [days, months, weekdays] = [valuesOf(day, 1, 31), valuesOf(month, 1, 12), valuesOf(weekday, 1, 7)];
  const slots: number[] = [];
  for (let date = utc(after).startOfDay(); seconds(date) <= until; date = date.add({ days: 1 })) {
    // The API's Sunday is 1, the calendar's is 7.
    const isMeant = weekdays.includes((date.dayOfWeek % 7) + 1);
    if (!isMeant || !days.includes(date.day) || !months.includes(date.month)) continue;
    for (const hours of valuesOf(hour, 0, 23)) {
      for (const minutes of valuesOf(minute, 0, 59)) {
        for (const at of valuesOf(second, 0, 59)) slots.push(seconds(date.add({ hours, minutes, seconds: at })));
      }
    }
  }
  return slots.filter((slot) => slot > after && slot <= until);
}

/** When a point expires that is kept for a while by the calendar in UTC. */
export function expiryAfter(created: number, value: number, unit: string): number {
  const key = ({ DAY: "days", WEEK: "weeks", MONTH: "months", YEAR: "years" } as const)[unit];
  if (key === undefined) throw new Error(`no unit ${unit}`);
  return seconds(utc(created).add({ [key]: value }));
}

/** The day, ISO week, month or year that a time lies in. */
export function periodOf(time: number, period: string): string {
  const date = utc(time).toPlainDate();
  if (period === "DAILY") return date.toString();
  if (period === "WEEKLY") return `${date.yearOfWeek} ${date.weekOfYear}`;
  return period === "MONTHLY" ? date.toPlainYearMonth().toString() : String(date.year);
}
