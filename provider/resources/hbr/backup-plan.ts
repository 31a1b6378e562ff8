import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { type CheckScope, defineResource, type Identity } from "../../definition/resource";
import {
  assessPlan,
  type BackupPlan,
  createPlan,
  editPlan,
  findPlan,
  type PlanInput,
  plansOf,
  removePlan,
  rulesOfPlan,
} from "../../engine/alibaba/backup-plan";
import { copyProblem } from "../../engine/alibaba/copy-problem";
import { effectiveRules } from "../../engine/alibaba/policy";
import { firstSlotTime, policyOutcome as simulateOutcome } from "../../engine/alibaba/policy-outcome";
import { numberRules } from "../../engine/alibaba/policy-rule";
import { describeProtection } from "../../engine/alibaba/protection";
import { unbind } from "../../engine/alibaba/tag-binding";
import { isoTime } from "../../engine/core/time";
import type { CommandContext, QueryContext } from "../../engine/engine";
import {
  achievedLevel,
  consistencyLevel,
  disksFindings,
  fromSettings,
  reasonOutput,
  replicationEncryption,
  settingsShape,
  toReasonOutput,
  toSettings,
} from "../shared/consistency";
import { strayFindings } from "../shared/copy";
import { refusalFinding } from "../shared/finding";
import { firstUseNotices } from "../shared/first-use";
import { keyFindings } from "../shared/key-lock";
import { levelWarnings } from "../shared/level-warning";
import { onDestroy } from "../shared/on-destroy";
import { policyOutcome, toOutcomeOutput } from "../shared/policy-outcome";
import { courseFindings, removalFindings, rulesFindings } from "./impact-findings";
import { protectionStatus } from "./protection-status";
import { unprotectedFindings } from "./unprotected-time";

const planRule = z
  .strictObject({
    schedule: z.string().min(1).meta({
      description: "When backups run, as in hbr:Policy: I|1767225600|P1D or C|1767225600|0 0 2 ? * * (A-35).",
      schedule: true,
    }),
  })
  .meta({ typeName: "PlanRule", description: "One schedule of a backup plan." });

const inputs = z.strictObject({
  planName: z
    .string()
    .min(1)
    .max(64)
    .meta({
      description:
        "Name of the plan, 1 to 64 characters. Default: made from the resource's name. Source: HBR CreateBackupPlan.",
      autoName: { maxLength: 64, pattern: /^.{1,64}$/, rule: "1 to 64 characters" },
    }),
  instanceId: z.string().min(1).meta({
    description: "The machine to protect, in a region without Policy Center (A-31). Source: HBR CreateBackupPlan.",
    replaceOnChanges: "a plan belongs to one machine",
  }),
  rules: z.array(planRule).min(1).meta({
    description: "The schedules; their order carries no meaning. Source: HBR CreateBackupPlan.",
    set: true,
  }),
  retention: z.int().min(1).max(364_635).meta({
    description: "How long points live, days, 1 to 364635 (A-33). Source: HBR CreateBackupPlan.",
    units: "days",
  }),
  doCopy: z.boolean().default(false).meta({
    description: "Whether points are copied to another region (A-34). Default: false. Source: HBR CreateBackupPlan.",
  }),
  destinationRegionId: z.string().min(1).optional().meta({
    description: "The region that points are copied to; a change counts for later points (A-65). Needed by doCopy.",
  }),
  destinationRetention: z.int().min(1).max(364_635).optional().meta({
    description: "How long copies live, days. Default: as long as their points. Source: HBR CreateBackupPlan.",
    units: "days",
  }),
  disabled: z.boolean().default(false).meta({
    description: "Suspends the backups; retention goes on (A-59, A-73). Default: false. Source: HBR CreateBackupPlan.",
  }),
  ...settingsShape,
  replicationEncryption: replicationEncryption.optional().meta({
    description: "How copies are encrypted; needs doCopy (A-64). Default: AUTO. Source: seed 000, step 2.",
  }),
  requireConsistency: consistencyLevel.optional().meta({
    description:
      "The merge gate: preview and up fail when the machine would get less. Default: the provider's. Source: ENGINE.",
  }),
  onDestroy: onDestroy.meta({
    description: "What destroy does to the recovery points. Default: retain. Source: seed 001, troubleshooting.",
  }),
});

const outputs = z.object({
  planId: z.string().meta({ description: "Id of the plan, plan-…; a conversion keeps it." }),
  convertedPolicyId: z
    .string()
    .optional()
    .meta({ description: "The policy that the plan was converted to when it was edited (A-31); absent before." }),
  firstSlotTime: z.string().meta({ description: "The first slot of all schedules, ISO 8601 in UTC." }),
  outcome: policyOutcome.meta({ description: "What the schedules and the retention yield, simulated." }),
  requestedLevel: consistencyLevel.meta({ description: "The consistency that is asked for.", live: true }),
  achievedLevel: achievedLevel.meta({ description: "The consistency that backups would have now.", live: true }),
  reasons: z
    .array(reasonOutput)
    .meta({ description: "Why it is less than asked for; empty when it is not.", live: true }),
  coveredDisks: z
    .array(z.string())
    .meta({ description: "Ids of the disks that backups take, system disk first.", live: true }),
  copyProblem: reasonOutput.optional().meta({
    description: "Why copies in another region will fail, though backups won't (A-78); absent where they won't.",
    live: true,
  }),
  damagedPoints: z.array(z.string()).meta({
    description:
      "Recovery points that somebody took away, until they would have expired: broken by deleting a snapshot through " +
      "ECS (A-39), or deleted through Cloud Backup (A-42).",
    live: true,
  }),
});

type Inputs = z.output<typeof inputs>;

function toInput({ id, urn }: { id: string; urn: string | null }, properties: Inputs): PlanInput {
  const { destinationRegionId, destinationRetention } = properties;
  return {
    id,
    urn,
    planName: properties.planName,
    instanceId: properties.instanceId,
    schedules: properties.rules.map(({ schedule }) => schedule),
    retention: properties.retention,
    copy: properties.doCopy
      ? { regionId: destinationRegionId ?? "", retentionDays: destinationRetention ?? null }
      : null,
    disabled: properties.disabled,
    settings: toSettings(properties),
  };
}

/** The inputs of a plan that is there; the program's own order of rules where it says the same. */
function readInputs(plan: BackupPlan, old: Inputs | undefined): Inputs {
  const isSame = old !== undefined && [...toInput(plan, old).schedules].sort().join("\n") === plan.schedules.join("\n");
  const { copy } = plan;
  return {
    planName: plan.planName,
    instanceId: plan.instanceId,
    rules: isSame ? old.rules : plan.schedules.map((schedule) => ({ schedule })),
    retention: plan.retention,
    doCopy: copy !== null,
    ...(copy === null ? {} : { destinationRegionId: copy.regionId }),
    ...(copy === null || copy.retentionDays === null ? {} : { destinationRetention: copy.retentionDays }),
    disabled: plan.disabled,
    ...fromSettings(plan.settings),
    ...(old?.requireConsistency === undefined ? {} : { requireConsistency: old.requireConsistency }),
    onDestroy: old?.onDestroy ?? "retain",
  };
}

async function toOutputs(context: QueryContext, plan: BackupPlan): Promise<z.output<typeof outputs>> {
  const state = await describeProtection(context, plan.protection);
  const problem = await copyProblem(context, plan.protection);
  const { retention } = plan;
  const rules = effectiveRules(plan.schedules.map((schedule) => ({ ruleType: "BACKUP", schedule, retention })));
  return {
    planId: plan.id,
    ...(plan.convertedPolicyId === null ? {} : { convertedPolicyId: plan.convertedPolicyId }),
    firstSlotTime: isoTime(firstSlotTime(rules)),
    outcome: toOutcomeOutput(simulateOutcome(rules)),
    requestedLevel: state.requestedLevel,
    achievedLevel: state.achievedLevel,
    reasons: state.reasons.map(toReasonOutput),
    coveredDisks: [...state.coveredDisks],
    ...(problem === undefined ? {} : { copyProblem: toReasonOutput(problem) }),
    damagedPoints: [...state.damagedPoints],
  };
}

async function check(properties: Inputs, { context, urn, ownIds, old }: CheckScope<Inputs>): Promise<Finding[]> {
  const isOwn = old !== undefined && old.instanceId === properties.instanceId;
  const [own] = isOwn ? await plansOf(context, properties.instanceId, ownIds) : [];
  const plan = toInput({ id: own?.id ?? "", urn }, properties);
  const assessment = await assessPlan(context, {
    ...plan,
    requireConsistency: properties.requireConsistency ?? context.settings.requireConsistency,
    isNew: !isOwn,
  });
  return [
    ...disksFindings(properties),
    ...strayFindings(properties),
    ...keyFindings(properties.replicationEncryption, {
      usedKeyId: own?.protection.usedKmsKeyId ?? null,
      isReplicated: properties.doCopy,
    }),
    ...assessment.refusals.map(refusalFinding),
    ...levelWarnings(assessment),
    ...(old === undefined ? await firstUseNotices(context) : await impactOf(context, ownIds, properties, old)),
  ];
}

/** What becomes of the points that are there; a plan of another machine is another plan. */
async function impactOf(
  context: QueryContext,
  ownIds: readonly string[],
  next: Inputs,
  old: Inputs,
): Promise<Finding[]> {
  const [own] = await plansOf(context, old.instanceId, ownIds);
  if (own === undefined) return [];
  const { protection } = own;
  const gap = { protection, oldSourceId: old.instanceId, sourceId: next.instanceId };
  const gaps = await unprotectedFindings(context, { ...gap, wasDisabled: old.disabled, disabled: next.disabled });
  if (old.instanceId !== next.instanceId) {
    const removal = { subject: "the replacement" };
    return [...gaps, ...(old.onDestroy === "delete" ? await removalFindings(context, protection, removal) : [])];
  }
  const rulesOf = (inputs: Inputs) => rulesOfPlan(toInput({ id: own.id, urn: null }, inputs));
  const rules = rulesOf(next);
  const isKnown = JSON.stringify(numberRules("", rulesOf(old))) === JSON.stringify(numberRules("", rules));
  const { policyId } = protection;
  return [
    ...gaps,
    ...(isKnown ? [] : await rulesFindings(context, { policyId, rules })),
    ...(await courseFindings(context, { protection, old, next })),
  ];
}

export const backupPlanResource = defineResource({
  token: "cloudbackup:hbr:BackupPlan",
  source: "HBR DescribeBackupPlans",
  description:
    "Protects one machine by a schedule of its own, where the region has no Policy Center. Editing it once the " +
    "region has one converts it to a policy in place: same id, same points (A-31).",
  inputs,
  outputs,
  importId: { pattern: /^plan-[a-z0-9]+$/, example: "plan-abcdefghijklmnopqrst" },
  stables: ["planId"],
  id: (_inputs, hash) => `plan-${hash.slice(0, 20)}`,
  check,
  create: (context, identity, properties) => apply(context, identity, properties, createPlan),
  read: async (context, id, old) => {
    const plan = await findPlan(context, id);
    if (plan === undefined) return undefined;
    return { inputs: readInputs(plan, old), outputs: await toOutputs(context, plan) };
  },
  update: (context, identity, properties) => apply(context, identity, properties, editPlan),
  status: protectionStatus,
  tellsOfPoints: true,
  delete: (context, id, { onDestroy: fate }) =>
    unbind(context, id, () => removePlan(context, { id, deletePoints: fate === "delete" })),
});

async function apply(context: CommandContext, identity: Identity, properties: Inputs, put: typeof createPlan) {
  const requireConsistency = properties.requireConsistency ?? context.settings.requireConsistency;
  const plan = await put(context, { ...toInput(identity, properties), requireConsistency });
  return toOutputs(context, plan);
}
