import { nameOfUrn } from "../../engine/core/urn";
import type { Query } from "../../engine/engine";
import { type Candidate, keyOf, tokenOf } from "./candidate";
import type { KnownStack, NoStack } from "./known-stack";

/** What Pulumi has already. */
export interface Managed {
  /** Who manages a candidate: this stack, or another one by its name; undefined: nobody. */
  managerOf(candidate: Candidate): string | undefined;
  /** What this stack called it that made it and has it no more: it belongs back, whatever rests on it. */
  formerName(candidate: Candidate): string | undefined;
}

const attachmentToken = tokenOf("ecs:RamRoleAttachment");

/**
 * What some stack has. The state of this stack tells for sure; of other stacks only the engine can tell, by what they
 * made in it. What this stack made and has no more (its state was lost, or told to forget it) is nobody's.
 */
export const findManaged: Query<KnownStack | NoStack, Managed> = async ({ store, settings }, stack) => {
  const inState = "name" in stack ? stack.resources : [];
  const own = new Set(inState.map(({ type, id }) => keyOf(type, id)));
  const attached = new Set(
    inState
      .filter(({ type }) => type === attachmentToken)
      .flatMap(({ inputs: { ramRoleName, instanceIds } }) =>
        (Array.isArray(instanceIds) ? instanceIds : []).map((id) => `${String(ramRoleName)} ${String(id)}`),
      ),
  );
  const others = new Map<string, string>();
  const lost = new Map<string, string>();
  for (const { live, urn, resourceType, resourceId } of await store.find("incarnation", {
    account: settings.account,
  })) {
    const isLost = "name" in stack && urn.startsWith(stack.urnPrefix);
    if (!live) continue;
    if (isLost) lost.set(keyOf(resourceType, resourceId), nameOfUrn(urn));
    else others.set(keyOf(resourceType, resourceId), stackOf(urn));
  }
  return {
    formerName: ({ token, id }) => lost.get(keyOf(token, id)),
    managerOf: ({ token, id }) => {
      if (own.has(keyOf(token, id))) return "name" in stack ? stack.name : undefined;
      // A role that machines carry has no id of its own: what matters is whether an attachment speaks for it.
      const isAttached = token === attachmentToken && attached.has(id.replace(":", " "));
      if (isAttached) return "name" in stack ? stack.name : undefined;
      return others.get(keyOf(token, id));
    },
  };
};

/** `urn:pulumi:<stack>::<project>::…` */
function stackOf(urn: string): string {
  return /^urn:pulumi:([^:]+)::/.exec(urn)?.[1] ?? "another stack";
}
