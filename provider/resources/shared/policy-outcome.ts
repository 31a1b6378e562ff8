import { z } from "zod";
import type { PolicyOutcome } from "../../engine/core/policy-outcome";
import { secondsPerDay } from "../../engine/core/time";

/** What a policy yields, for those who judge it: facts of the policy, whichever cloud's. */
export const policyOutcome = z
  .object({
    longestGapInHours: z.number().meta({
      description: "The longest time from one point to the next, hours.",
      units: "hours",
    }),
    shortestLifeInDays: z.number().meta({
      description: "How long the point lives that lives shortest, days.",
      units: "days",
    }),
    shortestDailyLifeInDays: z.number().meta({
      description: "Of each day's points the one that lives longest: the shortest of these lives, days.",
      units: "days",
    }),
  })
  .meta({
    typeName: "PolicyOutcome",
    description:
      "What the policy yields on a machine whose every backup succeeds before the next one is due, simulated over a " +
      "year or more. Leaps of the policy's clock and the quota of snapshots count (A-55).",
  });

export function toOutcomeOutput(outcome: PolicyOutcome): z.output<typeof policyOutcome> {
  const days = (seconds: number) => rounded(seconds / secondsPerDay);
  return {
    longestGapInHours: rounded(outcome.longestGap / 3600),
    shortestLifeInDays: days(outcome.shortestLife),
    shortestDailyLifeInDays: days(outcome.shortestDailyLife),
  };
}

function rounded(number: number): number {
  return Math.round(number * 100) / 100;
}
