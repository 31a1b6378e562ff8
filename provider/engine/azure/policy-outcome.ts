import { outcomeOf, type PlannedPoint, type PolicyOutcome, worstOutcome } from "../core/policy-outcome";
import { remembering } from "../core/remember";
import { manualClockStart, secondsPerDay } from "../core/time";
import type { PolicyProperties } from "./policy";
import { slotRetention } from "./policy-retention";
import { backupsPerDay, runsAfter } from "./policy-schedule";
import { zonedTime } from "./time-zone";

/** Shows every month, every weekday and both leaps of a clock. */
const yearDays = 372;
/** Shows every weekday, and what comes before and after a leap of the clock. */
const fortnightDays = 15;

/** What a policy yields in a year; ENGINE: the year is 2026, whenever it is asked. */
export const policyOutcome = remembering(simulate, JSON.stringify);

function simulate(policy: PolicyProperties): PolicyOutcome {
  const { monthly, yearly } = policy.retentionPolicy;
  // Calendars take long, and most policies go by days and weeks: those are looked at where something can happen.
  if (monthly !== null || yearly !== null) return outcomeFrom(policy, manualClockStart, yearDays);
  const leaps = leapsOf(policy.timeZone).map((leap) => leap - (fortnightDays / 2) * secondsPerDay);
  return worstOutcome([manualClockStart, ...leaps].map((start) => outcomeFrom(policy, start, fortnightDays)));
}

/** When a zone's clock leaps within the year, UNIX seconds. */
function leapsOf(timeZone: string): number[] {
  const leaps: number[] = [];
  for (let at = zonedTime(manualClockStart, timeZone).getTimeZoneTransition("next"); at !== null; ) {
    const leap = at.epochMilliseconds / 1000;
    if (leap > manualClockStart + yearDays * secondsPerDay) break;
    leaps.push(leap);
    at = at.getTimeZoneTransition("next");
  }
  return leaps;
}

function outcomeFrom(policy: PolicyProperties, start: number, days: number): PolicyOutcome {
  const isOnePerDay = backupsPerDay(policy) === 1;
  const points: PlannedPoint[] = [];
  let next = start;
  for (const { time, ...run } of runsAfter(policy, start - 1)) {
    next = time;
    if (time > start + days * secondsPerDay) break;
    const { expireTime } = slotRetention(policy, time, run);
    points.push({ time, expireTime, day: isOnePerDay ? time : run.day.toString() });
  }
  return outcomeOf(points, next);
}
