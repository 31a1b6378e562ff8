import { detailOfJob, type Job, readSeconds } from "./backup";
import { type JobState, jobStateAt } from "./job-state";

/** The part of a job that reads one disk: all of them start with the job, and each ends by its own bytes. */
export interface SubJob extends JobState {
  readonly id: string;
  readonly parentId: string;
  readonly instanceId: string;
  /** Null once the job's point, which knows the disks, is gone. */
  readonly diskId: string | null;
  readonly startTime: number;
  readonly completeTime: number;
  readonly bytesTotal: number;
}

/** The parts of a job at a moment; a cancelled job's parts that were done by then stay done. */
export function subJobsAt(job: Job, diskIds: readonly string[], now: number): readonly SubJob[] {
  const { diskBytes = [] } = detailOfJob(job);
  return diskBytes.map((bytesTotal, index) => {
    const own = job.startTime + readSeconds([bytesTotal]);
    const isCanceled = job.status === "CANCELED" && own > job.completeTime;
    const part = {
      startTime: job.startTime,
      completeTime: isCanceled ? job.completeTime : own,
      bytesTotal,
      status: isCanceled ? "CANCELED" : "COMPLETE",
    };
    return {
      ...part,
      ...jobStateAt(part, now),
      id: `${job.id}d${index}`,
      parentId: job.id,
      instanceId: job.instanceId,
      diskId: diskIds[index] ?? null,
    };
  });
}
