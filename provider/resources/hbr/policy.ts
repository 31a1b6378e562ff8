import { z } from "zod";
import { defineResource } from "../../definition/resource";
import {
  deletePolicy,
  findPolicy,
  numberRules,
  type PolicyInput,
  type PolicyRow,
  type PolicyRule,
  policyRefusals,
  putPolicy,
  rulesOf,
} from "../../engine/alibaba/policy";
import { isoTime } from "../../engine/core/time";
import { refusalFinding } from "../shared/finding";

const rule = z
  .strictObject({
    ruleType: z.enum(["BACKUP", "TRANSITION"]).meta({
      typeName: "RuleType",
      valueDescriptions: {
        BACKUP: "When backups run.",
        TRANSITION: "How long points live; beats the BACKUP rule's retention.",
      },
      description: "Kind of rule. Source: HBR CreatePolicyV2.",
    }),
    backupType: z
      .literal("COMPLETE")
      .optional()
      .meta({ description: "BACKUP: always COMPLETE. Source: HBR CreatePolicyV2." }),
    schedule: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          "BACKUP: when backups run. I|start|interval (start in UNIX seconds, ISO 8601 interval of an hour or more, " +
          "I|1767225600|P1D) or C|start|cron (six fields, seconds first, UTC, weekday 1 is Sunday, " +
          "slots an hour or more apart, C|1767225600|0 0 2 ? * 3,5,7). " +
          "A slot is skipped while the previous job runs; missed slots are not made up (A-35). " +
          "Source: HBR CreatePolicyV2.",
        schedule: true,
      }),
    retention: z
      .int()
      .min(-1, "days, 1 to 364635")
      .max(364_635)
      .refine((days) => days !== 0, {
        message: "a retention of 0 days keeps nothing",
        params: { rule: "A-33", remedy: "use 1 to 364635 days" },
      })
      .optional()
      .meta({
        description:
          "How long points live, days, 1 to 364635. A TRANSITION rule's beats the BACKUP rule's " +
          "(A-36). Permanent retention " +
          "(-1, or none at all) can't be applied to ECS instances (A-33). Source: HBR CreatePolicyV2; seed 001.",
        units: "days",
      }),
  })
  .meta({ typeName: "PolicyRule", description: "One rule of a backup policy." });

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
      replaceOnChanges: true,
    }),
  rules: z
    .array(rule)
    .min(1)
    .meta({
      description:
        "At least one BACKUP rule and at most one TRANSITION rule; their order carries no meaning. " +
        "Source: HBR CreatePolicyV2.",
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
  createdTime: z
    .string()
    .meta({ moment: true, description: "When the policy was created, ISO 8601 in UTC, by the engine's clock." }),
});

type Inputs = z.output<typeof inputs>;

function toRules(policyId: string, properties: Inputs): readonly PolicyRule[] {
  return numberRules(policyId, unnumberedRules(properties));
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

function toOutputs(policy: PolicyRow): z.output<typeof outputs> {
  return {
    policyId: policy.id,
    ruleIds: rulesOf(policy).map(({ ruleId, ruleType }) => ({ ruleId, ruleType })),
    createdTime: isoTime(policy.createTime),
  };
}

function toRuleInput({ ruleType, backupType, schedule, retention }: PolicyRule): Inputs["rules"][number] {
  return {
    ruleType,
    ...(backupType === null ? {} : { backupType }),
    ...(schedule === null ? {} : { schedule }),
    ...(retention === null ? {} : { retention }),
  };
}

function unnumberedRules(properties: Inputs): Omit<PolicyRule, "ruleId">[] {
  return properties.rules.map(({ ruleType, backupType, schedule, retention }) => ({
    ruleType,
    backupType: backupType ?? null,
    schedule: schedule ?? null,
    retention: retention ?? null,
  }));
}

/** The refusals speak of the program's own order of rules. */
function unsortedRules(properties: Inputs): PolicyRule[] {
  return unnumberedRules(properties).map((item) => ({ ruleId: "", ...item }));
}

export const policyResource = defineResource({
  token: "cloudbackup:hbr:Policy",
  description:
    "A backup policy: when the machines bound to it are backed up and how long their points live. An " +
    "update reaches all of them in place.",
  inputs,
  outputs,
  importId: { pattern: /^po-[a-z0-9]+$/, example: "po-abcdefghijklmnopqrst" },
  stables: ["policyId", "createdTime"],
  id: (_inputs, hash) => `po-${hash.slice(0, 20)}`,
  check: async (properties) =>
    policyRefusals({ policyType: properties.policyType, rules: unsortedRules(properties) }).map(refusalFinding),
  create: async (context, { id }, properties) => toOutputs(await putPolicy(context, toInput(id, properties))),
  read: async (context, id, old) => {
    const policy = await findPolicy(context, id);
    if (policy === undefined) return undefined;
    const live = rulesOf(policy).map(toRuleInput);
    const isSame = old !== undefined && JSON.stringify(toRules(id, old)) === JSON.stringify(rulesOf(policy));
    return {
      inputs: {
        policyName: policy.policyName,
        ...(policy.policyDescription === null ? {} : { policyDescription: policy.policyDescription }),
        policyType: inputs.shape.policyType.parse(policy.policyType),
        rules: isSame ? old.rules : live,
      },
      outputs: toOutputs(policy),
    };
  },
  update: async (context, { id }, properties) => toOutputs(await putPolicy(context, toInput(id, properties))),
  delete: (context, id) => deletePolicy(context, id),
});
