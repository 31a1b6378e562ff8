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

/** How a cloud speaks by its rules: `sources` says where each is written, `api` where its plain codes come from. */
export function rulebook<RuleId extends string>(sources: Readonly<Record<RuleId, string>>, api: string) {
  return {
    reason(rule: RuleId, message: string, remedy: string, code: string | null = null): Reason<RuleId> {
      return { rule, message, remedy, source: sources[rule], code };
    },
    /** A refusal by a rule. `code` is the API's own where it has one, else the engine's (`Engine.…`). */
    refusal(rule: RuleId, code: string, property: string, message: string, remedy: string): EngineError {
      return new EngineError({ code, rule, property, message, remedy, source: sources[rule] });
    },
    /** A refusal that ends at a time, in UNIX seconds, or never by itself (null). */
    refusalUntil(
      until: number | null,
      ...[rule, code, property, message, remedy]: [RuleId, string, string, string, string]
    ): EngineError {
      return new EngineError({ code, rule, property, message, remedy, source: sources[rule], until });
    },
    /** A refusal with a plain code: the API's, or one of the engine's own (`Engine.…`). */
    apiRefusal(code: string, property: string, message: string, remedy: string): EngineError {
      return apiRefusal(api, code, property, message, remedy);
    },
  };
}

/** Each reason once, in the order in which they were found. */
export function uniqueReasons<RuleId extends string>(reasons: readonly Reason<RuleId>[]): Reason<RuleId>[] {
  const seen = new Map(reasons.map((item) => [`${item.rule} ${item.message}`, item]));
  return [...seen.values()];
}
