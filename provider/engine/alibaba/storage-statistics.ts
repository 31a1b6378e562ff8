import { secondsPerDay } from "../core/time";
import type { Query } from "../engine";
import { detailOfPoint, type RecoveryPoint, usedBytes } from "./backup";

/** The snapshot chains of one machine: the oldest point's whole blocks, and what changed since. */
export interface ChainSize {
  readonly instanceId: string;
  readonly points: number;
  readonly bytes: number;
}

export interface StorageStatistics {
  /** The moment that the figures are of: at most 24 hours ago. */
  readonly asOf: number;
  readonly chains: readonly ChainSize[];
}

/**
 * Sizes of whole snapshot chains. They are counted once a day, at midnight UTC: what was made since isn't in them yet;
 * what is gone since isn't any more.
 */
export const storageStatistics: Query<{ instanceId: string | null }, StorageStatistics> = async (
  { store, settings, now },
  { instanceId },
) => {
  const asOf = Math.floor(now / secondsPerDay) * secondsPerDay;
  const filter = {
    account: settings.account,
    createTime: { lte: asOf },
    ...(instanceId === null ? {} : { instanceId }),
  };
  const byMachine = new Map<string, RecoveryPoint[]>();
  for (const point of await store.find("recoveryPoint", filter)) {
    const points = byMachine.get(point.instanceId);
    if (points === undefined) byMachine.set(point.instanceId, [point]);
    else points.push(point);
  }
  const disks = await store.getMany("disk", [...new Set([...byMachine.values()].flat().flatMap((p) => p.diskIds))]);
  const used = new Map(disks.map((disk) => [disk.id, Math.round(usedBytes(disk))]));
  const chains = [...byMachine.entries()].map(([id, points]) => chainOf(id, points, used));
  return { asOf, chains: chains.sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1)) };
};

function chainOf(instanceId: string, points: readonly RecoveryPoint[], used: ReadonlyMap<string, number>): ChainSize {
  const inOrder = [...points].sort((a, b) => a.createTime - b.createTime || (a.id < b.id ? -1 : 1));
  const seen = new Set<string>();
  let bytes = 0;
  for (const point of inOrder) {
    const { diskBytes } = detailOfPoint(point);
    for (const [index, diskId] of point.diskIds.entries()) {
      const changed = diskBytes[index] ?? 0;
      // What expired before left its blocks to the oldest that is still there.
      bytes += seen.has(diskId) ? changed : Math.max(changed, used.get(diskId) ?? 0);
      seen.add(diskId);
    }
  }
  return { instanceId, points: points.length, bytes };
}
