import type { Filter } from "../../store/store";
import type { Job } from "./backup";

/** What a job is doing at a moment: its end was decided at its start, its progress follows the clock. */
export interface JobState {
  readonly status: string;
  /** 0 to 10000: percent times 100, as the API has it. */
  readonly progress: number;
  readonly bytesDone: number;
}

export const jobStatuses = ["RUNNING", "COMPLETE", "PARTIAL_COMPLETE", "FAILED", "CANCELED"] as const;

export function jobStateAt(
  job: Pick<Job, "status" | "startTime" | "completeTime" | "bytesTotal">,
  now: number,
): JobState {
  const isMade = job.status === "COMPLETE" || job.status === "PARTIAL_COMPLETE";
  if (!isMade) return { status: job.status, progress: 0, bytesDone: 0 };
  if (now >= job.completeTime) return { status: job.status, progress: 10_000, bytesDone: job.bytesTotal };
  const part = (now - job.startTime) / (job.completeTime - job.startTime);
  return { status: "RUNNING", progress: Math.floor(part * 10_000), bytesDone: Math.floor(part * job.bytesTotal) };
}
