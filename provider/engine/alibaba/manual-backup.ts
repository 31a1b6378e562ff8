import type { Json } from "../../store/tables";
import { expireTimeAfter, type RetentionUnit } from "../core/retention";
import type { Command, Query } from "../engine";
import { decideBackup, type Job, jobRow, type RecoveryPoint, recoveryPointRow } from "./backup";
import { evaluateConsistency } from "./consistency";
import { requireFacts } from "./machine";
import type { ProtectionSettings } from "./protection-settings";
import { extendPoints, findPoint, isShorter } from "./recovery-point";
import { apiRefusal, refusal } from "./rule";

export interface ManualBackupInput {
  readonly jobId: string;
  readonly recoveryPointId: string;
  readonly instanceId: string;
  readonly retention: { readonly value: number; readonly unit: RetentionUnit };
  readonly settings: ProtectionSettings;
}

/** What a manual backup was asked for. */
export interface ManualBackupDetail {
  readonly settings: ProtectionSettings;
  readonly retention: { readonly value: number; readonly unit: RetentionUnit };
}

export function detailOf(job: Job): ManualBackupDetail {
  return job.detail as unknown as ManualBackupDetail;
}

export interface ManualBackup {
  readonly job: Job;
  /** Undefined once it has expired or was deleted. */
  readonly point: RecoveryPoint | undefined;
}

/** The manual backup behind a job id, whatever has become of its point. */
export const findManualBackup: Query<string, ManualBackup | undefined> = async (context, jobId) => {
  const job = await context.store.get("job", jobId);
  if (job === undefined || job.account !== context.settings.account || job.kind !== "MANUAL") return undefined;
  const point = job.recoveryPointId === null ? undefined : await findPoint(context, job.recoveryPointId);
  return { job, point };
};

/** CreateBackupJob: the level and the point are decided now, the progress follows the clock. */
export const createManualBackup: Command<ManualBackupInput, ManualBackup> = async (context, input) => {
  const { store, settings, now } = context;
  const facts = await requireFacts(context, input.instanceId, "instanceId");
  const consistency = evaluateConsistency(facts, input.settings, settings);
  if (consistency.coverage.covered.length === 0) {
    const message = `machine ${input.instanceId} has no disk that can be backed up`;
    throw refusal("A-21", "Engine.NothingToBackUp", "instanceId", message, "cover at least one cloud disk");
  }
  const outcome = decideBackup({ facts, consistency, startTime: now, previousTime: null });
  const rows = {
    account: settings.account,
    jobId: input.jobId,
    recoveryPointId: input.recoveryPointId,
    instanceId: input.instanceId,
    kind: "MANUAL" as const,
    protectionId: null,
    policyId: null,
    startTime: now,
    expireTime: expireTimeAfter(now, input.retention.value, input.retention.unit),
    outcome,
  };
  const detail: ManualBackupDetail = { settings: input.settings, retention: input.retention };
  const job = { ...jobRow(rows), detail: detail as unknown as Json };
  const point = recoveryPointRow(rows);
  await store.put("job", [job]);
  await store.put("recoveryPoint", [point]);
  return { job, point };
};

/**
 * A longer retention for the backup's point. One that lives longer already, by an override, is left as it is; of one
 * that has expired since, nothing but the wish is kept.
 */
export const extendManualBackup: Command<
  { jobId: string; retention: ManualBackupDetail["retention"] },
  ManualBackup
> = async (context, { jobId, retention }) => {
  const backup = await findManualBackup(context, jobId);
  if (backup === undefined) {
    throw apiRefusal("Engine.NotFound", "", `there is no manual backup ${jobId}`, "run pulumi refresh");
  }
  const { job, point } = backup;
  const expireTime = expireTimeAfter(job.startTime, retention.value, retention.unit);
  const isLonger = point !== undefined && isShorter(point.expireTime, expireTime);
  const [extended = point] = isLonger
    ? await extendPoints(context, { ids: [point.id], expireTimeOf: () => expireTime })
    : [];
  const detail: ManualBackupDetail = { ...detailOf(job), retention };
  const updated = { ...job, detail: detail as unknown as Json };
  await context.store.put("job", [updated]);
  return { job: updated, point: extended };
};

/** Forgets a manual backup; its point goes only when it is asked away. */
export const removeManualBackup: Command<{ jobId: string; deletePoint: boolean }, void> = async (context, input) => {
  const backup = await findManualBackup(context, input.jobId);
  if (backup === undefined) return;
  if (input.deletePoint && backup.point !== undefined) await context.store.remove("recoveryPoint", [backup.point.id]);
  await context.store.remove("job", [input.jobId]);
};
