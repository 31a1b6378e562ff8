import type { Json } from "../../store/tables";
import type { ConsistencyLevel } from "../core/level";
import { secondsPerDay } from "../core/time";
import { armKey } from "./arm-id";
import type { Consistency } from "./consistency";
import { triesOfJob } from "./framework-consistency";
import type { PointDisk, VaultPoint } from "./recovery-point";
import { type Reason, reason } from "./rule";
import { scriptErrors } from "./script-error";
import type { BackupAttempt, VaultJob, VaultJobDetail, VaultTask } from "./vault-job";
import { type MachineDisk, type VirtualMachine, withExtension } from "./virtual-machine";

const bytesPerGiB = 1024 ** 3;
/** ENGINE: of a disk whose use nobody told, this part of its size is taken to be used. */
const assumedUse = 0.5;
/** ENGINE: percent of the used bytes that change in a day, when nobody told. */
const assumedChangePercentPerDay = 5;
/** ENGINE: how long the snapshot of all disks takes, scripts aside. */
const snapshotSeconds = 60;
/** ENGINE: how long the service waits before it tries a backup again. */
const retryPauseSeconds = 300;
/** ENGINE: how fast changed blocks of one disk reach the vault; disks are moved side by side (Z-24). */
const transferBytesPerSecond = 25 * 1024 ** 2;
/** ENGINE: no transfer is done sooner. */
const shortestTransferSeconds = 600;
/** ENGINE: transfers asked for in these hours UTC, 20:00 to 02:00, wait until they are over (Z-23: hours at peak). */
const peakHours = { from: 20, to: 2 } as const;

/** The bytes of a disk that have changed since a time, seconds; null takes all used blocks (Z-24). */
function changedBytes(disk: MachineDisk, machine: VirtualMachine, since: number | null, time: number): number {
  const used = (disk.usedGiB ?? (disk.sizeGiB ?? 0) * assumedUse) * bytesPerGiB;
  if (since === null) return Math.round(used);
  const percent = machine.changeRatePercentPerDay ?? assumedChangePercentPerDay;
  return Math.round(used * Math.min(1, (percent / 100) * ((time - since) / secondsPerDay)));
}

export interface BackupRequest {
  readonly machine: VirtualMachine;
  readonly consistency: Consistency;
  readonly startTime: number;
  /** When the newest points were made, of all and of those in the vault; null for none. */
  readonly lastStartTime: number | null;
  readonly lastVaultedTime: number | null;
  readonly lastTransferTime: number | null;
  readonly goesToVault: boolean;
}

/** What a backup will be, decided at its start. */
export interface BackupOutcome {
  readonly consistency: Consistency;
  readonly disks: readonly PointDisk[];
  readonly excludedDisks: readonly PointDisk[];
  readonly bytesTotal: number;
  /** When the snapshot is taken. */
  readonly snapshotTime: number;
  /** When the point is in the vault; null when it doesn't go there. */
  readonly vaultTime: number | null;
  readonly detail: VaultJobDetail;
}

/** When a transfer may begin that is asked for at a time. */
function afterPeak(time: number): number {
  const hour = Math.floor((time % secondsPerDay) / 3600);
  if (hour < peakHours.from && hour >= peakHours.to) return time;
  const midnight = time - (time % secondsPerDay) + (hour >= peakHours.from ? secondsPerDay : 0);
  return midnight + peakHours.to * 3600;
}

interface Snapshot {
  readonly attempts: readonly BackupAttempt[];
  readonly endTime: number;
}

/** The tries of a backup on the clock: each takes as long as its scripts, and the service pauses between them. */
function takeSnapshot({ consistency, startTime }: BackupRequest): Snapshot {
  const { tries, achieved } = consistency;
  const attempts: BackupAttempt[] = [];
  let time = startTime;
  for (const [index, { guestRun, errors }] of tries.entries()) {
    const isLast = index === tries.length - 1;
    if (index > 0) time += retryPauseSeconds;
    const [code] = errors;
    const outcome = isLast && achieved !== "NONE" ? "Succeeded" : "Failed";
    attempts.push({ startTime: time, outcome, ...(code === undefined ? {} : { code }) });
    time += (guestRun?.preScript.seconds ?? 0) + (guestRun?.postScript.seconds ?? 0);
    if (outcome === "Succeeded") time += snapshotSeconds;
  }
  return { attempts, endTime: time };
}

/** A backup on the clock. */
export interface BackupTimes {
  readonly attempts: readonly BackupAttempt[];
  /** When the snapshot is taken. */
  readonly snapshotTime: number;
  /** When its transfer begins, and when the point is in the vault; null when it doesn't go there. */
  readonly transferTime: number | null;
  readonly vaultTime: number | null;
}

/** The times of a backup: all that the next one of the same item has to know. */
export function timeBackup(request: BackupRequest): BackupTimes {
  const { attempts, endTime } = takeSnapshot(request);
  if (request.consistency.achieved === "NONE" || !request.goesToVault) {
    return { attempts, snapshotTime: endTime, transferTime: null, vaultTime: null };
  }
  const transferTime = Math.max(afterPeak(endTime), request.lastTransferTime ?? 0);
  return { attempts, snapshotTime: endTime, transferTime, vaultTime: transferTime + transferSeconds(request) };
}

/** Level, sizes and times of a backup; the level NONE leaves no point. */
export function decideBackup(request: BackupRequest, times: BackupTimes = timeBackup(request)): BackupOutcome {
  const { machine, consistency, startTime } = request;
  const { attempts, snapshotTime, transferTime, vaultTime } = times;
  const disks = consistency.coverage.covered.map((disk) => {
    return pointDisk(disk, changedBytes(disk, machine, request.lastStartTime, startTime));
  });
  const tasks: VaultTask[] = [{ taskId: "Take Snapshot", startTime, completeTime: snapshotTime }];
  if (transferTime !== null && vaultTime !== null) {
    tasks.push({ taskId: "Transfer data to vault", startTime: transferTime, completeTime: vaultTime });
  }
  return {
    consistency,
    disks,
    excludedDisks: consistency.coverage.excluded.map((disk) => pointDisk(disk, 0)),
    bytesTotal: consistency.achieved === "NONE" ? 0 : disks.reduce((sum, { bytes }) => sum + bytes, 0),
    snapshotTime,
    vaultTime,
    detail: {
      attempts,
      guestRun: consistency.tries.at(-1)?.guestRun ?? null,
      tasks,
      diskBytes: disks.map(({ bytes }) => bytes),
      ...installation(request),
    },
  };
}

function installation({ machine, consistency: { extension } }: BackupRequest): Partial<VaultJobDetail> {
  const installed = withExtension(machine, extension)?.extension;
  return installed == null ? {} : { installedExtension: installed };
}

function pointDisk({ lun, name, sizeGiB, encrypted }: MachineDisk, bytes: number): PointDisk {
  return { lun, name, sizeGiB, encrypted, bytes };
}

/** Disks are moved side by side, changed blocks only: the slowest one sets how long it takes (Z-24). */
function transferSeconds({ machine, consistency, lastVaultedTime, startTime }: BackupRequest): number {
  const seconds = consistency.coverage.covered.map((disk) =>
    Math.ceil(changedBytes(disk, machine, lastVaultedTime, startTime) / transferBytesPerSecond),
  );
  return Math.max(shortestTransferSeconds, ...seconds);
}

/** Whose backup it is. */
export interface BackupBase {
  readonly account: string;
  readonly jobId: string;
  readonly itemId: string;
  readonly vmId: string;
  readonly vaultId: string;
  readonly startTime: number;
  readonly userTriggered: boolean;
}

/** The job's row; its progress follows the clock, so the row already holds the end. */
export function backupJobRow(base: BackupBase, outcome: BackupOutcome, recoveryPointId: string): VaultJob {
  const { consistency, bytesTotal, snapshotTime, vaultTime, detail } = outcome;
  const { reasons, achieved } = consistency;
  return {
    ...rowBase(base),
    status: reasons.length === 0 ? "Completed" : "CompletedWithWarnings",
    completeTime: vaultTime ?? snapshotTime,
    bytesTotal,
    level: achieved,
    reasons: reasons as unknown as readonly Json[],
    recoveryPointId,
    detail: detail as unknown as Json,
    errorCode: null,
    errorMessage: null,
  };
}

function rowBase({ jobId, ...base }: BackupBase) {
  return { ...base, id: armKey(jobId), armId: jobId, operation: "Backup" } as const;
}

/** Why a backup leaves no point: the last of what keeps it from succeeding. */
export function failureOf({ consistency: { reasons, tries } }: Pick<BackupOutcome, "consistency">): Reason {
  const [code] = tries.at(-1)?.errors ?? [];
  const found = reasons.find((why) => why.code === code && code !== undefined) ?? reasons.at(-1);
  return found ?? reason("Z-06", `the backup failed ${triesOfJob} times`, "see the job's reasons");
}

/** A job that left no point. */
export function failedJobRow(base: BackupBase, why: Reason, detail: VaultJobDetail, completeTime: number): VaultJob {
  const known = why.code !== null && Object.hasOwn(scriptErrors, why.code);
  return {
    ...rowBase(base),
    status: "Failed",
    completeTime,
    bytesTotal: 0,
    level: null,
    reasons: [why] as unknown as readonly Json[],
    recoveryPointId: null,
    detail: detail as unknown as Json,
    errorCode: why.code ?? "BackupFailed",
    errorMessage: known ? scriptErrors[why.code as keyof typeof scriptErrors].message : why.message,
  };
}

export interface PointLife {
  readonly ruleName: string;
  readonly snapshotUntil: number;
  readonly archiveTime: number | null;
  readonly expireTime: number | null;
}

export function pointRow(
  base: BackupBase & { readonly pointId: string; readonly policyId: string | null },
  outcome: BackupOutcome,
  life: PointLife,
): VaultPoint {
  const { account, itemId, vmId, vaultId, startTime, policyId, pointId, jobId } = base;
  const { consistency, disks, excludedDisks, bytesTotal, vaultTime } = outcome;
  return {
    id: armKey(pointId),
    account,
    armId: pointId,
    itemId,
    vmId,
    vaultId,
    policyId,
    jobId: armKey(jobId),
    createTime: startTime,
    level: consistency.achieved as ConsistencyLevel,
    reasons: consistency.reasons as unknown as readonly Json[],
    disks: disks as unknown as readonly Json[],
    excludedDisks: excludedDisks as unknown as readonly Json[],
    bytesTotal,
    ruleName: life.ruleName,
    // What is not in the vault yet can't be let go of.
    snapshotUntil: Math.max(life.snapshotUntil, vaultTime ?? 0),
    vaultTime,
    archiveTime: life.archiveTime,
    expireTime: life.expireTime,
    policyExpireTime: life.expireTime,
    damaged: false,
  };
}
