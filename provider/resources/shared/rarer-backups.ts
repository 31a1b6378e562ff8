import type { Finding } from "../../definition/finding";
import type { PolicyOutcome } from "../../engine/core/policy-outcome";
import { inHours } from "./forecast";
import type { Rule } from "./unprotected-time";

/** A clock that leaps makes one day of a year longer: nobody changed a schedule by that. */
const leastGrowth = 1.05;

/** Another schedule under which more is lost at worst, as its points are farther apart. */
export function rarerBackups(rule: Rule, path: string, before: PolicyOutcome, after: PolicyOutcome): Finding[] {
  if (after.longestGap <= before.longestGap * leastGrowth) return [];
  const [old, next] = [before, after].map(({ longestGap }) => `${inHours(longestGap)} h`);
  const message = `backups are rarer: from one point to the next it takes up to ${next} instead of ${old}`;
  const remedy = "keep the schedule for machines that can't lose as much: they take a policy of their own";
  return [{ severity: "warning", path, rule: rule.id, message, remedy, source: rule.source }];
}
