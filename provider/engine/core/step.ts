import type { ConsistencyLevel } from "./level";
import type { Reason } from "./reason";

/** One rule that was looked at: met, or not with its reason and what is left of the promise. */
export interface Step<RuleId extends string = string> {
  /** What was found, for `explain`: "CentOS 7.9 is supported". */
  readonly fact: string;
  readonly rules: readonly RuleId[];
  readonly unmet?: readonly Reason<RuleId>[];
  /** The best level that is left when the step is not met. */
  readonly leaves?: ConsistencyLevel;
}
