import type { PolicyProperties } from "../../engine/azure/policy";
import { canonicalJson, type Json } from "../../engine/core/json";

const units = { daily: "day", weekly: "week", monthly: "month", yearly: "year" } as const;

/** What of a policy's lives is another: `daily 30 → 7 days, weekly none → 12 weeks`; empty when nothing is. */
export function retentionWords(old: PolicyProperties, next: PolicyProperties): string {
  const words = Object.entries(units).map(([name, unit]) => {
    const [before, after] = [old, next].map(({ retentionPolicy }) => retentionPolicy[name as keyof typeof units]);
    if (before?.count !== after?.count) return changed(name, unit, before?.count, after?.count);
    return isSame(before ?? null, after ?? null) ? "" : `other ${name} days`;
  });
  const snapshots = [old, next].map(({ instantRpRetentionRangeInDays: days }) => days);
  if (snapshots[0] !== snapshots[1]) words.push(changed("snapshots", "day", ...snapshots));
  if (!isSame(old.tieringPolicy, next.tieringPolicy)) words.push("another tiering");
  if (old.timeZone !== next.timeZone) words.push(`clock ${old.timeZone} → ${next.timeZone}`);
  return words.filter((each) => each !== "").join(", ");
}

function changed(name: string, unit: string, old?: number, next?: number): string {
  return `${name} ${old ?? "none"} → ${next === undefined ? "none" : `${next} ${unit}${next === 1 ? "" : "s"}`}`;
}

function isSame(first: object | null, second: object | null): boolean {
  return canonicalJson(first as Json) === canonicalJson(second as Json);
}
