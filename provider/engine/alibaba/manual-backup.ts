import { expireTimeAfter, type RetentionUnit } from "../core/retention";
import type { Command, Query, QueryContext } from "../engine";
import { decideBackup, type Job, jobRow, type RecoveryPoint, recoveryPointRow } from "./backup";
import { evaluateConsistency } from "./consistency";
import { loadFacts, type MachineFacts } from "./fact";
import { requireMachine } from "./machine";
import type { ProtectionSettings } from "./protection-settings";
import { findPoint } from "./recovery-point";
import { refusal } from "./rule";

export interface ManualBackupInput {
  readonly jobId: string;
  readonly recoveryPointId: string;
  readonly instanceId: string;
  readonly retention: { readonly value: number; readonly unit: RetentionUnit };
  readonly settings: ProtectionSettings;
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

async function factsOf(context: QueryContext, instanceId: string): Promise<MachineFacts> {
  const machine = await requireMachine(context, instanceId, "instanceId");
  const facts = (await loadFacts(context.store, context.settings.account, [machine.id])).get(machine.id);
  return facts as MachineFacts;
}

/** CreateBackupJob: the level and the point are decided now, the progress follows the clock. */
export const createManualBackup: Command<ManualBackupInput, ManualBackup> = async (context, input) => {
  const { store, settings, now } = context;
  const facts = await factsOf(context, input.instanceId);
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
  const job = jobRow(rows);
  const point = recoveryPointRow(rows);
  await store.put("job", [job]);
  await store.put("recoveryPoint", [point]);
  return { job, point };
};
