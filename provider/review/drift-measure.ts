import { type AmountUnit, type DriftFinding, found } from "./drift-finding";

/** Something that can be counted and compared: more of it is better, or less. */
export interface Measure {
  readonly key: string;
  /** `retention`, `RPO` */
  readonly name: string;
  /** Infinity: without end. */
  readonly value: number;
  /** Behind the number: `days`. */
  readonly noun: string;
  readonly unit: AmountUnit;
  readonly better: "more" | "less";
  /** The word for a value without end: `for ever`, `no backups`. */
  readonly endless: string;
  readonly rule: string;
}

/** One finding for each measure that is not what it was; both lists have the same keys. */
export function compareMeasures(
  property: string,
  before: readonly Measure[],
  after: readonly Measure[],
  why = "",
): readonly DriftFinding[] {
  return before.flatMap((old) => {
    const live = after.find(({ key }) => key === old.key);
    if (live === undefined || live.value === old.value) return [];
    const isMore = live.value > old.value;
    const isWorse = isMore === (old.better === "less");
    const amount = { unit: old.unit, before: bounded(old.value), after: bounded(live.value) };
    const what = `${old.name} ${inWords(old, live)} → ${inWords(live)}`;
    return [found({ class: isWorse ? "WEAKENED" : "STRONGER", property, what, why, rule: old.rule, amount })];
  });
}

/** The first of two values needs no unit where the second has it. */
function inWords({ value, noun, endless }: Measure, other?: Measure): string {
  if (!Number.isFinite(value)) return endless;
  const isUnitSaid = other !== undefined && Number.isFinite(other.value);
  return isUnitSaid || noun === "" ? String(value) : `${value} ${noun}`;
}

function bounded(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
