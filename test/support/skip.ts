import type { Context, Runnable, Suite } from "mocha";

const reasons = new WeakMap<Runnable | Suite, string>();

/**
 * Skips the running test, or, called in a `before` hook, the whole suite; the test run's summary prints the reason.
 * Only for what the machine lacks: `skip(this, "no PostgreSQL on this machine: apt-get install postgresql")`.
 */
export function skip(context: Context, reason: string): never {
  const runnable = context.test;
  if (runnable === undefined) throw new Error("skip() belongs into a test or a hook");
  const isHook = "type" in runnable && runnable.type === "hook";
  reasons.set(isHook && runnable.parent !== undefined ? runnable.parent : runnable, reason);
  return context.skip();
}

/** Why a test was skipped: its own reason, or that of the suite around it. */
export function skipReason(test: Runnable): string {
  let place: Runnable | Suite | undefined = test;
  while (place !== undefined) {
    const reason = reasons.get(place);
    if (reason !== undefined) return reason;
    place = place.parent;
  }
  return "no reason given";
}
