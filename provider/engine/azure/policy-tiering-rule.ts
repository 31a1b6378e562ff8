import type { EngineError } from "../error";
import { invalidPolicy, type PolicyProperties, type TieringPolicy } from "./policy";
import {
  archiveTimeOf,
  expiryOf,
  retentionNames,
  shortestArchiveDays,
  shortestStandardMonths,
} from "./policy-retention";
import { refusal } from "./rule";

const path = "tieringPolicy.ArchivedRP";

function tieringRefusal(property: string, message: string, remedy: string): EngineError {
  return refusal("Z-27", invalidPolicy, property, message, remedy);
}

/** How many of a unit three months are, at their shortest. */
const leastOf = { Days: 90, Weeks: 13, Months: shortestStandardMonths, Years: 1 } as const;

/** What is wrong with a policy's way into the archive. */
export function tieringRefusals(properties: PolicyProperties): EngineError[] {
  const { tieringPolicy } = properties;
  if (tieringPolicy === null) return [];
  const refusals = durationRefusals(tieringPolicy);
  if (refusals.length > 0 || tieringPolicy.tieringMode !== "TierAfter" || archivesSome(properties)) return refusals;
  const message = "no point is ever archived: none has six months left when its time comes";
  const remedy =
    `keep monthly or yearly points for ${shortestArchiveDays} days more than the duration, shorten the duration, ` +
    'or set tieringMode: "DoNotTier"';
  return [tieringRefusal(`${path}.duration`, message, remedy)];
}

function durationRefusals({ tieringMode, duration, durationType }: TieringPolicy): EngineError[] {
  if (tieringMode !== "TierAfter") {
    if (duration === null && durationType === null) return [];
    const message = `tieringMode ${tieringMode} has no duration`;
    return [tieringRefusal(path, message, 'leave duration and durationType out, or set tieringMode: "TierAfter"')];
  }
  if (duration === null || durationType === null) {
    const remedy = 'give duration: 3 and durationType: "Months"';
    return [tieringRefusal(path, "tieringMode TierAfter needs duration and durationType", remedy)];
  }
  const least = leastOf[durationType];
  if (Number.isInteger(duration) && duration >= least) return [];
  const message = `a point stays in vault-standard for three months or more, not ${duration} ${durationType}`;
  return [tieringRefusal(`${path}.duration`, message, `give ${least} ${durationType} or more`)];
}

/** Whether some point of the policy would move, judged in a calm year at Greenwich. */
export function archivesSome(properties: PolicyProperties): boolean {
  const calm = { ...properties, timeZone: "UTC" };
  const createTime = 1_767_225_600;
  return retentionNames.some((ruleName) => {
    const isKept = properties.retentionPolicy[ruleName === "Monthly" ? "monthly" : "yearly"] !== null;
    if ((ruleName !== "Monthly" && ruleName !== "Yearly") || !isKept) return false;
    const expireTime = expiryOf(calm, ruleName, createTime);
    return archiveTimeOf(calm, { ruleName, createTime, vaultTime: createTime, expireTime }) !== null;
  });
}
