import { z } from "zod";
import { type PolicyRule, type RetentionRule, ruleTypes, type UnnumberedRule } from "../../engine/alibaba/policy-rule";

const ruleType = z.enum(ruleTypes).meta({
  typeName: "RuleType",
  valueDescriptions: {
    BACKUP: "When backups run.",
    TRANSITION: "How long points live, which live longer, and when they are archived.",
    REPLICATION: "To which region points are copied.",
    SECURITY: "Whether points can be deleted before they expire.",
    TAG: "Which machines are bound by their tags, crash-consistent (A-03).",
  },
  description: "Kind of rule. Source: HBR CreatePolicyV2.",
});

const schedule = z
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
  });

const retention = z
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
      "BACKUP, TRANSITION, REPLICATION: how long points, or their copies, live, days, 1 to 364635. A TRANSITION " +
      "rule's beats the BACKUP rule's (A-36). Permanent retention (-1, or none at all) can't be applied to ECS " +
      "instances (A-33). REPLICATION without one: as long as the point. Source: HBR CreatePolicyV2; seed 001.",
    units: "days",
  });

const retentionRule = z
  .strictObject({
    advancedRetentionType: z.enum(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]).meta({
      typeName: "AdvancedRetentionType",
      valueDescriptions: {
        DAILY: "The first point of a day.",
        WEEKLY: "The first point of a week, which begins on Monday.",
        MONTHLY: "The first point of a calendar month.",
        YEARLY: "The first point of a calendar year.",
      },
      description: "The period, in UTC, whose first point lives longer. Source: HBR CreatePolicyV2.",
    }),
    retention: z.int().min(1).max(364_635).meta({
      description: "How long that point lives, days, 1 to 364635. Source: HBR CreatePolicyV2.",
      units: "days",
    }),
    whichSnapshot: z.literal(1).default(1).meta({
      description: "Which point of the period: always the first, 1. Default: 1. Source: HBR CreatePolicyV2.",
    }),
  })
  .meta({ typeName: "RetentionRule", description: "Keeps the first point of each period longer than the others." });

const tagFilter = z
  .strictObject({
    key: z.string().min(1).max(128).meta({ description: "Key of the tag. Source: HBR CreatePolicyV2." }),
    operator: z
      .enum(["EQUAL", "NOT"])
      .meta({
        typeName: "TagOperator",
        valueDescriptions: { EQUAL: "The machine has the tag with this value.", NOT: "It has not." },
      })
      .default("EQUAL")
      .meta({ description: "How the tag is compared. Default: EQUAL. Source: HBR CreatePolicyV2." }),
    value: z.string().max(128).meta({ description: "Value of the tag. Source: HBR CreatePolicyV2." }),
  })
  .meta({ typeName: "TagFilter", description: "A tag that a machine must have, or must not." });

const dataSourceFilter = z
  .strictObject({
    sourceType: z
      .literal("UDM_ECS")
      .meta({ description: "ECS instances: always UDM_ECS. Source: HBR CreatePolicyV2." }),
  })
  .meta({ typeName: "DataSourceFilter", description: "A kind of source that a TAG rule binds." });

/** One rule of a policy: what each type has a use for is told by the engine, all at once. */
export const policyRule = z
  .strictObject({
    ruleType,
    backupType: z
      .enum(["COMPLETE"])
      .meta({ typeName: "BackupType", valueDescriptions: { COMPLETE: "The only one there is." } })
      .optional()
      .meta({ description: "BACKUP: always COMPLETE. Source: HBR CreatePolicyV2." }),
    schedule,
    retention,
    archiveDays: z
      .int()
      .min(1)
      .max(364_635)
      .optional()
      .meta({
        description:
          "TRANSITION: days in the standard tier before a point is archived, 30 or more, and 60 or more days before " +
          "its expiry (A-48). Default: never archived. Source: HBR CreatePolicyV2.",
        units: "days",
      }),
    retentionRules: z
      .array(retentionRule)
      .optional()
      .meta({
        description:
          "TRANSITION: which points live longer: the first of each day, week, month or year. Default: none. " +
          "Source: HBR CreatePolicyV2.",
        set: true,
      }),
    replicationRegionId: z.string().optional().meta({
      description: "REPLICATION: the region that points are copied to (A-34). Source: HBR CreatePolicyV2; seed 001.",
    }),
    immutable: z
      .boolean()
      .optional()
      .meta({
        description:
          "SECURITY: whether points made from now on can't be deleted before their expiry, by anyone (A-43). " +
          "Source: HBR CreatePolicyV2; seed 001.",
      }),
    tagFilters: z.array(tagFilter).optional().meta({
      description: "TAG: tags that a machine must have, all of them, to be bound. Source: HBR CreatePolicyV2.",
      set: true,
    }),
    dataSourceFilters: z
      .array(dataSourceFilter)
      .optional()
      .meta({
        description:
          "TAG: the kinds of sources that are bound. Default: ECS instances, the only kind here. " +
          "Source: HBR CreatePolicyV2.",
        set: true,
      }),
  })
  .meta({ typeName: "PolicyRule", description: "One rule of a backup policy." });

type RuleInput = z.output<typeof policyRule>;

/** The engine's rule; lists that carry no order get one. */
export function toRule({ retentionRules, tagFilters, ...same }: RuleInput): UnnumberedRule {
  const present = Object.entries(same).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(present) as unknown as Omit<UnnumberedRule, "retentionRules" | "tagFilters">),
    ...(retentionRules === undefined ? {} : { retentionRules: inOrder(retentionRules.map(toRetentionRule)) }),
    ...(tagFilters === undefined ? {} : { tagFilters: inOrder(tagFilters) }),
  };
}

/** The engine knows of no other point than the first. */
function toRetentionRule({ advancedRetentionType, retention: days }: z.output<typeof retentionRule>): RetentionRule {
  return { advancedRetentionType, retention: days };
}

function inOrder<T>(items: readonly T[]): T[] {
  const rank = (item: T): string => JSON.stringify(item);
  return [...items].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

export function fromRule({ ruleId: _given, retentionRules, tagFilters, ...rule }: PolicyRule): RuleInput {
  const { dataSourceFilters, ...same } = rule;
  return {
    ...same,
    ...(dataSourceFilters === undefined ? {} : { dataSourceFilters: [...dataSourceFilters] }),
    ...(retentionRules === undefined
      ? {}
      : { retentionRules: retentionRules.map((each) => ({ ...each, whichSnapshot: 1 as const })) }),
    ...(tagFilters === undefined ? {} : { tagFilters: [...tagFilters] }),
  };
}
