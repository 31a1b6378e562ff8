import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { requireReader } from "../../../engine/azure/access";
import { armKey } from "../../../engine/azure/arm-id";
import { itemsImpact } from "../../../engine/azure/point-impact";
import {
  findPolicy,
  type PolicyProperties,
  type PolicyRow,
  propertiesOf,
  requirePolicy,
} from "../../../engine/azure/policy";
import { itemsUnder } from "../../../engine/azure/policy-change";
import { scheduleFormRefusals, toRetention, toSchedule, toTiering } from "../../../engine/azure/policy-form";
import { policyRefusals } from "../../../engine/azure/policy-rule";
import { livesChangeOf } from "../../../engine/azure/protected-item";
import { apiRefusal } from "../../../engine/azure/rule";
import type { Impact } from "../../../engine/core/impact";
import type { QueryContext } from "../../../engine/engine";
import { impactShape, toImpactOutput } from "../../shared/impact";
import { limitInput } from "../../shared/listing";
import { namedItemShape, requireNamedItem } from "../named-item";
import { retentionPolicy, schedulePolicy, tieringPolicy } from "../policy-schema";
import { retentionWords } from "../retention-words";

const inputs = z.strictObject({
  policyId: z.string().min(1).meta({
    description: "The policy, by its ARM id: the one that is to be changed, or the one that the item is to come under.",
  }),
  retentionPolicy: retentionPolicy.optional().meta({
    description: "What the policy's retention is to be. Default: as it is.",
  }),
  schedulePolicy: schedulePolicy.optional().meta({ description: "What its schedule is to be. Default: as it is." }),
  tieringPolicy: tieringPolicy.optional().meta({ description: "What its tiering is to be. Default: as it is." }),
  instantRpRetentionRangeInDays: z.int().min(1).max(30).optional().meta({
    description: "How long snapshots are to stay in the snapshot tier, days, 1 to 30 (Z-22). Default: as it is.",
    units: "days",
  }),
  timeZone: z.string().min(1).optional().meta({
    description: "What its clock is to be: a Windows zone id. Default: as it is.",
  }),
  ...namedItemShape,
  limit: limitInput("points"),
});

const outputs = z.object(impactShape);

type Asked = z.output<typeof inputs>;

interface Told {
  readonly impact: Impact;
  readonly subject: string;
}

/** The properties that the policy would have. */
function changed(old: PolicyProperties, asked: Asked): PolicyProperties {
  return {
    ...old,
    ...(asked.retentionPolicy === undefined ? {} : { retentionPolicy: toRetention(asked.retentionPolicy) }),
    ...(asked.schedulePolicy === undefined ? {} : { schedulePolicy: toSchedule(asked.schedulePolicy) }),
    ...(asked.tieringPolicy === undefined ? {} : { tieringPolicy: toTiering(asked.tieringPolicy) }),
    ...(asked.instantRpRetentionRangeInDays === undefined
      ? {}
      : { instantRpRetentionRangeInDays: asked.instantRpRetentionRangeInDays }),
    timeZone: asked.timeZone ?? old.timeZone,
  };
}

async function impactOfPolicy(context: QueryContext, policy: PolicyRow, asked: Asked): Promise<Told> {
  const old = propertiesOf(policy);
  const next = changed(old, asked);
  const [problem] = [
    ...(asked.schedulePolicy === undefined ? [] : scheduleFormRefusals(asked.schedulePolicy)),
    ...policyRefusals(next),
  ];
  if (problem !== undefined) throw problem;
  const change = await itemsUnder(context, policy, { old, next });
  const impact = await itemsImpact(context, { ...change, properties: next }, asked.limit);
  return { impact, subject: retentionWords(old, next) || "the changed policy" };
}

async function impactOfSwap(context: QueryContext, policy: PolicyRow, asked: Asked): Promise<Told> {
  const item = await requireNamedItem(context, asked);
  if (item.vaultId !== policy.vaultId) {
    const message = `policy ${policy.policyName} belongs to another vault than the item`;
    throw apiRefusal("UserErrorPolicyNotInVault", "policyId", message, "use a policy of the same vault");
  }
  const { protectionState } = item;
  const change = await livesChangeOf(context, item, { policyId: armKey(policy.armId), protectionState });
  const properties = propertiesOf(policy);
  const same = { vaultId: item.vaultId, itemIds: [item.id], policies: undefined };
  const impact = await itemsImpact(context, { ...(change ?? same), properties }, asked.limit);
  const old = item.policyId === null ? undefined : await findPolicy(context, item.policyId);
  return { impact, subject: `policy ${old?.policyName ?? "none"} → ${policy.policyName}` };
}

const ofPolicy = [
  "retentionPolicy",
  "schedulePolicy",
  "tieringPolicy",
  "instantRpRetentionRangeInDays",
  "timeZone",
] as const;

export const getVaultRecoveryPointImpactFunction = defineFunction({
  token: "cloudbackup:recoveryservices:getRecoveryPointImpact",
  source: "ENGINE",
  description:
    "What a change would do to the recovery points that there are, without doing it: another retention of a policy, " +
    "or another policy for an item. Each point is kept, pruned, shortened or extended, with the reason.",
  inputs,
  outputs,
  call: async (context, asked) => {
    const policy = await requirePolicy(context, asked.policyId);
    await requireReader(context, { vaultId: policy.vaultId, operation: "RecoveryPoints_List" });
    const isSwap = asked.itemId !== undefined || asked.sourceResourceId !== undefined;
    const stray = isSwap ? ofPolicy.find((name) => asked[name] !== undefined) : undefined;
    if (stray !== undefined) {
      const message = `${stray} and an item exclude each other`;
      const remedy = "leave the item out to change the policy, or bring the item under a policy as it is";
      throw apiRefusal("InvalidParameter", stray, message, remedy);
    }
    const { impact, subject } = await (isSwap ? impactOfSwap : impactOfPolicy)(context, policy, asked);
    return toImpactOutput(impact, { subject });
  },
});
