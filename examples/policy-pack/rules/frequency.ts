import type { Exemptions } from "../stack/exemption";
import type { Protection } from "../stack/protection";
import { numberIn, recordOf, textOf } from "../stack/resource";
import type { Stack } from "../stack/stack";
import { elsewhere, type Finding, judgeProtections, policyLabel, type Verdict } from "../stack/verdict";

export interface FrequencyConfig extends Exemptions {
  /** The longest time from one point to the next, hours. */
  readonly maxGapInHours: number;
}

const hour = 3_600_000;

/** How much work may be lost: the longest gap between two points that the simulation of the policy comes to. */
export function frequency(stack: Stack, config: FrequencyConfig, now: Date): Verdict {
  return judgeProtections(stack, config, (protection) => {
    const { policy } = protection;
    if (policy === undefined) return [elsewhere(policyLabel(protection))];
    return [...gapFindings(protection, config), ...startFindings(protection, config, now)];
  });
}

function gapFindings(protection: Protection, { maxGapInHours }: FrequencyConfig): readonly Finding[] {
  const gap = protection.policy && numberIn(recordOf(protection.policy, "outcome"), "longestGapInHours");
  const policy = policyLabel(protection);
  if (gap === undefined) return [{ problem: `${policy} yields no points`, fix: "use a policy that can bind machines" }];
  if (gap <= maxGapInHours) return [];
  const problem = `up to ${gap} hours lie between two recovery points of ${policy}, ${maxGapInHours} are allowed`;
  const fix =
    "back up more often, also at weekends; where a disk's quota of snapshots is full, keep them for less long";
  return [{ problem, fix }];
}

/** A schedule that begins much later leaves the machine without a point until then. */
function startFindings(protection: Protection, { maxGapInHours }: FrequencyConfig, now: Date): readonly Finding[] {
  const first = protection.policy && textOf(protection.policy, "firstSlotTime");
  if (first === undefined || Date.parse(first) <= now.getTime() + maxGapInHours * hour) return [];
  const problem = `the first backup of ${policyLabel(protection)} is due on ${first} only`;
  return [{ problem, fix: "let the schedule start now" }];
}
