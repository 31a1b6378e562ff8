import { formatPath, isWithin, type Path, parsePath } from "../definition/path";
import { signatureKey } from "../definition/signature";
import { isObject, type JsonObject } from "./event";
import type { Preview } from "./preview";
import type { Step } from "./step";

/** What a preview would do with one resource, over all of its steps. */
export interface ResourceChange {
  readonly urn: string;
  readonly name: string;
  readonly type: string;
  /** As the engine calls it; several steps of a replacement are `replace`, one that found nothing to do is `same`. */
  readonly operation: string;
  readonly failed: boolean;
  readonly id: string | undefined;
  /** Inputs and outputs before; undefined when the resource is new. */
  readonly before: JsonObject | undefined;
  /** Inputs and outputs after; undefined when the resource goes. Of what plain `--json` tells: inputs only. */
  readonly after: JsonObject | undefined;
  readonly isReplaced: boolean;
  readonly properties: readonly PropertyChange[];
}

export interface PropertyChange {
  readonly path: string;
  /** As the engine calls it: `add`, `update-replace`, …. */
  readonly kind: string;
  readonly before: unknown;
  readonly after: unknown;
}

const ending = /^(?:delete|discard|read-discard|remove-pending-replace)$/;
const replacing = /^(?:replace|create-replacement|delete-replaced|import-replacement|read-replacement)$/;

/** The resources of a preview, by type and name: the order in which the engine came to them is chance. */
export function resourceChanges(preview: Preview): readonly ResourceChange[] {
  const byUrn = new Map<string, Step[]>();
  for (const step of preview.steps) byUrn.set(step.urn, [...(byUrn.get(step.urn) ?? []), step]);
  return [...byUrn.values()].map((steps) => toChange(steps, preview)).sort(byTypeAndName);
}

function byTypeAndName(a: ResourceChange, b: ResourceChange): number {
  return compareText(a.type, b.type) || compareNames(a.name, b.name) || compareText(a.urn, b.urn);
}

/** The name at the end of an ARM id; other ids have no parts. */
export function lastPart(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** By code units: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** As people count: `web-2` before `web-10`. */
export function compareNames(a: string, b: string): number {
  const [first, second] = [a, b].map((name) => name.split(/(\d+)/));
  for (const [index, part] of (first ?? []).entries()) {
    const other = second?.[index];
    if (other === undefined || part === other) continue;
    // Every second part is a number: leading zeros aside, more digits are more.
    const [digits, otherDigits] = [part, other].map((each) => each.replace(/^0+(?=\d)/, ""));
    const isNumber = index % 2 === 1;
    const byLength = isNumber ? (digits?.length ?? 0) - (otherDigits?.length ?? 0) : 0;
    const order = byLength || compareText(isNumber ? (digits ?? "") : part, isNumber ? (otherDigits ?? "") : other);
    if (order !== 0) return order;
  }
  return (first?.length ?? 0) - (second?.length ?? 0) || compareText(a, b);
}

function toChange(steps: readonly Step[], { replaceKeys }: Preview): ResourceChange {
  const last = steps.at(-1) as Step;
  const isReplaced = steps.some(({ operation }) => replacing.test(operation));
  const current = steps.findLast(({ operation }) => operation !== "delete-replaced") ?? last;
  const old = steps.find((step) => isFilled(step.oldInputs) || isFilled(step.oldOutputs));
  const made = steps.findLast((step) => isFilled(step.newInputs) || isFilled(step.newOutputs));
  const isGone = ending.test(current.operation);
  const operation = isReplaced && !isGone ? "replace" : current.operation;
  const change = {
    urn: last.urn,
    name: last.name,
    type: last.type,
    operation,
    failed: steps.some(({ failed }) => failed),
    id: current.id,
    before: old === undefined ? undefined : { ...old.oldInputs, ...old.oldOutputs },
    after: isGone || made === undefined ? undefined : { ...made.newInputs, ...made.newOutputs },
    isReplaced,
  };
  const properties = /^(?:update|replace)$/.test(operation)
    ? propertyChanges(steps, old, made, replaceKeys.get(last.urn) ?? [])
    : [];
  return { ...change, properties };
}

function isFilled(properties: JsonObject): boolean {
  return Object.keys(properties).length > 0;
}

function propertyChanges(
  steps: readonly Step[],
  old: Step | undefined,
  made: Step | undefined,
  replaceKeys: readonly string[],
): readonly PropertyChange[] {
  const told = Object.entries(steps.findLast((step) => isFilled(step.detailedDiff))?.detailedDiff ?? {});
  const keys = replaceKeys.filter((key) => !told.some(([path]) => isWithin(read(path), read(key))));
  const kinds = [...told, ...keys.map((key) => [key, "update-replace"] as const)];
  const changed = kinds.length > 0 ? kinds : changedKeys(old?.oldInputs ?? {}, made?.newInputs ?? {});
  return changed
    .map(([path, kind]) => ({
      path,
      kind,
      before: valueAt(read(path), old?.oldInputs, old?.oldOutputs),
      after: valueAt(read(path), made?.newInputs, made?.newOutputs),
    }))
    .sort((a, b) => compareText(a.path, b.path));
}

/** For a provider that says that something differs but not what. */
function changedKeys(before: JsonObject, after: JsonObject): readonly (readonly [string, string])[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => [formatPath([name]), "update"] as const);
}

/** A path that can't be read is the name of a property. */
function read(path: string): Path {
  try {
    return parsePath(path);
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw error;
    return [path];
  }
}

/** The value of the first map that has it; a wrapper on the way stands for all that is in it. */
function valueAt(path: Path, ...maps: readonly (JsonObject | undefined)[]): unknown {
  for (const map of maps) {
    let value: unknown = map;
    for (const step of path) {
      if (isObject(value) && signatureKey in value) break;
      if (Array.isArray(value)) value = value[Number(step)];
      else value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    }
    if (value !== undefined) return value;
  }
  return undefined;
}
