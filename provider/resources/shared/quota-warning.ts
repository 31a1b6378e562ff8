import type { Finding } from "../../definition/finding";
import { effectiveRules } from "../../engine/alibaba/policy";
import type { UnnumberedRule } from "../../engine/alibaba/policy-rule";
import { ruleSources } from "../../engine/alibaba/rule";
import { quotaReachedAt } from "../../engine/alibaba/snapshot-forecast";
import { snapshotsPerDisk } from "../../engine/alibaba/snapshot-quota";
import { readableDate } from "../../engine/core/time";

/** A policy that will one day hold more points than a disk may have snapshots says so, with the date. */
export function quotaWarnings(rules: readonly UnnumberedRule[], now: number): Finding[] {
  const time = quotaReachedAt(effectiveRules(rules), now);
  if (time === null) return [];
  const message =
    `a machine that is bound now reaches ${snapshotsPerDisk} snapshots per disk on ${readableDate(time)}; ` +
    "from then on jobs fail with QuotaExceed.Snapshot";
  const remedy = "keep points for a shorter time, or back up less often";
  return [{ severity: "warning", path: "rules", rule: "A-55", message, remedy, source: ruleSources["A-55"] }];
}
