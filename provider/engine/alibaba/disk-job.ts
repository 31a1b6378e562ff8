import { detailOfJob, type Job, readSeconds } from "./backup";
import { jobStateAt } from "./job-state";

/** The part of a backup job that reads one disk. */
export interface DiskJob {
  /** The disk; undefined once the job's point, which names the disks, is gone. */
  readonly diskId: string | undefined;
  readonly status: string;
  /** 0 to 10000: percent times 100, as the API has it. */
  readonly progress: number;
  readonly bytesTotal: number;
  readonly bytesDone: number;
  readonly completeTime: number;
}

/** What a job does with each disk at a moment: all are read side by side from the start, each as fast as it can be. */
export function diskJobsAt(job: Job, diskIds: readonly string[] | undefined, now: number): readonly DiskJob[] {
  return detailOfJob(job).diskBytes.map((bytes, index) => {
    const completeTime = Math.min(job.completeTime, job.startTime + readSeconds([bytes]));
    const state = jobStateAt({ ...job, completeTime, bytesTotal: bytes }, now);
    return { diskId: diskIds?.[index], bytesTotal: bytes, completeTime, ...state };
  });
}
