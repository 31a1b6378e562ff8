import type { Finding } from "../../definition/finding";
import type { Reason } from "../../engine/core/reason";
import { EngineError } from "../../engine/error";

/** A refusal of the engine as a check failure: same rule, same words. Anything else that was thrown is a bug. */
export function refusalFinding(error: Error): Finding {
  if (!(error instanceof EngineError)) throw error;
  return {
    severity: "error",
    path: error.property,
    rule: error.rule === "" ? error.code : error.rule,
    message: error.message,
    remedy: error.remedy,
    source: error.source,
  };
}

/** A reason as a warning on a property. */
export function reasonWarning(path: string, { rule, message, remedy, source }: Reason): Finding {
  return { severity: "warning", path, rule, message, remedy, source };
}
