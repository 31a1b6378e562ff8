import type { Step } from "../../provider/review/step";

const protectionType = "cloudbackup:hbr:InstanceProtection";

interface Reason {
  readonly rule: string;
  readonly message: string;
  readonly remedy: string;
}

/** What a protection asks for and gets, as the outputs of a step tell it. */
export interface ProtectionLevel {
  readonly machine: string;
  readonly requested: string;
  readonly achieved: string;
  readonly reasons: readonly Reason[];
}

export interface LevelChange {
  readonly machine: string;
  readonly before: string;
  readonly after: ProtectionLevel;
}

/** Those that get what they ask for first, then by name. */
export function protectionLevels(steps: readonly Step[]): readonly ProtectionLevel[] {
  return steps
    .filter((step) => step.type === protectionType)
    .map((step) => toLevel(step.name, step.newOutputs))
    .sort((left, right) => Number(isLess(left)) - Number(isLess(right)) || left.machine.localeCompare(right.machine));
}

/** The protections whose level is another one after the step than before. */
export function levelChanges(steps: readonly Step[]): readonly LevelChange[] {
  return steps
    .filter((step) => step.type === protectionType && Object.keys(step.oldOutputs).length > 0)
    .map((step) => ({
      machine: step.name,
      before: toLevel(step.name, step.oldOutputs).achieved,
      after: toLevel(step.name, step.newOutputs),
    }))
    .filter(({ before, after }) => before !== after.achieved);
}

/** How many output values a preview promised, and which of them came out otherwise, as `resource.property`. */
export function comparePromises(
  previewed: readonly Step[],
  applied: readonly Step[],
): { readonly promised: number; readonly broken: readonly string[] } {
  const outputsByUrn = new Map(applied.map((step) => [step.urn, step.newOutputs]));
  const promises = previewed.flatMap((step) =>
    Object.entries(step.newOutputs).map(([property, value]) => ({
      name: `${step.name}.${property}`,
      kept: JSON.stringify(outputsByUrn.get(step.urn)?.[property]) === JSON.stringify(value),
    })),
  );
  return {
    promised: promises.length,
    broken: promises.filter((promise) => !promise.kept).map((promise) => promise.name),
  };
}

/** Whether a machine gets less than it asks for. */
export function isLess({ requested, achieved }: ProtectionLevel): boolean {
  return requested !== achieved;
}

function toLevel(machine: string, outputs: Readonly<Record<string, unknown>>): ProtectionLevel {
  return {
    machine,
    requested: String(outputs.requestedLevel),
    achieved: String(outputs.achievedLevel),
    reasons: (outputs.reasons ?? []) as readonly Reason[],
  };
}
