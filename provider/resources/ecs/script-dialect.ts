import { ruleSources } from "../../engine/alibaba/rule";
import type { ScriptFinding } from "../../engine/alibaba/script";
import { ruleSources as azureSources } from "../../engine/azure/rule";
import { documents } from "../../engine/core/document";
import type { LintDialect } from "../shared/script-lint";

/** The most bytes whose base64 SendFile takes: 32 KB of it, four characters for three bytes. */
const sendFileLimitBytes = (32 * 1024 * 3) / 4;

/** How scripts are looked at that go to ECS machines; that they ought to log is said of both clouds (Z-36). */
export function scriptDialect(transport: "CLOUD_ASSISTANT" | "FTP"): LintDialect<ScriptFinding["rule"]> {
  const remedy = "make it shorter, or send it by FTP";
  const size = { rule: "A-66", limitBytes: sendFileLimitBytes, tool: "SendFile", remedy } as const;
  return {
    mode: { rule: "A-13", remedy: 'set fileMode to "0700"' },
    size: transport === "CLOUD_ASSISTANT" ? size : null,
    runRule: "A-14",
    passwordRule: "A-66",
    freezeRule: "A-75",
    logRule: "Z-36",
    template: "ecs:getScriptTemplate",
  };
}

/** Where a finding is written. */
export function sourceOfFinding({ rule, severity }: ScriptFinding): string {
  if (rule === "Z-36") return azureSources[rule];
  return rule === "A-66" && severity === "error" ? documents.api : ruleSources[rule];
}
