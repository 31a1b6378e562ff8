import type { EffectivePolicy } from "../../engine/alibaba/policy";
import type { PolicyChange } from "../../engine/alibaba/policy-change";
import { periods } from "../../engine/alibaba/policy-rule";

/** What of a policy's lives is another: `retention 30 → 7 days, monthly none → 180 days`; empty when nothing is. */
export function retentionWords({ old, next }: Pick<PolicyChange, "old" | "next">): string {
  const words = [
    changed("retention", daysOf(old), daysOf(next)),
    ...periods.map((period) => changed(period.toLowerCase(), ruleOf(old, period), ruleOf(next, period))),
    changed("archiving after", old.archiveDays, next.archiveDays),
  ];
  return words.filter((each) => each !== "").join(", ");
}

function changed(name: string, old: number | string | null, next: number | string | null): string {
  if (old === next) return "";
  return `${name} ${old ?? "none"} → ${next === null ? "none" : next === "1" || next === 1 ? "1 day" : `${next} days`}`;
}

function daysOf({ backups }: EffectivePolicy): string {
  return [...new Set(backups.map(({ retentionDays }) => retentionDays))].sort((a, b) => a - b).join(" and ");
}

function ruleOf({ retentionRules }: EffectivePolicy, period: (typeof periods)[number]): number | null {
  return retentionRules.find(({ advancedRetentionType }) => advancedRetentionType === period)?.retention ?? null;
}
