import type { Disk } from "./fact";
import type { ProtectionSettings } from "./protection-settings";
import { type Reason, reason } from "./rule";

/** Disk categories that live in the host: never backed up. */
const localCategories = new Set(["local_ssd_pro", "local_hdd_pro", "ephemeral", "ephemeral_ssd"]);

export function isLocalDisk(disk: Disk): boolean {
  return disk.category !== null && localCategories.has(disk.category);
}

export function isEssd(disk: Disk): boolean {
  return disk.category === "cloud_essd";
}

export interface UncoveredDisk {
  readonly diskId: string;
  readonly reason: Reason;
}

export interface DiskCoverage {
  readonly covered: readonly Disk[];
  readonly uncovered: readonly UncoveredDisk[];
}

/** Which disks a backup takes, and why not the others. */
export function coverDisks(disks: readonly Disk[], settings: ProtectionSettings): DiskCoverage {
  const covered: Disk[] = [];
  const uncovered: UncoveredDisk[] = [];
  for (const disk of disks) {
    const why = reasonForLeavingOut(disk, settings);
    if (why === undefined) covered.push(disk);
    else uncovered.push({ diskId: disk.id, reason: why });
  }
  return { covered, uncovered };
}

function reasonForLeavingOut(disk: Disk, settings: ProtectionSettings): Reason | undefined {
  if (isLocalDisk(disk)) {
    return reason(
      "A-21",
      `disk ${disk.id} is a local disk (${disk.category}): local disks can't be backed up with the instance`,
      "protect its files with ECS file backup or its databases with database backup",
    );
  }
  if (settings.diskIdList.length > 0 && !settings.diskIdList.includes(disk.id)) {
    return reason("A-22", `disk ${disk.id} is not in diskIdList`, "add it to diskIdList, or leave the list out");
  }
  if (settings.diskIdList.length === 0 && settings.excludeDiskIdList.includes(disk.id)) {
    return reason("A-22", `disk ${disk.id} is in excludeDiskIdList`, "take it out of excludeDiskIdList");
  }
  return undefined;
}
