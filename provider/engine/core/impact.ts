import type { Reason } from "./reason";
import { secondsPerDay } from "./time";

/** Every text that tells what becomes of points matches this. */
export const impactPattern = /\b(?:prunes|shortens|extends|keeps) (?:all|\d+) .*recovery points?\b/;

/** The part of such a text that tells of machines without any point; nothing is worse, so it is shown in red. */
export const emptiedPattern = /NO RECOVERY POINT IS LEFT on [^;\n]*/;

/** What a change makes of a recovery point that exists already. */
export const fates = ["KEPT", "PRUNED", "SHORTENED", "EXTENDED"] as const;
export type Fate = (typeof fates)[number];

/** Why a point meets its fate. */
export interface FateReason extends Pick<Reason, "rule" | "message" | "source"> {
  /** What the message ends with for one point, UNIX seconds; null is for ever. Absent: the message says it all. */
  readonly until?: number | null;
}

/** A point as a change finds it, and as the change leaves it. Times are UNIX seconds, null is never. */
export interface PointImpact {
  readonly recoveryPointId: string;
  readonly machineId: string;
  readonly createTime: number;
  readonly oldExpireTime: number | null;
  readonly newExpireTime: number | null;
  readonly fate: Fate;
  readonly reason: FateReason;
  /** Whether it can be restored; an outsider may have broken it. */
  readonly usable: boolean;
}

type FateCounts = { readonly [F in Lowercase<Fate>]: number };

/** The points of one machine, or of all. Oldest and newest are of those that are left and can be restored. */
export interface Tally extends FateCounts {
  readonly total: number;
  /** UNIX seconds; null when none is left. */
  readonly oldestLeft: number | null;
  readonly newestLeft: number | null;
  /** When the last of those goes, UNIX seconds; null: never, or none is left. */
  readonly leftUntil: number | null;
}

export interface MachineImpact extends Tally {
  readonly machineId: string;
  readonly machineName: string;
  /** Whether the change takes the last point from which the machine could be restored. */
  readonly isEmptied: boolean;
}

export interface ReasonCount {
  readonly fate: Fate;
  readonly rule: string;
  readonly message: string;
  readonly source: string;
  readonly count: number;
}

/** What a change means for the points that there are: kept, pruned, shortened and extended are all of them. */
export interface Impact extends Tally {
  /** By name. */
  readonly machines: readonly MachineImpact[];
  /** The most frequent first. */
  readonly reasons: readonly ReasonCount[];
  /** Newest first, as many as were asked for. */
  readonly points: readonly PointImpact[];
}

/** What becomes of a point's life; less than a day more or less, as another clock brings it, is none. */
export function fateOf(oldExpireTime: number | null, newExpireTime: number | null, now: number): Fate {
  if (newExpireTime !== null && newExpireTime <= now) return "PRUNED";
  if (oldExpireTime === newExpireTime) return "KEPT";
  if (newExpireTime === null) return "EXTENDED";
  if (oldExpireTime === null || oldExpireTime - newExpireTime >= secondsPerDay) return "SHORTENED";
  return newExpireTime - oldExpireTime >= secondsPerDay ? "EXTENDED" : "KEPT";
}

class Counter {
  readonly #counts: Record<Lowercase<Fate>, number> = { kept: 0, pruned: 0, shortened: 0, extended: 0 };
  #oldest: number | null = null;
  #newest: number | null = null;
  #leftUntil: number | null = 0;
  #usable = 0;

  add({ fate, createTime, newExpireTime, usable }: PointImpact): void {
    this.#counts[fate.toLowerCase() as Lowercase<Fate>] += 1;
    if (!usable) return;
    this.#usable += 1;
    if (fate === "PRUNED") return;
    this.#oldest = Math.min(this.#oldest ?? createTime, createTime);
    this.#newest = Math.max(this.#newest ?? createTime, createTime);
    const last = this.#leftUntil;
    this.#leftUntil = last === null || newExpireTime === null ? null : Math.max(last, newExpireTime);
  }

  get isEmptied(): boolean {
    return this.#usable > 0 && this.#oldest === null;
  }

  get usable(): number {
    return this.#usable;
  }

  tally(): Tally {
    const counts = this.#counts;
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const leftUntil = this.#oldest === null ? null : this.#leftUntil;
    return { ...counts, total, oldestLeft: this.#oldest, newestLeft: this.#newest, leftUntil };
  }
}

/** Of a change that no point is under. */
export const noImpact: Impact = {
  ...new Counter().tally(),
  machines: [],
  reasons: [],
  points: [],
};

/** What else is known of the machines once all points are counted. */
export interface MachineNames {
  /** By the machine's id in points. */
  readonly names: ReadonlyMap<string, Pick<MachineImpact, "machineId" | "machineName">>;
  /** Machines that have points which the change is not about. */
  readonly elsewhere: ReadonlySet<string>;
}

/** Counts points one by one, so that only those that are to be listed are remembered. */
export class ImpactCounter {
  readonly #all = new Counter();
  readonly #machines = new Map<string, Counter>();
  readonly #reasons = new Map<string, { -readonly [K in keyof ReasonCount]: ReasonCount[K] }>();
  readonly #points: PointImpact[] = [];

  /** `limit`: how many points the impact lists. */
  constructor(private readonly limit: number) {}

  add(point: PointImpact): void {
    this.#all.add(point);
    const machine = this.#machines.get(point.machineId) ?? new Counter();
    this.#machines.set(point.machineId, machine);
    machine.add(point);
    const { fate, reason } = point;
    const key = `${fate} ${reason.rule} ${reason.message}`;
    const known = this.#reasons.get(key);
    if (known !== undefined) known.count += 1;
    else {
      const { rule, message, source } = reason;
      this.#reasons.set(key, { fate, rule, message, source, count: 1 });
    }
    if (this.limit > 0) this.#points.push(point);
  }

  get machineIds(): readonly string[] {
    return [...this.#machines.keys()];
  }

  /** The machines that would have no point left that the change is about, and how many it takes that are of use. */
  get emptied(): ReadonlyMap<string, number> {
    const emptied = [...this.#machines].filter(([, machine]) => machine.isEmptied);
    return new Map(emptied.map(([id, { usable }]) => [id, usable]));
  }

  end({ names, elsewhere }: MachineNames): Impact {
    const nameOf = (id: string) => names.get(id) ?? { machineId: id, machineName: id };
    const machines = [...this.#machines].map(([id, counter]) => ({
      ...nameOf(id),
      ...counter.tally(),
      isEmptied: counter.isEmptied && !elsewhere.has(id),
    }));
    const newestFirst = (a: PointImpact, b: PointImpact) =>
      b.createTime - a.createTime || compare(a.recoveryPointId, b.recoveryPointId);
    return {
      ...this.#all.tally(),
      machines: machines.sort((a, b) => compare(a.machineName, b.machineName) || compare(a.machineId, b.machineId)),
      reasons: [...this.#reasons.values()].sort((a, b) => b.count - a.count || compare(a.message, b.message)),
      points: this.#points
        .sort(newestFirst)
        .slice(0, this.limit)
        .map((point) => ({ ...point, machineId: nameOf(point.machineId).machineId })),
    };
  }
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
