import type { ErrorObject } from "ajv";
import type { Json } from "../../store/tables";
import { lazyValidator } from "../core/json-schema";
import { type JsonText, parseJsonText, pointerStep } from "../core/json-text";
import { nearest } from "../core/nearest";
import { type RuleId, ruleSources } from "./rule";
import type { ConfigValues } from "./script-framework";
import { keyRules, type PluginConfigKey, pluginConfigKeys, pluginConfigSchema } from "./script-plugin-schema";

/** VMSnapshotScriptPluginConfig.json with the field names of the file. */
export interface PluginConfig {
  readonly pluginName: "ScriptRunner";
  readonly preScriptLocation: string;
  readonly postScriptLocation: string;
  readonly preScriptParams: readonly string[];
  readonly postScriptParams: readonly string[];
  readonly preScriptNoOfRetries: number;
  readonly postScriptNoOfRetries: number;
  readonly timeoutInSeconds: number;
  readonly continueBackupOnFailure: boolean;
  readonly fsFreezeEnabled: boolean;
  readonly ScriptsExecutionPollTimeSeconds: number;
}

/** Where the file lies on a machine. */
export const pluginConfigPath = "/etc/azure/VMSnapshotScriptPluginConfig.json";

/** The template as the document has it downloaded: all keys, no paths yet. */
export const pluginConfigTemplate: PluginConfig = {
  pluginName: "ScriptRunner",
  preScriptLocation: "",
  postScriptLocation: "",
  preScriptParams: ["", ""],
  postScriptParams: ["", ""],
  preScriptNoOfRetries: 0,
  postScriptNoOfRetries: 0,
  timeoutInSeconds: 30,
  continueBackupOnFailure: true,
  fsFreezeEnabled: true,
  ScriptsExecutionPollTimeSeconds: 3,
};

/** What the extension takes for a key that a given file does not have (Z-11); not what the template says. */
const valuesOfAbsentKeys = {
  ...pluginConfigTemplate,
  preScriptParams: [],
  postScriptParams: [],
  timeoutInSeconds: 10,
} as const satisfies PluginConfig;

/** One thing that is wrong with a file. Messages name keys of the file, never texts that are written in it. */
export interface ConfigViolation {
  /** JSON pointer, `/preScriptNoOfRetries`; empty for the whole file. */
  readonly path: string;
  /**
   * UNREADABLE: the extension can't use the file, which is IncorrectJSONConfigFile. UNFILLED: a path is still empty, as
   * in the template. IGNORED: the file is used, but not all that is written in it.
   */
  readonly kind: "UNREADABLE" | "UNFILLED" | "IGNORED";
  /** A key that nobody knows, and that is no slip of the pen, is only a warning. */
  readonly severity: "error" | "warning";
  readonly rule: RuleId;
  readonly message: string;
  readonly remedy: string;
  readonly source: string;
}

/** What the extension makes of a file. */
export interface ConfigReading {
  /** Null when a violation makes the file unreadable. */
  readonly config: PluginConfig | null;
  /** All there are, the whole file first and then in the order of the text. */
  readonly violations: readonly ConfigViolation[];
}

/** Reads a file, or its content as an object, as the extension would, and lists all that is wrong with it. */
export function readPluginConfig(given: string | Readonly<Record<string, Json>>): ConfigReading {
  const text = typeof given === "string" ? parseJsonText(given) : { value: given, duplicates: [], fractions: [] };
  if ("problem" in text) {
    const message = `the file is no JSON: ${text.problem} (line ${text.line}, column ${text.column})`;
    return { config: null, violations: [violation("", "UNREADABLE", "Z-10", message, wholeRemedy)] };
  }
  const violations = [...duplicated(text), ...schemaViolations(text), ...writtenAsFractions(text)];
  if (violations.some(({ kind }) => kind === "UNREADABLE")) return { config: null, violations };
  const written = text.value as Readonly<Record<string, Json>>;
  const known = pluginConfigKeys.filter((key) => Object.hasOwn(written, key)).map((key) => [key, written[key]]);
  const config = { ...valuesOfAbsentKeys, ...Object.fromEntries(known) } as PluginConfig;
  return { config, violations: [...violations, ...unfilled(config)] };
}

/** The text of the file, keys in the order of the template. */
export function renderPluginConfig(config: PluginConfig): string {
  const ordered = Object.fromEntries(pluginConfigKeys.map((key) => [key, config[key]]));
  return `${JSON.stringify(ordered, null, 2)}\n`;
}

/** What the engine keeps of a file: parameters may be secret and stay out. */
export function valuesOf(config: PluginConfig): ConfigValues {
  const { pluginName, preScriptParams, postScriptParams, ScriptsExecutionPollTimeSeconds, ...values } = config;
  return { ...values, scriptsExecutionPollTimeSeconds: ScriptsExecutionPollTimeSeconds };
}

/** Why a file can't be read, for an error's detail; null when it can. */
export function problemOf({ violations }: ConfigReading): string | null {
  const unreadable = violations.filter(({ kind }) => kind === "UNREADABLE");
  if (unreadable.length === 0) return null;
  return unreadable.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
}

const wholeRemedy = "write one JSON object with the keys of the documented template";

function violation(
  path: string,
  kind: ConfigViolation["kind"],
  rule: RuleId,
  message: string,
  remedy: string,
): ConfigViolation {
  return { path, kind, severity: "error", rule, message, remedy, source: ruleSources[rule] };
}

function duplicated({ duplicates }: JsonText): ConfigViolation[] {
  return [...new Set(duplicates)].map((path) =>
    violation(path, "IGNORED", "Z-10", "the key is there twice: only the last one counts", "write every key once"),
  );
}

const validator = lazyValidator(pluginConfigSchema);

function schemaViolations({ value }: JsonText): ConfigViolation[] {
  const validate = validator();
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => explain(error, value));
}

function isKey(key: string): key is PluginConfigKey {
  return (pluginConfigKeys as readonly string[]).includes(key);
}

function explain({ keyword, instancePath, params }: ErrorObject, document: Json): ConfigViolation {
  const names = params as Readonly<Record<string, string>>;
  if (keyword === "additionalProperties") return unknownKey(names.additionalProperty ?? "");
  if (keyword === "required") {
    const key = names.missingProperty ?? "";
    const remedy = isKey(key) ? `add ${key}: ${keyRules[key].remedy}` : wholeRemedy;
    return violation(pointerStep(key), "UNREADABLE", "Z-11", "the key is missing", remedy);
  }
  const key = instancePath.split("/")[1] ?? "";
  if (!isKey(key)) {
    return violation("", "UNREADABLE", "Z-10", `the file must be one JSON object, is ${kindOf(document)}`, wholeRemedy);
  }
  const [, , index] = instancePath.split("/");
  const whole = (document as Readonly<Record<string, Json>>)[key] ?? null;
  return wrongValue(
    key,
    instancePath,
    index === undefined ? whole : ((whole as readonly Json[])[Number(index)] ?? null),
  );
}

function unknownKey(key: string): ConfigViolation {
  const meant = nearest(key, pluginConfigKeys);
  const hint = meant === undefined ? "" : `: did you mean ${meant}?`;
  const remedy = meant === undefined ? `the keys are ${pluginConfigKeys.join(", ")}` : `write ${meant}`;
  const message = `unknown key, which the extension passes over${hint}`;
  const found = violation(pointerStep(key), "IGNORED", "Z-10", message, remedy);
  return meant === undefined ? { ...found, severity: "warning" } : found;
}

function wrongValue(key: PluginConfigKey, path: string, value: Json): ConfigViolation {
  const { rule, words, remedy } = keyRules[key];
  if (typeof value === "string" && key.endsWith("Location")) return wrongPath(key, path, value);
  const expected = path.split("/").length > 2 ? "a text in quotes" : words;
  const written = typeof value === "string" ? withoutQuotes(key, value) : undefined;
  // A number among the parameters may be a password that lacks its quotes.
  const kind = key.endsWith("Params") && typeof value === "number" ? "a number" : kindOf(value);
  return violation(path, "UNREADABLE", rule, `must be ${expected}, is ${kind}`, written ?? remedy);
}

/** A number or a boolean that stands between quotes. */
function withoutQuotes(key: PluginConfigKey, value: string): string | undefined {
  const isFit = typeof pluginConfigTemplate[key] === "number" ? /^\d+$/ : /^(true|false)$/i;
  const isText = key === "pluginName" || key.endsWith("Params");
  return isText || !isFit.test(value) ? undefined : `write it without quotes: ${value.toLowerCase()}`;
}

function wrongPath(key: PluginConfigKey, path: string, value: string): ConfigViolation {
  const { rule, words, remedy } = keyRules[key];
  if (/^[A-Za-z]:|\\/.test(value)) {
    const fix = "the framework is for Linux VMs: give a path of the Linux file system";
    return violation(path, "UNREADABLE", "Z-09", `must be ${words}, is a Windows path`, fix);
  }
  const isFolder = value.startsWith("/") && value.endsWith("/");
  const what = isFolder ? "names a folder" : value.startsWith("/") ? "holds a NUL" : "is a relative path";
  return violation(path, "UNREADABLE", rule, `must be ${words}, ${what}`, remedy);
}

/** Numbers are told, as no secret is one; texts never. */
function kindOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return value === "" ? "an empty text" : "a text";
  return typeof value === "object" ? "an object" : String(value);
}

/** `3.0` is an integer to JSON Schema, and none to the extension. */
function writtenAsFractions({ value, fractions }: JsonText): ConfigViolation[] {
  return fractions.flatMap((path) => {
    const key = path.slice(1);
    const number = isKey(key) ? (value as Readonly<Record<string, Json>>)[key] : undefined;
    if (!isKey(key) || typeof pluginConfigTemplate[key] !== "number" || !Number.isInteger(number)) return [];
    const { rule, words } = keyRules[key];
    const message = `must be ${words}, is written with a fraction or an exponent`;
    return [violation(path, "UNREADABLE", rule, message, `write ${String(number)}`)];
  });
}

function unfilled(config: PluginConfig): ConfigViolation[] {
  return (["preScriptLocation", "postScriptLocation"] as const)
    .filter((key) => config[key] === "")
    .map((key) => {
      const { rule, words, remedy } = keyRules[key];
      return violation(
        pointerStep(key),
        "UNFILLED",
        rule,
        `is still empty as in the template: ${words} goes here`,
        remedy,
      );
    });
}
