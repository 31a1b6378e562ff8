import { signatureKey } from "../definition/signature";
import type { Step } from "./step";

export type Properties = Readonly<Record<string, unknown>>;

/** A resource that is not as Pulumi's state says. */
export interface Change {
  readonly step: Step;
  /** Inputs and outputs by the state. */
  readonly before: Properties;
  /** The same as they are; nothing when the resource is gone. */
  readonly after: Properties;
  readonly isGone: boolean;
  /** Paths of what differs, by meaning: the order of a set, or another spelling, is no difference. */
  readonly paths: readonly string[];
}

export function toChange(step: Step): Change {
  const before = { ...step.oldInputs, ...step.oldOutputs };
  const after = { ...step.newInputs, ...step.newOutputs };
  const isGone = step.operation === "delete";
  return { step, before, after, isGone, paths: isGone ? [] : pathsOf(step, before, after) };
}

/** What the provider names; where it names nothing, every property that is written in another way. */
function pathsOf({ detailedDiff }: Step, before: Properties, after: Properties): readonly string[] {
  const told = Object.keys(detailedDiff);
  if (told.length > 0) return told;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/** The property that a path begins with: `rules` of `rules[0].retention`. */
export function topOf(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}

export function changes({ paths }: Change, property: string): boolean {
  return paths.some((path) => topOf(path) === property);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function recordOf(value: unknown): Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Properties) : {};
}

export function recordsOf(value: unknown): readonly Properties[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

/** Ids are compared without case, as ARM does; Alibaba Cloud's are in lower case anyway. */
export function keyOf(id: unknown): string {
  return typeof id === "string" ? id.toLowerCase() : "";
}

/** In the engine's events such an object stands for a secret: its value is never there. */
export function isSecret(value: unknown): boolean {
  if (value === "[secret]") return true;
  return signatureKey in recordOf(value);
}

/** A name, or whatever else is short, in a sentence. */
export function shown(value: unknown): string {
  return isSecret(value) ? "(secret)" : String(value);
}

/** The part of a value that a path names: `preScript.content`, `rules[0].retention`, `tags["a.b"]`. */
export function partAt(properties: Properties, path: string): unknown {
  const keys = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)];
  return keys.reduce<unknown>((value, [, quoted, index, name]) => {
    if (isSecret(value)) return value;
    if (index !== undefined) return Array.isArray(value) ? value[Number(index)] : undefined;
    return recordOf(value)[quoted ?? name ?? ""];
  }, properties);
}

/** `status Running → Stopped`; long texts, and values that are secret or have parts, are not shown. */
export function describeChange({ before, after }: Change, path: string): string {
  const [old, live] = [partAt(before, path), partAt(after, path)];
  if (isSecret(old) || isSecret(live)) return `${path} changed (secret)`;
  if (old === undefined || old === null) return `${path} added`;
  if (live === undefined || live === null) return `${path} removed`;
  return isShort(old) && isShort(live) ? `${path} ${old} → ${live}` : `${path} edited`;
}

const longestShown = 40;

function isShort(value: unknown): boolean {
  if (typeof value === "string") return value.length <= longestShown && !/[\n\r]/.test(value) && value !== "";
  return typeof value === "number" || typeof value === "boolean";
}
