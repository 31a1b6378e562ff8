import { type Exemptions, isExempt } from "./exemption";
import type { Machine } from "./machine";
import { type Protection, protectionsOf } from "./protection";
import { UnknownValue } from "./resource";
import type { Stack } from "./stack";

/** Something that is not as the rule wants it. */
export interface Violation {
  /** What it is about. */
  readonly urn: string;
  /** What is wrong, with which machine, and how to mend it. */
  readonly message: string;
}

/** What a rule says of a stack. */
export interface Verdict {
  readonly violations: readonly Violation[];
  /** What can't be judged before the update. */
  readonly unknown: readonly string[];
}

/** What is wrong with one protection, and its remedy. */
export interface Finding {
  readonly problem: string;
  readonly fix: string;
}

/**
 * Judges every protection that makes backups of a machine that is not exempt. What makes none is left to the coverage
 * rule, which names it once.
 */
export function judgeProtections(
  stack: Stack,
  exemptions: Exemptions,
  judge: (protection: Protection) => readonly Finding[],
): Verdict {
  const { protections, unknown } = protectionsOf(stack);
  const violations: Violation[] = [];
  const unjudged = [...unknown];
  for (const protection of protections) {
    const machines = protection.machines.filter((machine) => !isExempt(machine, exemptions));
    const isAllExempt = protection.machines.length > 0 && machines.length === 0;
    if (protection.idle !== undefined || isAllExempt) continue;
    try {
      for (const { problem, fix } of judge(protection)) {
        const message = `${labelOf(protection, machines)}: ${problem}\n  fix: ${fix}`;
        violations.push({ urn: protection.resource.urn, message });
      }
    } catch (error) {
      if (!(error instanceof UnknownValue)) throw error;
      unjudged.push(error.message);
    }
  }
  return { violations, unknown: unjudged };
}

/** The machines of a protection; a group of another stack goes by its protection's name. */
function labelOf({ resource }: Protection, machines: readonly Machine[]): string {
  if (machines.length === 0) return `the machines of "${resource.name}"`;
  const labels = machines.map(({ label }) => label).join(", ");
  return `${machines.length === 1 ? "machine" : "machines"} ${labels}`;
}

/** What a policy is called in a message. */
export function policyLabel({ policy, resource, policyId }: Protection): string {
  if (policy === undefined) return `policy ${policyId.split("/").at(-1)}`;
  return policy === resource && policy.type.endsWith("BackupPlan")
    ? `plan "${policy.name}"`
    : `policy "${policy.name}"`;
}

/** What is said of a protection whose policy, or vault, is somebody else's. */
export function elsewhere(what: string): Finding {
  return {
    problem: `can't be judged: ${what} is not part of this stack`,
    fix: "import it into the stack, or exempt the machine and judge it where it is managed",
  };
}
