import type { Finding } from "../../definition/finding";
import type { CheckScope } from "../../definition/resource";
import { type RuleId, ruleSources } from "../../engine/azure/rule";
import { configOf, type FrameworkFinding, isSameMode, requireWritable } from "../../engine/azure/script-deployment";
import { findFrameworkRow } from "../../engine/azure/script-framework";
import { type ConfigViolation, pluginConfigPath, readPluginConfig } from "../../engine/azure/script-plugin-config";
import type { QueryContext } from "../../engine/engine";
import { refusalFinding } from "../shared/finding";
import { type LintFindings, lintScripts, type ScriptName } from "../shared/script-lint";
import { fullScriptText, scriptHash, sourceProblem } from "../shared/script-source";
import { scriptDialect } from "./script-dialect";
import { configText, configViolations, isAsWritten } from "./script-framework-config";
import type { FrameworkInputs, FrameworkScriptInputs } from "./script-framework-inputs";

const scriptNames = ["preScript", "postScript"] as const;

/** All that is wrong, or will not be as meant, with a framework: every part is looked at, whatever the others are. */
export async function checkFramework(
  properties: FrameworkInputs,
  { context, urn, old }: CheckScope<FrameworkInputs>,
): Promise<Finding[]> {
  const isNew = old === undefined;
  const refused = await requireWritable(context, { machineId: properties.vmId, urn, isNew }).then(
    () => [],
    (error: Error) => [refusalFinding(error)],
  );
  const sources = [
    ...configSource(properties),
    ...scriptNames.flatMap((which) => scriptSource(which, properties[which])),
  ];
  const readable = sources.length > 0 ? [] : await contentFindings(context, properties);
  return [...refused, ...sources, ...readable, ...permissionFindings(properties)];
}

function found(severity: Finding["severity"], rule: RuleId, path: string, message: string, remedy: string): Finding {
  return { severity, path, rule, message, remedy, source: ruleSources[rule] };
}

function configSource({ config, configFile }: FrameworkInputs): Finding[] {
  if ((config === undefined) === (configFile === undefined)) {
    const remedy = "give config (the keys) or configFile (a file that exists already)";
    return [found("error", "Z-10", "config", "either config or configFile is needed, and not both", remedy)];
  }
  return configFile === undefined ? [] : sourceFindings("configFile", "the file", configFile);
}

function scriptSource(which: ScriptName, script: FrameworkScriptInputs | undefined): Finding[] {
  return script === undefined ? [] : sourceFindings(which, "a script", script);
}

function sourceFindings(
  path: string,
  what: string,
  given: { readonly content?: string | undefined; readonly source?: unknown },
): Finding[] {
  if ((given.content === undefined) === (given.source === undefined)) {
    const remedy = "give content (text) or source (a FileAsset or StringAsset)";
    return [found("error", "Z-10", path, `${what} needs either content or source, and not both`, remedy)];
  }
  const problem = sourceProblem(given);
  return problem === undefined ? [] : [found("error", "Z-10", `${path}.source`, problem, "give a file of the program")];
}

async function contentFindings(context: QueryContext, properties: FrameworkInputs): Promise<Finding[]> {
  const row = await findFrameworkRow(context, properties.vmId);
  const live = row === undefined ? undefined : configOf(row);
  const findings = configViolations(properties).flatMap((violation) => configFinding(properties, violation));
  const text = configText(properties);
  if (text === undefined && (live === undefined || !isAsWritten(properties, live))) {
    const path = properties.config === undefined ? "configFile" : "config";
    const message = "only a hash of the config, or of its parameters, is given, and it is not what lies on the machine";
    findings.push(found("error", "Z-10", path, message, "give them in full"));
  }
  const config = text === undefined ? live?.values : readPluginConfig(text).config;
  if (config !== undefined && config !== null) findings.push(...pathFindings(properties, config));
  const lint = await lintFramework(properties);
  const ofScripts = scriptNames.flatMap((which) => lint[which].map((each) => lintFinding(which, properties, each)));
  return [...findings, ...ofScripts];
}

/** A violation at the property of the program, or at the file with the place inside it. */
function configFinding({ config, configFile }: FrameworkInputs, violation: ConfigViolation): Finding[] {
  const { kind, severity, path, rule, message, remedy, source } = violation;
  // Whether scripts and paths go together is told by `pathFindings`, for both forms alike.
  if (kind === "UNFILLED") return [];
  if (config !== undefined)
    return [{ severity, path: `config${path.replaceAll("/", ".")}`, rule, message, remedy, source }];
  const at = path === "" ? "" : `at ${path}: `;
  const property = configFile?.content === undefined ? "configFile.source" : "configFile.content";
  return [{ severity, path: property, rule, message: `${at}${message}`, remedy, source }];
}

interface Locations {
  readonly preScriptLocation: string;
  readonly postScriptLocation: string;
}

/** Every script that is given has a path, and every path that is given has a script. */
function pathFindings(properties: FrameworkInputs, config: Locations): Finding[] {
  const { preScript, postScript } = properties;
  const findings = scriptNames.flatMap((which) => onePathFindings(properties, which, config));
  const { preScriptLocation: path } = config;
  const areNone = path === "" && config.postScriptLocation === "";
  if (areNone && preScript === undefined && postScript === undefined) {
    const message =
      "the script paths are still empty as in the template: no scripts are run, only fsFreezeEnabled counts";
    const remedy = "fill in preScriptLocation and postScriptLocation, and give preScript and postScript";
    return [found("warning", "Z-11", configPath(properties, "preScriptLocation"), message, remedy)];
  }
  if (path !== "" && path === config.postScriptLocation && preScript !== undefined && postScript !== undefined) {
    const isOne =
      scriptHash(preScript) === scriptHash(postScript) &&
      isSameMode(preScript.mode, postScript.mode) &&
      preScript.owner === postScript.owner;
    const message = `both scripts lie at ${path}, but they differ`;
    const remedy = "give each its own path, or the same script, mode and owner for both (told apart by the parameters)";
    if (!isOne) findings.push(found("error", "Z-11", "postScript", message, remedy));
  }
  return findings;
}

function onePathFindings(properties: FrameworkInputs, which: ScriptName, config: Locations): Finding[] {
  const key = `${which}Location` as const;
  const script = properties[which];
  const path = config[key];
  const at = configPath(properties, key);
  if (path === pluginConfigPath) {
    return [found("error", "Z-11", at, `${key} is the path of the config file itself`, "give the script another path")];
  }
  if (path === "" && (script !== undefined || config.preScriptLocation !== config.postScriptLocation)) {
    const message = `${key} is still empty as in the template: the ${which} is not found and no script is run`;
    return [found("error", "Z-11", at, message, `fill in ${key}, "/opt/backup/${which.toLowerCase()}.sh"`)];
  }
  if (path !== "" && script === undefined) {
    return [found("error", "Z-11", which, `${key} names a script that is not given`, `give ${which}`)];
  }
  return [];
}

function configPath({ config, configFile }: FrameworkInputs, key: string): string {
  if (config !== undefined) return `config.${key}`;
  return configFile?.content === undefined ? "configFile.source" : "configFile.content";
}

/** Other modes and owners are allowed, and mean that no script is run: a backup owner may want to see just that. */
function permissionFindings(properties: FrameworkInputs): Finding[] {
  const files = [
    { prefix: "config", sep: "", wanted: "600", file: { mode: properties.configMode, owner: properties.configOwner } },
    ...scriptNames.map((which) => ({ prefix: which, sep: ".", wanted: "700", file: properties[which] })),
  ];
  return files.flatMap(({ prefix, sep, wanted, file }) => {
    if (file === undefined) return [];
    const at = (name: string) =>
      sep === "" ? `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}` : `${prefix}.${name}`;
    const what = sep === "" ? "VMSnapshotScriptPluginConfig.json" : `the ${prefix}`;
    const findings: Finding[] = [];
    if (!isSameMode(file.mode, wanted)) {
      const message = `${what} has mode ${file.mode}, must be ${wanted}: no script is run`;
      findings.push(found("warning", "Z-10", at("mode"), message, `leave it out, or set "${wanted}"`));
    }
    if (file.owner !== "root") {
      const message = `${what} belongs to ${file.owner}, must be root: no script is run`;
      findings.push(found("warning", "Z-10", at("owner"), message, 'leave it out, or set "root"'));
    }
    return findings;
  });
}

/** What is noticed about the scripts before they are written (Z-36). */
export function lintFramework({ preScript, postScript }: FrameworkInputs): Promise<LintFindings<RuleId>> {
  const toLint = (script: FrameworkScriptInputs | undefined) => ({
    text: script === undefined ? undefined : fullScriptText(script),
    fileMode: script?.mode ?? "700",
  });
  return lintScripts({
    scripts: { preScript: toLint(preScript), postScript: toLint(postScript) },
    dialect: scriptDialect,
  });
}

/** A lint finding as a finding of the check, at the property that it is about. */
function lintFinding(which: ScriptName, properties: FrameworkInputs, each: FrameworkFinding): Finding {
  const { severity, rule, line, message, remedy } = each;
  const property = properties[which]?.content === undefined ? "source" : "content";
  return found(severity, rule, `${which}.${property}`, line === null ? message : `line ${line}: ${message}`, remedy);
}
