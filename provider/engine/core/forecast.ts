import type { Reason } from "./reason";
import { secondsPerDay } from "./time";

/** A recovery point as a look ahead follows it. */
export interface FollowedPoint {
  readonly id: string;
  /** The slot that makes it; of a point that is there already, when it was made. */
  readonly slotTime: number;
  readonly createTime: number;
  /** Null: never. */
  readonly expireTime: number | null;
  readonly bytes: number;
  /** Whether an outsider has not broken it. */
  readonly isUsable: boolean;
}

/** Something that goes wrong in a slot: it leaves no point, or its point no copy. */
export interface Risk<R extends Reason = Reason> {
  readonly slotTime: number;
  readonly kind: RiskKind;
  readonly reason: R;
}

export const riskKinds = ["SKIPPED", "FAILED", "COPY_FAILED"] as const;
export type RiskKind = (typeof riskKinds)[number];

/** How long a point takes to be where it has to go. */
export interface Lag {
  readonly slotTime: number;
  readonly createTime: number;
  readonly completeTime: number;
  /** The region or the vault. */
  readonly destination: string;
}

/** Slots that several look aheads of one moment share, by policy and end. */
export type SharedSlots<S> = Map<string, S>;

/** How far a look ahead goes. */
export interface LookSpan<S> {
  /** What the figures are of, but for the horizons and the first point that expires. */
  readonly until: number;
  /** How far is looked at least. Default: `until`. */
  readonly lookUntil?: number;
  readonly slots?: SharedSlots<S>;
}

/** The slots of a policy until an end, made when they are first asked for. */
export function slotsOfPolicy<S>(known: SharedSlots<S> | undefined, policyId: string, until: number, make: () => S): S {
  const key = `${policyId} ${until}`;
  const slots = known?.get(key) ?? make();
  known?.set(key, slots);
  return slots;
}

/** All that a look ahead has seen, from now to its end; what is made is in the order of its slots. */
export interface LookAhead<P extends FollowedPoint = FollowedPoint> {
  readonly now: number;
  readonly until: number;
  readonly existing: readonly P[];
  readonly made: P[];
  readonly risks: Risk[];
  readonly lags: Lag[];
}

/** How things stand at the end of some days. */
export interface Horizon {
  readonly days: number;
  readonly until: number;
  /** Points that will be made until then. */
  readonly backups: number;
  /** Points that exist then, and their bytes. */
  readonly points: number;
  readonly bytes: number;
  /** Points that expire until then, those that exist already and those to come. */
  readonly expiring: number;
}

/** The horizons of every forecast, days. */
export const horizonDays = [30, 90, 365] as const;

/** The end of the last of the usual horizons. */
export function yearFrom(now: number): number {
  return now + Math.max(...horizonDays) * secondsPerDay;
}

export interface Gap {
  readonly from: number;
  readonly until: number;
  /** No point has ended it by the end of the look ahead. */
  readonly isOpen: boolean;
}

export interface HighWater {
  readonly bytes: number;
  /** When it is first reached. */
  readonly time: number;
}

export interface FirstPrune {
  readonly time: number;
  readonly point: FollowedPoint;
}

/** What a look ahead comes to at a time, whichever cloud's. */
export interface Outcome {
  /** UNIX seconds; null when no backup leaves a point until then. */
  readonly firstBackup: number | null;
  /** The first backups that will leave a point. */
  readonly nextBackups: readonly number[];
  readonly backups: number;
  readonly points: number;
  readonly expiring: number;
  readonly bytes: number;
  /** The first time that a point expires, within the whole look ahead; null for none. */
  readonly firstPrune: FirstPrune | null;
  /** The longest time from one point to the next, the newest existing one counted; null when there is no next. */
  readonly longestGapInSeconds: number | null;
  /** The longest time without a new point; also one that is still open at the end. Null while there is no point. */
  readonly worstGap: Gap | null;
  /** From now to the first point, where there is none yet; null where there is one, or none will come. */
  readonly firstPointInSeconds: number | null;
  /** The most bytes that the points hold at one time, on the whole way. */
  readonly highWater: HighWater;
  /** The longest way of a point to where it has to go; null when none goes anywhere. */
  readonly worstLag: Lag | null;
  /** Slots in which something goes wrong, each with the first thing that does. */
  readonly slotsAtRisk: readonly Risk[];
  /** How things stand at the usual horizons, as far as the look ahead goes. */
  readonly horizons: readonly Horizon[];
}

/** Next backups that a forecast names. */
const namedBackups = 5;

export function outcomeAt(look: LookAhead, until: number): Outcome {
  const { now, existing } = look;
  const made = until >= look.until ? look.made : look.made.filter(({ slotTime }) => slotTime <= until);
  const times = [...new Set(made.map(({ createTime }) => createTime))];
  const newest = newestOf(existing, now);
  const gaps = gapsOf(newest === null ? times : [newest, ...times], until);
  const closed = gaps.filter(({ isOpen }) => !isOpen);
  const ofSlots = new Map<number, Risk>();
  for (const risk of look.risks) {
    if (risk.slotTime <= until && !ofSlots.has(risk.slotTime)) ofSlots.set(risk.slotTime, risk);
  }
  const { days: _days, until: _until, ...figures } = horizonAt(look, until);
  return {
    ...figures,
    firstBackup: times[0] ?? null,
    nextBackups: times.slice(0, namedBackups),
    firstPrune: firstPruneOf(look),
    longestGapInSeconds: closed.length === 0 ? null : lengthOf(longestOf(closed)),
    worstGap: longestOf(gaps),
    firstPointInSeconds: newest === null && times[0] !== undefined ? times[0] - now : null,
    highWater: highWaterOf([...existing, ...made], now, until),
    worstLag: worstLagOf(look.lags.filter(({ slotTime }) => slotTime <= until)),
    slotsAtRisk: [...ofSlots.values()],
    horizons: horizonDays
      .map((days) => now + days * secondsPerDay)
      .filter((end) => end <= look.until)
      .map((end) => horizonAt(look, end)),
  };
}

function isGone({ expireTime }: FollowedPoint, time: number): boolean {
  return expireTime !== null && expireTime <= time;
}

function horizonAt({ now, existing, made }: LookAhead, until: number): Horizon {
  let [backups, points, bytes, expiring] = [0, 0, 0, 0];
  for (const point of made) if (point.slotTime <= until) backups += 1;
  for (const point of [...existing, ...made]) {
    if (point.slotTime > until) continue;
    if (isGone(point, until)) expiring += 1;
    else {
      points += 1;
      bytes += point.bytes;
    }
  }
  return { days: (until - now) / secondsPerDay, until, backups, points, bytes, expiring };
}

/** When the newest point that can be restored was made. */
function newestOf(existing: readonly FollowedPoint[], now: number): number | null {
  const usable = existing.filter((point) => point.isUsable && !isGone(point, now));
  return usable.length === 0 ? null : usable.reduce((newest, { createTime }) => Math.max(newest, createTime), 0);
}

/** The times between points, and from the last one to the end. */
function gapsOf(times: readonly number[], until: number): readonly Gap[] {
  return times.flatMap((from, index): Gap[] => {
    const next = times[index + 1];
    if (next !== undefined) return [{ from, until: next, isOpen: false }];
    return from < until ? [{ from, until, isOpen: true }] : [];
  });
}

export function lengthOf(gap: Gap | null): number {
  return gap === null ? 0 : gap.until - gap.from;
}

/** The first of the longest. */
function longestOf(gaps: readonly Gap[]): Gap | null {
  return gaps.reduce<Gap | null>((longest, gap) => (lengthOf(gap) > lengthOf(longest) ? gap : longest), null);
}

function worstLagOf(lags: readonly Lag[]): Lag | null {
  const lengthOfLag = (lag: Lag) => lag.completeTime - lag.createTime;
  return lags.reduce<Lag | null>(
    (worst, lag) => (worst === null || lengthOfLag(lag) > lengthOfLag(worst) ? lag : worst),
    null,
  );
}

/** What is over already goes with the clock's next step. */
function firstPruneOf({ now, until, existing, made }: LookAhead): FirstPrune | null {
  const ending = [...existing, ...made].flatMap((point) =>
    isGone(point, until) ? [{ time: Math.max(now, point.expireTime ?? now), point }] : [],
  );
  return ending.reduce<FirstPrune | null>((first, each) => {
    if (first === null || each.time < first.time) return each;
    return each.time === first.time && each.point.createTime < first.point.createTime ? each : first;
  }, null);
}

/** What expires makes room before what is made at the same moment. */
function highWaterOf(points: readonly FollowedPoint[], now: number, until: number): HighWater {
  const living = points.filter((point) => !isGone(point, now) && point.createTime <= until);
  const changes = living.flatMap(({ createTime, expireTime, bytes }) => [
    { time: Math.max(now, createTime), bytes },
    ...(expireTime === null || expireTime > until ? [] : [{ time: expireTime, bytes: -bytes }]),
  ]);
  changes.sort((a, b) => a.time - b.time || a.bytes - b.bytes);
  let sum = 0;
  let highest: HighWater = { bytes: 0, time: now };
  for (const { time, bytes } of changes) {
    sum += bytes;
    if (sum > highest.bytes) highest = { bytes: sum, time };
  }
  return highest;
}

/** Whether a schedule by itself leaves as much time between two of its slots. */
export function leavesAsLong(slots: Iterable<number>, seconds: number): boolean {
  let previous: number | undefined;
  for (const slot of slots) {
    if (previous !== undefined && slot - previous >= seconds) return true;
    previous = slot;
  }
  return false;
}
