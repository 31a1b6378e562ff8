import { z } from "zod";
import { defineResource } from "../../definition/resource";
import { findGroup, groupRefusals, putGroup, removeGroup } from "../../engine/alibaba/consistency-group";
import { bindByTags } from "../../engine/alibaba/tag-binding";
import type { CommandContext } from "../../engine/engine";
import { refusalFinding } from "../shared/finding";

const inputs = z.strictObject({
  groupName: z
    .string()
    .min(1)
    .max(64)
    .meta({
      description:
        "Name of the group, 1 to 64 characters. Default: made from the resource's name. Source: seed 001, add to " +
        "consistency group.",
      autoName: { maxLength: 64, pattern: /^.{1,64}$/, rule: "1 to 64 characters" },
    }),
  instanceIds: z
    .array(z.string().min(1))
    .min(1)
    .max(99)
    .refine((ids) => new Set(ids).size === ids.length, {
      message: "a machine is named twice",
      params: { rule: "A-58", remedy: "name each machine once" },
    })
    .meta({
      description:
        "The machines, 1 to 99, of one region, each with an ESSD system disk (A-49, A-50). Their order carries no " +
        "meaning. Source: seed 001.",
      set: true,
    }),
});

const outputs = z.object({ groupId: z.string().meta({ description: "Id of the group, cg-…." }) });

type Inputs = z.output<typeof inputs>;

/** Machines that come under the group's protection, or leave it, are a matter of TAG rules again. */
async function apply(context: CommandContext, id: string, { groupName, instanceIds }: Inputs) {
  const old = await findGroup(context, id);
  const group = await putGroup(context, { id, groupName, instanceIds: [...instanceIds].sort() });
  await bindByTags(context, { instanceIds: [...new Set([...(old?.instanceIds ?? []), ...instanceIds])] });
  return { groupId: group.id };
}

export const consistencyGroupResource = defineResource({
  token: "cloudbackup:hbr:ConsistencyGroup",
  source: "seed 001, add to consistency group",
  description:
    "Machines that are backed up, restored and cloned as one, at one moment (seed 001). Protections, backups and " +
    "clones take its groupId; they are crash-consistent (A-03, A-58).",
  inputs,
  outputs,
  importId: { pattern: /^cg-[a-z0-9]+$/, example: "cg-abcdefghijklmnopqrst" },
  stables: ["groupId"],
  id: (_inputs, hash) => `cg-${hash.slice(0, 20)}`,
  check: async (properties, { context, ownIds }) =>
    (await groupRefusals(context, { id: ownIds[0] ?? "", ...properties })).map(refusalFinding),
  create: (context, { id }, properties) => apply(context, id, properties),
  read: async (context, id, old) => {
    const group = await findGroup(context, id);
    if (group === undefined) return undefined;
    const isSame = old !== undefined && [...old.instanceIds].sort().join() === [...group.instanceIds].join();
    const instanceIds = isSame ? old.instanceIds : [...group.instanceIds];
    return { inputs: { groupName: group.groupName, instanceIds }, outputs: { groupId: group.id } };
  },
  update: (context, { id }, properties) => apply(context, id, properties),
  delete: (context, id) => removeGroup(context, id),
});
