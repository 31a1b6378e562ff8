import { refusal } from "./rule";
import { type MachineDisk, osDiskLun } from "./virtual-machine";

/** Which data disks a protection takes or leaves out; the OS disk is always in (Z-26). */
export interface DiskExclusion {
  readonly diskLunList: readonly number[];
  /** Whether the list names the disks that are taken; else those that are left out. */
  readonly isInclusionList: boolean;
}

export interface DiskCoverage {
  readonly covered: readonly MachineDisk[];
  readonly excluded: readonly MachineDisk[];
}

/** Which disks a backup takes: all of them without a list, those attached later too when the list excludes. */
export function coverDisks(disks: readonly MachineDisk[], exclusion: DiskExclusion | null): DiskCoverage {
  const isCovered = ({ lun }: MachineDisk): boolean => {
    if (exclusion === null || lun === osDiskLun) return true;
    return exclusion.diskLunList.includes(lun) === exclusion.isInclusionList;
  };
  return { covered: disks.filter(isCovered), excluded: disks.filter((disk) => !isCovered(disk)) };
}

/** Selective disks need an enhanced policy, and name disks that are attached (Z-26). */
export function exclusionRefusals(
  exclusion: DiskExclusion | null,
  disks: readonly MachineDisk[],
  policyType: "V1" | "V2" | undefined,
): Error[] {
  if (exclusion === null) return [];
  const refusals: Error[] = [];
  if (policyType === "V1") {
    refusals.push(
      refusal(
        "Z-26",
        "UserErrorSelectiveDiskBackupNotSupported",
        "diskExclusionProperties",
        "selective disk backup needs an enhanced policy; this one is standard (V1)",
        "set the policy's policyType to V2, or leave diskExclusionProperties out",
      ),
    );
  }
  const attached = disks.filter(({ lun }) => lun !== osDiskLun).map(({ lun }) => lun);
  for (const [index, lun] of exclusion.diskLunList.entries()) {
    if (attached.includes(lun)) continue;
    const what = lun === osDiskLun ? "the OS disk is always backed up" : `no data disk is attached at LUN ${lun}`;
    const remedy = `attached are the LUNs: ${attached.join(", ") || "none"}`;
    const path = `diskExclusionProperties.diskLunList[${index}]`;
    refusals.push(refusal("Z-26", "UserErrorInvalidDiskLun", path, what, remedy));
  }
  return refusals;
}
