import { bareValue } from "../../definition/secret";
import { isPropertyMap, type PropertyMap, Secret, type Value } from "../../definition/value";
import { armKey } from "../../engine/azure/arm-id";
import { paramsHash, type WrittenConfig } from "../../engine/azure/script-deployment";
import {
  type ConfigViolation,
  type PluginConfig,
  readPluginConfig,
  renderPluginConfig,
} from "../../engine/azure/script-plugin-config";
import { sha256Hex } from "../../engine/core/identifier";
import { comparableScripts, deletedScript, fullScriptText, hashPattern, scriptHash } from "../shared/script-source";
import type { FrameworkInputs } from "./script-framework-inputs";

type GivenConfig = Pick<FrameworkInputs, "config" | "configFile">;

/** Parameters of which only the hash is known (after an import) are one of `sha256:<hex>`. */
function knownHash(params: readonly string[]): string | undefined {
  const [only, ...others] = params;
  return others.length > 0 ? undefined : hashPattern.exec(only ?? "")?.[1];
}

function hashOfParams(params: readonly string[]): string | null {
  return knownHash(params) ?? paramsHash(params);
}

/** The text of the config file; undefined when only its hash, or that of its parameters, is given. */
export function configText({ config, configFile }: GivenConfig): string | undefined {
  if (config === undefined) return configFile === undefined ? undefined : fullScriptText(configFile);
  const { preScriptParams, postScriptParams } = config;
  const isKnown = knownHash(preScriptParams) === undefined && knownHash(postScriptParams) === undefined;
  return isKnown ? renderPluginConfig(config) : undefined;
}

/** Whether inputs say what lies on the machine, by the hashes where the text is not at hand. */
export function isAsWritten(given: GivenConfig, live: WrittenConfig): boolean {
  const text = configText(given);
  if (text !== undefined) return sha256Hex(text) === live.sha256;
  const { config, configFile } = given;
  if (configFile !== undefined) return scriptHash(configFile) === live.sha256;
  if (config === undefined || live.values === null || live.isStandardLayout !== true) return false;
  const { preScriptParams, postScriptParams } = config;
  const isSame =
    hashOfParams(preScriptParams) === live.preScriptParamsSha256 &&
    hashOfParams(postScriptParams) === live.postScriptParamsSha256;
  return (
    isSame && renderPluginConfig(withoutParams(config)) === renderPluginConfig(configOfValues(live.values, [], []))
  );
}

function withoutParams(config: PluginConfig): PluginConfig {
  return { ...config, preScriptParams: [], postScriptParams: [] };
}

function configOfValues(
  values: NonNullable<WrittenConfig["values"]>,
  preScriptParams: readonly string[],
  postScriptParams: readonly string[],
): PluginConfig {
  const { scriptsExecutionPollTimeSeconds, ...rest } = values;
  const ScriptsExecutionPollTimeSeconds = scriptsExecutionPollTimeSeconds;
  return { pluginName: "ScriptRunner", ...rest, preScriptParams, postScriptParams, ScriptsExecutionPollTimeSeconds };
}

/** The config as it lies on the machine, in the words of the inputs: what can't be told is told by its hash. */
export function liveConfig(live: WrittenConfig, old: GivenConfig | undefined): GivenConfig {
  if (!live.present) return { configFile: { content: deletedScript } };
  if (old !== undefined && isAsWritten(old, live)) {
    return old.config === undefined ? { configFile: old.configFile } : { config: old.config };
  }
  const { values, isStandardLayout, preScriptParamsSha256, postScriptParamsSha256, sha256 } = live;
  if (values === null || isStandardLayout !== true) return { configFile: { content: `sha256:${sha256 ?? "unknown"}` } };
  const pre = paramsByHash(preScriptParamsSha256 ?? null, old?.config?.preScriptParams);
  const post = paramsByHash(postScriptParamsSha256 ?? null, old?.config?.postScriptParams);
  const { preScriptParams, postScriptParams, ...config } = configOfValues(values, pre, post);
  return { config: { ...config, preScriptParams: [...preScriptParams], postScriptParams: [...postScriptParams] } };
}

function paramsByHash(hash: string | null, old: readonly string[] | undefined): readonly string[] {
  if (hash === null) return [];
  return old !== undefined && hashOfParams(old) === hash ? old : [`sha256:${hash}`];
}

/** The text of the file on the machine, as far as it can be told; else its hash. */
export function liveText(live: WrittenConfig, given: GivenConfig | undefined): string {
  if (!live.present) return deletedScript;
  const text = given === undefined ? undefined : configText(given);
  if (text !== undefined && sha256Hex(text) === live.sha256) return text;
  const hasParams = live.preScriptParamsSha256 !== null || live.postScriptParamsSha256 !== null;
  if (live.values === null || live.isStandardLayout !== true || hasParams) return `sha256:${live.sha256 ?? "unknown"}`;
  return renderPluginConfig(configOfValues(live.values, [], []));
}

/** All that is wrong with the config that is given; nothing when only its hash is. */
export function configViolations(given: GivenConfig): readonly ConfigViolation[] {
  const text = configText(given);
  if (text !== undefined) return readPluginConfig(text).violations;
  return given.config === undefined ? [] : readPluginConfig(renderPluginConfig(given.config)).violations;
}

/** Inputs in a form in which equal things look equal: ids without case, modes without a leading 0, texts by hash. */
export function comparableFramework(inputs: PropertyMap): PropertyMap {
  const { vmId, config, configFile, configMode, ...rest } = comparableScripts(inputs);
  const scripts = ["preScript", "postScript"].flatMap((name) => {
    const script = rest[name];
    return isPropertyMap(script) ? [[name, withPlainMode(script, "mode")] as const] : [];
  });
  return {
    ...rest,
    ...Object.fromEntries(scripts),
    ...withPlainMode({ ...(configMode === undefined ? {} : { configMode }) }, "configMode"),
    ...(vmId === undefined ? {} : { vmId: typeof vmId === "string" ? armKey(vmId) : vmId }),
    ...comparableConfig(config, configFile),
  };
}

function withPlainMode(map: PropertyMap, name: string): PropertyMap {
  const mode = map[name];
  return typeof mode === "string" ? { ...map, [name]: mode.replace(/^0(?=[0-7]{3})/, "") } : map;
}

function comparableConfig(config: Value | undefined, file: Value | undefined): PropertyMap {
  if (config !== undefined && config !== null) return { config: comparableKeys(config) };
  if (file === undefined || file === null) return {};
  const [compared = null] = Object.values(comparableScripts({ preScript: file instanceof Secret ? file.value : file }));
  const content = isPropertyMap(file) ? file.content : undefined;
  const text = content === undefined ? undefined : bareValue(content);
  const written = typeof text === "string" ? readPluginConfig(text).config : null;
  if (written === null || renderPluginConfig(written) !== text) return { configFile: compared };
  return { config: comparableKeys(new Secret({ ...written })) };
}

/** Parameters by their hash: an import knows no more of them. */
function comparableKeys(config: Value): Value {
  if (config instanceof Secret) return new Secret(comparableKeys(config.value));
  if (!isPropertyMap(config)) return config;
  const params = ["preScriptParams", "postScriptParams"].flatMap((name) => {
    const given = config[name] === undefined ? undefined : bareValue(config[name]);
    if (!Array.isArray(given) || !given.every((param) => typeof param === "string")) return [];
    const hash = hashOfParams(given);
    return [[name, hash === null ? [] : [`sha256:${hash}`]] as const];
  });
  return { ...config, ...Object.fromEntries(params) };
}

/** The config file's text is secret with the file, or with one of the parameters in it (Z-38). */
export function isConfigSecret({ config, configFile }: PropertyMap): boolean {
  return configFile !== undefined || holdsSecret(config);
}

function holdsSecret(value: Value | undefined): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some((member: Value) => holdsSecret(member));
  return isPropertyMap(value) && Object.values(value).some((member) => holdsSecret(member));
}
