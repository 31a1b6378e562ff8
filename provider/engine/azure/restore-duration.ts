import type { PointTier } from "./point-tier";
import type { PointDisk } from "./recovery-point";

const bytesPerGiB = 1024 ** 3;
/** ENGINE: how fast a disk is made from a snapshot, which lies beside it. */
const snapshotBytesPerSecond = 1024 ** 3;
/** ENGINE: how fast a disk is read from the vault, or from what came back of the archive. */
const vaultBytesPerSecond = 100 * 1024 ** 2;
/** ENGINE: no restore is done sooner. */
const shortestRestoreSeconds = 60;
/** ENGINE: a disk whose size nobody told is taken to be as large as this. */
const assumedSizeGiB = 128;

export const rehydrationPriorities = ["Standard", "High"] as const;
export type RehydrationPriority = (typeof rehydrationPriorities)[number];

/** How long an archived point takes to come back: the longest that the service allows itself. */
const rehydrationSeconds: Readonly<Record<RehydrationPriority, number>> = { Standard: 15 * 3600, High: 3600 };

/** The time until the data can be read: only the archive takes any. */
export function secondsToRehydrate(tier: PointTier, priority: RehydrationPriority | null): number {
  return tier === "ArchivedRP" ? rehydrationSeconds[priority ?? "Standard"] : 0;
}

/** How many bytes a restore of a disk writes: all of the disk, not only what its point changed. */
export function bytesToRestore({ sizeGiB }: Pick<PointDisk, "sizeGiB">): number {
  return (sizeGiB ?? assumedSizeGiB) * bytesPerGiB;
}

/** How long writing the disks takes: side by side, so the largest one sets it (Z-24). */
export function secondsToTransfer(tier: PointTier, disks: readonly PointDisk[]): number {
  const speed = tier === "InstantRP" ? snapshotBytesPerSecond : vaultBytesPerSecond;
  return Math.max(shortestRestoreSeconds, ...disks.map((disk) => Math.ceil(bytesToRestore(disk) / speed)));
}
