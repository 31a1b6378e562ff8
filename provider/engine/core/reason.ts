import { EngineError } from "../error";
import { documents } from "./document";

/** Why something is not, or will not be, as asked; a cloud narrows the ids of its rules. */
export interface Reason<RuleId extends string = string> {
  readonly rule: RuleId;
  readonly message: string;
  readonly remedy: string;
  readonly source: string;
  /** The real API's code, where it has one (`HBR.NoRamRoleBound`). */
  readonly code: string | null;
}

/** A refusal with a plain code: the one of an API, which is named, or one of the engine's own (`Engine.…`). */
export function apiRefusal(api: string, code: string, property: string, message: string, remedy: string): EngineError {
  const source = code.startsWith("Engine.") ? documents.engine : api;
  return new EngineError({ code, property, message, remedy, source });
}

/** Each reason once, in the order in which they were found. */
export function uniqueReasons<RuleId extends string>(reasons: readonly Reason<RuleId>[]): Reason<RuleId>[] {
  const seen = new Map(reasons.map((item) => [`${item.rule} ${item.message}`, item]));
  return [...seen.values()];
}
