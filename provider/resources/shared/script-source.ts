import { readFileSync } from "node:fs";
import { Asset, isPropertyMap, type PropertyMap, Secret, type Value } from "../../definition/value";
import { sha256Hex } from "../../engine/core/identifier";

/** Where a script's text comes from: written in the program, or a file of it. */
export interface ScriptSource {
  readonly content?: string | undefined;
  readonly source?: unknown;
}

/** The text of a script; undefined when only its hash came along, as the Pulumi engine sends assets to compare. */
export function scriptText({ content, source }: ScriptSource): string | undefined {
  if (content !== undefined) return content;
  if (!(source instanceof Asset)) return undefined;
  if (source.source.text !== undefined) return source.source.text;
  if (source.source.path !== undefined) return readFileSync(source.source.path, "utf8");
  return undefined;
}

/** Why a script's file can't be had; undefined when it can. */
export function sourceProblem({ source }: ScriptSource): string | undefined {
  if (!(source instanceof Asset)) return undefined;
  if (source.source.uri !== undefined) return "a remote file can't be read by the simulated engine";
  const { path } = source.source;
  if (path === undefined) return undefined;
  try {
    readFileSync(path);
    return undefined;
  } catch (error) {
    return `the file ${path} can't be read: ${(error as NodeJS.ErrnoException).code ?? "unknown error"}`;
  }
}

/** A script of which only the hash is known (after an import) is written `sha256:<hex>`. */
export const hashPattern = /^sha256:([0-9a-f]{64})$/;

/** Stands for the text of a script that somebody deleted from a machine. */
export const deletedScript = "(deleted from the machine)";

/** The text of a script; undefined when what is given only stands for it. */
export function fullScriptText(script: ScriptSource): string | undefined {
  const text = scriptText(script);
  return text === undefined || text === deletedScript || hashPattern.test(text) ? undefined : text;
}

/** The SHA-256 of a script: of its text, or as it is known when the text is not at hand. */
export function scriptHash(script: ScriptSource): string {
  const text = scriptText(script);
  if (text !== undefined) return hashPattern.exec(text)?.[1] ?? sha256Hex(text);
  return script.source instanceof Asset ? (script.source.source.hash ?? "") : "";
}

/** Content and source by their hash: the same script looks the same however it is given. */
export function comparableScripts(inputs: PropertyMap): PropertyMap {
  const scripts = ["preScript", "postScript"].flatMap((name) => {
    const script = inputs[name];
    return isPropertyMap(script) ? [[name, comparableScript(script)] as const] : [];
  });
  return { ...inputs, ...Object.fromEntries(scripts) };
}

function comparableScript(script: PropertyMap): PropertyMap {
  const { content, source, ...rest } = script;
  const given = [content, source].map(bare).find((value) => value !== undefined && value !== null);
  if (given === undefined) return rest;
  if (typeof given !== "string" && !(given instanceof Asset)) return script;
  const hash = scriptHash(typeof given === "string" ? { content: given } : { source: given });
  return { ...rest, content: new Secret(`sha256:${hash}`) };
}

function bare(value: Value | undefined): Value | undefined {
  return value instanceof Secret ? bare(value.value) : value;
}
