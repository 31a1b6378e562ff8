import type { VaultPoint } from "./recovery-point";

/** The tiers of a recovery point, from the quickest to the slowest; the API's words. */
export const pointTiers = ["InstantRP", "HardenedRP", "ArchivedRP"] as const;
export type PointTier = (typeof pointTiers)[number];

export interface TierDetail {
  readonly type: PointTier;
  /** Deleted: an outsider took the data away. */
  readonly status: "Valid" | "Deleted";
}

/** What tiers depend on. */
export type TierTimes = Pick<VaultPoint, "snapshotUntil" | "vaultTime" | "archiveTime">;

/**
 * The tiers that a point is in at a moment (Z-23): a snapshot first, then in the vault as well, then in the vault
 * alone, then in the archive.
 */
export function tiersAt({ snapshotUntil, vaultTime, archiveTime }: TierTimes, now: number): readonly PointTier[] {
  const isVaulted = vaultTime !== null && vaultTime <= now;
  const isArchived = archiveTime !== null && archiveTime <= now;
  const isSnapshot = snapshotUntil > now;
  return pointTiers.filter((tier) =>
    tier === "InstantRP" ? isSnapshot : tier === "HardenedRP" ? isVaulted && !isArchived : isArchived,
  );
}

export function tierDetailsAt(point: TierTimes & Pick<VaultPoint, "damaged">, now: number): readonly TierDetail[] {
  const status = point.damaged ? "Deleted" : "Valid";
  return tiersAt(point, now).map((type) => ({ type, status }));
}

/** What people call where a point is: the portal's words. */
export const tierWords = ["Snapshot", "Snapshot and vault", "Vault", "Archive"] as const;
export type TierWord = (typeof tierWords)[number];

export function tierWordAt(point: TierTimes, now: number): TierWord {
  const tiers = tiersAt(point, now);
  if (tiers.includes("ArchivedRP")) return "Archive";
  if (!tiers.includes("HardenedRP")) return "Snapshot";
  return tiers.includes("InstantRP") ? "Snapshot and vault" : "Vault";
}

/** Where a restore reads a point: the snapshot while there is one, else the vault, else the archive (Z-35). */
export function tierToRead(point: TierTimes, now: number): PointTier | undefined {
  return tiersAt(point, now)[0];
}
