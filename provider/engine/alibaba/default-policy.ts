import type { Json, Row } from "../../store/tables";
import { hashOf } from "../core/identifier";
import { remembering } from "../core/remember";
import { manualClockStart } from "../core/time";
import type { Query } from "../engine";
import { policyCenterIn, regionIds } from "./catalogue";
import { numberRules } from "./policy-rule";

/** ENGINE: what the policy says that each region with a Policy Center has from the beginning. */
const schedule = `I|${manualClockStart}|P1D`;
const retentionDays = 30;

/** The id of a region's built-in policy, whether the region has it already or not. */
function defaultPolicyId(account: string, regionId: string): string {
  return `po-${hashOf("default policy", account, regionId).slice(0, 20)}`;
}

/** The built-in policy of a region; undefined where there is no Policy Center. */
export const defaultPolicyOf: Query<string, Row<"policy"> | undefined> = async (context, regionId) => {
  if (!(await policyCenterIn(context, regionId))) return undefined;
  const { account } = context.settings;
  const id = defaultPolicyId(account, regionId);
  const rule = { ruleType: "BACKUP" as const, backupType: "COMPLETE" as const, schedule, retention: retentionDays };
  return {
    id,
    account,
    policyName: `Default policy of ${regionId}`,
    policyDescription: "Built in: every region with a Policy Center has one",
    policyType: "UDM_ECS_ONLY",
    rules: numberRules(id, [rule]) as unknown as readonly Json[],
    createTime: manualClockStart,
    updateTime: manualClockStart,
  };
};

/** An account's built-in policies by id, with their regions: a hash each, and nearly every query asks. */
const defaultPolicies = remembering(
  (account: string) => new Map(regionIds.map((regionId) => [defaultPolicyId(account, regionId), regionId])),
  (account) => account,
);

/** The region whose built-in policy has an id; undefined for every other policy. */
export function regionOfDefaultPolicy(account: string, policyId: string): string | undefined {
  return defaultPolicies(account).get(policyId);
}

/** A built-in policy by its id. It has no row until somebody binds a machine to it, or edits it. */
export const findDefaultPolicy: Query<string, Row<"policy"> | undefined> = async (context, policyId) => {
  const regionId = regionOfDefaultPolicy(context.settings.account, policyId);
  return regionId === undefined ? undefined : defaultPolicyOf(context, regionId);
};
