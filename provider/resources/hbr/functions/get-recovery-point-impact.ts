import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { policyImpact, rulesChange, swapChange } from "../../../engine/alibaba/point-impact";
import { bindingRefusals, findPolicy, requirePolicy } from "../../../engine/alibaba/policy";
import { ruleRefusals } from "../../../engine/alibaba/policy-rule";
import { type Impact, noImpact } from "../../../engine/core/impact";
import type { QueryContext } from "../../../engine/engine";
import { impactShape, toImpactOutput } from "../../shared/impact";
import { limitInput, requireOne } from "../../shared/listing";
import { policyRule, toRule } from "../../shared/policy-rule";
import { namedProtectionShape, requireNamedProtection } from "../named-protection";
import { retentionWords } from "../retention-words";

const inputs = z.strictObject({
  policyId: z.string().min(1).meta({
    description: "The policy: the one that is to be changed, or the one that the protection is to come under.",
  }),
  rules: z.array(policyRule).min(1).optional().meta({
    description: "What the policy's rules are to be, all of them. Either this, or a protection, machine or group.",
    set: true,
  }),
  ...namedProtectionShape,
  limit: limitInput("points"),
});

const outputs = z.object(impactShape);

interface Told {
  readonly impact: Impact;
  readonly subject: string;
}

type Asked = z.output<typeof inputs>;

/** What other rules of a policy would do. */
async function impactOfRules(context: QueryContext, { policyId, rules = [], limit }: Asked): Promise<Told> {
  const policy = await requirePolicy(context, policyId);
  const next = rules.map(toRule);
  const [problem] = ruleRefusals(policy.policyType === "STANDARD" ? "STANDARD" : "UDM_ECS_ONLY", next);
  if (problem !== undefined) throw problem;
  const change = await rulesChange(context, { policyId, rules: next });
  if (change === undefined) return { impact: noImpact, subject: "" };
  const subject = retentionWords(change) || "the changed policy";
  return { impact: await policyImpact(context, change, limit), subject };
}

/** What another policy would do to the points of a protection. */
async function impactOfSwap(context: QueryContext, { policyId, limit, ...named }: Asked): Promise<Told> {
  const protection = await requireNamedProtection(context, named);
  const [problem] = bindingRefusals(await requirePolicy(context, policyId));
  if (problem !== undefined) throw problem;
  const change = await swapChange(context, { protection, policyId });
  if (change === undefined) return { impact: noImpact, subject: "" };
  const [old, next] = [await findPolicy(context, protection.policyId), await findPolicy(context, policyId)];
  const subject = `policy ${old?.policyName ?? "of the plan"} → ${next?.policyName}`;
  return { impact: await policyImpact(context, change, limit), subject };
}

export const getRecoveryPointImpactFunction = defineFunction({
  token: "cloudbackup:hbr:getRecoveryPointImpact",
  source: "ENGINE",
  description:
    "What a change would do to the recovery points that there are, without doing it: other rules of a policy, or " +
    "another policy for a machine. Each point is kept, pruned, shortened or extended, with the reason.",
  inputs,
  outputs,
  call: async (context, asked) => {
    const { protectionId, instanceId, groupId } = asked;
    const rules = asked.rules === undefined ? undefined : "rules";
    requireOne({ rules, protectionId, instanceId, groupId }, { isNeeded: true });
    const { impact, subject } = await (rules === undefined ? impactOfSwap : impactOfRules)(context, asked);
    return toImpactOutput(impact, { subject });
  },
});
