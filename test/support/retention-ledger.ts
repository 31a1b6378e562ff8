import type { Row } from "../../provider/store/tables";
import { periodOf } from "./retention-calendar";

/** UNIX seconds; null is never. */
export type End = number | null;

/** Why something is no longer there. */
interface Gone {
  readonly at: number;
  readonly why: "expired" | "deleted" | "deleted through ECS";
}

/** A machine's point, a group's point or a copy, as the auditor remembers it. */
export interface Life {
  readonly id: string;
  readonly createTime: number;
  readonly immutable: boolean;
  end: End;
  extended: boolean;
  gone?: Gone;
}

export interface PointLife extends Life {
  readonly protectionId: string | null;
  damaged: boolean;
}

export interface CopyLife extends Life {
  /** How it came out, and when. */
  readonly outcome: string;
}

export interface GroupLife extends Life {
  readonly groupId: string;
  readonly members: readonly string[];
}

export interface SnapshotLife {
  readonly id: string;
  readonly diskId: string;
  /** Undefined for a clone's. */
  readonly point: PointLife | undefined;
  /** A life of its own: an override of this disk, or what is left when its point is gone. Undefined: as its point. */
  own?: End;
  extended: boolean;
  /** A disk or image was made of it: Cloud Backup looks after it no longer. */
  used: boolean;
  gone?: Gone;
}

/** What the auditor reads of the engine; rows only. */
export interface Rows {
  readonly now: number;
  readonly policy: readonly Row<"policy">[];
  readonly protection: readonly Row<"protection">[];
  readonly consistencyGroup: readonly Row<"consistencyGroup">[];
  readonly machine: readonly Row<"machine">[];
  readonly disk: readonly Row<"disk">[];
  readonly job: readonly Row<"job">[];
  readonly recoveryPoint: readonly Row<"recoveryPoint">[];
  readonly groupPoint: readonly Row<"groupPoint">[];
  readonly replica: readonly Row<"replica">[];
  readonly snapshot: readonly Row<"snapshot">[];
  readonly fault: readonly Row<"fault">[];
  readonly kmsKey: readonly Row<"kmsKey">[];
}

/** How long points live by what their policy says now. */
export interface LifeRules {
  daysAt(moment: number): number;
  readonly longer: readonly { readonly period: string; readonly days: number }[];
}

const secondsPerDay = 86_400;

/** The later of two ends. */
export function later(a: End, b: End): End {
  return a === null || b === null ? null : Math.max(a, b);
}

export function isSooner(a: End, b: End): boolean {
  return (a ?? Number.POSITIVE_INFINITY) < (b ?? Number.POSITIVE_INFINITY);
}

function isOver(end: End, now: number): boolean {
  return end !== null && end <= now;
}

function setEnd(life: Life, end: number | undefined): void {
  if (end === undefined) return;
  life.end = life.extended || life.immutable ? later(life.end, end) : end;
}

/** When a snapshot ends, as S1 has it: with its point, or by its disk's own extension, or, once used, never. */
export function endOf({ used, own, point }: SnapshotLife): End {
  if (used) return null;
  if (own === undefined) return point?.end ?? null;
  return point === undefined || point.gone?.why === "deleted" ? own : later(own, point.end);
}

/** All points, copies and snapshots that ever were, each with what became of it. */
export class RetentionLedger {
  readonly points = new Map<string, PointLife>();
  readonly groups = new Map<string, GroupLife>();
  readonly copies = new Map<string, CopyLife>();
  readonly snapshots = new Map<string, SnapshotLife>();
  /** Those that may still be there, by disk and by point. */
  readonly #byDisk = new Map<string, SnapshotLife[]>();
  readonly #byPoint = new Map<PointLife, SnapshotLife[]>();

  addSnapshot(snapshot: SnapshotLife): void {
    this.snapshots.set(snapshot.id, snapshot);
    const { diskId, point } = snapshot;
    this.#byDisk.set(diskId, [...(this.#byDisk.get(diskId) ?? []), snapshot]);
    if (point !== undefined) this.#byPoint.set(point, [...(this.#byPoint.get(point) ?? []), snapshot]);
  }

  addPoint(point: PointLife, diskIds: readonly string[]): void {
    this.points.set(point.id, point);
    for (const [index, diskId] of diskIds.entries()) {
      const id = `${point.id}-${index}`;
      this.addSnapshot({ id, diskId, point, extended: false, used: false });
    }
  }

  /** Marks what has come to its end by a time; a group's point, a copy and a snapshot each have an end of their own. */
  expire(now: number): void {
    for (const life of [...this.points.values(), ...this.groups.values(), ...this.copies.values()]) {
      if (life.gone === undefined && isOver(life.end, now)) life.gone = { at: life.end ?? now, why: "expired" };
    }
    for (const snapshot of this.snapshots.values()) {
      const end = endOf(snapshot);
      if (snapshot.gone === undefined && isOver(end, now)) snapshot.gone = { at: end ?? now, why: "expired" };
    }
  }

  /** How many snapshots a disk has at a time; time goes on, so those that are over are not asked again. */
  countOf(diskId: string, time: number): number {
    const left = (this.#byDisk.get(diskId) ?? []).filter(
      (snapshot) => snapshot.gone === undefined && !isOver(endOf(snapshot), time),
    );
    this.#byDisk.set(diskId, left);
    return left.length;
  }

  livingSnapshotsOf(point: PointLife): SnapshotLife[] {
    return (this.#byPoint.get(point) ?? []).filter(({ gone }) => gone === undefined);
  }

  /** What is held, by an override or for ever and a day, never comes to live shorter. */
  liveBy(protectionId: string, rules: LifeRules): void {
    const points = [...this.points.values()]
      .filter((point) => point.protectionId === protectionId && point.gone === undefined)
      .sort((a, b) => a.createTime - b.createTime);
    const whole = new Set(points.filter(({ damaged }) => !damaged).map(({ createTime }) => createTime));
    const taken = new Set<string>();
    const ends = new Map<number, number>();
    for (const moment of new Set(points.map(({ createTime }) => createTime))) {
      const isWhole = whole.has(moment);
      const periods = rules.longer.map((rule) => ({
        ...rule,
        name: `${rule.period} ${periodOf(moment, rule.period)}`,
      }));
      const first = periods.filter(({ name }) => isWhole && !taken.has(name)).map(({ days }) => days);
      if (isWhole) for (const { name } of periods) taken.add(name);
      ends.set(moment, moment + Math.max(rules.daysAt(moment), ...first) * secondsPerDay);
    }
    for (const point of points) {
      setEnd(point, ends.get(point.createTime));
      for (const snapshot of this.livingSnapshotsOf(point)) {
        if (snapshot.own !== undefined) snapshot.own = later(snapshot.own, point.end);
      }
    }
    const ids = new Set(points.map(({ id }) => id));
    for (const group of this.groups.values()) {
      const isOwn = group.gone === undefined && group.members.some((id) => ids.has(id));
      if (isOwn) setEnd(group, ends.get(group.createTime));
    }
  }

  extendPoint(point: PointLife, end: End): void {
    point.end = end;
    point.extended = true;
    // An extension of the point is one of its disks, also where they have an extension of their own already.
    for (const snapshot of this.livingSnapshotsOf(point)) {
      if (snapshot.own !== undefined) snapshot.own = later(snapshot.own, end);
    }
  }

  /** Whether a point may not go now: immutable or extended, "never" but by request. */
  isHeld(life: Life, isRequest: boolean): boolean {
    return life.immutable || (life.extended && (life.end !== null || !isRequest));
  }

  /** the point is gone at once, its snapshots within ten minutes, but for those that were used. */
  deletePoint(point: PointLife, now: number, isRequest: boolean): void {
    for (const snapshot of this.livingSnapshotsOf(point)) {
      if (snapshot.used) continue;
      const isKept = snapshot.extended && (snapshot.own !== null || !isRequest);
      const soon = now + 600;
      const end = endOf(snapshot);
      if (isKept) continue;
      snapshot.own = end === null ? soon : Math.min(end, soon);
      snapshot.extended = false;
    }
    point.gone = { at: now, why: "deleted" };
  }

  /** Everything that differs between what should be there and what the rows say is. */
  differences(rows: Rows): string[] {
    const told = (id: string, end: End, ...marks: (string | false)[]) =>
      [id, end ?? "never", ...marks.filter((mark) => mark !== false)].join(" ");
    const living = <T extends Life | SnapshotLife>(lives: ReadonlyMap<string, T>): T[] =>
      [...lives.values()].filter(({ gone }) => gone === undefined);
    const expected = [
      ...living(this.points).map((p) => told(p.id, p.end, p.extended && "extended", p.damaged && "damaged")),
      ...living(this.groups).map((g) => told(g.id, g.end, g.extended && "extended")),
      ...living(this.copies).map((copy) => told(copy.id, copy.end, copy.outcome, copy.immutable && "immutable")),
      ...living(this.snapshots).map((s) => told(s.id, endOf(s), s.used && "used")),
    ];
    const actual = [
      ...rows.recoveryPoint.map((p) => told(p.id, p.expireTime, p.extended && "extended", p.damaged && "damaged")),
      ...rows.groupPoint.map((g) => told(g.id, g.expireTime, g.extended && "extended")),
      ...rows.replica.map((copy) => {
        const outcome = `${copy.status} at ${copy.completeTime}`;
        return told(copy.id, copy.expireTime, outcome, copy.immutable && "immutable");
      }),
      ...snapshotsIn(rows).map((s) => told(s.id, s.end, s.used && "used")),
    ];
    const [wanted, found] = [new Set(expected), new Set(actual)];
    return [
      ...expected.filter((line) => !found.has(line)).map((line) => `missing: ${line}`),
      ...actual.filter((line) => !wanted.has(line)).map((line) => `not expected: ${line}`),
    ];
  }

  /** Kept and gone are all; who is gone has a reason, and an immutable one was not gone before its end (law 6). */
  breaches(): string[] {
    const lives = [...this.points.values(), ...this.copies.values()];
    return lives
      .filter(({ gone, immutable, end }) => gone !== undefined && immutable && isSooner(gone.at, end))
      .map(({ id, gone }) => `${id} was immutable and is ${gone?.why}`);
  }
}

/** The snapshots that there are: a point has one for each disk, unless somebody deleted it; some have rows. */
function snapshotsIn(rows: Rows): { id: string; end: End; used: boolean }[] {
  const own = new Map(rows.snapshot.map((row) => [row.id, { id: row.id, end: row.expireTime, used: !row.managed }]));
  for (const { id: pointId, diskIds, deletedSnapshotIds, expireTime } of rows.recoveryPoint) {
    for (const index of diskIds.keys()) {
      const id = `${pointId}-${index}`;
      if (own.has(id) || deletedSnapshotIds.includes(id)) continue;
      own.set(id, { id, end: expireTime, used: false });
    }
  }
  return [...own.values()];
}
