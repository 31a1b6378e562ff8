import type { RehydrationPriority } from "./restore-duration";

export const recoveryTypes = ["OriginalLocation", "AlternateLocation", "RestoreDisks"] as const;
export type RecoveryType = (typeof recoveryTypes)[number];

/** What a restore is asked for: an IaasVMRestoreRequest. */
export interface RestoreInput {
  /** The ARM id of its job. */
  readonly id: string;
  readonly recoveryPointId: string;
  readonly recoveryType: RecoveryType;
  /** RestoreDisks: only these disks, −1 is the OS disk; null: all of the point. */
  readonly restoreDiskLunList: readonly number[] | null;
  /** The paired region, for a cross-region restore; null: the vault's own. */
  readonly region: string | null;
  /** AlternateLocation: the machine that is made. */
  readonly targetVirtualMachineId: string | null;
  /** RestoreDisks: where the disks are made. */
  readonly targetResourceGroupId: string | null;
  readonly virtualNetworkId: string | null;
  readonly subnetId: string | null;
  /** Where the service stages what it needs on the way. */
  readonly storageAccountId: string;
  readonly rehydrationPriority: RehydrationPriority | null;
}
