import { isoTime } from "../core/time";
import type { Query, QueryContext } from "../engine";
import type { Job } from "./backup";
import { apiRefusal, refusal } from "./rule";

/** The longest life of a point that is extended, days from its creation. */
export const longestRetentionDays = 65_536;

/** Whether an expiry would come sooner than it is: points may only live longer. */
export function isShorter(expireTime: number | null, current: number | null): boolean {
  return current === null ? expireTime !== null : expireTime !== null && expireTime < current;
}

/** What the id of one disk's point has behind its point's id. */
const ofDisk = /-\d+$/;

/** Why a point that is not there is not: deleted, expired, never made by a job that failed, or never heard of. */
export const absenceOf: Query<{ id: string; property: string }, Error> = async (context, { id, property }) => {
  const deleted = await context.store.get("deletedPoint", id.replace(ofDisk, ""));
  if (deleted?.account === context.settings.account) {
    const message = `recovery point ${deleted.id} was deleted at ${isoTime(deleted.deleteTime)}`;
    const remedy = "what is deleted can't be restored: choose another point (cloudbackup points)";
    return refusal("A-42", "Engine.PointDeleted", property, message, remedy);
  }
  return (await absenceByJob(context, id, property)) ?? unheardOf(id, property);
};

/** The job that made a point, a disk's point or a copy, while it is remembered. */
const jobOf: Query<string, Job | undefined> = async ({ store, settings }, id) => {
  const jobId = id.replace(/^g?s-/, "job-").replace(ofDisk, "");
  // A copy's id ends with r, and so may a point's.
  const job = (await store.get("job", jobId)) ?? (await store.get("job", jobId.replace(/r$/, "")));
  return job?.account === settings.account ? job : undefined;
};

/** What the job of a point tells. */
async function absenceByJob(context: QueryContext, id: string, property: string): Promise<Error | undefined> {
  const job = await jobOf(context, id);
  if (job === undefined) return undefined;
  if (job.status === "FAILED" || job.status === "CANCELED") {
    const why = job.errorMessage ?? `it was cancelled`;
    const message = `there is no recovery point ${id}: its job ${job.id} is ${job.status}: ${why}`;
    const remedy = "mend what made the job fail and back up again, or choose another point";
    return refusal("A-54", job.errorCode ?? "Engine.JobCanceled", property, message, remedy);
  }
  const message = `recovery point ${id} of ${isoTime(job.startTime)} has expired`;
  const remedy = "choose a younger point (cloudbackup points); next time extend it in time (hbr:RetentionOverride)";
  return refusal("A-37", "Engine.PointExpired", property, message, remedy);
}

function unheardOf(id: string, property: string): Error {
  const message = `there is no recovery point ${id}: it never was, or expired so long ago that its job is forgotten`;
  return apiRefusal("EntityNotExist.Snapshot", property, message, "list those that are there: cloudbackup points");
}
