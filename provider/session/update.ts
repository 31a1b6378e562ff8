import type { ResourceDefinition } from "../definition/resource";
import { moduleOf } from "../definition/token";
import { containsUnknown, type PropertyMap, unknown } from "../definition/value";
import { requireCapacityOf } from "../engine/capacity";
import { documents } from "../engine/core/document";
import { latestIncarnation, recordBirth } from "../engine/core/incarnation";
import type { CommandContext } from "../engine/engine";
import { EngineError } from "../engine/error";
import type { UpdateRequest, UpdateResult } from "./contract";
import { identityOf, parseInputs, requireInputs } from "./inputs";
import { stateOf } from "./state";
import type { Workspace } from "./workspace";

/** Updates a resource in place: in a preview on the branch, by the same code and with the same result. */
export async function update(
  workspace: Workspace,
  definition: ResourceDefinition,
  request: UpdateRequest,
): Promise<UpdateResult> {
  request.signal.throwIfAborted();
  const engine = workspace.place(request.preview);
  if (containsUnknown(request.news)) return { properties: unknownOutputs(definition, request) };
  const inputs = requireInputs(definition, request.news);
  const outputs = await engine.run(async (context) => {
    const outputsNow = await apply(context, workspace, definition, request, inputs);
    await keepIncarnation(context, definition, request, inputs);
    return outputsNow;
  }, undefined);
  await workspace.showStatus(definition, engine, request.urn, request.id);
  return { properties: stateOf(definition, request.news, outputs) };
}

async function apply(
  context: CommandContext,
  workspace: Workspace,
  definition: ResourceDefinition,
  request: UpdateRequest,
  inputs: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  await requireCapacityOf(context, moduleOf(definition.token));
  const old = parseInputs(definition, request.oldInputs);
  const found = await definition.read(context, request.id, old);
  if (found === undefined) throw unknownResource(request, workspace.engine.store.location);
  if (definition.update === undefined) return found.outputs;
  return definition.update(context, { id: request.id, urn: request.urn }, inputs, old ?? found.inputs);
}

function unknownResource({ id, type }: UpdateRequest, location: string): EngineError {
  return new EngineError({
    code: "Engine.NotFound",
    message:
      `${type} ${id} is not in the engine at ${location}: it was deleted there, or the stack belongs to` +
      " another engine",
    remedy: "run pulumi refresh to take the deletion over, or point engineUrl to the stack's engine",
    source: documents.engine,
  });
}

/** An imported or renamed resource gets its place in the book of lives with its first update. */
async function keepIncarnation(
  context: CommandContext,
  definition: ResourceDefinition,
  { urn, id }: UpdateRequest,
  inputs: Record<string, unknown>,
): Promise<void> {
  const latest = await latestIncarnation(context, urn);
  if (latest?.live === true && latest.resourceId === id) return;
  const generation = (latest?.generation ?? 0) + 1;
  const identity = identityOf(definition, inputs);
  await recordBirth(context, { urn, generation, resourceType: definition.token, resourceId: id, identity });
}

/** With an unknown input only what an update never changes is known. */
function unknownOutputs(definition: ResourceDefinition, { olds, news }: UpdateRequest): PropertyMap {
  const stables: readonly string[] = definition.stables;
  const outputs = Object.keys(definition.outputs.shape).map((name) => {
    const old = stables.includes(name) ? olds[name] : undefined;
    return [name, old ?? unknown] as const;
  });
  return { ...Object.fromEntries(outputs), ...news };
}
