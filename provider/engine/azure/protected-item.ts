import type { Json } from "../../store/tables";
import { counted } from "../core/counted";
import type { ConsistencyLevel } from "../core/level";
import { readableTime, secondsPerDay } from "../core/time";
import type { Command, CommandContext, Query, QueryContext } from "../engine";
import { requireAccess } from "./access";
import { armKey, itemIdOf } from "./arm-id";
import { type AchievedLevel, type Consistency, evaluateConsistency, extensionFor } from "./consistency";
import { assessItem, type ItemInput } from "./item-assessment";
import { exclusionOf, findItem, type ProtectedItem } from "./item-row";
import { backupSettingsOf } from "./item-run";
import { findPolicy, propertiesOf } from "./policy";
import { changeLives, type ItemsChange } from "./policy-change";
import { isExpired, type VaultPoint } from "./recovery-point";
import { type Reason, reason, refusalUntil } from "./rule";
import { findVault, settingsOf, type Vault, type VaultSettings } from "./vault";
import { keyProblem } from "./vault-key";
import { loadFacts, type MachineDisk } from "./virtual-machine";

/** What putting an item decides, whether it is there already or not. */
type Asked = Pick<
  ProtectedItem,
  "urn" | "policyId" | "protectionState" | "diskExclusion" | "deferredDeleteTime" | "scheduledUntil"
>;

/** ProtectedItems_CreateOrUpdate: enable, change the policy, stop, suspend, resume, undelete. */
export const putItem: Command<ItemInput, ProtectedItem> = async (context, input) => {
  const { refusals } = await assessItem(context, input);
  const [problem] = refusals;
  if (problem !== undefined) throw problem;
  const armId = itemIdOf(input.vaultId, input.sourceResourceId);
  const old = await findItem(context, armId);
  const asked: Asked = {
    urn: input.urn,
    policyId: input.policyId === null ? null : armKey(input.policyId),
    protectionState: input.protectionState,
    diskExclusion: input.diskExclusion as unknown as Json,
    deferredDeleteTime: null,
    scheduledUntil: old?.protectionState === "Protected" ? old.scheduledUntil : context.now,
  };
  const row: ProtectedItem = { ...(old ?? newItem(context, input, armId)), ...asked };
  await context.store.put("protectedItem", [row]);
  if (old !== undefined) {
    const change = await livesChangeOf(context, old, row);
    if (change !== undefined) await changeLives(context, change);
  }
  return row;
};

/** What never changes of an item, and that no backup has run yet; the rest is as it is asked for. */
function newItem({ settings, now }: QueryContext, input: ItemInput, armId: string): Omit<ProtectedItem, keyof Asked> {
  return {
    id: armKey(armId),
    account: settings.account,
    armId,
    vaultId: armKey(input.vaultId),
    vmId: armKey(input.sourceResourceId),
    sourceResourceId: input.sourceResourceId,
    createTime: now,
    lastStartTime: null,
    lastCompleteTime: null,
    lastVaultedTime: null,
    lastTransferTime: null,
    runs: 0,
  };
}

/**
 * Points of a stopped item are kept for ever; under any other state the policy's expiry holds (again) (Z-33), and that
 * is the new policy's when another one takes over. Undefined: neither happens.
 */
export async function livesChangeOf(
  context: QueryContext,
  old: ProtectedItem,
  next: Pick<ProtectedItem, "policyId" | "protectionState">,
): Promise<ItemsChange | undefined> {
  const isForEver = next.protectionState === "ProtectionStopped";
  const wasForEver = old.protectionState === "ProtectionStopped" || old.protectionState === "SoftDeleted";
  const policies = await swapOf(context, old.policyId, next.policyId);
  if (policies === undefined && isForEver === wasForEver) return undefined;
  const state = isForEver === wasForEver ? {} : { areKeptForEver: isForEver };
  return { vaultId: old.vaultId, itemIds: [old.id], policies, ...state };
}

/** The policies of an item that comes under another one; undefined for one that does not. */
async function swapOf(
  context: QueryContext,
  oldId: string | null,
  nextId: string | null,
): Promise<ItemsChange["policies"]> {
  if (oldId === null || nextId === null || oldId === nextId) return undefined;
  const [old, next] = [await findPolicy(context, oldId), await findPolicy(context, nextId)];
  return old && next && { old: propertiesOf(old), next: propertiesOf(next) };
}

/** The points whose time is not over; those whose time is are swept up when the clock moves. */
const livingPoints: Query<string, VaultPoint[]> = async ({ store, now }, itemId) => {
  const points = await store.find("vaultPoint", { itemId });
  return points.filter((point) => !isExpired(point, now));
};

/** What stopping an item does to its points. */
export type Removal = "retain" | "delete";

/**
 * Stops a protection for good. Retained points are kept for ever in an item that is ProtectionStopped (Z-33); deleted
 * ones stay soft-deleted for a while where the vault says so (Z-29). An item without points leaves nothing. Gone
 * already is fine.
 */
export const removeItem: Command<{ armId: string; points: Removal }, void> = async (context, { armId, points }) => {
  const item = await findItem(context, armId);
  if (item === undefined || item.protectionState === "SoftDeleted") return;
  const vault = await findVault(context, item.vaultId);
  if (vault !== undefined) requireAccess(context, vault, "configure", "ProtectedItems_Delete");
  const living = await livingPoints(context, item.id);
  if (living.length === 0) await context.store.remove("protectedItem", [item.id]);
  else if (points === "retain") await retire(context, { ...item, protectionState: "ProtectionStopped" });
  else await deletePoints(context, item, vault, living);
};

/** The item stays in the vault, without policy and without a program that speaks for it. */
async function retire(context: CommandContext, item: ProtectedItem): Promise<void> {
  await context.store.put("protectedItem", [{ ...item, urn: null, policyId: null }]);
  const change = { vaultId: item.vaultId, itemIds: [item.id], policies: undefined, areKeptForEver: true };
  await changeLives(context, change);
}

async function deletePoints(
  context: CommandContext,
  item: ProtectedItem,
  vault: Vault | undefined,
  points: readonly VaultPoint[],
): Promise<void> {
  const settings = vault && settingsOf(vault);
  if (settings !== undefined && settings.immutability !== "Disabled") throw immutableRefusal(settings, points);
  if (settings === undefined || settings.softDelete.state === "Disabled") {
    await context.store.removeWhere("vaultPoint", { itemId: item.id });
    await context.store.remove("protectedItem", [item.id]);
    return;
  }
  const deferredDeleteTime = context.now + settings.softDelete.retentionDays * secondsPerDay;
  await retire(context, { ...item, protectionState: "SoftDeleted", deferredDeleteTime });
}

/** What holds the points, until when, and how to keep or release them (Z-30). */
function immutableRefusal({ immutability }: VaultSettings, points: readonly VaultPoint[]): Error {
  const count = counted(points.length, "recovery point");
  const last = points.reduce((max, { expireTime }) => Math.max(max, expireTime ?? Number.POSITIVE_INFINITY), 0);
  const until = Number.isFinite(last) ? `the last one expires at ${readableTime(last)}` : "they are kept for ever";
  const message = `the vault is immutable (${immutability}): ${count} can't be deleted; ${until}`;
  const keep = 'destroy with onDestroy "retain", which stops the backups and keeps the points';
  const release =
    immutability === "Locked"
      ? "to let them expire, set protectionState to BackupsSuspended and destroy it when they are gone"
      : "to delete them, set the vault's immutability to Disabled before";
  const end = Number.isFinite(last) ? last : null;
  return refusalUntil(end, "Z-30", "UserErrorImmutableVault", "onDestroy", message, `${keep}; ${release}`);
}

/** What an item is worth now: facts of configuration, never of the moment. */
export interface ItemState {
  readonly requestedLevel: ConsistencyLevel;
  /** NONE: no backup runs, or every one fails. */
  readonly achievedLevel: AchievedLevel;
  readonly reasons: readonly Reason[];
  readonly coveredDisks: readonly MachineDisk[];
  readonly excludedDisks: readonly MachineDisk[];
  /** The extension that the first backup of the running VM installs (Z-14). */
  readonly extension: Consistency["extension"];
  readonly damagedPoints: readonly string[];
}

export const describeItem: Query<ProtectedItem, ItemState> = async (context, item) => {
  const damaged = await context.store.find("vaultPoint", { itemId: item.id, damaged: true });
  const damagedPoints = damaged.filter((point) => !isExpired(point, context.now)).map(({ armId }) => armId);
  const facts = await loadFacts(context, item.vmId);
  const policy = item.policyId === null ? undefined : await findPolicy(context, item.policyId);
  const properties = policy && propertiesOf(policy);
  const state = [...(facts === undefined ? [goneReason(item)] : []), ...(await stateReasons(context, item))];
  if (facts === undefined || properties === undefined) {
    const none = { coveredDisks: [], excludedDisks: [], extension: null };
    return { requestedLevel: "FILE_SYSTEM", achievedLevel: "NONE", reasons: state, ...none, damagedPoints };
  }
  const consistency = evaluateConsistency(facts, backupSettingsOf(properties, exclusionOf(item)));
  return {
    requestedLevel: consistency.requested,
    achievedLevel: state.length === 0 ? consistency.achieved : "NONE",
    reasons: [...state, ...consistency.reasons],
    coveredDisks: consistency.coverage.covered,
    excludedDisks: consistency.coverage.excluded,
    extension: properties.snapshotConsistencyType === null ? extensionFor(facts.machine) : null,
    damagedPoints,
  };
};

function goneReason({ sourceResourceId }: ProtectedItem): Reason {
  const message = `the VM ${sourceResourceId} was deleted: no backup runs any more, the points stay`;
  return reason("Z-37", message, "remove the protection, or restore the VM from a point");
}

/** Why no backup runs, or none succeeds, whatever the machine is like (Z-28, Z-33). */
const stateReasons: Query<ProtectedItem, readonly Reason[]> = async (context, { protectionState, vaultId }) => {
  if (protectionState === "Protected") {
    const vault = await findVault(context, vaultId);
    const problem = vault && keyProblem(vault);
    return problem === undefined ? [] : [problem];
  }
  const kept = protectionState === "BackupsSuspended" ? "as the policy says" : "for ever";
  const message = `protection is ${protectionState}: no backup runs, points are kept ${kept}`;
  return [reason("Z-33", message, 'set protectionState to "Protected" to go on')];
};
