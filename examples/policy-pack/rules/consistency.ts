import type { Exemptions } from "../stack/exemption";
import type { Level, Protection } from "../stack/protection";
import { recordsOf, type StackResource, textIn, textOf } from "../stack/resource";
import type { Stack } from "../stack/stack";
import { type Finding, judgeProtections, type Verdict } from "../stack/verdict";

export interface ConsistencyConfig extends Exemptions {
  /** The level that backups must have. */
  readonly requiredLevel: Exclude<Level, "NONE">;
}

const ranks: Readonly<Record<Level, number>> = { NONE: 0, CRASH: 1, FILE_SYSTEM: 2, APPLICATION: 3 };

/** Whether backups are as consistent as they must be: achieved, not asked for. */
export function consistency(stack: Stack, config: ConsistencyConfig): Verdict {
  const { requiredLevel } = config;
  return judgeProtections(stack, config, (protection) =>
    ranks[protection.level] >= ranks[requiredLevel] ? [] : [findingOf(protection, requiredLevel)],
  );
}

/** How to ask for more: nothing keeps the backups from the level but that nobody asks for it. */
function moreFor(resource: StackResource, level: Level): string {
  if (resource.type === "cloudbackup:recoveryservices:ProtectedItem") {
    return level === "FILE_SYSTEM"
      ? "give the machine scripts that freeze its applications: a compute:ScriptFramework (Z-09)"
      : "leave snapshotConsistencyType out of its policy: it asks for crash consistency only (Z-08)";
  }
  if (textOf(resource, "groupId") !== undefined) {
    return "a consistency group has no more (A-03): protect each machine by itself (hbr:AppConsistentProtection)";
  }
  return "ask for more: set appConsistent, with ramRoleName and scriptDeploymentId (hbr:AppConsistentProtection does it)";
}

function findingOf({ resource, level }: Protection, requiredLevel: Level): Finding {
  const problem = `backups will be ${level}, ${requiredLevel} is required`;
  if (resource.type === "cloudbackup:hbr:Policy") {
    const fix = "what a TAG rule binds is never more than crash consistent (A-03): give it an hbr:InstanceProtection";
    return { problem, fix };
  }
  const reasons = recordsOf(resource, "reasons").filter((reason) => textIn(reason, "message") !== "");
  if (reasons.length === 0) return { problem, fix: moreFor(resource, level) };
  const why = reasons.map((reason) => `${textIn(reason, "rule")} ${textIn(reason, "message")}`).join("; ");
  const remedies = reasons.map((reason) => textIn(reason, "remedy")).filter((remedy) => remedy !== "");
  return { problem: `${problem}: ${why}`, fix: [...new Set(remedies)].join("; ") };
}
