import type { Finding } from "../../definition/finding";
import type { Status } from "../../definition/resource";
import { counted } from "../../engine/core/counted";
import { lengthOf, type Outcome } from "../../engine/core/forecast";
import type { PolicyForecast } from "../../engine/core/policy-forecast";
import { readableDate, readableTime, secondsPerDay } from "../../engine/core/time";
import { inHours } from "./forecast";

/** What a status line tells of a look ahead. */
type Ahead = Pick<Outcome, "firstBackup" | "points" | "worstGap" | "slotsAtRisk"> & { readonly isGapLonger: boolean };

/** The span of a status line. */
interface Span {
  readonly days: number;
  readonly until: number;
}

/** So many days from now. */
export function spanOf({ now }: { readonly now: number }, days: number): Span {
  return { days, until: now + days * secondsPerDay };
}

/** `APPLICATION, next backup 2026-01-02 00:00 UTC, 30 points by 2026-01-31`, and what a reader would not expect. */
export function forecastLine(level: string, ahead: Ahead | undefined, { days, until }: Span): string {
  const by = readableDate(until);
  const head =
    ahead === undefined || ahead.firstBackup === null
      ? `${level}, no backup within ${days} days`
      : `${level}, next backup ${readableTime(ahead.firstBackup)}, ${counted(ahead.points, "point")} by ${by}`;
  return [head, ...(ahead === undefined ? [] : surprises(ahead, by))].join("; ");
}

/** `2 protections, next backup 2026-01-02 00:00 UTC, 60 points by 2026-01-31`: what is ahead under a changed policy. */
export function policyStatus(forecast: PolicyForecast | undefined, { days, until }: Span): Status | undefined {
  if (forecast === undefined) return undefined;
  const { protections, lookedAt, firstBackup, points } = forecast;
  const some = lookedAt < protections ? `${lookedAt} of ` : "";
  const who = `${some}${counted(protections, "protection")}`;
  const ahead =
    firstBackup === null
      ? `no backup within ${days} days`
      : `next backup ${readableTime(firstBackup)}, ${counted(points, "point")} by ${readableDate(until)}`;
  return { line: `${who}, ${ahead}`, warnings: [] };
}

function surprises({ worstGap, isGapLonger, slotsAtRisk }: Ahead, by: string): string[] {
  const told: string[] = [];
  if (worstGap !== null && isGapLonger) {
    told.push(`worst gap ${inHours(lengthOf(worstGap))} h${worstGap.isOpen ? " and more" : ""}`);
  }
  if (slotsAtRisk.length > 0) {
    const rules = [...new Set(slotsAtRisk.map(({ reason: { rule } }) => rule))].join(", ");
    told.push(`${counted(slotsAtRisk.length, "slot")} at risk by ${by} (${rules})`);
  }
  return told;
}

/**
 * Slots that are skipped because backups take longer than the schedule leaves: nothing but a look ahead can tell. What
 * else puts slots at risk has a warning of its own, or passes by itself.
 */
export function skippedSlotsWarnings({ slotsAtRisk }: Ahead, { until }: Span): Finding[] {
  const skipped = slotsAtRisk.filter(({ kind }) => kind === "SKIPPED");
  const [first] = skipped;
  if (first === undefined) return [];
  const { rule, message: why, remedy, source } = first.reason;
  const slots = skipped.length === 1 ? "1 slot is" : `${skipped.length} slots are`;
  const message = `${slots} skipped by ${readableDate(until)}, first ${readableTime(first.slotTime)}: ${why}`;
  return [{ severity: "warning", path: "", rule, message, remedy, source }];
}
