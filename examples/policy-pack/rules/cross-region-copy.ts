import type { Exemptions } from "../stack/exemption";
import type { Protection } from "../stack/protection";
import { flagOf, numberIn, recordOf, recordsOf, textIn, textOf } from "../stack/resource";
import type { Stack } from "../stack/stack";
import { elsewhere, type Finding, judgeProtections, policyLabel, type Verdict } from "../stack/verdict";
import { vaultOf } from "./immutability";

export interface CrossRegionCopyConfig extends Exemptions {
  /** Alibaba Cloud: how long copies must live, days. 0: however long. */
  readonly minCopyRetentionDays: number;
}

/** Whether points outlive their region: each has a copy in another one, and the copy can really be made. */
export function crossRegionCopy(stack: Stack, config: CrossRegionCopyConfig): Verdict {
  return judgeProtections(stack, config, (protection) =>
    protection.cloud === "azure" ? vaultFindings(stack, protection) : copyFindings(protection, config),
  );
}

interface Copies {
  /** Days; undefined: as long as their points. */
  readonly retention: number | undefined;
}

/** What a policy or plan copies; undefined when it copies nothing. */
function copiesOf({ policy }: Protection): Copies | undefined {
  if (policy === undefined) return undefined;
  if (policy.type.endsWith("BackupPlan")) {
    return flagOf(policy, "doCopy") ? { retention: numberIn(policy.props, "destinationRetention") } : undefined;
  }
  const rule = recordsOf(policy, "rules").find(({ ruleType }) => ruleType === "REPLICATION");
  return rule === undefined ? undefined : { retention: numberIn(rule, "retention") };
}

function copyFindings(protection: Protection, { minCopyRetentionDays }: CrossRegionCopyConfig): readonly Finding[] {
  const { policy, resource } = protection;
  const label = policyLabel(protection);
  if (policy === undefined) return [elsewhere(label)];
  const copies = copiesOf(protection);
  if (copies === undefined) {
    const fix = policy.type.endsWith("BackupPlan")
      ? "set doCopy and destinationRegionId"
      : 'add the rule {ruleType: "REPLICATION", replicationRegionId: "<another region>"} to the policy';
    return [{ problem: `points of ${label} have no copy in another region`, fix }];
  }
  const problem = recordOf(resource, "copyProblem");
  if (textIn(problem, "message") !== "") {
    const what = `every copy will fail: ${textIn(problem, "rule")} ${textIn(problem, "message")}`;
    return [{ problem: what, fix: textIn(problem, "remedy") }];
  }
  const days = copies.retention ?? numberIn(recordOf(policy, "outcome"), "shortestLifeInDays") ?? 0;
  if (days >= minCopyRetentionDays) return [];
  const short = `copies of ${label} live ${days} days only, ${minCopyRetentionDays} are required`;
  return [{ problem: short, fix: "raise the retention of the copies" }];
}

function vaultFindings(stack: Stack, protection: Protection): readonly Finding[] {
  const vault = vaultOf(stack, protection);
  if (vault === undefined) return [elsewhere("its vault")];
  if (textOf(vault, "redundancy") !== "GeoRedundant") {
    const problem = `vault "${vault.name}" keeps its points in one region only`;
    return [
      { problem, fix: 'protect the machine in a vault with redundancy "GeoRedundant" and crossRegionRestore (Z-31)' },
    ];
  }
  if (flagOf(vault, "crossRegionRestore")) return [];
  const problem = `nothing can be restored from the second copy of vault "${vault.name}" while its region is there`;
  return [{ problem, fix: "set crossRegionRestore to true (Z-31)" }];
}
