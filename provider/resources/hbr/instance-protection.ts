import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { succeeded } from "../../definition/refresh-status";
import { type CheckScope, defineResource, type Identity } from "../../definition/resource";
import { copyProblem } from "../../engine/alibaba/copy-problem";
import {
  describeProtection,
  findProtection,
  findProtectionOf,
  putProtection,
  removeProtection,
} from "../../engine/alibaba/protection";
import { assessProtection } from "../../engine/alibaba/protection-assessment";
import { type Protection, settingsOf } from "../../engine/alibaba/protection-row";
import { unbind } from "../../engine/alibaba/tag-binding";
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
import { refusalFinding } from "../shared/finding";
import { firstUseNotices } from "../shared/first-use";
import { keyFindings } from "../shared/key-lock";
import { levelWarnings } from "../shared/level-warning";
import { onDestroy } from "../shared/on-destroy";
import { fromSource, sourceFindings, sourceOf, sourceShape } from "../shared/source";
import { courseFindings, removalFindings, swapFindings } from "./impact-findings";
import { protectionStatus } from "./protection-status";
import { leftOutFindings, unprotectedFindings } from "./unprotected-time";

const inputs = z.strictObject({
  ...sourceShape(
    "protect; one protection per machine (A-30). Source: HBR CreatePolicyBindings",
    "a protection belongs to one machine or one group",
  ),
  policyId: z.string().min(1).meta({
    description: "The policy, of type UDM_ECS_ONLY; another one takes over in place. Source: HBR CreatePolicyBindings.",
  }),
  disabled: z.boolean().default(false).meta({
    description: "Suspends the backups; retention goes on (A-59). Default: false. Source: HBR UpdatePolicyBinding.",
  }),
  ...settingsShape,
  replicationEncryption: replicationEncryption.optional().meta({
    description:
      "How copies are encrypted, where the policy replicates (A-64). A key that was used can't be changed (A-44). " +
      "Default: AUTO. Source: seed 000, step 2.",
  }),
  requireConsistency: consistencyLevel.optional().meta({
    description:
      "The merge gate: preview and up fail when the machine would get less. Default: the provider's. Source: ENGINE.",
  }),
  onDestroy: onDestroy.meta({
    description: "What destroy does to the recovery points. Default: retain. Source: seed 001, troubleshooting.",
  }),
});

const uncoveredDisk = z
  .object({
    diskId: z.string().meta({ description: "The disk." }),
    rule: z.string().meta({ description: "Id of the rule that leaves it out." }),
    message: z.string().meta({ description: "Why it is left out." }),
  })
  .meta({ typeName: "UncoveredDisk", description: "A disk that the backups don't take." });

const outputs = z.object({
  protectionId: z.string().meta({ description: "Id of the protection, pd-…; a policy swap keeps it." }),
  requestedLevel: consistencyLevel.meta({ description: "The consistency that is asked for.", live: true }),
  achievedLevel: achievedLevel.meta({ description: "The consistency that backups would have now.", live: true }),
  reasons: z
    .array(reasonOutput)
    .meta({ description: "Why it is less than asked for; empty when it is not.", live: true }),
  groupKind: z.enum(["GROUP", "MIXED", "DISK", "NONE"]).meta({
    typeName: "GroupKind",
    valueDescriptions: {
      GROUP: "All disks at one moment.",
      MIXED: "The ESSD disks at one moment, the others each for itself.",
      DISK: "Each disk for itself.",
      NONE: "No backup runs any more.",
    },
    description: "How the disks' snapshots belong together (A-20, A-24).",
    live: true,
  }),
  coveredDisks: z
    .array(z.string())
    .meta({ description: "Ids of the disks that backups take, system disk first.", live: true }),
  uncoveredDisks: z
    .array(uncoveredDisk)
    .meta({ description: "Disks that backups don't take, with the reason.", live: true }),
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

async function toOutputs(context: QueryContext, protection: Protection): Promise<z.output<typeof outputs>> {
  const state = await describeProtection(context, protection);
  const problem = await copyProblem(context, protection);
  return {
    protectionId: protection.id,
    requestedLevel: state.requestedLevel,
    achievedLevel: state.achievedLevel,
    reasons: state.reasons.map(toReasonOutput),
    groupKind: state.groupKind,
    coveredDisks: [...state.coveredDisks],
    uncoveredDisks: state.uncoveredDisks.map(({ diskId, reason }) => ({
      diskId,
      rule: reason.rule,
      message: reason.message,
    })),
    ...(problem === undefined ? {} : { copyProblem: toReasonOutput(problem) }),
    damagedPoints: [...state.damagedPoints],
  };
}

async function check(properties: Inputs, { context, urn, ownIds, old }: CheckScope<Inputs>): Promise<Finding[]> {
  const source = sourceFindings(properties);
  if (source.length > 0) return source;
  const sourceId = sourceOf(properties);
  const isOwn = old !== undefined && sourceOf(old) === sourceId;
  const bound = isOwn ? await findProtectionOf(context, sourceId) : undefined;
  const assessment = await assessProtection(context, {
    sourceId,
    policyId: properties.policyId,
    urn,
    ownId: bound?.id ?? ownIds[0] ?? null,
    settings: toSettings(properties),
    requireConsistency: properties.requireConsistency ?? context.settings.requireConsistency,
  });
  return [
    ...disksFindings(properties),
    ...keyFindings(properties.replicationEncryption, {
      usedKeyId: bound?.usedKmsKeyId ?? null,
      isReplicated: assessment.isReplicated,
    }),
    ...assessment.refusals.map(refusalFinding),
    ...levelWarnings(assessment),
    ...(old === undefined ? await firstUseNotices(context) : await impactOf(context, properties, old)),
    ...(old === undefined ? [] : await gapsOf(context, properties, old)),
  ];
}

/** Machines that the change leaves without backups. */
async function gapsOf(context: QueryContext, next: Inputs, old: Inputs): Promise<Finding[]> {
  const [oldSourceId, sourceId] = [sourceOf(old), sourceOf(next)];
  const protection = await findProtectionOf(context, oldSourceId);
  if (protection === undefined) return [];
  const states = { wasDisabled: old.disabled, disabled: next.disabled };
  return unprotectedFindings(context, { protection, oldSourceId, sourceId, ...states });
}

/** What becomes of the points that are there; a protection of another machine is another protection. */
async function impactOf(context: QueryContext, next: Inputs, old: Inputs): Promise<Finding[]> {
  const protection = await findProtectionOf(context, sourceOf(old));
  if (protection === undefined) return [];
  if (sourceOf(old) !== sourceOf(next)) {
    return old.onDestroy === "delete" ? removalFindings(context, protection, { subject: "the replacement" }) : [];
  }
  const edit = { protection, old, next };
  if (old.policyId === next.policyId) return courseFindings(context, edit);
  return swapFindings(context, { ...edit, policyId: next.policyId });
}

async function apply(context: CommandContext, { id, urn }: Identity, properties: Inputs) {
  const { policyId, disabled } = properties;
  const requireConsistency = properties.requireConsistency ?? context.settings.requireConsistency;
  await putProtection(context, {
    id,
    urn,
    sourceId: sourceOf(properties),
    policyId,
    disabled,
    settings: toSettings(properties),
    requireConsistency,
  });
  return toOutputs(context, (await findProtection(context, id)) as Protection);
}

/** The real API's name of a binding: policy, source type and data source. */
const bindingId = /^(po-[a-z0-9]+):UDM_ECS:((?:i|cg)-[A-Za-z0-9-]+)$/;

async function find(context: QueryContext, id: string): Promise<Protection | undefined> {
  const [, policyId, instanceId] = bindingId.exec(id) ?? [];
  if (policyId === undefined || instanceId === undefined) return findProtection(context, id);
  const bound = await findProtectionOf(context, instanceId);
  return bound?.policyId === policyId ? bound : undefined;
}

export const instanceProtectionResource = defineResource({
  token: "cloudbackup:hbr:InstanceProtection",
  source: "HBR DescribePolicyBindings; ENGINE",
  description:
    "Protects one machine, or one consistency group, with a backup policy (the API's policy binding of source type " +
    "UDM_ECS), " +
    "with its consistency " +
    "settings. Says what consistency backups will really have and why (seed 000, step 2).",
  inputs,
  outputs,
  importId: {
    pattern: /^(pd-[a-z0-9]+|po-[a-z0-9]+:UDM_ECS:(i|cg)-[A-Za-z0-9-]+)$/,
    example: "pd-abcdefghijklmnopqrst",
  },
  stables: ["protectionId"],
  id: (_inputs, hash) => `pd-${hash.slice(0, 20)}`,
  check,
  create: apply,
  read: async (context, id, old) => {
    const protection = await find(context, id);
    if (protection === undefined) return undefined;
    return {
      id: protection.id,
      inputs: {
        ...fromSource(protection.instanceId),
        policyId: protection.policyId,
        disabled: protection.disabled,
        ...fromSettings(settingsOf(protection)),
        ...(old?.requireConsistency === undefined ? {} : { requireConsistency: old.requireConsistency }),
        onDestroy: old?.onDestroy ?? "retain",
      },
      outputs: await toOutputs(context, protection),
    };
  },
  successor: async (context, old) => {
    const bound = await findProtectionOf(context, sourceOf(old));
    if (bound === undefined || bound.disabled) return undefined;
    const { achievedLevel: level } = await describeProtection(context, bound);
    return level === "NONE" ? undefined : succeeded({ policyId: bound.policyId, level });
  },
  update: apply,
  liveFindings: ({ before, after, inputs: { instanceId, groupId, diskIdList: listed } }) =>
    leftOutFindings(before.uncoveredDisks ?? after.uncoveredDisks, after.uncoveredDisks, {
      machine: instanceId ?? groupId ?? "",
      listed,
    }),
  status: protectionStatus,
  tellsOfPoints: true,
  delete: (context, id, { onDestroy }) =>
    unbind(context, id, () => removeProtection(context, { id, deletePoints: onDestroy === "delete" })),
});
