import type { Row } from "../../store/tables";

export type VaultPoint = Row<"vaultPoint">;

/** A disk of a machine as a recovery point holds it, or as it was left out of it. */
export interface PointDisk {
  /** −1 is the OS disk. */
  readonly lun: number;
  readonly name: string;
  /** Null when the machine's inventory doesn't tell. */
  readonly sizeGiB: number | null;
  readonly encrypted: boolean;
  /** Bytes that were read of it; 0 for one that was left out. */
  readonly bytes: number;
}

export function disksOfPoint({ disks }: Pick<VaultPoint, "disks">): readonly PointDisk[] {
  return disks as unknown as readonly PointDisk[];
}

export function excludedDisksOf({ excludedDisks }: Pick<VaultPoint, "excludedDisks">): readonly PointDisk[] {
  return excludedDisks as unknown as readonly PointDisk[];
}
