import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { type CheckScope, defineResource } from "../../definition/resource";
import { type CloneInput, cloneRefusals, createClone } from "../../engine/alibaba/clone";
import { findRestore, type Restore, removeRestore } from "../../engine/alibaba/restore";
import { bindByTags } from "../../engine/alibaba/tag-binding";
import { refusalFinding } from "../shared/finding";
import { billingNotices } from "../shared/first-use";
import { fromMachineTarget, machineTargetShape, toMachineTarget } from "../shared/machine-target";
import { onDestroy } from "../shared/on-destroy";
import { fromSource, sourceFindings, sourceOf, sourceShape } from "../shared/source";

const inputs = z.strictObject({
  ...sourceShape(
    "clone; its system disk is an ESSD (A-50). Source: seed 001, clone now",
    "a clone that was made is history: another one is made",
  ),
  ...machineTargetShape,
  onDestroy: onDestroy.meta({
    description: "What destroy does to the cloned machines. Default: retain. Source: ENGINE.",
  }),
});

const outputs = z.object({
  cloneId: z.string().meta({ description: "Id of the clone job, r-…." }),
  newInstanceIds: z.array(z.string()).meta({ description: "Ids of the new machines, in the order of a group's." }),
  newDiskIds: z.array(z.string()).meta({ description: "Ids of the new disks." }),
  snapshotIds: z
    .array(z.string())
    .meta({ description: "Ids of the snapshots that the clone was made of; they live one day (A-50)." }),
  instanceChargeType: z.string().meta({ description: "PostPaid: new machines are pay-as-you-go (A-50)." }),
});

type Inputs = z.output<typeof inputs>;

function toInput(id: string, properties: Inputs): CloneInput {
  return { id, sourceId: sourceOf(properties), target: toMachineTarget(properties) };
}

function toOutputs(clone: Restore): z.output<typeof outputs> {
  return {
    cloneId: clone.id,
    newInstanceIds: [...clone.instanceIds],
    newDiskIds: [...clone.diskIds],
    snapshotIds: [...clone.snapshotIds],
    instanceChargeType: "PostPaid",
  };
}

/** A clone that was made already is not judged anew: its machine may have changed or gone since. */
async function check(properties: Inputs, { context, old }: CheckScope<Inputs>): Promise<Finding[]> {
  const source = sourceFindings(properties);
  if (source.length > 0) return source;
  const input = toInput("", properties);
  if (old !== undefined && JSON.stringify(toInput("", old)) === JSON.stringify(input)) return [];
  const refusals = (await cloneRefusals(context, input)).map(refusalFinding);
  return [...refusals, ...(old === undefined ? await billingNotices(context) : [])];
}

export const cloneResource = defineResource({
  token: "cloudbackup:hbr:Clone",
  source: "seed 001, clone now",
  description:
    "A clone of a machine or consistency group as it is now, made when the resource is created: a pay-as-you-go " +
    "machine for each, from snapshots that live one day (seed 001, clone now). Every change makes another one.",
  inputs,
  outputs,
  importId: { pattern: /^r-[a-z0-9]+$/, example: "r-abcdefghijklmnopqrst" },
  stables: ["cloneId", "newInstanceIds", "newDiskIds", "snapshotIds", "instanceChargeType"],
  id: (_inputs, hash) => `r-${hash.slice(0, 20)}`,
  check,
  create: async (context, { id }, properties) => {
    const clone = await createClone(context, toInput(id, properties));
    await bindByTags(context, { instanceIds: clone.instanceIds });
    return toOutputs(clone);
  },
  read: async (context, id, old) => {
    const clone = await findRestore(context, id);
    if (clone === undefined || clone.kind !== "CLONE") return undefined;
    const asked = clone.target as unknown as CloneInput;
    return {
      inputs: inputs.parse({
        ...fromSource(asked.sourceId),
        ...fromMachineTarget(asked.target),
        onDestroy: old?.onDestroy ?? "retain",
      }),
      outputs: toOutputs(clone),
    };
  },
  update: async (context, { id }) => toOutputs((await findRestore(context, id)) as Restore),
  delete: (context, id, { onDestroy: fate }) => removeRestore(context, { id, deleteMade: fate === "delete" }),
});
