import { expect } from "chai";
import { advance } from "../../provider/engine/advance";
import type { Counts } from "../../provider/engine/core/counts";
import { horizonDays, type Outcome } from "../../provider/engine/core/forecast";
import { OverlayStore } from "../../provider/store/overlay";
import { TestEngine } from "../support/test-engine";

export const day = 86_400;

/** A recovery point of either cloud, as a row shows it; the owner is its protection or item. */
export interface SeenPoint {
  readonly id: string;
  readonly owner: string | null;
  readonly createTime: number;
  readonly expireTime: number | null;
  readonly bytes: number;
  readonly damaged: boolean;
}

export interface Look<R> {
  readonly now: number;
  readonly points: readonly SeenPoint[];
  readonly rows: R;
}

export type Looker<R> = (engine: TestEngine) => Promise<Look<R>>;

/** The same engine, of which nobody else sees what becomes. */
export function copyOf({ store }: TestEngine): TestEngine {
  return new TestEngine(new OverlayStore(store));
}

export async function advanceTo(engine: TestEngine, until: number): Promise<Counts> {
  return engine.run(advance, { until });
}

export interface Watched<R> {
  readonly looks: readonly Look<R>[];
  readonly counts: Counts;
}

const numbers = ["failed", "skipped", "expired", "copied", "failedCopies"] as const;

/** Lives through some days, looking at each: no point is there for less than a day. */
export async function watchDays<R>(engine: TestEngine, days: number, look: Looker<R>): Promise<Watched<R>> {
  const looks = [await look(engine)];
  const from = looks[0]?.now ?? 0;
  const counts: Counts = { backups: { APPLICATION: 0, FILE_SYSTEM: 0, CRASH: 0 }, ...countsOf(() => 0) };
  for (let passed = 1; passed <= days; passed++) {
    const summary = await advanceTo(engine, from + passed * day);
    Object.assign(
      counts,
      countsOf((name) => counts[name] + summary[name]),
    );
    counts.backups.CRASH += total(summary);
    looks.push(await look(engine));
  }
  return { looks, counts };
}

function countsOf(value: (name: (typeof numbers)[number]) => number) {
  return Object.fromEntries(numbers.map((name) => [name, value(name)])) as Omit<Counts, "backups">;
}

export function total({ backups }: Pick<Counts, "backups">): number {
  return Object.values(backups).reduce((sum, count) => sum + count, 0);
}

function isThere({ expireTime }: SeenPoint, time: number): boolean {
  return expireTime === null || expireTime > time;
}

const bytesOf = (points: readonly SeenPoint[]) => points.reduce((sum, { bytes }) => sum + bytes, 0);

/** What a forecast should have said of one owner, by all points that were seen; each figure in its plainest way. */
export function figuresSeen(looks: readonly Look<unknown>[], owner: string) {
  const own = (look: Look<unknown> | undefined) => look?.points.filter((point) => point.owner === owner) ?? [];
  const [now, until] = [looks[0]?.now ?? 0, looks.at(-1)?.now ?? 0];
  const [old, left] = [own(looks[0]), own(looks.at(-1))];
  const all = new Map(looks.flatMap((look) => own(look).map((point) => [point.id, point] as const)));
  const made = [...all.values()].filter(({ id }) => !old.some((point) => point.id === id));
  const newest = old.filter((point) => !point.damaged && isThere(point, now)).map(({ createTime }) => createTime);
  const times = [...new Set(made.map(({ createTime }) => createTime))].sort((a, b) => a - b);
  const line = newest.length === 0 ? times : [Math.max(...newest), ...times];
  const gaps = line.map((from, index) => (line[index + 1] ?? Math.max(until, from)) - from);
  const closed = gaps.slice(0, -1);
  return {
    firstBackup: times[0] ?? null,
    nextBackups: times.slice(0, 5),
    backups: made.length,
    points: left.length,
    expiring: all.size - left.length,
    bytes: bytesOf(left),
    longestGapInSeconds: closed.length === 0 ? null : Math.max(...closed),
    worstGap: gaps.length === 0 || Math.max(...gaps) === 0 ? null : Math.max(...gaps),
    firstPointInSeconds: newest.length > 0 || times[0] === undefined ? null : times[0] - now,
    highWater: highWaterSeen([...all.values()], now, until),
  };
}

/** The highest of the sums at every moment at which one changes. */
function highWaterSeen(points: readonly SeenPoint[], now: number, until: number) {
  const begin = ({ createTime }: SeenPoint) => Math.max(now, createTime);
  const moments = [now, ...points.flatMap((point) => [begin(point), point.expireTime ?? now])]
    .filter((time) => time >= now && time <= until)
    .sort((a, b) => a - b);
  const sumAt = (time: number) => bytesOf(points.filter((point) => begin(point) <= time && isThere(point, time)));
  return [...new Set(moments)].reduce(
    (highest, time) => (sumAt(time) > highest.bytes ? { bytes: sumAt(time), time } : highest),
    { bytes: 0, time: now },
  );
}

/** The same figures of a forecast. */
export function figuresOf(forecast: Outcome) {
  const { worstGap, firstBackup, nextBackups, backups, points, expiring, bytes } = forecast;
  const { longestGapInSeconds, firstPointInSeconds, highWater } = forecast;
  return {
    ...{ firstBackup, nextBackups, backups, points, expiring, bytes, longestGapInSeconds },
    worstGap: worstGap === null ? null : worstGap.until - worstGap.from,
    ...{ firstPointInSeconds, highWater },
  };
}

export interface Told {
  readonly owner: string;
  readonly forecast: Outcome & { readonly failed: number; readonly skipped: number };
}

/** Goes where a forecast says that something happens: the high-water mark, and the first point that expires. */
export async function visit<R>(engine: TestEngine, { owner, forecast }: Told, look: Looker<R>, end: number) {
  const { highWater, firstPrune } = forecast;
  const own = async (until: number) => {
    const copy = copyOf(engine);
    await advanceTo(copy, until);
    return (await look(copy)).points.filter((point) => point.owner === owner);
  };
  const most = await own(highWater.time);
  const [{ now }, high] = [await look(engine), highWater.time];
  // A throttled backup's row is there some seconds before its point.
  expect(bytesOf(most.filter(({ createTime }) => high === now || createTime <= high))).to.equal(highWater.bytes);
  if (firstPrune === null) {
    const ids = new Set((await own(end)).map(({ id }) => id));
    expect((await own(now + 1)).filter(({ id }) => !ids.has(id))).to.deep.equal([]);
    return;
  }
  const { time, point } = firstPrune;
  const before = time > now + 1 ? await own(time - 1) : (await look(engine)).points;
  const after = new Set((await own(time)).map(({ id }) => id));
  const gone = before.filter((each) => each.owner === owner && !after.has(each.id));
  const oldest = Math.min(...gone.map(({ createTime }) => createTime));
  expect(gone.find(({ id }) => id === point.id)).to.include({ createTime: oldest });
  const ends = before.filter((each) => each.owner === owner).map(({ expireTime }) => expireTime ?? time);
  if (time > now) expect(Math.min(...ends), "nothing expires sooner").to.equal(time);
}

/** At 30, 90 and 365 days: each owner's points and bytes, and what all of them make together. */
export async function expectHorizons<R>(engine: TestEngine, all: readonly Told[], look: Looker<R>): Promise<void> {
  const copy = copyOf(engine);
  const before = await look(engine);
  const strangers = before.points.filter(({ owner }) => !all.some((each) => each.owner === owner));
  let [backups, expired] = [0, 0];
  for (const [index, days] of horizonDays.entries()) {
    const until = before.now + days * day;
    const summary = await advanceTo(copy, until);
    const after = await look(copy);
    backups += total(summary);
    expired += summary.expired;
    const horizons = all.map(({ owner, forecast }) => ({ owner, horizon: forecast.horizons[index] }));
    for (const { owner, horizon } of horizons) {
      const points = after.points.filter((point) => point.owner === owner);
      const seen = { days, until, points: points.length, bytes: bytesOf(points) };
      expect(horizon, `${owner} after ${days} days`).to.deep.include(seen);
    }
    const sum = (name: "backups" | "expiring") =>
      horizons.reduce((count, each) => count + (each.horizon?.[name] ?? 0), 0);
    expect(sum("backups"), `backups in ${days} days`).to.equal(backups);
    const others = strangers.filter(({ id }) => !after.points.some((point) => point.id === id));
    expect(sum("expiring") + others.length, `points that expire in ${days} days`).to.equal(expired);
  }
}
