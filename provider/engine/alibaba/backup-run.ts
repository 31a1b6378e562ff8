import { type ConsistencyLevel, weakestOf } from "../core/level";
import { uniqueReasons } from "../core/reason";
import { secondsPerDay } from "../core/time";
import {
  type BackupOutcome,
  decideBackup,
  failedJobRow,
  type Job,
  type JobBase,
  type JobDetail,
  type JobFailure,
  jobRow,
  type PointDetail,
  type RecoveryPoint,
  recoveryPointRow,
  runName,
  scheduledPointId,
} from "./backup";
import type { Consistency } from "./consistency";
import type { MachineFacts } from "./fact";
import { type Fault, throttlingMessage, throttlingRemedy, untilAccepted } from "./fault";
import type { GroupPoint } from "./group-point";
import type { EffectivePolicy } from "./policy";
import type { Protection } from "./protection-row";
import { defaultEncryption, type ProtectionSettings } from "./protection-settings";
import { type CopyTerms, decideCopy, type Replica } from "./replication";
import { type Reason, reason } from "./rule";
import { type Retention, retentionOf, type Slot } from "./slot";
import type { SnapshotQuota } from "./snapshot-quota";

const jobPrefix = "job-";

/** One machine of a run. */
export interface Member {
  readonly instanceId: string;
  /** Undefined when the machine was released. */
  readonly facts: MachineFacts | undefined;
  readonly consistency: Consistency | undefined;
  /** Undefined where the quota can't be reached. */
  readonly quota: SnapshotQuota | undefined;
  /** By the seconds since the previous backup: nothing else makes two of them differ. */
  readonly outcomes: Map<number | null, BackupOutcome>;
}

/** All that decides about the runs of one protection. */
export interface RunSetting {
  readonly policy: EffectivePolicy;
  readonly protection: Protection;
  readonly settings: ProtectionSettings;
  readonly members: readonly Member[];
  /** Whether the members are a consistency group: they then have one point together. */
  readonly isGroup: boolean;
  readonly faults: readonly Fault[];
  /** How points are copied; undefined where none is. */
  readonly copyTerms: CopyTerms | undefined;
}

/** What a protection carries from one run to the next. */
export interface RunState {
  readonly runs: number;
  readonly lastStartTime: number | null;
  readonly lastCompleteTime: number | null;
  readonly lastCopyTime: number | null;
  readonly usedKmsKeyId: string | null;
}

/** What one run leaves. */
export interface RunResult {
  readonly state: RunState;
  readonly jobs: readonly Job[];
  readonly points: readonly RecoveryPoint[];
  readonly groupPoint: GroupPoint | undefined;
  readonly replicas: readonly Replica[];
}

/** The run of one slot: a job and a point for each machine, decided at the start. */
export function runBackup(setting: RunSetting, slot: Slot, before: RunState): RunResult {
  const runs = before.runs + 1;
  const startTime = untilAccepted(setting.faults, slot.time, null);
  const base = baseOf(setting, startTime ?? slot.time, runs);
  // A throttled request may go through on the next day: the point is of the period in which it is made.
  const retention = retentionOf({ ...slot, time: base.startTime }, setting.policy, before.lastStartTime);
  const results = setting.members.map((member, index) => {
    const own = setting.isGroup ? memberBase(base, member.instanceId, index) : base;
    const failure = startTime === null ? throttled() : failureOf(member, own.startTime);
    if (failure !== undefined) return { job: failedJobRow(own, failure), point: undefined, member };
    return backUp(setting, member, own, retention, before.lastStartTime);
  });
  const points = results.flatMap(({ point }) => point ?? []);
  const jobs = results.map(({ job }) => job);
  const replicas = copyPoints(setting, results, before.lastCopyTime);
  const groupPoint = setting.isGroup && points.length > 0 ? groupPointRow(base, points) : undefined;
  return {
    state: {
      runs,
      lastStartTime: points.length > 0 ? base.startTime : before.lastStartTime,
      lastCompleteTime: Math.max(...jobs.map(({ completeTime }) => completeTime)),
      lastCopyTime: replicas.at(-1)?.completeTime ?? before.lastCopyTime,
      usedKmsKeyId: usedKey(setting, replicas) ?? before.usedKmsKeyId,
    },
    jobs: setting.isGroup ? [groupJob(base, jobs, groupPoint), ...jobs] : jobs,
    points,
    groupPoint,
    replicas,
  };
}

function baseOf({ protection }: RunSetting, startTime: number, run: number): JobBase {
  return {
    account: protection.account,
    jobId: jobPrefix + runName(protection.id, run),
    instanceId: protection.instanceId,
    kind: "SCHEDULED",
    protectionId: protection.id,
    policyId: protection.policyId,
    startTime,
    parentJobId: null,
  };
}

/** The job of one machine of a group. */
export function memberBase(base: JobBase, instanceId: string, index: number): JobBase {
  return { ...base, instanceId, jobId: `${base.jobId}m${index}`, parentJobId: base.jobId };
}

function throttled(): JobFailure {
  return { code: "Throttling.User", why: reason("A-80", throttlingMessage, throttlingRemedy, "Throttling.User") };
}

/** Why a machine can't be backed up at a time; no point is left. */
export function failureOf(member: Pick<Member, "facts" | "consistency" | "quota">, time: number) {
  const { facts, consistency, quota } = member;
  if (facts === undefined || consistency === undefined) return released();
  const covered = consistency.coverage.covered;
  if (covered.length === 0) {
    const message = "no disk of the machine can be backed up";
    return { code: "Engine.NothingToBackUp", why: reason("A-21", message, "cover at least one cloud disk") };
  }
  const busy = covered.find(({ snapshotUntil }) => snapshotUntil !== null && snapshotUntil > time);
  if (busy !== undefined) {
    const code = "IncorrectDiskStatus.CreatingSnapshot";
    const message = `a snapshot of disk ${busy.id} is being made by the snapshot service`;
    const remedy = "don't use the snapshot service beside Cloud Backup on one disk (A-47), or back up at another time";
    return { code, why: reason("A-77", message, remedy, code) };
  }
  return quota?.failure(
    covered.map(({ id }) => id),
    time,
  );
}

function released(): JobFailure {
  const remedy = "cancel its protection, or restore it from one of its recovery points";
  return { code: "Engine.InstanceReleased", why: reason("A-72", "the machine was released", remedy) };
}

interface MemberResult {
  readonly job: Job;
  readonly point: RecoveryPoint | undefined;
  readonly member: Member;
}

function backUp(
  setting: RunSetting,
  member: Member,
  base: JobBase,
  retention: Retention,
  previousTime: number | null,
): MemberResult {
  const outcome = outcomeOf(member, base.startTime, previousTime);
  const expireTime = base.startTime + retention.days * secondsPerDay;
  const recoveryPointId = scheduledPointId(base.jobId.slice(jobPrefix.length));
  const point = pointDetail(setting, base, retention);
  const rows = { ...base, recoveryPointId, outcome, expireTime, manual: null, point };
  const row = recoveryPointRow(rows);
  member.quota?.add(row.diskIds, expireTime);
  return { job: jobRow(rows), point: row, member };
}

function pointDetail(
  { policy, isGroup }: RunSetting,
  base: JobBase,
  { days, advancedRetentionType }: Retention,
): Omit<PointDetail, "diskBytes"> {
  const { archiveDays, immutable } = policy;
  return {
    ...(immutable ? { immutable: true as const } : {}),
    ...(archiveDays !== null && archiveDays < days
      ? { archiveTime: base.startTime + archiveDays * secondsPerDay }
      : {}),
    ...(advancedRetentionType === null ? {} : { advancedRetentionType }),
    ...(isGroup && base.parentJobId !== null ? { groupPointId: groupPointId(base.parentJobId) } : {}),
  };
}

/** The id of the point that a group's job leaves. */
export function groupPointId(jobId: string): string {
  return jobId.replace(/^job-/, "gs-");
}

/** Size and duration of a machine's backup; the same for all runs that are equally far from the one before. */
export function outcomeOf(member: Member, startTime: number, previousTime: number | null): BackupOutcome {
  const gap = previousTime === null ? null : startTime - previousTime;
  const known = member.outcomes.get(gap);
  if (known !== undefined) return known;
  const outcome = decideBackup({
    facts: member.facts as MachineFacts,
    consistency: member.consistency as Consistency,
    startTime,
    previousTime,
  });
  member.outcomes.set(gap, outcome);
  return outcome;
}

function copyPoints(
  setting: RunSetting,
  results: readonly MemberResult[],
  previousCopyTime: number | null,
): readonly Replica[] {
  const { copyTerms } = setting;
  if (copyTerms === undefined) return [];
  const replicas: Replica[] = [];
  for (const { job, point, member } of results) {
    if (point === undefined) continue;
    const replica = decideCopy({
      point,
      disks: member.consistency?.coverage.covered ?? [],
      ...copyTerms,
      completeTime: job.completeTime,
      previousCopyTime: replicas.at(-1)?.completeTime ?? previousCopyTime,
    });
    replicas.push(replica);
  }
  return replicas;
}

/** What all copies of a protection have in common; undefined where none is made. */
export function copyTermsOf(
  { policy: { replication }, settings }: Pick<RunSetting, "policy" | "settings">,
  { keys, faults }: Pick<CopyTerms, "keys" | "faults">,
): CopyTerms | undefined {
  if (replication === null) return undefined;
  return { ...replication, encryption: settings.replicationEncryption ?? defaultEncryption, keys, faults };
}

/** The named key, once a copy was made with it. */
export function usedKey({ settings }: RunSetting, replicas: readonly Pick<Replica, "status">[]): string | null {
  const isUsed = settings.replicationEncryption?.mode === "KMS" && replicas.some(({ status }) => status === "COMPLETE");
  return isUsed ? (settings.replicationEncryption?.kmsKeyId ?? null) : null;
}

/** The point of a whole group: what its job left of its machines. */
export function groupPointRow(base: JobBase, points: readonly RecoveryPoint[]): GroupPoint {
  return {
    id: groupPointId(base.jobId),
    account: base.account,
    groupId: base.instanceId,
    protectionId: base.protectionId,
    jobId: base.jobId,
    createTime: base.startTime,
    expireTime: points[0]?.expireTime ?? null,
    recoveryPointIds: points.map(({ id }) => id),
    extended: false,
  };
}

/** The job of a whole group: as good as the least of its machines. */
export function groupJob(base: JobBase, jobs: readonly Job[], point: { readonly id: string } | undefined): Job {
  const failed = jobs.filter(({ status }) => status === "FAILED");
  const status = failed.length === 0 ? "COMPLETE" : failed.length === jobs.length ? "FAILED" : "PARTIAL_COMPLETE";
  const levels = jobs.flatMap(({ level }) => level ?? []) as ConsistencyLevel[];
  return {
    id: base.jobId,
    account: base.account,
    kind: base.kind,
    instanceId: base.instanceId,
    protectionId: base.protectionId,
    recoveryPointId: point?.id ?? null,
    status,
    startTime: base.startTime,
    completeTime: Math.max(...jobs.map(({ completeTime }) => completeTime)),
    bytesTotal: jobs.reduce((sum, { bytesTotal }) => sum + bytesTotal, 0),
    level: weakestOf(levels) ?? null,
    reasons: uniqueReasons(jobs.flatMap((job) => job.reasons as unknown as readonly Reason[])) as never,
    detail: { diskBytes: [], memberJobIds: jobs.map(({ id }) => id) } satisfies JobDetail as never,
    errorCode: failed[0]?.errorCode ?? null,
    errorMessage: failed.length === 0 ? null : failed.map((job) => `${job.instanceId}: ${job.errorMessage}`).join("; "),
  };
}
