import { readFileSync } from "node:fs";
import { Asset } from "../../definition/value";
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

/** The SHA-256 of a script: of its text, or as the Pulumi engine knows it when the text was elided. */
export function scriptHash(script: ScriptSource): string {
  const text = scriptText(script);
  if (text !== undefined) return sha256Hex(text);
  return script.source instanceof Asset ? (script.source.source.hash ?? "") : "";
}
