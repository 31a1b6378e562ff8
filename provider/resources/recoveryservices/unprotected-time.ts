import type { Finding } from "../../definition/finding";
import { isSameId, itemIdOf } from "../../engine/azure/arm-id";
import { listItemsOf } from "../../engine/azure/item-list";
import { findItem, type ProtectedItem } from "../../engine/azure/item-row";
import { coverOfItem, isProtectedElsewhere, slotsOfPolicy, vaultName } from "../../engine/azure/protection-gap";
import { ruleSources } from "../../engine/azure/rule";
import type { QueryContext } from "../../engine/engine";
import { freshStart, lateStart, leftMachine, leftOutDisk, stoppedBackups } from "../shared/unprotected-time";

const ruleOf = (id: keyof typeof ruleSources) => ({ id, source: ruleSources[id] });

/** What a program says of an item, as far as its backups go. */
interface Said {
  readonly vaultId: string;
  readonly sourceResourceId: string;
  readonly policyId?: string | undefined;
  readonly protectionState: string;
}

/** Machines that a change of an item leaves without backups or points, and from when on. */
export async function unprotectedFindings(context: QueryContext, old: Said, next: Said): Promise<Finding[]> {
  const item = await findItem(context, itemIdOf(old.vaultId, old.sourceResourceId));
  if (item === undefined || item.protectionState === "SoftDeleted") return [];
  const cover = await coverOfItem(context, item);
  if (cover === undefined) return [];
  if (!isSameId(old.sourceResourceId, next.sourceResourceId)) {
    if (await isProtectedElsewhere(context, item)) return [];
    return [leftMachine(ruleOf("Z-33"), "sourceResourceId", cover, context.now)];
  }
  if (!isSameId(old.vaultId, next.vaultId)) {
    const slots = await slotsOfPolicy(context, next.policyId ?? null);
    const what = `machine ${cover.machineName} moves to another vault, where it`;
    const kept = `the ${cover.points} in vault ${vaultName(item)} stay there`;
    const backup = "a recoveryservices:Backup of this item";
    return [freshStart(ruleOf("Z-32"), { path: "vaultId", what, kept, backup }, slots)];
  }
  if (old.protectionState !== "Protected" || next.protectionState === "Protected") return [];
  const gap = { path: "protectionState", back: 'set protectionState to "Protected" to go on' };
  return [stoppedBackups(ruleOf("Z-33"), gap, cover, context.now)];
}

/** An item whose backups begin later than its policy lets one expect. */
export async function lateStartFindings(context: QueryContext, item: ProtectedItem): Promise<Finding[]> {
  const cover = await coverOfItem(context, item);
  if (cover === undefined || item.protectionState !== "Protected") return [];
  const slots = await slotsOfPolicy(context, item.policyId);
  const told = { name: cover.machineName, newest: cover.newest, backup: "recoveryservices:Backup" };
  const finding = lateStart(ruleOf("Z-21"), told, slots, context.now);
  return finding === undefined ? [] : [finding];
}

/** A machine that is made anew under another id begins without recovery points. */
export async function replacedMachineFindings(context: QueryContext, machineId: string): Promise<Finding[]> {
  const items = await listItemsOf(context, machineId);
  const [item] = items.filter(({ protectionState }) => protectionState !== "SoftDeleted");
  const cover = item && (await coverOfItem(context, item));
  if (item === undefined || cover === undefined) return [];
  const isRunning = item.protectionState === "Protected";
  if (!isRunning && cover.points === 0) return [];
  const slots = isRunning ? await slotsOfPolicy(context, item.policyId) : { first: null, interval: null };
  const kept =
    cover.points === 0
      ? "the old one has none either"
      : `the ${cover.points} of the old one in vault ${vaultName(item)} come back as disks, or as a new machine`;
  const what = `machine ${cover.machineName} is made anew: the new one`;
  const backup =
    "a recoveryservices:Backup of its item, or restore the newest point (recoveryservices:Restore) rather than begin " +
    "with an empty machine";
  return [freshStart(ruleOf("Z-32"), { path: "", what, kept, backup }, slots)];
}

interface ItemDisk {
  readonly lun: number;
  readonly name: string;
}

/** Disks that came to the machine since the last update and that the item's inclusion list leaves out. */
export function leftOutFindings(
  before: readonly ItemDisk[],
  after: readonly ItemDisk[],
  { machine, listed }: { readonly machine: string; readonly listed: readonly number[] },
): Finding[] {
  const known = new Set([...before.map(({ lun }) => lun), ...listed]);
  return after
    .filter(({ lun }) => !known.has(lun))
    .map(({ lun, name }) => {
      const remedy = `add LUN ${lun} to diskLunList, or leave diskExclusionProperties out: all disks are then taken`;
      const list = "diskExclusionProperties";
      return leftOutDisk(ruleOf("Z-26"), { disk: `${name} (LUN ${lun})`, machine, list, remedy });
    });
}
