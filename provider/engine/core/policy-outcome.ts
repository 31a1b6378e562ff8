/** A point that a policy yields. */
export interface PlannedPoint {
  /** UNIX seconds. */
  readonly time: number;
  readonly expireTime: number;
  /** The day of the policy that it belongs to. */
  readonly day: string | number;
}

/**
 * What a policy yields on a machine whose every backup succeeds before the next one is due. Seconds, and facts of the
 * policy alone: whatever the time is, the same policy has the same outcome.
 */
export interface PolicyOutcome {
  /** From one point to the next. */
  readonly longestGap: number;
  /** Of the point that lives shortest. */
  readonly shortestLife: number;
  /** Of each day's points the one that lives longest: the shortest of these lives. */
  readonly shortestDailyLife: number;
}

/** Sums up points in the order of time; `next` is when the first one after them is made. */
export function outcomeOf(points: readonly PlannedPoint[], next: number): PolicyOutcome {
  const lifeOfDay = new Map<PlannedPoint["day"], number>();
  let [longestGap, shortestLife] = [0, Number.POSITIVE_INFINITY];
  for (const [index, { time, expireTime, day }] of points.entries()) {
    const life = expireTime - time;
    longestGap = Math.max(longestGap, (points[index + 1]?.time ?? next) - time);
    shortestLife = Math.min(shortestLife, life);
    lifeOfDay.set(day, Math.max(lifeOfDay.get(day) ?? 0, life));
  }
  // The last day may be cut off in the middle.
  const whole = lifeOfDay.size > 1 ? [...lifeOfDay.values()].slice(0, -1) : [...lifeOfDay.values()];
  const shortestDailyLife = whole.reduce((shortest, life) => Math.min(shortest, life), Number.POSITIVE_INFINITY);
  return { longestGap, shortestLife, shortestDailyLife };
}

/** The worst of several outcomes. */
export function worstOutcome(outcomes: readonly PolicyOutcome[]): PolicyOutcome {
  const all = (name: keyof PolicyOutcome) => outcomes.map((outcome) => outcome[name]);
  return {
    longestGap: Math.max(...all("longestGap")),
    shortestLife: Math.min(...all("shortestLife")),
    shortestDailyLife: Math.min(...all("shortestDailyLife")),
  };
}
