import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { typeOfUrn } from "../engine/core/urn";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text property; undefined when it is absent or something else. */
export function textOf(object: JsonObject | undefined, name: string): string | undefined {
  const value = object?.[name];
  return typeof value === "string" ? value : undefined;
}

/** An object property; undefined when it is absent or something else. */
export function objectOf(object: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = object?.[name];
  return isObject(value) ? value : undefined;
}

/** The members of a list property that are objects. */
export function objectsOf(object: JsonObject | undefined, name: string): readonly JsonObject[] {
  const value = object?.[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The members of a list property that are texts. */
export function textsOf(object: JsonObject | undefined, name: string): readonly string[] {
  const value = object?.[name];
  return Array.isArray(value) ? value.filter((member) => typeof member === "string") : [];
}

const stepKinds = ["resourcePreEvent", "resOutputsEvent", "resOpFailedEvent"] as const;

/**
 * One line of an event stream, brought into the engine's form: a file that says it is a preview may be anything, and
 * nothing in it may make a review fall over. Undefined for what is no event, or of no use here.
 */
export function toEvent(value: unknown): EngineEvent | undefined {
  if (!isObject(value)) return undefined;
  const { sequence, timestamp } = value;
  const place = {
    sequence: typeof sequence === "number" ? sequence : 0,
    timestamp: typeof timestamp === "number" ? timestamp : 0,
  };
  for (const kind of stepKinds) {
    const metadata = toMetadata(objectOf(objectOf(value, kind), "metadata"));
    if (metadata !== undefined) return { ...place, [kind]: { metadata, status: 0, steps: 0 } };
  }
  const said = toDiagnostic(objectOf(value, "diagnosticEvent"));
  if (said !== undefined) return { ...place, diagnosticEvent: said };
  const summary = objectOf(value, "summaryEvent");
  if (summary === undefined) return undefined;
  const policyPacks = {};
  const rest = { maybeCorrupt: false, durationSeconds: 0, policyPacks };
  return { ...place, summaryEvent: { ...rest, resourceChanges: countsOf(summary, "resourceChanges") } };
}

/** Numbers by name, of a property that should hold nothing else. */
export function countsOf(object: JsonObject, name: string): Record<string, number> {
  const counts = Object.entries(objectOf(object, name) ?? {});
  return Object.fromEntries(counts.filter((entry): entry is [string, number] => typeof entry[1] === "number"));
}

function toDiagnostic(said: JsonObject | undefined): EngineEvent["diagnosticEvent"] {
  const message = textOf(said, "message");
  if (said === undefined || message === undefined) return undefined;
  type Severity = NonNullable<EngineEvent["diagnosticEvent"]>["severity"];
  return {
    urn: textOf(said, "urn"),
    message,
    color: "never",
    severity: (textOf(said, "severity") ?? "info") as Severity,
    ephemeral: said.ephemeral === true,
  };
}

/** A step of an event stream, or of the plain document under other names. */
export function toMetadata(metadata: JsonObject | undefined): StepEventMetadata | undefined {
  const op = textOf(metadata, "op");
  const urn = textOf(metadata, "urn");
  if (metadata === undefined || op === undefined || urn === undefined) return undefined;
  const before = objectOf(metadata, "old") ?? objectOf(metadata, "oldState");
  const after = objectOf(metadata, "new") ?? objectOf(metadata, "newState");
  const type = textOf(metadata, "type") ?? textOf(after, "type") ?? textOf(before, "type") ?? typeOfUrn(urn);
  const keys = textsOf(metadata, metadata.keys === undefined ? "replaceReasons" : "keys");
  return {
    op: op as StepEventMetadata["op"],
    urn,
    type,
    old: toState(before, urn, type),
    new: toState(after, urn, type),
    keys: [...keys],
    detailedDiff: toDetailedDiff(objectOf(metadata, "detailedDiff")),
    provider: "",
  };
}

function toState(state: JsonObject | undefined, urn: string, type: string): StepEventMetadata["old"] {
  if (state === undefined) return undefined;
  return {
    urn,
    type,
    id: textOf(state, "id") ?? "",
    parent: textOf(state, "parent") ?? "",
    inputs: objectOf(state, "inputs") ?? {},
    outputs: objectOf(state, "outputs") ?? {},
    provider: "",
  };
}

function toDetailedDiff(diff: JsonObject | undefined): StepEventMetadata["detailedDiff"] {
  type Diff = NonNullable<StepEventMetadata["detailedDiff"]>;
  const entries = Object.entries(diff ?? {}).flatMap(([path, kind]) => {
    const diffKind = isObject(kind) ? (textOf(kind, "diffKind") ?? textOf(kind, "kind")) : undefined;
    return diffKind === undefined ? [] : [[path, { diffKind, inputDiff: true }] as const];
  });
  return Object.fromEntries(entries) as Diff;
}
