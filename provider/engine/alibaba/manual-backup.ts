import type { Json } from "../../store/tables";
import { expireTimeAfter } from "../core/retention";
import type { Command, CommandContext, Query } from "../engine";
import {
  type BackupOutcome,
  decideBackup,
  detailOfJob,
  type Job,
  type JobBase,
  type JobDetail,
  jobRow,
  type ManualBackupRequest,
  type RecoveryPoint,
  type RetentionPeriod,
  recoveryPointRow,
} from "./backup";
import { failureOf, groupJob, groupPointId, groupPointRow, memberBase } from "./backup-run";
import { evaluateConsistency } from "./consistency";
import { machinesBehind } from "./consistency-group";
import { listFaults } from "./fault";
import { loadKeys } from "./kms-key";
import { requireFacts } from "./machine";
import { deleteGroupPoint, deletePoints } from "./point-deletion";
import { isShorter } from "./point-life";
import { isGroupId } from "./protection-row";
import { defaultEncryption, readSettings } from "./protection-settings";
import { extendPoints, findGroupPoint, findPoint, type LivingPoint } from "./recovery-point";
import { decideCopy, type Replica } from "./replication";
import { apiRefusal, refusal } from "./rule";
import { noteFirstBackup, requireService } from "./service";
import { loadQuotas } from "./snapshot-quota";

export interface ManualBackupInput extends ManualBackupRequest {
  readonly jobId: string;
  /** The machine, or the consistency group. */
  readonly sourceId: string;
}

export interface ManualBackup {
  readonly job: Job;
  readonly request: ManualBackupRequest;
  /** The machine's point or the group's; undefined once it has expired or was deleted. */
  readonly point: LivingPoint | undefined;
  /** Ids of the copies in the other region, whatever has become of them. */
  readonly copyIds: readonly string[];
}

function requestOf(job: Job): ManualBackupRequest {
  const { manual } = detailOfJob(job);
  if (manual !== undefined) return manual;
  // Rows from before groups and copies hold the request itself.
  const { settings, retention } = job.detail as { settings: Json; retention: RetentionPeriod | Json };
  return { settings: readSettings(settings), retention: retention as RetentionPeriod, copy: null };
}

/** The manual backup behind a job id, whatever has become of its point; one that was cancelled is none. */
export const findManualBackup: Query<string, ManualBackup | undefined> = async (context, jobId) => {
  const job = await context.store.get("job", jobId);
  if (job === undefined || job.account !== context.settings.account || job.kind !== "MANUAL") return undefined;
  if (job.status === "CANCELED") return undefined;
  const id = job.recoveryPointId ?? "";
  const group = await findGroupPoint(context, id);
  const point = group ?? (await findPoint(context, id));
  return { job, request: requestOf(job), point, copyIds: detailOfJob(job).copyIds ?? [] };
};

interface OneBackup {
  readonly job: Job;
  readonly point: RecoveryPoint;
  readonly outcome: BackupOutcome;
}

/** CreateBackupJob: levels and points are decided now, the progress follows the clock. */
export const createManualBackup: Command<ManualBackupInput, ManualBackup> = async (context, input) => {
  await requireService(context);
  const isGroup = isGroupId(input.sourceId);
  const base = baseOf(context, input);
  const instanceIds = await machinesBehind(context, input.sourceId);
  const backups: OneBackup[] = [];
  for (const [index, instanceId] of instanceIds.entries()) {
    const own = isGroup ? memberBase(base, instanceId, index) : base;
    backups.push(await backUp(context, input, own, isGroup));
  }
  const [first] = backups;
  if (first === undefined) {
    throw refusal(
      "A-58",
      "Engine.GroupEmpty",
      "groupId",
      `group ${input.sourceId} has no machine`,
      "add machines to it",
    );
  }
  const replicas = await copyAll(context, input, backups);
  const points = backups.map(({ point }) => point);
  await context.store.put("recoveryPoint", points);
  await context.store.put("replica", replicas);
  await noteFirstBackup(context, context.now);
  const jobs = backups.map(({ job }) => job);
  const copyIds = replicas.map(({ id }) => id);
  const request = requestOnly(input);
  if (!isGroup) {
    const job = withDetail(first.job, { copyIds });
    await context.store.put("job", [job]);
    return { job, request, point: first.point, copyIds };
  }
  const point = groupPointRow(base, points);
  const job = withDetail(groupJob(base, jobs, point), { manual: request, copyIds });
  await context.store.put("groupPoint", [point]);
  await context.store.put("job", [job, ...jobs]);
  return { job, request, point, copyIds };
};

function withDetail(job: Job, more: Partial<JobDetail>): Job {
  return { ...job, detail: { ...detailOfJob(job), ...more } as unknown as Json };
}

function baseOf({ settings, now }: CommandContext, { jobId, sourceId }: ManualBackupInput): JobBase {
  return {
    account: settings.account,
    jobId,
    instanceId: sourceId,
    kind: "MANUAL",
    protectionId: null,
    policyId: null,
    startTime: now,
    parentJobId: null,
  };
}

function requestOnly({ settings, retention, copy }: ManualBackupInput): ManualBackupRequest {
  return { settings, retention, copy };
}

async function backUp(
  context: CommandContext,
  input: ManualBackupInput,
  base: JobBase,
  isGroup: boolean,
): Promise<OneBackup> {
  const { settings, now } = context;
  const facts = await requireFacts(context, base.instanceId, isGroup ? "groupId" : "instanceId");
  const consistency = evaluateConsistency(facts, input.settings, settings);
  const quota = (await loadQuotas(context.store, [facts], 1)).get(base.instanceId);
  const failure = failureOf({ facts, consistency, quota }, now);
  if (failure !== undefined) {
    const { rule, message, remedy } = failure.why;
    throw refusal(rule, failure.code, isGroup ? "groupId" : "instanceId", `${base.instanceId}: ${message}`, remedy);
  }
  const outcome = decideBackup({ facts, consistency, startTime: now, previousTime: null });
  const { value, unit } = input.retention;
  const rows = {
    ...base,
    recoveryPointId: base.jobId.replace(/^job-/, "s-"),
    expireTime: expireTimeAfter(now, value, unit),
    outcome,
    manual: isGroup ? null : requestOnly(input),
    point: base.parentJobId === null ? {} : { groupPointId: groupPointId(base.parentJobId) },
  };
  return { job: jobRow(rows), point: recoveryPointRow(rows), outcome };
}

async function copyAll(
  context: CommandContext,
  { copy, settings }: ManualBackupInput,
  backups: readonly OneBackup[],
): Promise<readonly Replica[]> {
  if (copy === null) return [];
  const [keys, faults] = [await loadKeys(context, undefined), await listFaults(context, undefined)];
  return backups.map(({ job, point, outcome }) =>
    decideCopy({
      point,
      disks: outcome.consistency.coverage.covered,
      regionId: copy.regionId,
      retentionDays: null,
      ...(copy.retention === null
        ? {}
        : { expireTime: expireTimeAfter(context.now, copy.retention.value, copy.retention.unit) }),
      encryption: settings.replicationEncryption ?? defaultEncryption,
      completeTime: job.completeTime,
      previousCopyTime: null,
      keys,
      faults,
    }),
  );
}

/**
 * A longer retention for the backup's point. One that lives longer already, by an override, is left as it is; of one
 * that has expired since, nothing but the wish is kept.
 */
export const extendManualBackup: Command<{ jobId: string; retention: RetentionPeriod }, ManualBackup> = async (
  context,
  { jobId, retention },
) => {
  const backup = await findManualBackup(context, jobId);
  if (backup === undefined) {
    throw apiRefusal("Engine.NotFound", "", `there is no manual backup ${jobId}`, "run pulumi refresh");
  }
  const { job, point } = backup;
  const expireTime = expireTimeAfter(job.startTime, retention.value, retention.unit);
  if (point !== undefined && isShorter(point.expireTime, expireTime)) {
    const dimension = isGroupId(job.instanceId) ? "GROUP" : "INSTANCE";
    await extendPoints(context, { ids: [point.id], dimension, expireTimeOf: () => expireTime });
  }
  const manual = { ...backup.request, retention };
  const updated = withDetail(job, { manual });
  await context.store.put("job", [updated]);
  return { ...backup, job: updated, request: manual };
};

/** Forgets a manual backup; its point goes only when it is asked away, and only when nothing holds it. */
export const removeManualBackup: Command<{ jobId: string; deletePoint: boolean }, void> = async (context, input) => {
  const backup = await findManualBackup(context, input.jobId);
  if (backup === undefined) return;
  if (input.deletePoint && backup.point !== undefined) {
    const point = await findPoint(context, backup.point.id);
    if (point !== undefined) await deletePoints(context, { points: [point], cause: "ON_DESTROY" });
    else await deleteGroupPoint(context, { id: backup.point.id, cause: "ON_DESTROY" });
  }
  await context.store.remove("job", [input.jobId, ...(detailOfJob(backup.job).memberJobIds ?? [])]);
};
