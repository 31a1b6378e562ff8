import { fromPlain, toPlain } from "../definition/plain";
import { asOf, lost, unknownToEngine } from "../definition/refresh-status";
import type { ReadResult as Found, ResourceDefinition } from "../definition/resource";
import { isSame } from "../definition/same";
import type { PropertyMap } from "../definition/value";
import { documents } from "../engine/core/document";
import { incarnationsOf } from "../engine/core/incarnation";
import { isoTime } from "../engine/core/time";
import { EngineError } from "../engine/error";
import { datesOfPoints } from "../engine/point-date";
import type { ReadRequest, ReadResult } from "./contract";
import { parseInputs, withoutDefaults } from "./inputs";
import { outputsOf } from "./state";
import { foreignEngineWarning, type Workspace } from "./workspace";

/**
 * Reads a resource for a refresh (the state comes along), an import (only the id) or a `get` (what the program
 * gives).
 */
export async function read(
  workspace: Workspace,
  definition: ResourceDefinition,
  request: ReadRequest,
): Promise<ReadResult | undefined> {
  request.signal.throwIfAborted();
  if (!definition.importId.pattern.test(request.id)) throw malformedId(definition, request.id);
  const stateInputs = request.inputs;
  const hasState = stateInputs !== undefined && Object.keys(stateInputs).length > 0;
  const old = hasState ? parseInputs(definition, stateInputs) : undefined;
  const found = await workspace.view.ask((context) => definition.read(context, request.id, old), undefined);
  if (found === undefined) {
    if (old === undefined) return undefined;
    const kept = await readUnknown(workspace, definition, request);
    if (kept === undefined) await showSuccessor(workspace, definition, request.urn, old);
    return kept;
  }
  const result = toResult(definition, request, found, stateInputs);
  if (!hasState) workspace.imported.set(request.urn, result.inputs);
  if (hasState && request.properties !== undefined) {
    workspace.rememberRefresh(request.urn, result.id, { before: request.properties, after: result.properties });
    if (!isSame(request.properties, result.properties)) {
      await showWhatChanged(workspace, request.urn, newlyLost(request.properties, found.outputs));
    }
  }
  return result;
}

/** A resource that is gone is told as gone; whether something does its work is worth a word. */
async function showSuccessor(
  { view, host }: Workspace,
  definition: ResourceDefinition,
  urn: string,
  old: Record<string, unknown>,
): Promise<void> {
  if (definition.successor === undefined) return;
  const { successor } = definition;
  const status = await view.ask((context) => successor(context, old), undefined);
  if (status !== undefined) host.log("info", status, urn, { ephemeral: true });
}

/** So that a status stays a line. */
const mostLost = 20;

/** Ids of points that the state does not name yet. */
function newlyLost({ damagedPoints: known }: PropertyMap, { damagedPoints }: Record<string, unknown>): string[] {
  const before = new Set(Array.isArray(known) ? known : []);
  return (Array.isArray(damagedPoints) ? damagedPoints : []).filter((id) => !before.has(id)).slice(0, mostLost);
}

/** Beside what is different: when that is so, and what it spoilt; outputs are facts of configuration and can't say. */
async function showWhatChanged({ view, host }: Workspace, urn: string, ids: readonly string[]): Promise<void> {
  const now = await view.ask(async (context) => context.now, undefined);
  host.log("info", asOf(isoTime(now)), urn, { ephemeral: true });
  const points = ids.length === 0 ? [] : await view.ask(datesOfPoints, ids);
  if (points.length > 0) host.log("info", lost(points), urn, { ephemeral: true });
}

function toResult(
  definition: ResourceDefinition,
  request: ReadRequest,
  found: Found<Record<string, unknown>, Record<string, unknown>>,
  stateInputs: PropertyMap | undefined,
): ReadResult {
  const isImport = stateInputs === undefined || Object.keys(stateInputs).length === 0;
  const secretPaths = stateInputs === undefined ? [] : toPlain(stateInputs).secretPaths;
  const echoed = fromPlain(found.inputs, secretPaths, definition.inputs);
  const inputs = isImport
    ? fromPlain(withoutDefaults(definition, found.inputs), secretPaths, definition.inputs)
    : echoed;
  const outputs = outputsOf(definition, inputs, found.outputs);
  return { id: found.id ?? request.id, inputs, properties: { ...echoed, ...outputs } };
}

/** Gone for certain only when the engine once had it; what it never heard of keeps its state. */
async function readUnknown(
  workspace: Workspace,
  definition: ResourceDefinition,
  { urn, id, inputs, properties }: ReadRequest,
): Promise<ReadResult | undefined> {
  const lives = await workspace.view.ask(incarnationsOf, { resourceType: definition.token, resourceId: id });
  if (lives.length > 0 || inputs === undefined || properties === undefined) return undefined;
  if (Object.keys(properties).length <= Object.keys(inputs).length) return undefined;
  workspace.tell("warning", foreignEngineWarning(workspace.engine.store.location), undefined);
  workspace.host.log("info", unknownToEngine, urn, { ephemeral: true });
  // Remembered as what it was, so that the diff after it does not look for it in the engine either.
  workspace.rememberRefresh(urn, id, { before: properties, after: properties });
  return { id, inputs, properties };
}

function malformedId(definition: ResourceDefinition, id: string): EngineError {
  return new EngineError({
    code: "InvalidParameter.Id",
    property: "id",
    message: `"${id}" is no id of ${definition.token}`,
    remedy: `ids look like ${definition.importId.example}`,
    source: documents.api,
  });
}
