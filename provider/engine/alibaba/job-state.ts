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
export type JobStatus = (typeof jobStatuses)[number];

/** Ends that take their time; what failed or was cancelled is over from the moment that its row says so. */
const lastingStatuses: readonly string[] = ["COMPLETE", "PARTIAL_COMPLETE"] satisfies readonly JobStatus[];

export function jobStateAt(
  job: Pick<Job, "status" | "startTime" | "completeTime" | "bytesTotal">,
  now: number,
): JobState {
  const { status, startTime, completeTime, bytesTotal } = job;
  if (!lastingStatuses.includes(status)) return { status, progress: 0, bytesDone: 0 };
  if (now >= completeTime) return { status, progress: 10_000, bytesDone: bytesTotal };
  // A throttled job starts a little after its slot: until then nothing of it is done.
  const part = Math.max(0, (now - startTime) / (completeTime - startTime));
  return { status: "RUNNING", progress: Math.floor(part * 10_000), bytesDone: Math.floor(part * bytesTotal) };
}

/** The rows of the jobs that have a status at a moment. */
export function jobsWithStatus(status: JobStatus, now: number): Filter<"job"> {
  if (status === "RUNNING") return { status: { in: lastingStatuses }, completeTime: { gt: now } };
  return lastingStatuses.includes(status) ? { status, completeTime: { lte: now } } : { status };
}
