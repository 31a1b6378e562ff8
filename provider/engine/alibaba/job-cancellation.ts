import { recordDeath } from "../core/incarnation";
import type { Command, CommandContext } from "../engine";
import { detailOfJob, type Job } from "./backup";
import { machinesBehind } from "./consistency-group";
import { jobStateAt } from "./job-state";
import { findProtection } from "./protection";
import { apiRefusal, refusal } from "./rule";

/**
 * CancelBackupJob: a running job ends now and leaves neither point nor copy. What it was started by goes on: a schedule
 * may run again at once, and what has changed since the run before it is what the next one reads.
 */
export const cancelJob: Command<string, void> = async (context, jobId) => {
  const job = await requireRunning(context, jobId);
  const members = await context.store.getMany("job", detailOfJob(job).memberJobIds ?? []);
  const all = [job, ...members];
  const pointIds = all.flatMap(({ recoveryPointId }) => recoveryPointId ?? []);
  await refuseAwaited(context, job, pointIds);
  await removePoints(context, pointIds);
  // A machine of a group that failed from the start stays failed.
  const made = all.filter(({ recoveryPointId }) => recoveryPointId !== null);
  const ended = made.map((each): Job => {
    const completeTime = Math.min(each.completeTime, context.now);
    return { ...each, status: "CANCELED", completeTime, recoveryPointId: null };
  });
  await context.store.put("job", ended);
  await freeProtection(context, job);
  if (job.kind === "MANUAL") {
    await recordDeath(context, { resourceType: "cloudbackup:hbr:Backup", resourceId: job.id });
  }
};

async function requireRunning({ store, settings, now }: CommandContext, jobId: string): Promise<Job> {
  const job = await store.get("job", jobId);
  if (job === undefined || job.account !== settings.account) {
    const remedy = "list them: cloudbackup jobs";
    throw apiRefusal("Engine.JobNotFound", "JobId", `there is no backup job ${jobId}`, remedy);
  }
  const { status } = jobStateAt(job, now);
  if (status !== "RUNNING") {
    const message = `backup job ${jobId} is ${status}; only a running one can be cancelled`;
    throw apiRefusal("Engine.JobNotRunning", "JobId", message, "delete its point instead: DeleteSnapshot");
  }
  const { parentJobId } = detailOfJob(job);
  if (parentJobId === undefined) return job;
  const message = `backup job ${jobId} is one machine's part of its group's job`;
  throw refusal("A-58", "Engine.JobOfGroup", "JobId", message, `cancel the group's: ${parentJobId}`);
}

/** A restore that waits for the point was promised it. */
async function refuseAwaited(context: CommandContext, job: Job, pointIds: readonly string[]): Promise<void> {
  const restores = await context.store.find("restore", { account: job.account, startTime: { gt: context.now } });
  const waiting = restores.filter(({ status, recoveryPointId }) => {
    // A disk's snapshot is named after its point.
    const pointId = (recoveryPointId ?? "").replace(/-\d+$/, "");
    return status === "COMPLETE" && (pointIds.includes(recoveryPointId ?? "") || pointIds.includes(pointId));
  });
  if (waiting.length === 0) return;
  const ids = waiting.map(({ id }) => id).join(", ");
  const message = `restore ${ids} waits for the point of backup job ${job.id}`;
  throw refusal("A-54", "Engine.JobAwaited", "JobId", message, "cancel that first: CancelRestoreJob");
}

async function removePoints({ store }: CommandContext, ids: readonly string[]): Promise<void> {
  await store.remove("groupPoint", ids);
  await store.remove("recoveryPoint", ids);
  if (ids.length === 0) return;
  await store.removeWhere("replica", { recoveryPointId: { in: ids } });
  await store.removeWhere("snapshot", { recoveryPointId: { in: ids }, managed: true });
}

/** The protection is as it was before the job, but for the number of its runs. */
async function freeProtection(context: CommandContext, job: Job): Promise<void> {
  const { store, now } = context;
  const protection = job.protectionId === null ? undefined : await findProtection(context, job.protectionId);
  if (protection === undefined) return;
  const { id: protectionId } = protection;
  const newestFirst = { column: "createTime", direction: "descending" } as const;
  const [point] = await store.find("recoveryPoint", { protectionId }, { order: newestFirst, limit: 1 });
  const jobs = await store.find("job", { instanceId: job.instanceId, startTime: { lt: job.startTime } });
  const runs = jobs.filter((each) => each.protectionId === protectionId && each.recoveryPointId !== null);
  const starts = [...runs.map(({ startTime }) => startTime), ...(point === undefined ? [] : [point.createTime])];
  const machines = await machinesBehind(context, protection.instanceId);
  const ofMachines = { instanceId: { in: machines }, protectionId };
  const copies = await store.find("replica", ofMachines, { order: newestFirst, limit: machines.length });
  await store.put("protection", [
    {
      ...protection,
      lastStartTime: starts.length === 0 ? null : Math.max(...starts),
      lastCompleteTime: Math.min(protection.lastCompleteTime ?? now, now),
      lastCopyTime: copies.length === 0 ? null : Math.max(...copies.map(({ completeTime }) => completeTime)),
      // Its only run: no copy was made with the key after all.
      usedKmsKeyId: protection.runs === 1 ? null : protection.usedKmsKeyId,
    },
  ]);
}
