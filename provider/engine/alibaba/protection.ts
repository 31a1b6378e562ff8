import type { Json } from "../../store/tables";
import type { Command, CommandContext, Query, QueryContext } from "../engine";
import { evaluateConsistency, type GroupKind } from "./consistency";
import { factsBehind, machinesBehind } from "./consistency-group";
import { mergeConsistency } from "./group-consistency";
import { lostPoints } from "./lost-point";
import { deleteGroupPoint, deletePoints, heldRefusal } from "./point-deletion";
import { effectivePolicy, keepPolicy } from "./policy";
import { reapplyRetention } from "./policy-change";
import { assessProtection, type RequiredConsistency } from "./protection-assessment";
import { isGroupId, type Protection, settingsOf } from "./protection-row";
import type { ProtectionSettings } from "./protection-settings";
import { type Reason, reason } from "./rule";
import { ensureServiceRole } from "./service";

export interface ProtectionInput {
  readonly id: string;
  readonly urn: string | null;
  /** The machine, or the consistency group. */
  readonly sourceId: string;
  readonly policyId: string;
  readonly disabled: boolean;
  readonly settings: ProtectionSettings;
}

export const findProtection: Query<string, Protection | undefined> = async ({ store, settings }, id) => {
  const protection = await store.get("protection", id);
  return protection?.account === settings.account ? protection : undefined;
};

/** The binding of one machine or group, whoever made it; one that a program or operator made comes first. */
export const findProtectionOf: Query<string, Protection | undefined> = async ({ store, settings }, sourceId) => {
  const found = (await store.find("protection", { instanceId: sourceId })).filter(
    (row) => row.account === settings.account,
  );
  return found.find(({ createdByTag }) => !createdByTag) ?? found[0];
};

/** CreatePolicyBindings and UpdatePolicyBinding in one. */
export const putProtection: Command<
  ProtectionInput & { readonly requireConsistency: RequiredConsistency | null },
  void
> = async (context, { requireConsistency, ...input }) => {
  const assessment = await assessProtection(context, { ...input, ownId: input.id, requireConsistency });
  const [problem] = assessment.refusals;
  if (problem !== undefined) throw problem;
  await ensureServiceRole(context);
  await keepPolicy(context, input.policyId);
  await takePlaceOfTags(context, input);
  await saveProtection(context, { ...input, createdByTag: false });
};

/** An explicit binding takes the place of one that a TAG rule made. */
async function takePlaceOfTags(context: CommandContext, { sourceId, id }: ProtectionInput): Promise<void> {
  for (const instanceId of await machinesBehind(context, sourceId)) {
    const bound = await context.store.find("protection", { instanceId, createdByTag: true });
    await context.store.remove(
      "protection",
      bound.filter((other) => other.id !== id).map((other) => other.id),
    );
  }
}

/** Writes a protection's row. What its runs left behind stays; under another policy it lives by that one's rules. */
export const saveProtection: Command<ProtectionInput & { readonly createdByTag: boolean }, Protection> = async (
  context,
  input,
) => {
  const old = await findProtection(context, input.id);
  const row: Protection = {
    id: input.id,
    account: context.settings.account,
    instanceId: input.sourceId,
    policyId: input.policyId,
    urn: input.urn,
    disabled: input.disabled,
    settings: { ...input.settings } as unknown as Json,
    createTime: old?.createTime ?? context.now,
    scheduledUntil: old?.scheduledUntil ?? context.now,
    lastStartTime: old?.lastStartTime ?? null,
    lastCompleteTime: old?.lastCompleteTime ?? null,
    runs: old?.runs ?? 0,
    createdByTag: input.createdByTag,
    lastCopyTime: old?.lastCopyTime ?? null,
    usedKmsKeyId: old?.usedKmsKeyId ?? null,
  };
  await context.store.put("protection", [row]);
  if (old !== undefined && old.policyId !== row.policyId) await followPolicy(context, row, old.policyId);
  return row;
};

async function followPolicy(context: CommandContext, protection: Protection, oldPolicyId: string): Promise<void> {
  const [old, next] = [
    await context.store.get("policy", oldPolicyId),
    await context.store.get("policy", protection.policyId),
  ];
  if (old === undefined || next === undefined) return;
  const change = { protections: [protection], old: effectivePolicy(old), next: effectivePolicy(next) };
  await reapplyRetention(context, change);
}

/**
 * DeletePolicyBinding: the recovery points stay unless they are asked away, and then none of them may be held (A-45,
 * Gone already is fine.
 */
export const removeProtection: Command<{ id: string; deletePoints: boolean }, void> = async (context, input) => {
  const protection = await findProtection(context, input.id);
  if (input.deletePoints && protection !== undefined) await removePoints(context, protection);
  await context.store.remove("protection", [input.id]);
};

async function removePoints(context: CommandContext, protection: Protection): Promise<void> {
  const { store } = context;
  const points = await store.find("recoveryPoint", { protectionId: protection.id });
  const problem = heldRefusal(points, "ON_DESTROY");
  if (problem !== undefined) throw problem;
  if (isGroupId(protection.instanceId)) {
    const groups = await store.find("groupPoint", { groupId: protection.instanceId });
    for (const { id, protectionId } of groups) {
      if (protectionId === protection.id) await deleteGroupPoint(context, { id, cause: "ON_DESTROY" });
    }
  }
  const others = await store.find("recoveryPoint", { protectionId: protection.id });
  await deletePoints(context, { points: others, cause: "ON_DESTROY" });
}

/** What a protection is worth now: facts of configuration, never of the moment. */
export interface ProtectionState {
  readonly requestedLevel: RequiredConsistency;
  /** NONE: the machine was released, no backup runs any more. */
  readonly achievedLevel: RequiredConsistency | "NONE";
  readonly reasons: readonly Reason[];
  readonly groupKind: GroupKind | "NONE";
  readonly coveredDisks: readonly string[];
  readonly uncoveredDisks: readonly { readonly diskId: string; readonly reason: Reason }[];
  readonly damagedPoints: readonly string[];
}

export const describeProtection: Query<Protection, ProtectionState> = async (context, protection) => {
  const settings = settingsOf(protection);
  const damagedPoints = await lostPoints(context, protection.id);
  const members = (await factsBehind(context, protection.instanceId)).map((facts) => ({
    facts,
    consistency: evaluateConsistency(facts, settings, context.settings),
  }));
  const [first] = members;
  if (first === undefined) {
    const requestedLevel = settings.appConsistent ? "APPLICATION" : "CRASH";
    const reasons = [await releasedReason(context, protection.instanceId)];
    const none = { groupKind: "NONE", coveredDisks: [], uncoveredDisks: [] } as const;
    return { requestedLevel, achievedLevel: "NONE", reasons, ...none, damagedPoints };
  }
  const consistency = isGroupId(protection.instanceId)
    ? mergeConsistency(members, context.settings.edition)
    : first.consistency;
  const missing = await missingMembers(context, protection.instanceId, members.length);
  return {
    requestedLevel: consistency.requested,
    achievedLevel: consistency.achieved,
    reasons: [...missing, ...consistency.reasons],
    groupKind: consistency.groupKind,
    coveredDisks: consistency.coverage.covered.map((disk) => disk.id),
    uncoveredDisks: consistency.coverage.uncovered,
    damagedPoints,
  };
};

async function releasedReason(context: QueryContext, sourceId: string): Promise<Reason> {
  const ids = await machinesBehind(context, sourceId);
  const who = ids.length === 1 ? `machine ${ids[0]} was` : `the machines ${ids.join(", ")} were`;
  const message = `${who} released: no backup runs any more, the points stay`;
  return reason("A-59", message, "remove the protection, or restore the machine from a point");
}

/** A group goes on without a machine that was released. */
async function missingMembers(context: QueryContext, sourceId: string, present: number): Promise<readonly Reason[]> {
  const all = await machinesBehind(context, sourceId);
  if (all.length === present) return [];
  const message = `${all.length - present} of ${all.length} machines of the group were released; the others go on`;
  return [reason("A-59", message, "take the released machines out of the consistency group")];
}
