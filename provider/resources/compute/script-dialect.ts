import type { RuleId } from "../../engine/azure/rule";
import type { LintDialect } from "../shared/script-lint";

/** How scripts are looked at that the VMSnapshotLinux extension runs (Z-36); their modes are judged with the inputs. */
export const scriptDialect: LintDialect<RuleId> = {
  mode: null,
  size: null,
  runRule: "Z-36",
  passwordRule: "Z-36",
  freezeRule: "Z-36",
  logRule: "Z-36",
  template: "compute:getScriptFrameworkTemplate",
};
