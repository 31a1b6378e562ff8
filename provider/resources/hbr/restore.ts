import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { type CheckScope, defineResource } from "../../definition/resource";
import {
  assessRestore,
  createRestore,
  findRestore,
  type Restore,
  type RestoreInput,
  removeRestore,
  restoreTypes,
} from "../../engine/alibaba/restore";
import { ruleSources } from "../../engine/alibaba/rule";
import { bindByTags } from "../../engine/alibaba/tag-binding";
import { consistencyLevel } from "../shared/consistency";
import { reasonWarning, refusalFinding } from "../shared/finding";
import { fromMachineTarget, neededForMachine, optionalTargetShape, toMachineTarget } from "../shared/machine-target";
import { onDestroy } from "../shared/on-destroy";

const replaceOnChanges = "a restore that was made is history: another one is made";

const inputs = z.strictObject({
  restoreType: z
    .enum(restoreTypes)
    .meta({
      typeName: "RestoreType",
      valueDescriptions: {
        UDM_ECS: "A new pay-as-you-go machine; of a group's point one for each of its machines.",
        UDM_ECS_ROLLBACK: "The machine itself, taken back to the point.",
        UDM_ECS_DISK: "A new disk on a machine.",
        UDM_ECS_DISK_ROLLBACK: "A disk, taken back to the point where it is.",
      },
    })
    .default("UDM_ECS")
    .meta({
      description: "What comes back, and where. Default: UDM_ECS. Source: HBR CreateRestoreJob.",
      replaceOnChanges,
    }),
  recoveryPointId: z
    .string()
    .min(1)
    .meta({
      description:
        "The point: a machine's, s-…, a group's, gs-…, a disk's, s-…-0, or a copy's, s-…r. Expired, deleted and " +
        "unusable points are refused with their story (A-37, A-39, A-42). Source: HBR CreateRestoreJob.",
      replaceOnChanges,
    }),
  regionId: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        "Disaster recovery: the region whose copy of the point is taken, and where the new machine will be (A-51). " +
        "The replication must be completed (A-65). Default: the point's own region. Source: seed 001.",
      replaceOnChanges,
    }),
  diskId: z.string().min(1).optional().meta({
    description: "UDM_ECS_DISK, UDM_ECS_DISK_ROLLBACK: which disk, where the point holds several. Source: ENGINE.",
    replaceOnChanges,
  }),
  sourceInstanceId: z.string().min(1).optional().meta({
    description: "Rollbacks: the machine that is taken back; it is the point's. Source: HBR CreateRestoreJob.",
    replaceOnChanges,
  }),
  targetInstanceId: z.string().min(1).optional().meta({
    description: "UDM_ECS_DISK: the machine that gets the disk. Source: HBR CreateRestoreJob.",
    replaceOnChanges,
  }),
  forceRestore: z.boolean().default(false).meta({
    description: "Rollbacks: also when the machine is not stopped. Default: false. Source: HBR CreateRestoreJob.",
    replaceOnChanges,
  }),
  ...optionalTargetShape,
  onDestroy: onDestroy.meta({
    description:
      "What destroy does to the machines and disks that were made; what was rolled back stays. Default: retain. " +
      "Source: ENGINE.",
  }),
});

const outputs = z.object({
  restoreId: z.string().meta({ description: "Id of the restore job, r-…." }),
  newInstanceIds: z
    .array(z.string())
    .meta({ description: "Ids of the new machines, in the order of a group's; empty when none is made." }),
  newDiskIds: z.array(z.string()).meta({ description: "Ids of the new disks; empty when none is made." }),
  restoredRegionId: z.string().meta({ description: "The region where the data is now." }),
  instanceChargeType: z
    .string()
    .optional()
    .meta({ description: "PostPaid: new machines are pay-as-you-go (A-50). Absent when none is made." }),
  achievedLevel: consistencyLevel.meta({ description: "The consistency of the data: its point's." }),
});

type Inputs = z.output<typeof inputs>;

function toInput(id: string, properties: Inputs): RestoreInput {
  const { restoreType } = properties;
  return {
    id,
    restoreType,
    recoveryPointId: properties.recoveryPointId,
    regionId: properties.regionId ?? null,
    diskId: properties.diskId ?? null,
    target: restoreType === "UDM_ECS" ? toMachineTarget(properties) : null,
    sourceInstanceId: properties.sourceInstanceId ?? null,
    targetInstanceId: properties.targetInstanceId ?? null,
    diskCategory: properties.diskCategory,
    diskPerformanceLevel: properties.diskPerformanceLevel,
    forceRestore: properties.forceRestore,
    bootAfterRestore: properties.bootAfterRestore,
  };
}

function toOutputs(restore: Restore): z.output<typeof outputs> {
  const type = restoreTypes.find((known) => known === restore.restoreType) ?? "UDM_ECS";
  const isNew = type === "UDM_ECS" || type === "UDM_ECS_DISK";
  return {
    restoreId: restore.id,
    newInstanceIds: type === "UDM_ECS" ? [...restore.instanceIds] : [],
    newDiskIds: isNew ? [...restore.diskIds] : [],
    restoredRegionId: restore.regionId,
    ...(type === "UDM_ECS" ? { instanceChargeType: "PostPaid" } : {}),
    achievedLevel: consistencyLevel.parse(restore.level),
  };
}

const ofMachine = [...neededForMachine, "allocatePublicIp", "privateIpAddress"] as const;

/** What a kind of restore has no use for: nobody would remember it. */
const strangers: Readonly<Record<Inputs["restoreType"], readonly (keyof Inputs)[]>> = {
  UDM_ECS: ["sourceInstanceId", "targetInstanceId", "diskId"],
  UDM_ECS_ROLLBACK: ["targetInstanceId", "diskId", ...ofMachine],
  UDM_ECS_DISK: ["sourceInstanceId", ...ofMachine],
  UDM_ECS_DISK_ROLLBACK: ["targetInstanceId", ...ofMachine],
};

/** What each kind of restore needs, and what it has no use for. */
function shapeFindings(properties: Inputs): Finding[] {
  const { restoreType } = properties;
  const needed: readonly (keyof Inputs)[] =
    restoreType === "UDM_ECS"
      ? neededForMachine
      : restoreType === "UDM_ECS_DISK"
        ? ["targetInstanceId"]
        : ["sourceInstanceId"];
  const foreign = strangers[restoreType].filter((name) => properties[name] !== undefined && properties[name] !== false);
  const base = { severity: "error" as const, rule: "MissingParameter", source: ruleSources["A-51"] };
  return [
    ...needed
      .filter((name) => properties[name] === undefined)
      .map((name) => {
        const message = `restoreType ${restoreType} needs ${name}`;
        return { ...base, path: name, message, remedy: `set ${name}, or choose another restoreType` };
      }),
    ...foreign.map((path) => {
      const message = `restoreType ${restoreType} has no use for ${path}`;
      return { ...base, rule: "InvalidParameter", path, message, remedy: `leave ${path} out` };
    }),
  ];
}

/** A restore that was made already is not judged anew: its point may have expired since. */
async function check(properties: Inputs, { context, old }: CheckScope<Inputs>): Promise<Finding[]> {
  const findings = shapeFindings(properties);
  if (findings.length > 0) return findings;
  const wanted = JSON.stringify(toInput("", properties));
  if (old !== undefined && JSON.stringify(toInput("", old)) === wanted) return [];
  const { refusals, warnings } = await assessRestore(context, toInput("", properties));
  return [...refusals.map(refusalFinding), ...warnings.map((why) => reasonWarning("recoveryPointId", why))];
}

/** The inputs that a restore was asked for with. */
function toInputs(restore: Restore, old: Inputs | undefined): Inputs {
  const asked = restore.target as unknown as RestoreInput;
  const given = Object.entries({
    regionId: asked.regionId,
    diskId: asked.diskId,
    sourceInstanceId: asked.sourceInstanceId,
    targetInstanceId: asked.targetInstanceId,
    diskCategory: asked.diskCategory,
    diskPerformanceLevel: asked.diskPerformanceLevel,
  }).filter(([, value]) => value !== null);
  return inputs.parse({
    restoreType: asked.restoreType,
    recoveryPointId: asked.recoveryPointId,
    forceRestore: asked.forceRestore,
    bootAfterRestore: asked.bootAfterRestore,
    ...Object.fromEntries(given),
    ...(asked.target === null ? {} : fromMachineTarget(asked.target)),
    onDestroy: old?.onDestroy ?? "retain",
  });
}

export const restoreResource = defineResource({
  token: "cloudbackup:hbr:Restore",
  source: "HBR DescribeRestoreJobs2; seed 001",
  description:
    "A restore from a recovery point: a new machine, a machine or disk taken back, a new disk, or disaster recovery " +
    "in another region (seed 001). It runs once, when the resource is created; every change makes another one.",
  inputs,
  outputs,
  importId: { pattern: /^r-[a-z0-9]+$/, example: "r-abcdefghijklmnopqrst" },
  stables: ["restoreId", "newInstanceIds", "newDiskIds", "restoredRegionId", "achievedLevel"],
  id: (_inputs, hash) => `r-${hash.slice(0, 20)}`,
  check,
  create: async (context, { id }, properties) => {
    const restore = await createRestore(context, toInput(id, properties));
    await bindByTags(context, { instanceIds: restore.instanceIds });
    return toOutputs(restore);
  },
  read: async (context, id, old) => {
    const restore = await findRestore(context, id);
    if (restore === undefined || restore.kind !== "RESTORE") return undefined;
    return { inputs: toInputs(restore, old), outputs: toOutputs(restore) };
  },
  update: async (context, { id }) => toOutputs((await findRestore(context, id)) as Restore),
  delete: (context, id, { onDestroy: fate }) => removeRestore(context, { id, deleteMade: fate === "delete" }),
});
