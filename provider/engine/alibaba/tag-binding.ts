import { hashOf } from "../core/identifier";
import type { Command, CommandContext } from "../engine";
import { policyCenterIn } from "./catalogue";
import { machinesBehind, protectionsOver } from "./consistency-group";
import type { Machine } from "./fact";
import { bindingRefusals, type PolicyRow, rulesOf } from "./policy";
import type { TagFilter } from "./policy-rule";
import { findProtection, saveProtection } from "./protection";
import { defaultSettings } from "./protection-settings";
import { ensureServiceRole } from "./service";

/** Whether a machine carries the tags of one of the rules; within a rule all filters must hold. */
function isTagged({ tags }: Machine, filters: readonly (readonly TagFilter[])[]): boolean {
  return filters.some((each) =>
    each.every(({ key, operator, value }) => (tags[key] === value) === (operator === "EQUAL")),
  );
}

function tagFiltersOf(policy: PolicyRow): readonly (readonly TagFilter[])[] {
  return rulesOf(policy).flatMap(({ ruleType, tagFilters }) => (ruleType === "TAG" ? [tagFilters ?? []] : []));
}

/**
 * Brings the bindings that TAG rules make to what policies and tags say now: machines that match are bound, crash
 * consistent, unless they are bound already; bindings whose machine no longer matches go, their points stay.
 * To be called after whatever changes policies or machines.
 */
export const bindByTags: Command<{ instanceIds: readonly string[] | null }, void> = async (
  context,
  { instanceIds },
) => {
  const { store, settings } = context;
  // A program has few of these; of plans, which bind no machine by tags, it may have one for each machine.
  const policies = (await store.find("policy", { account: settings.account, policyType: "UDM_ECS_ONLY" }))
    .map((policy) => ({ policy, filters: tagFiltersOf(policy) }))
    .filter(({ policy, filters }) => filters.length > 0 && bindingRefusals(policy).length === 0);
  const place = instanceIds === null ? { account: settings.account } : { instanceId: { in: instanceIds } };
  const old = await store.find("protection", { ...place, createdByTag: true });
  if (policies.length === 0 && old.length === 0) return;
  const boundByTag = new Set(old.map(({ instanceId }) => instanceId));
  const machines =
    instanceIds === null
      ? await store.find("machine", { account: settings.account, released: false })
      : (await store.getMany("machine", instanceIds)).filter(({ released }) => !released);
  for (const machine of machines) {
    const wanted = policies.find(({ filters }) => isTagged(machine, filters))?.policy;
    if (wanted !== undefined || boundByTag.has(machine.id)) await rebind(context, machine, wanted);
  }
};

async function rebind(context: CommandContext, machine: Machine, wanted: PolicyRow | undefined): Promise<void> {
  const bound = await protectionsOver(context, machine.id);
  const isTaken = bound.some(({ createdByTag }) => !createdByTag);
  const stale = bound.filter(({ createdByTag, policyId }) => createdByTag && (isTaken || policyId !== wanted?.id));
  await context.store.remove(
    "protection",
    stale.map(({ id }) => id),
  );
  if (wanted === undefined || bound.length > stale.length) return;
  if (!(await policyCenterIn(context, machine.regionId))) return;
  await ensureServiceRole(context);
  await saveProtection(context, {
    id: await freshId(context, wanted.id, machine.id),
    urn: null,
    sourceId: machine.id,
    policyId: wanted.id,
    disabled: false,
    settings: defaultSettings,
    createdByTag: true,
  });
}

/** A machine may be bound to one policy again and again; points are named after their binding, so none comes twice. */
async function freshId({ store, now }: CommandContext, policyId: string, instanceId: string): Promise<string> {
  for (let number = 1; ; number++) {
    const id = `pd-${hashOf("bound by tag", policyId, instanceId, now, number).slice(0, 20)}`;
    if ((await store.count("recoveryPoint", { protectionId: id })) === 0) return id;
  }
}

/** Takes a binding away and lets TAG rules bind its machines. */
export async function unbind(
  context: CommandContext,
  protectionId: string,
  remove: () => Promise<void>,
): Promise<void> {
  const protection = await findProtection(context, protectionId);
  const instanceIds = protection === undefined ? [] : await machinesBehind(context, protection.instanceId);
  await remove();
  await bindByTags(context, { instanceIds });
}
