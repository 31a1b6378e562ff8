import type { Filter } from "../../store/store";
import type { ConsistencyLevel } from "../core/level";
import type { Query, QueryContext } from "../engine";
import { detailOfPoint, type Job, type RecoveryPoint } from "./backup";
import type { GroupPoint } from "./group-point";
import { jobStateAt } from "./job-state";
import type { Replica } from "./replication";
import { type NativeSnapshot, snapshotsOfPoints } from "./snapshot";

export interface PointSearch {
  readonly instanceId: string | null;
  readonly groupId: string | null;
  readonly protectionId: string | null;
  /** UNIX seconds, exclusive. */
  readonly createdBefore: number | null;
  readonly createdAfter: number | null;
  readonly level: ConsistencyLevel | null;
  readonly limit: number;
}

export type PointStatus = "RUNNING" | "COMPLETE" | "PARTIAL_COMPLETE";

/** A point of a machine with what belongs to it. */
export interface ListedPoint {
  readonly point: RecoveryPoint;
  readonly status: PointStatus;
  /** The snapshots that are still there, in the order of the point's disks. */
  readonly snapshots: readonly NativeSnapshot[];
  readonly replicas: readonly Replica[];
}

export interface PointList {
  /** Newest first. */
  readonly points: readonly ListedPoint[];
  /** How many there are without the limit. */
  readonly total: number;
  /** Newest first: of a group that is asked for all in the time asked for, otherwise those that the points are of. */
  readonly groupPoints: readonly GroupPoint[];
}

const newestFirst = { column: "createTime", direction: "descending" } as const;

export const listPoints: Query<PointSearch, PointList> = async (context, search) => {
  const { store, now } = context;
  const { filter, ofGroup } = await filterOf(context, search);
  const points = await store.find("recoveryPoint", filter, { order: newestFirst, limit: search.limit });
  const groupIds = [...new Set(points.flatMap((point) => detailOfPoint(point).groupPointId ?? []))];
  const groupPoints = ofGroup?.slice(0, search.limit) ?? (await store.getMany("groupPoint", groupIds)).sort(byAge);
  const jobs = await store.getMany("job", [...new Set(points.map(({ jobId }) => jobId))]);
  const jobOf = new Map(jobs.map((job) => [job.id, job]));
  const snapshots = groupByPoint(await snapshotsOfPoints(context, points));
  const ids = points.map(({ id }) => id);
  const replicas = ids.length === 0 ? [] : await store.find("replica", { recoveryPointId: { in: ids } });
  const copies = groupByPoint(replicas);
  const listed = points.map((point) => ({
    point,
    status: statusAt(point, jobOf.get(point.jobId), now),
    snapshots: snapshots.get(point.id) ?? [],
    replicas: copies.get(point.id) ?? [],
  }));
  return { points: listed, total: await store.count("recoveryPoint", filter), groupPoints };
};

function byAge(a: GroupPoint, b: GroupPoint): number {
  return b.createTime - a.createTime || (a.id < b.id ? -1 : 1);
}

function groupByPoint<T extends { readonly recoveryPointId: string | null }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const id = row.recoveryPointId ?? "";
    groups.set(id, [...(groups.get(id) ?? []), row]);
  }
  return groups;
}

interface PointFilter {
  readonly filter: Filter<"recoveryPoint">;
  readonly ofGroup: readonly GroupPoint[] | undefined;
}

/** A group's points name the points of its machines; how many there are is bounded by the quota of snapshots. */
async function filterOf({ store, settings }: QueryContext, search: PointSearch): Promise<PointFilter> {
  const { account } = settings;
  const { instanceId, groupId, protectionId, level, createdAfter, createdBefore } = search;
  const createTime = {
    ...(createdAfter === null ? {} : { gt: createdAfter }),
    ...(createdBefore === null ? {} : { lt: createdBefore }),
  };
  const time = Object.keys(createTime).length === 0 ? {} : { createTime };
  const ofGroup =
    groupId === null
      ? undefined
      : await store.find("groupPoint", { account, groupId, ...time }, { order: newestFirst });
  const filter = {
    account,
    ...time,
    ...(ofGroup === undefined ? {} : { id: { in: ofGroup.flatMap(({ recoveryPointIds }) => recoveryPointIds) } }),
    ...(instanceId === null ? {} : { instanceId }),
    ...(protectionId === null ? {} : { protectionId }),
    ...(level === null ? {} : { level }),
  };
  return { filter, ofGroup };
}

/** The API's words: a point is RUNNING while its job is, and PARTIAL_COMPLETE once a snapshot is missing. */
function statusAt(point: RecoveryPoint, job: Job | undefined, now: number): PointStatus {
  if (point.damaged) return "PARTIAL_COMPLETE";
  return job !== undefined && jobStateAt(job, now).status === "RUNNING" ? "RUNNING" : "COMPLETE";
}
