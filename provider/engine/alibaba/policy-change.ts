import type { Json } from "../../store/tables";
import { slotsAfter } from "../core/schedule";
import { secondsPerDay } from "../core/time";
import type { Command, CommandContext, QueryContext } from "../engine";
import { detailOfPoint, isImmutable, type PointDetail, type RecoveryPoint } from "./backup";
import { longestRetrySeconds } from "./fault";
import type { GroupPoint } from "./group-point";
import { isShorter } from "./point-life";
import type { EffectivePolicy } from "./policy";
import { isGroupId, type Protection } from "./protection-row";
import { type Retention, retentionOf } from "./slot";
import type { SnapshotRow } from "./snapshot";

/** Rows that are held in memory before they are written. */
const rowsPerWrite = 1000;

/** Protections that come under other rules than those that their points were made under. */
export interface PolicyChange {
  readonly protections: readonly Protection[];
  readonly old: EffectivePolicy;
  readonly next: EffectivePolicy;
}

/** A point as it is and as it would be; one whose new end has passed is removed. */
export interface PointChange {
  readonly before: RecoveryPoint;
  readonly after: RecoveryPoint;
  /** What the next rules say of it; absent: they say nothing new. */
  readonly retention?: Retention;
}

interface GroupPointChange {
  readonly before: GroupPoint;
  readonly after: GroupPoint;
}

interface ProtectionChange {
  readonly points: readonly PointChange[];
  readonly groupPoints: readonly GroupPointChange[];
}

/**
 * Other rules reach the points that there are already, longer and shorter alike. ENGINE: a point lives as the
 * rule says in whose schedule its moment lies, by the longest of all rules when it lies in none; the first point of a
 * period that can still be restored is kept by the period's rule; an extended or immutable point never comes to live
 * shorter; copies have an expiry of their own, and backups by hand are none of a policy's. What is
 * over goes at once, as at its expiry: a snapshot of which a disk or image was made stays.
 */
export const reapplyRetention: Command<PolicyChange, void> = async (context, change) => {
  if (!changesLives(change)) return;
  let points: PointChange[] = [];
  let groupPoints: GroupPointChange[] = [];
  for await (const changed of changedPoints(context, change)) {
    points.push(...changed.points.filter(isChanged));
    groupPoints.push(...changed.groupPoints.filter(isChanged));
    if (points.length < rowsPerWrite) continue;
    await write(context, points, groupPoints);
    points = [];
    groupPoints = [];
  }
  await write(context, points, groupPoints);
};

/** The points of each protection as they are and as they would be, the unchanged ones as well. */
export async function* changedPoints(
  context: QueryContext,
  change: PolicyChange,
): AsyncGenerator<ProtectionChange, void, void> {
  const { store, now } = context;
  const isSame = !changesLives(change);
  const days = new RuleDays(change.next);
  const oldestFirst = { order: { column: "createTime", direction: "ascending" } } as const;
  for (const { id: protectionId, instanceId } of change.protections) {
    const points = await store.find("recoveryPoint", { protectionId }, oldestFirst);
    const groups = isGroupId(instanceId) ? await store.find("groupPoint", { groupId: instanceId }) : [];
    const groupPoints = groups.filter((each) => each.protectionId === protectionId);
    if (isSame) {
      yield { points: points.map(unchanged), groupPoints: groupPoints.map(unchanged) };
      continue;
    }
    const retentions = retentionsOf(points, change.next, days);
    const immutable = new Set(points.filter(isImmutable).map(({ id }) => id));
    yield {
      points: points.map((point) => reapplied(point, retentions.get(point.createTime), change.next, now)),
      groupPoints: groupPoints.map((before) => ({
        before,
        after: reappliedGroup(before, retentions.get(before.createTime), immutable),
      })),
    };
  }
}

function unchanged<T>(row: T): { before: T; after: T } {
  return { before: row, after: row };
}

function isChanged({ before, after }: PointChange | GroupPointChange): boolean {
  return before !== after;
}

/** Whether points live differently under the next rules; another schedule alone makes none of them do. */
function changesLives({ old, next }: Pick<PolicyChange, "old" | "next">): boolean {
  const ofAll = ({ backups, retentionRules, archiveDays }: EffectivePolicy) => {
    const days = [...new Set(backups.map(({ retentionDays }) => retentionDays))].sort((a, b) => a - b);
    const rules = retentionRules.map((rule) => `${rule.advancedRetentionType} ${rule.retention}`).sort();
    return JSON.stringify([days, rules, archiveDays]);
  };
  if (ofAll(old) !== ofAll(next)) return true;
  const daysOf = new Map(old.backups.map(({ schedule, retentionDays }) => [JSON.stringify(schedule), retentionDays]));
  return next.backups.some(({ schedule, retentionDays }) => {
    const before = daysOf.get(JSON.stringify(schedule));
    return before !== undefined && before !== retentionDays;
  });
}

/** Days that points live by the BACKUP rules of a policy, by the moment at which they were made. */
class RuleDays {
  readonly #known = new Map<number, number>();
  readonly #all: readonly number[];

  constructor(private readonly policy: EffectivePolicy) {
    this.#all = [...new Set(policy.backups.map(({ retentionDays }) => retentionDays))];
  }

  at(time: number): number {
    const [only, ...others] = this.#all;
    if (only !== undefined && others.length === 0) return only;
    const known = this.#known.get(time);
    if (known !== undefined) return known;
    const own = this.policy.backups.filter(({ schedule }) => {
      // A throttled backup is made some seconds after its slot.
      const slot = slotsAfter(schedule, time - longestRetrySeconds - 1).next().value;
      return slot !== undefined && slot <= time;
    });
    const days = Math.max(...(own.length === 0 ? this.#all : own.map(({ retentionDays }) => retentionDays)));
    this.#known.set(time, days);
    return days;
  }
}

/** How long the points of a protection live, by their moment: those of a group's machines are of one. */
function retentionsOf(
  points: readonly RecoveryPoint[],
  policy: EffectivePolicy,
  days: RuleDays,
): ReadonlyMap<number, Retention> {
  const usable = new Set(points.filter(({ damaged }) => !damaged).map(({ createTime }) => createTime));
  const retentions = new Map<number, Retention>();
  let previous: number | null = null;
  for (const { createTime: time } of points) {
    if (retentions.has(time)) continue;
    // What can't be restored is not kept in the place of what can.
    const before: number | null = usable.has(time) ? previous : time;
    retentions.set(time, retentionOf({ time, retentionDays: days.at(time) }, policy, before));
    if (usable.has(time)) previous = time;
  }
  return retentions;
}

/** A point under other rules; the same row when nothing of it changes. */
function reapplied(
  point: RecoveryPoint,
  retention: Retention | undefined,
  { archiveDays }: EffectivePolicy,
  now: number,
): PointChange {
  if (retention === undefined) return unchanged(point);
  const end = point.createTime + retention.days * secondsPerDay;
  const expireTime = point.extended || isImmutable(point) ? laterOf(point.expireTime, end) : end;
  const old = detailOfPoint(point);
  const archiveTime = archiveTimeOf(point, retention, archiveDays, now);
  const advancedRetentionType = retention.advancedRetentionType ?? undefined;
  const isSame =
    expireTime === point.expireTime &&
    archiveTime === old.archiveTime &&
    advancedRetentionType === old.advancedRetentionType;
  if (isSame) return { before: point, after: point, retention };
  const { diskBytes, immutable, archiveTime: _time, advancedRetentionType: _type, ...rest } = old;
  const detail: PointDetail = {
    diskBytes,
    ...(immutable ? { immutable } : {}),
    ...(archiveTime === undefined ? {} : { archiveTime }),
    ...(advancedRetentionType === undefined ? {} : { advancedRetentionType }),
    ...rest,
  };
  return { before: point, after: { ...point, expireTime, detail: detail as unknown as Json }, retention };
}

/** What is archived already stays so; nothing is archived in the past. */
function archiveTimeOf(
  point: RecoveryPoint,
  { days }: Retention,
  archiveDays: number | null,
  now: number,
): number | undefined {
  const { archiveTime: planned } = detailOfPoint(point);
  if (planned !== undefined && planned <= now) return planned;
  if (archiveDays === null || archiveDays >= days) return undefined;
  return Math.max(point.createTime + archiveDays * secondsPerDay, now);
}

/** A group's point lives as those of its machines do by the rules; an override of one of them is that one's alone. */
function reappliedGroup(
  point: GroupPoint,
  retention: Retention | undefined,
  immutable: ReadonlySet<string>,
): GroupPoint {
  if (retention === undefined) return point;
  const end = point.createTime + retention.days * secondsPerDay;
  const isHeld = point.extended || point.recoveryPointIds.some((id) => immutable.has(id));
  const expireTime = isHeld ? laterOf(point.expireTime, end) : end;
  return expireTime === point.expireTime ? point : { ...point, expireTime };
}

function laterOf(first: number | null, second: number | null): number | null {
  return isShorter(first, second) ? second : first;
}

function isOver({ expireTime }: { readonly expireTime: number | null }, now: number): boolean {
  return expireTime !== null && expireTime <= now;
}

async function write(
  context: CommandContext,
  points: readonly PointChange[],
  groupPoints: readonly GroupPointChange[],
): Promise<void> {
  await followPoints(context, points);
  await putOrRemove(context, "recoveryPoint", points);
  await putOrRemove(context, "groupPoint", groupPoints);
}

async function putOrRemove<T extends "recoveryPoint" | "groupPoint">(
  { store, now }: CommandContext,
  table: T,
  changes: readonly { readonly after: T extends "groupPoint" ? GroupPoint : RecoveryPoint }[],
): Promise<void> {
  const rows = changes.map(({ after }) => after);
  await store.put(table, rows.filter((row) => !isOver(row, now)) as never);
  await store.remove(
    table,
    rows.filter((row) => isOver(row, now)).map(({ id }) => id),
  );
}

/** Snapshots with a row of their own end with their point, or with the override that holds their disk. */
async function followPoints({ store, now }: CommandContext, points: readonly PointChange[]): Promise<void> {
  if (points.length === 0) return;
  const ends = new Map(points.map(({ after }) => [after.id, after.expireTime]));
  const rows = await store.find("snapshot", { recoveryPointId: { in: [...ends.keys()] } });
  const followed = rows
    .filter(({ managed }) => managed)
    .map((row): SnapshotRow => {
      const end = ends.get(row.recoveryPointId ?? "") ?? null;
      return { ...row, expireTime: row.extended ? laterOf(row.expireTime, end) : end };
    });
  await store.put(
    "snapshot",
    followed.filter((row) => !isOver(row, now)),
  );
  await store.remove(
    "snapshot",
    followed.filter((row) => isOver(row, now)).map(({ id }) => id),
  );
}
