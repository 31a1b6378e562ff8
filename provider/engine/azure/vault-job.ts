import type { Json, Row } from "../../store/tables";

export type VaultJob = Row<"vaultJob">;

/** What a job does, in the API's words. */
export const vaultOperations = [
  "Backup",
  "Restore",
  "CrossRegionRestore",
  "ConfigureBackup",
  "DisableBackup",
  "DeleteBackupData",
  "Undelete",
] as const;
export type VaultOperation = (typeof vaultOperations)[number];

/** The tasks that jobs consist of, in the API's words. */
export type TaskId = "Take Snapshot" | "Transfer data to vault" | "Rehydrate data" | "Transfer data from vault";

/** A part of a job: when it starts and when it is done was decided at the job's start. */
export interface VaultTask {
  readonly taskId: TaskId;
  readonly startTime: number;
  readonly completeTime: number;
}

/** One try of a backup (Z-06). */
export interface BackupAttempt {
  readonly startTime: number;
  readonly outcome: "Succeeded" | "Failed";
  /** Why it failed: the framework's or the extension's word. */
  readonly code?: string;
}

/** What a job knows beside its columns; no field of it is ever a script's text or parameter. */
export interface VaultJobDetail {
  /** The last one decides; empty for what isn't a backup. */
  readonly attempts: readonly BackupAttempt[];
  /** What the scripts did in the guest, see GuestRun; null when none ran. */
  readonly guestRun: Json | null;
  /** In the order in which they run. A job that fails has those that it came to. */
  readonly tasks: readonly VaultTask[];
  /** Bytes of each disk that is read, in the order of the point's disks. */
  readonly diskBytes: readonly number[];
  /** The backup extension that this job installed (Z-14). */
  readonly installedExtension?: string;
}

export function detailOfVaultJob({ detail }: Pick<VaultJob, "detail">): VaultJobDetail {
  return detail as unknown as VaultJobDetail;
}
