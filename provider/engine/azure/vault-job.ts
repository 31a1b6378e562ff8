import type { Filter } from "../../store/store";
import type { Row } from "../../store/tables";
import type { Query } from "../engine";
import { armKey } from "./arm-id";
import type { GuestRun } from "./script-run";

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
export type TaskId =
  | "Take Snapshot"
  | "Transfer data to vault"
  | "Restore from snapshot"
  | "Rehydrate data"
  | "Transfer data from vault";

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
  /** What the scripts did in the guest; null when none ran. */
  readonly guestRun: GuestRun | null;
  /** In the order in which they run. A job that fails has those that it came to. */
  readonly tasks: readonly VaultTask[];
  /** Bytes of each disk that is read, in the order of the point's disks. */
  readonly diskBytes: readonly number[];
  /** The backup extension that this job installed (Z-14). */
  readonly installedExtension?: string;
  /** On demand: when the point was asked to expire, if it was asked at all. */
  readonly askedExpireTime?: number;
}

export function detailOfVaultJob({ detail }: Pick<VaultJob, "detail">): VaultJobDetail {
  return detail as unknown as VaultJobDetail;
}

export const vaultJobStatuses = ["InProgress", "Completed", "CompletedWithWarnings", "Failed", "Cancelled"] as const;
export type VaultJobStatus = (typeof vaultJobStatuses)[number];

export interface TaskState extends VaultTask {
  readonly status: "NotStarted" | "InProgress" | "Completed" | "Failed" | "Cancelled";
  /** 0 to 100. */
  readonly progressPercentage: number;
}

/** What a job is doing at a moment: its end was decided at its start, its progress follows the clock. */
export interface VaultJobState {
  readonly status: VaultJobStatus;
  /** 0 to 100. */
  readonly progressPercentage: number;
  readonly tasks: readonly TaskState[];
}

function percentAt({ startTime, completeTime }: Pick<VaultTask, "startTime" | "completeTime">, now: number): number {
  if (now >= completeTime) return 100;
  return Math.max(0, Math.floor(((now - startTime) / (completeTime - startTime)) * 100));
}

export function vaultJobStateAt(job: VaultJob, now: number): VaultJobState {
  const { tasks } = detailOfVaultJob(job);
  const isOver = now >= job.completeTime;
  return {
    status: isOver ? (job.status as VaultJobStatus) : "InProgress",
    progressPercentage: percentAt(job, now),
    tasks: tasks.map((task, index) => taskStateAt(job, task, { now, isLast: index === tasks.length - 1 })),
  };
}

/** The task at which a job failed or was cancelled is its last one. */
function taskStateAt(
  { status }: VaultJob,
  task: VaultTask,
  { now, isLast }: { readonly now: number; readonly isLast: boolean },
): TaskState {
  if (now < task.startTime) return { ...task, status: "NotStarted", progressPercentage: 0 };
  if (now < task.completeTime) return { ...task, status: "InProgress", progressPercentage: percentAt(task, now) };
  if (isLast && (status === "Failed" || status === "Cancelled")) return { ...task, status, progressPercentage: 0 };
  return { ...task, status: "Completed", progressPercentage: 100 };
}

/** A job by its ARM id, in whatever case. */
export const findVaultJob: Query<string, VaultJob | undefined> = async ({ store, settings }, armId) => {
  const job = await store.get("vaultJob", armKey(armId));
  return job?.account === settings.account ? job : undefined;
};

export interface VaultJobSearch {
  readonly vaultId: string | null;
  /** Only of these items; null: of all. */
  readonly itemIds: readonly string[] | null;
  readonly operation: VaultOperation | null;
  /** What the job is doing now. */
  readonly status: VaultJobStatus | null;
  /** UNIX seconds, inclusive. */
  readonly since: number | null;
  readonly limit: number;
}

export interface VaultJobList {
  /** Newest first. */
  readonly jobs: readonly VaultJob[];
  /** How many there are without the limit. */
  readonly total: number;
}

export const listVaultJobs: Query<VaultJobSearch, VaultJobList> = async ({ store, settings, now }, search) => {
  const { vaultId, itemIds, operation, status, since, limit } = search;
  const filter: Filter<"vaultJob"> = {
    account: settings.account,
    ...(vaultId === null ? {} : { vaultId: armKey(vaultId) }),
    ...(itemIds === null ? {} : { itemId: { in: itemIds.map(armKey) } }),
    ...(operation === null ? {} : { operation }),
    ...(status === null ? {} : jobsWithStatus(status, now)),
    ...(since === null ? {} : { startTime: { gte: since } }),
  };
  const order = { column: "startTime", direction: "descending" } as const;
  const jobs = await store.find("vaultJob", filter, { order, limit });
  return { jobs, total: await store.count("vaultJob", filter) };
};

function jobsWithStatus(status: VaultJobStatus, now: number): Filter<"vaultJob"> {
  return status === "InProgress" ? { completeTime: { gt: now } } : { status, completeTime: { lte: now } };
}
