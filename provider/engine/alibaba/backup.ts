import type { Json, Row } from "../../store/tables";
import { hashOf } from "../core/identifier";
import type { RetentionUnit } from "../core/retention";
import { secondsPerDay } from "../core/time";
import type { Consistency } from "./consistency";
import type { Disk, MachineFacts } from "./fact";
import type { GuestRun } from "./guest-run";
import type { ProtectionSettings } from "./protection-settings";
import type { Reason } from "./rule";
import type { Retention } from "./slot";

export type Job = Row<"job">;
export type RecoveryPoint = Row<"recoveryPoint">;

/** How long something is to live. */
export interface RetentionPeriod {
  readonly value: number;
  readonly unit: RetentionUnit;
}

/** What a manual backup was asked for. */
export interface ManualBackupRequest {
  readonly settings: ProtectionSettings;
  readonly retention: RetentionPeriod;
  /** The copy that was asked for; null for none. */
  readonly copy: { readonly regionId: string; readonly retention: RetentionPeriod | null } | null;
}

/** What a job's row tells beside its columns. */
export interface JobDetail {
  /** Bytes that were read of each disk, in the order of the point's disks; each disk is a job of its own. */
  readonly diskBytes: readonly number[];
  readonly guestRun?: GuestRun;
  /** The group's job that this job of one machine belongs to. */
  readonly parentJobId?: string;
  readonly manual?: ManualBackupRequest;
  /** Copies that a manual backup asked for. */
  readonly copyIds?: readonly string[];
  /** The jobs of a group's machines. */
  readonly memberJobIds?: readonly string[];
}

/** What a point's row tells beside its columns. */
export interface PointDetail {
  readonly diskBytes: readonly number[];
  /** Can't be deleted before its expiry. */
  readonly immutable?: true;
  /** When it goes to the archive tier, UNIX seconds. */
  readonly archiveTime?: number;
  /** The rule that keeps it longer than the others. */
  readonly advancedRetentionType?: Retention["advancedRetentionType"];
  /** The group's point that it's a part of. */
  readonly groupPointId?: string;
}

export function detailOfJob(job: Job): JobDetail {
  // Rows from before disks were told apart don't have their sizes.
  return { diskBytes: [], ...(job.detail as unknown as Partial<JobDetail> | null) };
}

export function detailOfPoint(point: RecoveryPoint): PointDetail {
  return point.detail as unknown as PointDetail;
}

/** Whether nobody may delete a point before its expiry. */
export function isImmutable(point: RecoveryPoint): boolean {
  return detailOfPoint(point).immutable === true;
}

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
  /** Of each covered disk, in their order. */
  readonly diskBytes: readonly number[];
  readonly bytesTotal: number;
  readonly durationSeconds: number;
}

/** The bytes of a disk that hold data. */
export function usedBytes(disk: Disk): number {
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
  return {
    consistency,
    diskBytes: sizes,
    bytesTotal: sizes.reduce((sum, bytes) => sum + bytes, 0),
    durationSeconds: readSeconds(sizes),
  };
}

/** How long reading the disks takes when they are read side by side: the slowest one sets it. */
export function readSeconds(diskBytes: readonly number[]): number {
  return Math.max(shortestJobSeconds, ...diskBytes.map((bytes) => Math.ceil(bytes / bytesPerSecond)));
}

/** The name of the nth run of a protection: known without asking, sorted by time. */
export function runName(protectionId: string, run: number): string {
  return `${protectionHash(protectionId)}${run.toString(36).padStart(6, "0")}`;
}

/** The id of the point that a run makes. */
export function scheduledPointId(name: string): string {
  return `s-${name}`;
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

/** Whose job it is. */
export interface JobBase {
  readonly account: string;
  readonly jobId: string;
  readonly instanceId: string;
  readonly kind: "SCHEDULED" | "MANUAL";
  readonly protectionId: string | null;
  readonly policyId: string | null;
  readonly startTime: number;
  /** The group's job, for the job of one of its machines. */
  readonly parentJobId: string | null;
}

export interface BackupRows extends JobBase {
  readonly recoveryPointId: string;
  readonly expireTime: number | null;
  readonly outcome: BackupOutcome;
  readonly manual: ManualBackupRequest | null;
  readonly point: Omit<PointDetail, "diskBytes">;
}

/** The job's row; its progress follows the clock, so the row already holds the end. */
export function jobRow(rows: BackupRows): Job {
  const { consistency, diskBytes, bytesTotal, durationSeconds } = rows.outcome;
  const detail: JobDetail = {
    diskBytes,
    ...(consistency.guestRun === null ? {} : { guestRun: consistency.guestRun }),
    ...(rows.parentJobId === null ? {} : { parentJobId: rows.parentJobId }),
    ...(rows.manual === null ? {} : { manual: rows.manual }),
  };
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
    detail: detail as unknown as Json,
    errorCode: null,
    errorMessage: null,
  };
}

/** Why a job left no point. */
export interface JobFailure {
  /** The API's code where it has one. */
  readonly code: string;
  readonly why: Reason;
}

/** A job that left no point. */
export function failedJobRow(base: JobBase, { code, why }: JobFailure): Job {
  const detail: JobDetail = {
    diskBytes: [],
    ...(base.parentJobId === null ? {} : { parentJobId: base.parentJobId }),
  };
  return {
    id: base.jobId,
    account: base.account,
    kind: base.kind,
    instanceId: base.instanceId,
    protectionId: base.protectionId,
    recoveryPointId: null,
    status: "FAILED",
    startTime: base.startTime,
    completeTime: base.startTime,
    bytesTotal: 0,
    level: null,
    reasons: [why] as unknown as readonly Json[],
    detail: detail as unknown as Json,
    errorCode: code,
    errorMessage: why.message,
  };
}

export function recoveryPointRow(rows: BackupRows): RecoveryPoint {
  const { consistency, diskBytes, bytesTotal } = rows.outcome;
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
    detail: { diskBytes, ...rows.point } as unknown as Json,
  };
}
