import { type Change, changes, type Properties, textOf, textsOf } from "./drift-change";
import { type Amount, type DriftFinding, found } from "./drift-finding";

const secondsPerDay = 86_400;

/** When a point expires, UNIX seconds; Infinity: never. */
function expiryOf({ expireTime }: Properties): number {
  const text = textOf(expireTime);
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const time = Date.parse(text) / 1000;
  return Number.isFinite(time) ? time : Number.POSITIVE_INFINITY;
}

/** Points that a manual backup or an override keeps: how long, how many, and their copies. */
export function pointFindings(change: Change): readonly DriftFinding[] {
  return [...expiryFindings(change), ...countFindings(change), ...copyFindings(change)];
}

function expiryFindings(change: Change): readonly DriftFinding[] {
  if (!changes(change, "expireTime")) return [];
  const [old, live] = [expiryOf(change.before), expiryOf(change.after)];
  if (old === live) return [];
  const day = (time: number) => (Number.isFinite(time) ? new Date(time * 1000).toISOString().slice(0, 10) : "for ever");
  const days = Math.round(Math.abs(live - old) / secondsPerDay);
  const more = Number.isFinite(days) ? `${days} days ${live < old ? "less" : "more"}` : "";
  const start = Date.parse(textOf(change.before.createdTime) ?? "") / 1000;
  const lifeOf = (end: number) => {
    const life = Math.round((end - start) / secondsPerDay);
    return Number.isFinite(life) ? life : null;
  };
  const amount: Amount = { unit: "days of retention", before: lifeOf(old), after: lifeOf(live) };
  const what = `kept until ${day(old)} → ${day(live)}`;
  const told = { property: "expireTime", what, why: more, rule: "A-38", amount };
  return [found({ ...told, class: live < old ? "WEAKENED" : "STRONGER" })];
}

function countFindings(change: Change): readonly DriftFinding[] {
  const [old, live] = [textsOf(change.before.recoveryPointIds), textsOf(change.after.recoveryPointIds)];
  if (!changes(change, "recoveryPointIds") || old.length === live.length) return [];
  const isLess = live.length < old.length;
  const amount: Amount = { unit: "points", before: old.length, after: live.length };
  const what = `points that are kept longer ${old.length} → ${live.length}`;
  return [found({ class: isLess ? "LOST" : "STRONGER", property: "recoveryPointIds", what, rule: "A-38", amount })];
}

function copyFindings(change: Change): readonly DriftFinding[] {
  const [old, live] = [textsOf(change.before.replicaIds), textsOf(change.after.replicaIds)];
  if (!changes(change, "replicaIds") || old.length === live.length) return [];
  const isLess = live.length < old.length;
  const amount: Amount = { unit: "copies", before: old.length, after: live.length };
  const what = `copies ${old.length} → ${live.length}`;
  return [found({ class: isLess ? "WEAKENED" : "STRONGER", property: "replicaIds", what, rule: "A-65", amount })];
}
