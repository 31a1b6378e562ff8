import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { type CheckScope, defineResource, type Identity, type Status } from "../../definition/resource";
import { requireReader } from "../../engine/azure/access";
import { armKey, isSameId, itemIdOf, keepSpelling, nameOf } from "../../engine/azure/arm-id";
import { forecastItem } from "../../engine/azure/forecast";
import { assessItem, type ItemInput } from "../../engine/azure/item-assessment";
import { exclusionOf, findItem, type ProtectedItem } from "../../engine/azure/item-row";
import { findPolicy } from "../../engine/azure/policy";
import { describeItem, putItem, removeItem } from "../../engine/azure/protected-item";
import { type RecoveryPointType, recoveryPointTypeOf } from "../../engine/azure/recovery-point-type";
import { findVault } from "../../engine/azure/vault";
import { secondsPerDay } from "../../engine/core/time";
import type { CommandContext, QueryContext } from "../../engine/engine";
import { ruled } from "../shared/azure-rule";
import { achievedLevel, consistencyLevel, reasonOutput, toReasonOutput } from "../shared/consistency";
import { refusalFinding } from "../shared/finding";
import { forecastLine, skippedSlotsWarnings } from "../shared/forecast-status";
import { levelWarnings } from "../shared/level-warning";
import { onDestroy } from "../shared/on-destroy";
import { recoveryPointType } from "../shared/recovery-point-type";
import { itemFindings, removalFindings } from "./impact-findings";
import { lateStartFindings, leftOutFindings, unprotectedFindings } from "./unprotected-time";

const diskExclusionProperties = z
  .strictObject({
    diskLunList: z
      .array(z.int().min(0).max(63))
      .meta({ description: "LUNs of data disks; the OS disk is always backed up.", set: true }),
    isInclusionList: z.boolean().meta({
      description: "true: only these data disks are backed up; false: all but these, also those attached later.",
    }),
  })
  .meta({ typeName: "DiskExclusionProperties", description: "Which data disks are backed up (Z-26)." });

const itemDisk = z
  .object({
    lun: z.int().meta({ description: "Its LUN; −1 is the OS disk." }),
    name: z.string().meta({ description: "Its name." }),
  })
  .meta({ typeName: "ItemDisk", description: "A disk of a protected machine." });

const inputs = z.strictObject({
  vaultId: z.string().min(1).meta({
    description: "The vault, by its ARM id; in the VM's region (Z-32).",
    replaceOnChanges: "an item belongs to one vault",
  }),
  sourceResourceId: z.string().min(1).meta({
    description: "The virtual machine, by its ARM id; one vault per VM (Z-32).",
    replaceOnChanges: "an item belongs to one machine",
  }),
  policyId: z.string().min(1).optional().meta({
    description: "The policy, one of the same vault; another one takes over in place. Needed while protected.",
  }),
  protectionState: z
    .enum(["Protected", "ProtectionStopped", "BackupsSuspended"])
    .meta({
      typeName: "ProtectionState",
      valueDescriptions: {
        Protected: "Backups run.",
        ProtectionStopped: "No backup runs; the points are kept for ever (Z-33).",
        BackupsSuspended: "No backup runs; the points are kept by policy. Needs an immutable vault (Z-33).",
      },
    })
    .default("Protected")
    .meta({
      ...ruled("Z-33", "write Protected, ProtectionStopped or BackupsSuspended"),
      description: "Whether backups run, and what becomes of the points if not. Default: Protected.",
    }),
  diskExclusionProperties: diskExclusionProperties.optional().meta({
    description:
      "Selective disks; needs an enhanced policy (Z-26). Default: all disks. Source: seed 004, selective disk backup.",
  }),
  createMode: z
    .enum(["Default", "Recover"])
    .meta({
      typeName: "ItemCreateMode",
      valueDescriptions: {
        Default: "A new item.",
        Recover: "The VM's soft-deleted points are undeleted and taken over (Z-29).",
      },
    })
    .default("Default")
    .meta({
      description: "What to do about soft-deleted points of the VM; counts at creation only. Default: Default.",
    }),
  requireConsistency: consistencyLevel.optional().meta({
    description:
      "The merge gate: preview and up fail when the machine would get less. Default: the provider's. Source: ENGINE.",
  }),
  onDestroy: onDestroy.meta({
    description:
      "What destroy does to the recovery points: retained ones are kept for ever in the vault (Z-33), which then " +
      "can't be deleted; deleted ones are soft-deleted where the vault says so (Z-29). Default: retain. " +
      "Source: ENGINE.",
  }),
});

const outputs = z.object({
  itemId: z.string().meta({ description: "ARM id of the item: made of the vault's and the machine's." }),
  requestedLevel: consistencyLevel.meta({
    description: "The consistency that is asked for: by the policy, the framework, the system (Z-34).",
    live: true,
  }),
  achievedLevel: achievedLevel.meta({ description: "The consistency that backups would have now.", live: true }),
  recoveryPointType: recoveryPointType.optional().meta({
    description: "The same in Azure's words: the type of the points to come; absent when there will be none.",
    live: true,
  }),
  reasons: z
    .array(reasonOutput)
    .meta({ description: "Why it is less than asked for; empty when it is not.", live: true }),
  coveredDisks: z.array(itemDisk).meta({ description: "The disks that backups take, OS disk first.", live: true }),
  excludedDisks: z.array(itemDisk).meta({ description: "The disks that are left out (Z-26).", live: true }),
  extension: z
    .string()
    .optional()
    .meta({
      description:
        "The extension that the first backup of the running VM installs: VMSnapshot or VMSnapshotLinux (Z-14); " +
        "absent when none is needed.",
      live: true,
    }),
  damagedPoints: z.array(z.string()).meta({
    description: "Recovery points that an outsider broke, until they would have expired.",
    live: true,
  }),
});

type Inputs = z.output<typeof inputs>;

function toInput(context: QueryContext, properties: Inputs, urn: string | null, ownId: string | null): ItemInput {
  const { vaultId, sourceResourceId, policyId, protectionState, createMode } = properties;
  const exclusion = properties.diskExclusionProperties;
  return {
    vaultId,
    sourceResourceId,
    policyId: policyId ?? null,
    protectionState,
    createMode,
    diskExclusion: exclusion === undefined ? null : { ...exclusion, diskLunList: sorted(exclusion.diskLunList) },
    urn,
    ownId,
    requireConsistency: properties.requireConsistency ?? context.settings.requireConsistency,
  };
}

function sorted(luns: readonly number[]): number[] {
  return [...luns].sort((a, b) => a - b);
}

async function toOutputs(context: QueryContext, item: ProtectedItem): Promise<z.output<typeof outputs>> {
  const state = await describeItem(context, item);
  return {
    itemId: item.armId,
    requestedLevel: state.requestedLevel,
    achievedLevel: state.achievedLevel,
    ...(state.achievedLevel === "NONE" ? {} : { recoveryPointType: recoveryPointTypeOf(state.achievedLevel) }),
    reasons: state.reasons.map(toReasonOutput),
    coveredDisks: state.coveredDisks.map(({ lun, name }) => ({ lun, name })),
    excludedDisks: state.excludedDisks.map(({ lun, name }) => ({ lun, name })),
    ...(state.extension === null ? {} : { extension: state.extension }),
    damagedPoints: [...state.damagedPoints],
  };
}

async function check(properties: Inputs, { context, urn, old }: CheckScope<Inputs>): Promise<Finding[]> {
  const isOwn =
    old !== undefined &&
    isSameId(old.vaultId, properties.vaultId) &&
    isSameId(old.sourceResourceId, properties.sourceResourceId);
  const ownId = isOwn ? armKey(itemIdOf(properties.vaultId, properties.sourceResourceId)) : null;
  const input = toInput(context, properties, urn, ownId);
  const assessment = await assessItem(context, input);
  const warnings = properties.protectionState === "Protected" ? levelWarnings(assessment) : [];
  const errors = assessment.refusals.map(refusalFinding);
  const impact = errors.length > 0 ? [] : await impactOf(context, input, properties, old);
  const gaps = errors.length > 0 || old === undefined ? [] : await unprotectedFindings(context, old, properties);
  return [...errors, ...warnings, ...impact, ...gaps];
}

/** What becomes of the points that are there, of those as well that a new item takes over. */
async function impactOf(
  context: QueryContext,
  input: ItemInput,
  next: Inputs,
  old: Inputs | undefined,
): Promise<Finding[]> {
  if (old === undefined) return itemFindings(context, input, { old, next });
  const isOwn = isSameId(old.vaultId, next.vaultId) && isSameId(old.sourceResourceId, next.sourceResourceId);
  if (!isOwn) {
    const item = await findItem(context, itemIdOf(old.vaultId, old.sourceResourceId));
    return item === undefined || old.onDestroy === "retain"
      ? []
      : removalFindings(context, item, { subject: "the replacement" });
  }
  const isKnown =
    armKey(old.policyId ?? "") === armKey(next.policyId ?? "") &&
    old.protectionState === next.protectionState &&
    old.onDestroy === next.onDestroy;
  return isKnown ? [] : itemFindings(context, input, { old, next });
}

async function apply(context: CommandContext, { id, urn }: Identity, properties: Inputs, isNew: boolean) {
  const item = await putItem(context, toInput(context, properties, urn, isNew ? null : armKey(id)));
  return toOutputs(context, item);
}

/** The item's own inputs: ids are told as their owners write them. */
async function toInputs(context: QueryContext, item: ProtectedItem, old: Inputs | undefined): Promise<Inputs> {
  const vault = await findVault(context, item.vaultId);
  const policy = item.policyId === null ? undefined : await findPolicy(context, item.policyId);
  const exclusion = exclusionOf(item);
  return {
    vaultId: keepSpelling(old?.vaultId, vault?.armId ?? item.vaultId),
    sourceResourceId: keepSpelling(old?.sourceResourceId, item.sourceResourceId),
    ...(policy === undefined ? {} : { policyId: keepSpelling(old?.policyId, policy.armId) }),
    protectionState: inputs.shape.protectionState.parse(item.protectionState),
    ...(exclusion === null
      ? {}
      : {
          diskExclusionProperties: {
            diskLunList: [...exclusion.diskLunList],
            isInclusionList: exclusion.isInclusionList,
          },
        }),
    createMode: old?.createMode ?? "Default",
    ...(old?.requireConsistency === undefined ? {} : { requireConsistency: old.requireConsistency }),
    onDestroy: old?.onDestroy ?? "retain",
  };
}

async function statusOf(context: CommandContext, id: string, forecastDays: number): Promise<Status | undefined> {
  const item = await findItem(context, id);
  if (item === undefined) return undefined;
  const { requestedLevel, achievedLevel: achieved } = await describeItem(context, item);
  if (item.protectionState !== "Protected") return { line: `${item.protectionState}: no backup runs`, warnings: [] };
  const span = { days: forecastDays, until: context.now + forecastDays * secondsPerDay };
  const forecast = await forecastItem(context, { itemId: id, until: span.until });
  const type: RecoveryPointType | "no point" = achieved === "NONE" ? "no point" : recoveryPointTypeOf(achieved);
  const level = achieved === requestedLevel ? type : `${type} (asked for ${recoveryPointTypeOf(requestedLevel)})`;
  const line = forecastLine(level, forecast, span);
  if (forecast === undefined) return { line, warnings: await lateStartFindings(context, item) };
  const slow = forecast.warnings.find(({ rule }) => rule === "Z-24");
  const told = slow === undefined ? "" : `; Z-24: ${slow.message}`;
  const late = await lateStartFindings(context, item);
  return { line: line + told, warnings: [...skippedSlotsWarnings(forecast, span), ...late] };
}

export const protectedItemResource = defineResource({
  token: "cloudbackup:recoveryservices:ProtectedItem",
  source: "ProtectedItems_CreateOrUpdate",
  description:
    "Protects one virtual machine in a Recovery Services vault with a policy. Says what consistency its backups will " +
    "really have and why (seed 003; seed 004, snapshots).",
  inputs,
  outputs,
  importId: {
    pattern: /^\/subscriptions\/[^/]+\/.+\/vaults\/[^/]+\/.+\/protectedItems\/[^/]+$/i,
    example:
      "/subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.RecoveryServices/vaults/<vault>/backupFabrics/" +
      "Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;<group>;<vm>/protectedItems/" +
      "VM;iaasvmcontainerv2;<group>;<vm>",
  },
  stables: ["itemId"],
  id: ({ vaultId, sourceResourceId }) => itemIdOf(vaultId, sourceResourceId),
  check,
  create: (context, identity, properties) => apply(context, identity, properties, true),
  read: async (context, id, old) => {
    const item = await findItem(context, id);
    if (item === undefined || item.protectionState === "SoftDeleted") return undefined;
    await requireReader(context, { vaultId: item.vaultId, operation: "ProtectedItems_Get" });
    return {
      id: old === undefined ? item.armId : keepSpelling(id, item.armId),
      inputs: await toInputs(context, item, old),
      outputs: await toOutputs(context, item),
    };
  },
  update: (context, identity, properties) => apply(context, identity, properties, false),
  liveFindings: ({ before, after, inputs: { sourceResourceId, diskExclusionProperties: exclusion } }) =>
    exclusion?.isInclusionList === true
      ? leftOutFindings(before.excludedDisks ?? after.excludedDisks, after.excludedDisks, {
          machine: nameOf(sourceResourceId),
          listed: exclusion.diskLunList,
        })
      : [],
  status: statusOf,
  tellsOfPoints: true,
  delete: (context, id, { onDestroy: points }) => removeItem(context, { armId: id, points }),
});
