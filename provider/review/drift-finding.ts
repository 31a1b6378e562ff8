/** What a difference means for recovery, the worst first; a resource is in the class of its worst finding. */
export const driftClasses = ["LOST", "WEAKENED", "STRONGER", "COSMETIC"] as const;
export type DriftClass = (typeof driftClasses)[number];

/** What an amount counts. */
export type AmountUnit =
  | "hours of RPO"
  | "days of retention"
  | "levels of consistency"
  | "disks"
  | "machines"
  | "copies"
  | "points"
  | "days in the fast tier"
  | "days of soft delete"
  | "lock"
  | "redundancy"
  | "runs";

export interface Amount {
  readonly unit: AmountUnit;
  /** Null: without end, or not at all, as the finding's words say. */
  readonly before: number | null;
  readonly after: number | null;
}

/** What a prerequisite that changed can bring about: by these rules, for the protections of these things. */
export interface Cause {
  readonly rules: readonly string[];
  /** Ids in lower case: machines, roles, disks, policies or vaults. */
  readonly subjects: readonly string[];
  /** It went with something else, and so explains nothing: the scripts of a machine that was released. */
  readonly isConsequence?: boolean;
}

/** What a protection's finding may have come from: rules that are newly unmet, and what the protection rests on. */
export type Effect = Pick<Cause, "rules" | "subjects">;

export interface DriftFinding {
  readonly class: DriftClass;
  /** The property that tells it; empty: the whole resource. */
  readonly property: string;
  /** `APPLICATION → FILE_SYSTEM` */
  readonly what: string;
  /** `/tmp/prescript.sh: mode 700 → 755`; empty when there is no more to say. */
  readonly why: string;
  /** The rule behind it, A-13; empty when there is none. */
  readonly rule: string;
  readonly amount?: Amount;
  readonly cause?: Cause;
  readonly effect?: Effect;
  /** Names of the protections whose findings tell what came of it; it is not counted beside them. */
  readonly lowers?: readonly string[];
}

/** A finding with what it does not say left empty. */
export function found(given: Partial<DriftFinding> & Pick<DriftFinding, "class" | "property" | "what">): DriftFinding {
  return { why: "", rule: "", ...given };
}

export function worstOf(classes: readonly DriftClass[]): DriftClass {
  return driftClasses.find((each) => classes.includes(each)) ?? "COSMETIC";
}
