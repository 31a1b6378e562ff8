import type { Json, Row } from "../../store/tables";
import { hashOf } from "../core/identifier";
import { secondsPerDay } from "../core/time";
import type { Consistency } from "./consistency";
import type { Disk, MachineFacts } from "./fact";

export type Job = Row<"job">;
export type RecoveryPoint = Row<"recoveryPoint">;

const bytesPerGiB = 1024 ** 3;
/** ENGINE: how fast a snapshot job reads changed blocks, per disk. */
const bytesPerSecond = 100 * 1024 ** 2;
/** ENGINE: no job is done sooner. */
const shortestJobSeconds = 60;
/** ENGINE: of a disk whose use nobody told, this part of its size is taken to be used. */
const assumedUse = 0.5;
/** ENGINE: percent of the used bytes that change in a day, when nobody told. */
const assumedChangePercentPerDay = 5;

/** A backup that is to be decided. */
export interface BackupRequest {
  readonly facts: MachineFacts;
  /** What the machine can give at the start of the job. */
  readonly consistency: Consistency;
  readonly startTime: number;
  /** When the machine was backed up last, seconds; null takes all used blocks. */
  readonly previousTime: number | null;
}

/** What a backup will be, decided at its start. */
export interface BackupOutcome {
  readonly consistency: Consistency;
  readonly bytesTotal: number;
  readonly durationSeconds: number;
}

function usedBytes(disk: Disk): number {
  return (disk.usedGiB ?? (disk.sizeGiB ?? 0) * assumedUse) * bytesPerGiB;
}

/** The bytes of one disk that a backup has to read. */
function changedBytes(disk: Disk, request: BackupRequest): number {
  if (request.previousTime === null) return usedBytes(disk);
  const days = (request.startTime - request.previousTime) / secondsPerDay;
  const percent = request.facts.machine.changeRatePercentPerDay ?? assumedChangePercentPerDay;
  return usedBytes(disk) * Math.min(1, (percent / 100) * days);
}

/** Level, size and duration of a backup. Disks are read side by side, so the slowest one sets the duration. */
export function decideBackup(request: BackupRequest): BackupOutcome {
  const { consistency } = request;
  const sizes = consistency.coverage.covered.map((disk) => Math.round(changedBytes(disk, request)));
  const seconds = Math.max(shortestJobSeconds, ...sizes.map((bytes) => Math.ceil(bytes / bytesPerSecond)));
  return {
    consistency,
    bytesTotal: sizes.reduce((sum, bytes) => sum + bytes, 0),
    durationSeconds: seconds,
  };
}

/** The ids of the nth job of a protection and of its point: known without asking, sorted by time. */
export function scheduledIds(protectionId: string, run: number): { jobId: string; recoveryPointId: string } {
  const name = `${protectionHash(protectionId)}${run.toString(36).padStart(6, "0")}`;
  return { jobId: `job-${name}`, recoveryPointId: `s-${name}` };
}

const protectionHashes = new Map<string, string>();

/** The hash is the same for every run: made once per protection. */
function protectionHash(protectionId: string): string {
  const known = protectionHashes.get(protectionId);
  if (known !== undefined) return known;
  const made = hashOf("scheduled", protectionId).slice(0, 14);
  protectionHashes.set(protectionId, made);
  return made;
}

export interface BackupRows {
  readonly account: string;
  readonly jobId: string;
  readonly recoveryPointId: string;
  readonly instanceId: string;
  readonly kind: "SCHEDULED" | "MANUAL";
  readonly protectionId: string | null;
  readonly policyId: string | null;
  readonly startTime: number;
  readonly expireTime: number | null;
  readonly outcome: BackupOutcome;
}

/** The job's row; its progress follows the clock, so the row already holds the end. */
export function jobRow(rows: BackupRows): Job {
  const { consistency, bytesTotal, durationSeconds } = rows.outcome;
  return {
    id: rows.jobId,
    account: rows.account,
    kind: rows.kind,
    instanceId: rows.instanceId,
    protectionId: rows.protectionId,
    recoveryPointId: rows.recoveryPointId,
    status: "COMPLETE",
    startTime: rows.startTime,
    completeTime: rows.startTime + durationSeconds,
    bytesTotal,
    level: consistency.achieved,
    reasons: consistency.reasons as unknown as readonly Json[],
    detail: null,
    errorCode: null,
    errorMessage: null,
  };
}

/** A job that left no point. */
export function failedJobRow(
  rows: Omit<BackupRows, "outcome" | "recoveryPointId" | "expireTime">,
  code: string,
  message: string,
): Job {
  return {
    id: rows.jobId,
    account: rows.account,
    kind: rows.kind,
    instanceId: rows.instanceId,
    protectionId: rows.protectionId,
    recoveryPointId: null,
    status: "FAILED",
    startTime: rows.startTime,
    completeTime: rows.startTime,
    bytesTotal: 0,
    level: null,
    reasons: [],
    detail: null,
    errorCode: code,
    errorMessage: message,
  };
}

export function recoveryPointRow(rows: BackupRows): RecoveryPoint {
  const { consistency, bytesTotal } = rows.outcome;
  return {
    id: rows.recoveryPointId,
    account: rows.account,
    instanceId: rows.instanceId,
    protectionId: rows.protectionId,
    policyId: rows.policyId,
    jobId: rows.jobId,
    createTime: rows.startTime,
    expireTime: rows.expireTime,
    level: consistency.achieved,
    groupKind: consistency.groupKind,
    reasons: consistency.reasons as unknown as readonly Json[],
    diskIds: consistency.coverage.covered.map((disk) => disk.id),
    deletedSnapshotIds: [],
    damaged: false,
    bytesTotal,
    extended: false,
  };
}
