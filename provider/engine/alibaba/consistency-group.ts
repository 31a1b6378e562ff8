import type { Row } from "../../store/tables";
import type { Command, Query, QueryContext } from "../engine";
import { isEssd } from "./disk-coverage";
import { loadFacts, type MachineFacts } from "./fact";
import { requireMachine } from "./machine";
import { planType } from "./policy";
import { isGroupId, type Protection } from "./protection-row";
import { apiRefusal, refusal } from "./rule";

/** Machines that are backed up, restored and cloned as one. */
export type ConsistencyGroup = Row<"consistencyGroup">;

export interface GroupInput {
  readonly id: string;
  readonly groupName: string;
  readonly instanceIds: readonly string[];
}

export const findGroup: Query<string, ConsistencyGroup | undefined> = async ({ store, settings }, id) => {
  const group = await store.get("consistencyGroup", id);
  return group?.account === settings.account ? group : undefined;
};

export async function requireGroup(context: QueryContext, id: string, property: string): Promise<ConsistencyGroup> {
  const group = await findGroup(context, id);
  if (group !== undefined) return group;
  const remedy = "take groupId from the output of hbr:ConsistencyGroup";
  throw apiRefusal("Engine.GroupNotFound", property, `there is no consistency group ${id}`, remedy);
}

/** The machines behind what is backed up: the machine itself, or those of the group. */
export async function machinesBehind(context: QueryContext, sourceId: string): Promise<readonly string[]> {
  if (!isGroupId(sourceId)) return [sourceId];
  return (await findGroup(context, sourceId))?.instanceIds ?? [];
}

/** The machines of a source that are there now, with all that decides about their backups. */
export const factsBehind: Query<string, readonly MachineFacts[]> = async (context, sourceId) => {
  const ids = await machinesBehind(context, sourceId);
  const facts = await loadFacts(context.store, context.settings.account, ids);
  return ids.flatMap((id) => facts.get(id) ?? []).filter(({ machine }) => !machine.released);
};

/** The groups that a machine is in. */
export const groupsOf: Query<string, readonly ConsistencyGroup[]> = async ({ store, settings }, instanceId) =>
  (await store.find("consistencyGroup", { account: settings.account })).filter(({ instanceIds }) =>
    instanceIds.includes(instanceId),
  );

/** What protects a machine: its own bindings and those of its groups. */
export const protectionsOver: Query<string, readonly Protection[]> = async (context, instanceId) => {
  const groups = await groupsOf(context, instanceId);
  const sources = [instanceId, ...groups.map(({ id }) => id)];
  const found = await context.store.find("protection", { instanceId: { in: sources } });
  return found.filter(({ account }) => account === context.settings.account);
};

/** All that speaks against a group of these machines, each with its property path. */
export const groupRefusals: Query<GroupInput, Error[]> = async (context, input) => {
  const refusals: Error[] = [];
  const facts = await loadFacts(context.store, context.settings.account, input.instanceIds);
  const isProtected = (await context.store.count("protection", { instanceId: input.id })) > 0;
  for (const [index, instanceId] of input.instanceIds.entries()) {
    const property = `instanceIds[${index}]`;
    try {
      await requireMachine(context, instanceId, property);
      refusals.push(...memberRefusals(facts.get(instanceId), property, facts.get(input.instanceIds[0] ?? "")));
      if (isProtected) refusals.push(...(await bindingRefusals(context, input.id, instanceId, property)));
    } catch (error) {
      refusals.push(error as Error);
    }
  }
  return refusals;
};

function memberRefusals(facts: MachineFacts | undefined, property: string, first: MachineFacts | undefined): Error[] {
  if (facts === undefined || first === undefined) return [];
  const { machine, disks } = facts;
  const refusals: Error[] = [];
  const system = disks.find(({ type }) => type === "system");
  if (system === undefined || !isEssd(system)) {
    const kind = system?.category ?? "unknown";
    const message = `the system disk of machine ${machine.id} is ${kind}; a consistency group needs ESSD system disks`;
    const remedy = "move the system disk to ESSD (cloud_essd), or leave the machine out";
    refusals.push(refusal("A-50", "DiskCategory.OperationNotSupported", property, message, remedy));
  }
  if (machine.regionId !== first.machine.regionId) {
    const home = first.machine.regionId;
    const message = `machine ${machine.id} lies in ${machine.regionId}, the group's first one in ${home}`;
    refusals.push(refusal("A-58", "Engine.GroupAcrossRegions", property, message, "make one group for each region"));
  }
  return refusals;
}

/** A group that is protected can't take in a machine that something else protects; plans are no policies. */
async function bindingRefusals(context: QueryContext, groupId: string, instanceId: string, property: string) {
  const others = (await protectionsOver(context, instanceId)).filter(
    (protection) => protection.instanceId !== groupId && !protection.createdByTag,
  );
  const policies = await context.store.getMany("policy", [...new Set(others.map(({ policyId }) => policyId))]);
  const plans = policies.filter(({ policyType }) => policyType === planType).map(({ id }) => id);
  const other = others.find(({ policyId }) => !plans.includes(policyId));
  if (other === undefined) return [];
  const message = `machine ${instanceId} is bound to policy ${other.policyId} already; one policy per machine`;
  return [refusal("A-30", "Engine.InstanceAlreadyBound", property, message, "remove that protection first")];
}

/** Makes a group or changes its name and machines. */
export const putGroup: Command<GroupInput, ConsistencyGroup> = async (context, input) => {
  const [problem] = await groupRefusals(context, input);
  if (problem !== undefined) throw problem;
  const old = await findGroup(context, input.id);
  const row: ConsistencyGroup = {
    ...input,
    instanceIds: [...input.instanceIds],
    account: context.settings.account,
    createTime: old?.createTime ?? context.now,
  };
  await context.store.put("consistencyGroup", [row]);
  return row;
};

/** Dissolves a group that nothing protects; its points stay. Gone already is fine. */
export const removeGroup: Command<string, void> = async (context, id) => {
  const held = await context.store.find("protection", { instanceId: id });
  if (held.length > 0) {
    const message = `consistency group ${id} is still protected by ${held.map((each) => each.id).join(", ")}`;
    throw refusal("A-58", "Engine.GroupInUse", "groupId", message, "remove that protection first");
  }
  await context.store.remove("consistencyGroup", [id]);
};
