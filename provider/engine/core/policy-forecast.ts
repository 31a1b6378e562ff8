import type { Outcome } from "./forecast";

/** How many of a policy's protections are looked at: they run alike, and a line has to be told soon. */
export const mostLookedAt = 20;

/** What is ahead of the protections under a policy. */
export interface PolicyForecast {
  /** Protections that run under the policy, and how many of them were looked at. */
  readonly protections: number;
  readonly lookedAt: number;
  /** The first backup of all, UNIX seconds; null: none until the end. */
  readonly firstBackup: number | null;
  /** Points of those that were looked at, at the end. */
  readonly points: number;
}

/** Sums up what is ahead of each. */
export function sumUp(protections: number, outcomes: readonly Outcome[]): PolicyForecast {
  const starts = outcomes.flatMap(({ firstBackup }) => firstBackup ?? []);
  return {
    protections,
    lookedAt: outcomes.length,
    firstBackup: starts.length === 0 ? null : Math.min(...starts),
    points: outcomes.reduce((sum, { points }) => sum + points, 0),
  };
}
