import { isoTime } from "../../provider/engine/core/time";
import type { Tale, TaleSnapshot } from "./tale";

/** A line of a story; a tab ends a name, so that what follows can be set in columns. */
export interface Told {
  readonly time: number;
  readonly verb: string;
  readonly text: string;
}

type Verb =
  | "backup"
  | "expired"
  | "deleted"
  | "pruned"
  | "shortened"
  | "extended"
  | "damaged"
  | "copy"
  | "failed"
  | "snapshot";

/** Something that the engine did. */
export interface Happening extends Told {
  readonly verb: Verb;
  /** The rule that keeps a new point longer than the others. */
  readonly period?: string;
}

export function tellTime(time: number): string {
  return isoTime(time).slice(0, 16).replace("T", " ");
}

/** A day, with the hour where it isn't midnight. */
function tellEnd(time: number | null): string {
  if (time === null) return "never expires";
  const text = tellTime(time);
  return `expires ${text.endsWith(" 00:00") ? text.slice(0, 10) : text}`;
}

const byId = <T extends { readonly id: string }>(all: readonly T[]) => new Map(all.map((each) => [each.id, each]));
const missingIn = <T extends { readonly id: string }>(all: readonly T[], other: readonly { readonly id: string }[]) => {
  const known = byId(other);
  return all.filter(({ id }) => !known.has(id));
};

/** What happened between two looks, in order of time. */
export function changesBetween(before: Tale, after: Tale): readonly Happening[] {
  const changes = [
    ...pointChanges(before, after),
    ...copyChanges(before, after),
    ...snapshotChanges(before, after),
    ...missingIn(after.failedJobs, before.failedJobs).map(
      ({ startTime, errorCode, errorMessage }): Happening => ({
        time: startTime,
        verb: "failed",
        text: `${errorCode}: ${errorMessage}`,
      }),
    ),
  ];
  return changes.sort((a, b) => a.time - b.time);
}

function pointChanges(before: Tale, after: Tale): Happening[] {
  const known = byId(before.points);
  const made = missingIn(after.points, before.points).map((point): Happening => {
    const { advancedRetentionType: period, immutable } = point.detail as Readonly<Record<string, string | undefined>>;
    const why = [period?.toLowerCase(), immutable ? "immutable" : undefined].filter((each) => each !== undefined);
    const mark = why.length > 0 ? `  (${why.join(", ")})` : "";
    const text = `${point.id}\t${tellEnd(point.expireTime)}${mark}`;
    return { time: point.createTime, verb: "backup", text, ...(period === undefined ? {} : { period }) };
  });
  const gone = missingIn(before.points, after.points).map(({ id, expireTime }): Happening => {
    if (after.deletedIds.includes(id)) return { time: after.now, verb: "deleted", text: id };
    if (isLater(expireTime, after.now)) return { time: after.now, verb: "pruned", text: id };
    return { time: expireTime ?? after.now, verb: "expired", text: id };
  });
  const changed = after.points.flatMap((point): Happening[] => {
    const old = known.get(point.id);
    if (old === undefined) return [];
    const text = `${point.id}\t${tellEnd(point.expireTime)}, before: ${tellEnd(old.expireTime)}`;
    const verb = isLater(old.expireTime, point.expireTime) ? "shortened" : "extended";
    return [
      ...(old.expireTime === point.expireTime ? [] : [{ time: after.now, verb: verb as Verb, text }]),
      ...(old.damaged === point.damaged ? [] : [damage(point.id, point.deletedSnapshotIds, after.now)]),
    ];
  });
  return [...gone, ...made, ...changed];
}

function isLater(end: number | null, other: number | null): boolean {
  return (end ?? Number.POSITIVE_INFINITY) > (other ?? Number.POSITIVE_INFINITY);
}

function damage(id: string, lost: readonly string[], time: number): Happening {
  return { time, verb: "damaged", text: `${id}\tis of no more use: ${lost.join(", ")} is missing` };
}

function copyChanges(before: Tale, after: Tale): Happening[] {
  const made = missingIn(after.replicas, before.replicas).map((copy): Happening => {
    const end = copy.status === "FAILED" ? `failed: ${copy.errorMessage}` : tellEnd(copy.expireTime);
    return { time: copy.completeTime, verb: "copy", text: `${copy.id}\tin ${copy.regionId}, ${end}` };
  });
  const gone = missingIn(before.replicas, after.replicas).map(
    ({ id, expireTime }): Happening => ({ time: expireTime ?? after.now, verb: "expired", text: id }),
  );
  return [...gone, ...made];
}

/** Snapshots are told of only where they don't simply come and go with their point. */
function snapshotChanges(before: Tale, after: Tale): Happening[] {
  const points = byId(after.points);
  const was = byId(before.snapshots);
  const gone = missingIn(before.snapshots, after.snapshots)
    .filter(({ pointId }) => points.has(pointId) || !byId(before.points).has(pointId))
    .map(({ id, expireTime, managed }): Happening => {
      const isOver = managed && expireTime !== null && expireTime <= after.now;
      const time = isOver ? expireTime : after.now;
      return { time, verb: "snapshot", text: `${id}\t${isOver ? "is gone" : "was deleted through ECS"}` };
    });
  const changed = after.snapshots.flatMap((now): Happening[] => {
    const old = was.get(now.id);
    return old === undefined ? [] : changeOf(old, now, before, after);
  });
  return [...gone, ...changed];
}

function changeOf(old: TaleSnapshot, now: TaleSnapshot, before: Tale, after: Tale): Happening[] {
  const tell = (text: string, time: number): Happening[] => [{ time, verb: "snapshot", text: `${now.id}\t${text}` }];
  if (old.managed && !now.managed) return tell("was used: Cloud Backup looks after it no longer", after.now);
  const point = before.points.find(({ id }) => id === now.pointId);
  if (point === undefined || after.points.some(({ id }) => id === point.id)) return [];
  const isDeleted = after.deletedIds.includes(point.id) || isLater(point.expireTime, after.now);
  const time = isDeleted ? after.now : (point.expireTime ?? after.now);
  return tell(now.managed ? `is left, ${tellEnd(now.expireTime)}` : "is left, and never expires", time);
}
