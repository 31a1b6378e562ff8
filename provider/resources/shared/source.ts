import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { isGroupId } from "../../engine/alibaba/protection-row";
import { ruleSources } from "../../engine/alibaba/rule";

/**
 * The machine or the consistency group that something is about: one of the two. `replaceOnChanges` says why it
 * can't be about another one.
 */
export function sourceShape(purpose: string, replaceOnChanges: string) {
  return {
    instanceId: z
      .string()
      .min(1)
      .optional()
      .meta({ description: `The machine to ${purpose}. Either this or groupId.`, replaceOnChanges }),
    groupId: z
      .string()
      .regex(/^cg-/, "the id of a consistency group, cg-…")
      .optional()
      .meta({
        description:
          "The consistency group, cg-…, whose machines are taken as one (A-58). Either this or instanceId. " +
          "Source: seed 001, add to consistency group.",
        replaceOnChanges,
      }),
  };
}

interface Source {
  readonly instanceId?: string | undefined;
  readonly groupId?: string | undefined;
}

export function sourceFindings({ instanceId, groupId }: Source): Finding[] {
  if ((instanceId === undefined) !== (groupId === undefined)) return [];
  const message = "either instanceId or groupId is needed, and not both";
  const remedy = "name the machine, or the consistency group";
  return [{ severity: "error", path: "instanceId", rule: "A-58", message, remedy, source: ruleSources["A-58"] }];
}

export function sourceOf({ instanceId, groupId }: Source): string {
  return instanceId ?? groupId ?? "";
}

export function fromSource(sourceId: string): Source {
  return isGroupId(sourceId) ? { groupId: sourceId } : { instanceId: sourceId };
}
