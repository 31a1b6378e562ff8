import type { Filter } from "../../store/store";
import type { Query, QueryContext } from "../engine";
import { detailOfJob, type Job } from "./backup";
import { machinesBehind } from "./consistency-group";
import { type DiskJob, diskJobsAt } from "./disk-job";
import { type JobState, type JobStatus, jobStateAt, jobsWithStatus } from "./job-state";
import { findProtection } from "./protection";
import { type Replica, replicaIdOf } from "./replication";

export interface JobSearch {
  /** The machine, or the consistency group. */
  readonly sourceId: string | null;
  readonly protectionId: string | null;
  readonly status: JobStatus | null;
  /** UNIX seconds, inclusive. */
  readonly since: number | null;
  readonly limit: number;
}

/** A job as it is now, with what belongs to it. */
export interface ListedJob {
  readonly job: Job;
  readonly state: JobState;
  readonly diskJobs: readonly DiskJob[];
  /** Copies of the points that it left, of all its machines. */
  readonly replicas: readonly Replica[];
}

export interface JobList {
  /** Newest first. */
  readonly jobs: readonly ListedJob[];
  /** How many there are without the limit. */
  readonly total: number;
}

export const listJobs: Query<JobSearch, JobList> = async (context, search) => {
  const { store, now } = context;
  const filter = await filterOf(context, search);
  const order = { column: "startTime", direction: "descending" } as const;
  const jobs = await store.find("job", filter, { order, limit: search.limit });
  const pointIds = await pointIdsOf(context, jobs);
  const all = [...new Set([...pointIds.values()].flat())];
  const points = new Map((await store.getMany("recoveryPoint", all)).map((point) => [point.id, point]));
  const replicas = new Map((await store.getMany("replica", all.map(replicaIdOf))).map((copy) => [copy.id, copy]));
  const listed = jobs.map((job) => ({
    job,
    state: jobStateAt(job, now),
    diskJobs: diskJobsAt(job, points.get(job.recoveryPointId ?? "")?.diskIds, now),
    replicas: (pointIds.get(job.id) ?? []).flatMap((id) => replicas.get(replicaIdOf(id)) ?? []),
  }));
  return { jobs: listed, total: await store.count("job", filter) };
};

async function filterOf(context: QueryContext, search: JobSearch): Promise<Filter<"job">> {
  const { sourceId, protectionId, status, since } = search;
  return {
    account: context.settings.account,
    ...(protectionId === null ? {} : { protectionId, ...(await sourcesOf(context, protectionId)) }),
    ...(sourceId === null ? {} : { instanceId: sourceId }),
    ...(status === null ? {} : jobsWithStatus(status, context.now)),
    ...(since === null ? {} : { startTime: { gte: since } }),
  };
}

/** Jobs are found by what they back up, so the sources of a protection that is there spare a look at all the others. */
async function sourcesOf(context: QueryContext, protectionId: string): Promise<Filter<"job">> {
  const protection = await findProtection(context, protectionId);
  if (protection === undefined) return {};
  const machines = await machinesBehind(context, protection.instanceId);
  return { instanceId: { in: [...new Set([protection.instanceId, ...machines])] } };
}

/** The points that each job left: its own, or those of its group's machines. */
async function pointIdsOf({ store }: QueryContext, jobs: readonly Job[]): Promise<ReadonlyMap<string, string[]>> {
  const memberIds = jobs.flatMap((job) => detailOfJob(job).memberJobIds ?? []);
  const members = new Map((await store.getMany("job", memberIds)).map((job) => [job.id, job]));
  return new Map(
    jobs.map((job) => {
      const own = detailOfJob(job).memberJobIds?.flatMap((id) => members.get(id) ?? []) ?? [job];
      return [job.id, own.flatMap(({ recoveryPointId }) => recoveryPointId ?? [])];
    }),
  );
}
