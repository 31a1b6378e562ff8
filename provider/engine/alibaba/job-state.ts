import type { Job } from "./backup";

/** What a job is doing at a moment: its end was decided at its start, its progress follows the clock. */
export interface JobState {
  readonly status: string;
  /** 0 to 10000: percent times 100, as the API has it. */
  readonly progress: number;
  readonly bytesDone: number;
}

export const jobStatuses = ["RUNNING", "COMPLETE", "FAILED"] as const;

export function jobStateAt(job: Job, now: number): JobState {
  if (job.status !== "COMPLETE" || now >= job.completeTime) {
    const bytesDone = job.status === "COMPLETE" ? job.bytesTotal : 0;
    return { status: job.status, progress: job.status === "COMPLETE" ? 10_000 : 0, bytesDone };
  }
  const part = (now - job.startTime) / (job.completeTime - job.startTime);
  return { status: "RUNNING", progress: Math.floor(part * 10_000), bytesDone: Math.floor(part * job.bytesTotal) };
}
