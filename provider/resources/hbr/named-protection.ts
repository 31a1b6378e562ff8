import { z } from "zod";
import { protectionsOver } from "../../engine/alibaba/consistency-group";
import { findProtection } from "../../engine/alibaba/protection";
import type { Protection } from "../../engine/alibaba/protection-row";
import { apiRefusal } from "../../engine/alibaba/rule";
import type { QueryContext } from "../../engine/engine";
import { requireKnownMachine, requireOne } from "../shared/listing";

/** The protection that a function is about, by one of three names. */
export const namedProtectionShape = {
  protectionId: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "The protection or backup plan. Either this, instanceId or groupId." }),
  instanceId: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "The machine whose only protection is meant, by itself or with its consistency group." }),
  groupId: z
    .string()
    .regex(/^cg-/, "the id of a consistency group, cg-…")
    .optional()
    .meta({ description: "The consistency group whose protection is meant, cg-…." }),
};

interface Named {
  readonly protectionId?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly groupId?: string | undefined;
}

/** The protection that a function is asked about; a machine or group that has more than one needs its id. */
export async function requireNamedProtection(context: QueryContext, named: Named): Promise<Protection> {
  const { protectionId, instanceId, groupId } = named;
  requireOne({ protectionId, instanceId, groupId }, { isNeeded: true });
  if (protectionId !== undefined) {
    const protection = await findProtection(context, protectionId);
    if (protection !== undefined) return protection;
    const remedy = "take the id from hbr:InstanceProtection or hbr:BackupPlan";
    throw apiRefusal("Engine.NotFound", "protectionId", `there is no protection ${protectionId}`, remedy);
  }
  await requireKnownMachine(context, instanceId);
  const property = instanceId === undefined ? "groupId" : "instanceId";
  const sourceId = instanceId ?? groupId ?? "";
  const [first, ...others] = await protectionsOver(context, sourceId);
  if (first === undefined) {
    const remedy = "protect it: hbr:InstanceProtection, or hbr:BackupPlan";
    throw apiRefusal("Engine.NotProtected", property, `nothing protects ${sourceId}`, remedy);
  }
  if (others.length === 0) return first;
  const all = [first, ...others].map(({ id }) => id).join(", ");
  const message = `${sourceId} is protected more than once: ${all}`;
  throw apiRefusal("Engine.Ambiguous", property, message, "name one of them by protectionId");
}
