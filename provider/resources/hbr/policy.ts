import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { type CheckScope, defineResource } from "../../definition/resource";
import {
  deletePolicy,
  effectivePolicy,
  findPoliciesNamed,
  findPolicy,
  type PolicyInput,
  type PolicyRow,
  putPolicy,
  rulesOf,
} from "../../engine/alibaba/policy";
import { forecastPolicy } from "../../engine/alibaba/policy-forecast";
import { firstSlotTime, policyOutcome as simulateOutcome } from "../../engine/alibaba/policy-outcome";
import { numberRules, ruleRefusals } from "../../engine/alibaba/policy-rule";
import { bindByTags } from "../../engine/alibaba/tag-binding";
import { isoTime } from "../../engine/core/time";
import type { CommandContext } from "../../engine/engine";
import { refusalFinding } from "../shared/finding";
import { policyStatus, spanOf } from "../shared/forecast-status";
import { policyOutcome, toOutcomeOutput } from "../shared/policy-outcome";
import { fromRule, policyRule, toRule } from "../shared/policy-rule";
import { quotaWarnings } from "../shared/quota-warning";
import { rulesFindings } from "./impact-findings";

const inputs = z.strictObject({
  policyName: z
    .string()
    .min(1)
    .max(64)
    .meta({
      description:
        "Name of the policy, 1 to 64 characters. Default: made from the resource's name. Source: HBR CreatePolicyV2.",
      autoName: { maxLength: 64, pattern: /^.{1,64}$/, rule: "1 to 64 characters" },
    }),
  policyDescription: z.string().optional().meta({ description: "Free text. Source: HBR CreatePolicyV2." }),
  policyType: z
    .enum(["UDM_ECS_ONLY", "STANDARD"])
    .meta({
      typeName: "PolicyType",
      valueDescriptions: {
        UDM_ECS_ONLY: "For ECS instance backup; needs no vault.",
        STANDARD: "For every other data source; can't be bound to ECS instances (A-67).",
      },
    })
    .default("UDM_ECS_ONLY")
    .meta({
      description: "What the policy serves. Default: UDM_ECS_ONLY. Source: HBR CreatePolicyV2.",
      replaceOnChanges: "a policy's type is fixed when it is made",
    }),
  rules: z
    .array(policyRule)
    .min(1)
    .meta({
      description:
        "At least one BACKUP rule; at most one TRANSITION, one REPLICATION and one SECURITY rule; any number of TAG " +
        "rules. Their order carries no meaning. Source: HBR CreatePolicyV2.",
      set: true,
    }),
});

const ruleOutput = z
  .object({
    ruleId: z.string().meta({ description: "Id of the rule, rule-…." }),
    ruleType: z.string().meta({ description: "Kind of the rule." }),
  })
  .meta({ typeName: "PolicyRuleId", description: "The id that a rule got." });

const outputs = z.object({
  policyId: z.string().meta({ description: "Id of the policy, po-…." }),
  ruleIds: z.array(ruleOutput).meta({ description: "Ids of the rules, by kind, then schedule." }),
  firstSlotTime: z
    .string()
    .optional()
    .meta({ description: "The first slot of all schedules, ISO 8601 in UTC; absent: the policy is of type STANDARD." }),
  outcome: policyOutcome
    .optional()
    .meta({ description: "What the policy yields, simulated; absent: it is of type STANDARD, and binds no machine." }),
  createdTime: z
    .string()
    .meta({ moment: true, description: "When the policy was created, ISO 8601 in UTC, by the engine's clock." }),
});

type Inputs = z.output<typeof inputs>;

function toRules(policyId: string, properties: Inputs) {
  return numberRules(policyId, properties.rules.map(toRule));
}

function toInput(id: string, properties: Inputs): PolicyInput {
  return {
    id,
    policyName: properties.policyName,
    policyDescription: properties.policyDescription ?? null,
    policyType: properties.policyType,
    rules: toRules(id, properties),
  };
}

/** What binds no machine yields nothing, and need not have what a simulation needs. */
function outcomeOutputs(policy: PolicyRow): Pick<z.output<typeof outputs>, "firstSlotTime" | "outcome"> {
  if (policy.policyType === "STANDARD") return {};
  const effective = effectivePolicy(policy);
  return {
    firstSlotTime: isoTime(firstSlotTime(effective)),
    outcome: toOutcomeOutput(simulateOutcome(effective)),
  };
}

function toOutputs(policy: PolicyRow): z.output<typeof outputs> {
  return {
    policyId: policy.id,
    ruleIds: rulesOf(policy).map(({ ruleId, ruleType }) => ({ ruleId, ruleType })),
    ...outcomeOutputs(policy),
    createdTime: isoTime(policy.createTime),
  };
}

async function check(properties: Inputs, scope: CheckScope<Inputs>): Promise<Finding[]> {
  const { context, old } = scope;
  const rules = properties.rules.map(toRule);
  const refusals = ruleRefusals(properties.policyType, rules).map(refusalFinding);
  if (refusals.length > 0) return refusals;
  const isKnown = old !== undefined && JSON.stringify(toRules("", old)) === JSON.stringify(toRules("", properties));
  if (isKnown || properties.policyType === "STANDARD") return [];
  const policyId = await ownPolicyId(scope);
  const impact = policyId === undefined ? [] : await rulesFindings(context, { policyId, rules });
  return [...quotaWarnings(rules, context.now), ...impact];
}

/**
 * The policy that is being edited; another type makes another one. An imported one has no life in the engine's book
 * yet: it is known by its name, unless another one has the same.
 */
async function ownPolicyId({ context, ownIds, old }: CheckScope<Inputs>): Promise<string | undefined> {
  if (old === undefined || old.policyType === "STANDARD") return undefined;
  const named = ownIds.length > 0 ? [] : await findPoliciesNamed(context, old.policyName);
  return ownIds[0] ?? (named.length === 1 ? named[0]?.id : undefined);
}

/** Writes the policy, and lets its TAG rules bind what they name. */
async function apply(context: CommandContext, id: string, properties: Inputs) {
  const policy = await putPolicy(context, toInput(id, properties));
  await bindByTags(context, { instanceIds: null });
  return toOutputs(policy);
}

export const policyResource = defineResource({
  token: "cloudbackup:hbr:Policy",
  source: "HBR DescribePoliciesV2",
  description:
    "A backup policy: when the machines bound to it are backed up, how long their points live, where they are " +
    "copied, and whether anybody may delete them. An update reaches all bound machines in place.",
  inputs,
  outputs,
  importId: { pattern: /^po-[a-z0-9]+$/, example: "po-abcdefghijklmnopqrst" },
  stables: ["policyId", "createdTime"],
  id: (_inputs, hash) => `po-${hash.slice(0, 20)}`,
  check,
  create: (context, { id }, properties) => apply(context, id, properties),
  read: async (context, id, old) => {
    const policy = await findPolicy(context, id);
    if (policy === undefined) return undefined;
    const isSame = old !== undefined && JSON.stringify(toRules(id, old)) === JSON.stringify(rulesOf(policy));
    return {
      inputs: {
        policyName: policy.policyName,
        ...(policy.policyDescription === null ? {} : { policyDescription: policy.policyDescription }),
        policyType: inputs.shape.policyType.parse(policy.policyType),
        rules: isSame ? old.rules : rulesOf(policy).map(fromRule),
      },
      outputs: toOutputs(policy),
    };
  },
  update: (context, { id }, properties) => apply(context, id, properties),
  status: async (context, id, days) => {
    const span = spanOf(context, days);
    return policyStatus(await forecastPolicy(context, { policyId: id, until: span.until }), span);
  },
  delete: async (context, id) => {
    await deletePolicy(context, id);
    await bindByTags(context, { instanceIds: null });
  },
});
