import { Temporal } from "temporal-polyfill";
import { secondsPerDay } from "./time";

export type RetentionUnit = "DAY" | "WEEK" | "MONTH" | "YEAR";

/** When a point made now expires: days and weeks by length, months and years by the calendar in UTC. */
export function expireTimeAfter(createTime: number, value: number, unit: RetentionUnit): number {
  if (unit === "DAY") return createTime + value * secondsPerDay;
  if (unit === "WEEK") return createTime + value * 7 * secondsPerDay;
  const created = Temporal.Instant.fromEpochMilliseconds(createTime * 1000).toZonedDateTimeISO("UTC");
  const expires = created.add(unit === "MONTH" ? { months: value } : { years: value });
  return expires.epochMilliseconds / 1000;
}
