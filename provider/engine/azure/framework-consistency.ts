import type { AchievedLevel, JobTry, Step } from "./consistency";
import { type Reason, type RuleId, reason } from "./rule";
import { configFileStatuses, hostFileStatuses, type ScriptErrorCode, scriptErrors } from "./script-error";
import type { ConfigValues, Framework } from "./script-framework";
import { isConfigMode, runScripts } from "./script-run";
import type { HostFileState, VirtualMachine } from "./virtual-machine";

/** A backup whose scripts fail is tried so often in all, when it may not go on without them (Z-06). */
export const triesOfJob = 3;

/** Whether the framework asks for anything: a config without scripts only says how file systems are treated. */
export function isFrameworkUsed(framework: Framework | undefined): boolean {
  if (framework === undefined) return false;
  const { values } = framework.config;
  return values === null || values.preScriptLocation !== "" || values.postScriptLocation !== "";
}

interface Looked {
  readonly steps: readonly Step[];
  readonly tries: readonly JobTry[];
}

/** What becomes of a backup of a running Linux machine on which the framework is set up. */
export function frameworkSteps(machine: VirtualMachine, framework: Framework, isSingleDisk: boolean): Looked {
  const steps = [hostFileStep(machine), configStep(framework)];
  const { values } = framework.config;
  if (values === null || steps.some(({ unmet }) => unmet !== undefined)) {
    return { steps, tries: [{ guestRun: null, errors: codesOf(steps) }] };
  }
  if (!isFrameworkUsed(framework)) {
    return { steps: [...steps, freezeStep(values)], tries: [{ guestRun: null, errors: [] }] };
  }
  const tries = triesWith(framework, values);
  return { steps: [...steps, ...scriptSteps(framework, values, tries, isSingleDisk)], tries };
}

function codesOf(steps: readonly Step[]): ScriptErrorCode[] {
  return steps.flatMap(({ unmet = [] }) => unmet.map(({ code }) => code as ScriptErrorCode));
}

/** A file that keeps the scripts from running; file systems are frozen all the same, that being the default. */
function faultStep(rule: RuleId, why: Reason, fact: string): Step {
  return { fact, rules: [rule], unmet: [why], leaves: "FILE_SYSTEM" };
}

function hostFileStep({ extension, hostFile }: VirtualMachine): Step {
  // The file comes with the extension: one that isn't installed yet brings a good one.
  const state = (extension === null ? "VALID" : hostFile) as HostFileState;
  if (state === "VALID") return { fact: "the extension's VMSnapshotPluginHost.conf is as installed", rules: ["Z-10"] };
  const code = "IncorrectPluginhostFile";
  const { extensionCode } = hostFileStatuses[state];
  const what = `${code} (${extensionCode}): ${scriptErrors[code].message}`;
  return faultStep(
    "Z-10",
    reason("Z-10", what, scriptErrors[code].advice, code),
    "VMSnapshotPluginHost.conf is damaged",
  );
}

/** How a config file is wrong; undefined when it isn't (Z-10). */
function configFault({ config }: Framework): Exclude<HostFileState, "VALID"> | undefined {
  if (!config.present) return "MISSING";
  if (config.owner !== "root") return "WRONG_OWNER";
  if (!isConfigMode(config.mode)) return "WRONG_MODE";
  return config.values === null ? "UNPARSABLE" : undefined;
}

function configStep(framework: Framework): Step {
  const { config } = framework;
  const fault = configFault(framework);
  if (fault === undefined) return { fact: "VMSnapshotScriptPluginConfig.json: root, 600, valid", rules: ["Z-10"] };
  const details = {
    MISSING: "it is not there",
    WRONG_OWNER: `it belongs to ${config.owner}, must be root`,
    WRONG_MODE: `it has mode ${config.mode}, must be 600`,
    UNPARSABLE: config.problem ?? "it can't be read",
  };
  const code = "IncorrectJSONConfigFile";
  const { message, advice } = scriptErrors[code];
  const what = `${code} (${configFileStatuses[fault].extensionCode}): ${message} ${sentence(details[fault])}`;
  const remedy = `${advice} Then chmod 600 and chown root it, or run pulumi up: ScriptFramework writes it again`;
  return faultStep("Z-10", reason("Z-10", what, remedy, code), "VMSnapshotScriptPluginConfig.json is not usable");
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** No scripts: what is left is whether the file systems are frozen (Z-13). */
function freezeStep({ fsFreezeEnabled }: ConfigValues): Step {
  if (fsFreezeEnabled) return { fact: "no scripts are named: the file systems are frozen (fsfreeze)", rules: ["Z-04"] };
  const message = "fsFreezeEnabled is false and no scripts are named: nothing is brought to rest";
  const unmet = [reason("Z-13", message, "set fsFreezeEnabled to true, or name the scripts")];
  return { fact: "the file systems are not frozen", rules: ["Z-13"], unmet, leaves: "CRASH" };
}

/** The tries of one job: more than one only where scripts fail and the backup may not go on without them (Z-06). */
function triesWith(framework: Framework, values: ConfigValues): readonly JobTry[] {
  const tries: JobTry[] = [];
  const limit = values.continueBackupOnFailure ? 1 : triesOfJob;
  while (tries.length < limit) {
    const stage = runScripts(framework, values, tries);
    tries.push(stage);
    if (stage.errors.length === 0) break;
  }
  return tries;
}

function scriptSteps(
  framework: Framework,
  values: ConfigValues,
  tries: readonly JobTry[],
  isSingleDisk: boolean,
): readonly Step[] {
  const last = tries[tries.length - 1];
  if (last === undefined || last.errors.length === 0) return [wellStep(framework, values, tries.length)];
  const unmet = last.errors.map((code) => scriptReason(framework, values, code, "Z-10"));
  const startRules = new Set<RuleId>(unmet.map(({ rule }) => rule));
  const scripts: Step = { fact: "the scripts do not end well", rules: [...startRules], unmet, leaves: "FILE_SYSTEM" };
  return [scripts, fallbackStep(values, isSingleDisk)];
}

function wellStep({ preScript, postScript }: Framework, { fsFreezeEnabled }: ConfigValues, tries: number): Step {
  const again = tries === 1 ? "" : `, at try ${tries} of the backup`;
  const frozen = fsFreezeEnabled ? "" : "; file systems are not frozen, the scripts alone bring the VM to rest";
  const seconds = `${preScript.behaviour.durationSeconds} s / ${postScript.behaviour.durationSeconds} s`;
  const rules: RuleId[] = fsFreezeEnabled ? ["Z-03"] : ["Z-03", "Z-13"];
  return { fact: `scripts: root, 700, exit 0 in ${seconds}${again}${frozen}`, rules };
}

/** What a failing script leaves (Z-05, Z-06). */
function fallbackStep({ continueBackupOnFailure, fsFreezeEnabled }: ConfigValues, isSingleDisk: boolean): Step {
  if (continueBackupOnFailure && fsFreezeEnabled) {
    return { fact: "the backup goes on without the scripts: file systems are frozen", rules: ["Z-05"] };
  }
  if (continueBackupOnFailure) {
    const message = "the scripts failed and fsFreezeEnabled is false: the backup goes on, but nothing is at rest";
    return fallback("Z-05", message, "mend the scripts, or set fsFreezeEnabled to true", "CRASH");
  }
  if (isSingleDisk) {
    const message = `continueBackupOnFailure is false: after ${triesOfJob} tries a VM with a single disk falls back`;
    return fallback("Z-06", message, "mend the scripts", "CRASH");
  }
  const message = `continueBackupOnFailure is false: the backup fails, after ${triesOfJob} tries in all`;
  return fallback("Z-06", message, "mend the scripts, or set continueBackupOnFailure to true", "NONE");
}

function fallback(rule: RuleId, message: string, remedy: string, leaves: AchievedLevel): Step {
  return { fact: message, rules: [rule], unmet: [reason(rule, message, remedy)], leaves };
}

/** An error of the framework as S3 words it, with what is wrong here. */
function scriptReason(framework: Framework, values: ConfigValues, code: ScriptErrorCode, startRule: RuleId): Reason {
  const script = code.includes("Pre-") ? framework.preScript : framework.postScript;
  const { message, advice, extensionCode } = scriptErrors[code];
  const isRun = code.endsWith("Timeout") || code.endsWith("ExecutionFailed");
  const rule = code.endsWith("Timeout") ? "Z-11" : isRun ? "Z-05" : startRule;
  const here = detailsOf(script, values, code);
  return reason(rule, `${code} (${extensionCode}): ${message} ${sentence(here)}`, advice, code);
}

function detailsOf({ path, mode, owner, behaviour }: Framework["preScript"], values: ConfigValues, code: string) {
  if (code.endsWith("Timeout")) {
    return `${path} takes ${behaviour.durationSeconds} s per try, timeoutInSeconds is ${values.timeoutInSeconds}`;
  }
  if (code.endsWith("ExecutionFailed")) return `${path} ended with exit code ${behaviour.exitCode || 1}`;
  if (code.endsWith("NotFound")) return path === "" ? "the config names no path" : `${path} is not there`;
  return `${path} has mode ${mode} and belongs to ${owner}, must be 700 and root`;
}
