import type { Amount, DriftClass } from "../../provider/review/drift-finding";
import type { Step } from "../../provider/review/step";

/** One drift, and what its worst finding says: class, words, rule and `before→after unit`. */
export interface Row {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly expected: readonly [DriftClass, string, string, string];
}

export function row(title: string, steps: Step | readonly Step[], ...expected: Row["expected"]): Row {
  return { title, steps: [steps].flat(), expected };
}

export function inWords(amount: Amount | undefined): string {
  return amount === undefined ? "" : `${amount.before}→${amount.after} ${amount.unit}`;
}

/** What is weaker says by how much. */
export function weaker(what: string, rule: string, amount: string): Row["expected"] {
  return ["WEAKENED", what, rule, amount];
}
