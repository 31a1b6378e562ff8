import type { Exemptions } from "../stack/exemption";
import { numberIn, recordOf } from "../stack/resource";
import type { Stack } from "../stack/stack";
import { elsewhere, judgeProtections, policyLabel, type Verdict } from "../stack/verdict";

export interface RetentionConfig extends Exemptions {
  /** How long points must live, days. */
  readonly minRetentionDays: number;
  /** Which points must: every one, or one of each day that has some. */
  readonly points: "every" | "onePerDay";
}

/** How long points really live, whichever rule of the policy decides it. */
export function retention(stack: Stack, config: RetentionConfig): Verdict {
  const { minRetentionDays, points } = config;
  return judgeProtections(stack, config, (protection) => {
    const { policy } = protection;
    const label = policyLabel(protection);
    if (policy === undefined) return [elsewhere(label)];
    const outcome = recordOf(policy, "outcome");
    const shortest = numberIn(outcome, "shortestLifeInDays");
    const daily = numberIn(outcome, "shortestDailyLifeInDays");
    if (shortest === undefined || daily === undefined) return [];
    if ((points === "every" ? shortest : daily) >= minRetentionDays) return [];
    const isShortAllDay = daily < minRetentionDays;
    const which = isShortAllDay ? "recovery points" : "some recovery points of a day";
    const problem =
      `${which} of ${label} live ${isShortAllDay ? daily : shortest} days only, ` + `${minRetentionDays} are required`;
    return [{ problem, fix: fixFor(protection.cloud, isShortAllDay) }];
  });
}

function fixFor(cloud: "alibaba" | "azure", isShortAllDay: boolean): string {
  if (cloud === "alibaba") return "raise the retention; a TRANSITION rule's beats the BACKUP rule's (A-36)";
  if (isShortAllDay) return "raise the count of the retention that keeps the day's point in the vault (Z-27)";
  return (
    "only the last point of a day goes to the vault (Z-25): raise instantRpRetentionRangeInDays, or ask for one " +
    'point a day (points: "onePerDay")'
  );
}
