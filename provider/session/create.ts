import { markedNames } from "../definition/mark";
import type { ResourceDefinition } from "../definition/resource";
import { moduleOf } from "../definition/token";
import { containsUnknown, type PropertyMap, unknown } from "../definition/value";
import { requireCapacityOf } from "../engine/capacity";
import { readClockMode } from "../engine/core/clock";
import { incarnationHash, latestIncarnation, recordBirth, recordDeath } from "../engine/core/incarnation";
import type { CommandContext } from "../engine/engine";
import type { CreateRequest, CreateResult } from "./contract";
import { identityOf, requireInputs } from "./inputs";
import { stateOf } from "./state";
import type { Workspace } from "./workspace";

/** Creates a resource: in a preview on the branch, by the same code and with the same result. */
export async function create(
  workspace: Workspace,
  definition: ResourceDefinition,
  request: CreateRequest,
): Promise<CreateResult> {
  request.signal.throwIfAborted();
  const engine = workspace.place(request.preview);
  if (containsUnknown(request.properties))
    return { id: "", properties: unknownOutputs(definition, request.properties) };
  const inputs = requireInputs(definition, request.properties);
  const { born, clock } = await engine.run(
    async (context) => ({
      born: await bear(context, workspace, definition, request.urn, inputs),
      clock: request.preview ? await readClockMode(context, undefined) : undefined,
    }),
    undefined,
  );
  workspace.replacing.delete(request.urn);
  if (!request.preview) workspace.created.add(`${definition.token} ${born.id}`);
  await workspace.showStatus(definition, engine, request.urn, born.id);
  const properties = stateOf(definition, request.properties, born.outputs);
  return { id: born.id, properties: clock === "wall" ? withoutMoments(definition, properties) : properties };
}

interface Born {
  readonly id: string;
  readonly outputs: Record<string, unknown>;
}

/**
 * One transaction. A life of the same URN that Pulumi does not know of (the plugin was killed before it could answer)
 * is taken over, so that running again makes nothing twice. A replacement of the newest life begins another one.
 */
async function bear(
  context: CommandContext,
  workspace: Workspace,
  definition: ResourceDefinition,
  urn: string,
  inputs: Record<string, unknown>,
): Promise<Born> {
  await requireCapacityOf(context, moduleOf(definition.token));
  const latest = await latestIncarnation(context, urn);
  const identity = identityOf(definition, inputs);
  if (
    latest?.live === true &&
    latest.resourceId !== workspace.replacing.get(urn) &&
    !workspace.isHeldByAnother(definition, latest.resourceId, urn) &&
    latest.identity === identity &&
    latest.resourceType === definition.token
  ) {
    const adopted = await adopt(context, definition, urn, latest.resourceId, inputs);
    if (adopted !== undefined) return adopted;
  }
  const generation = (latest?.generation ?? 0) + 1;
  const id = definition.id(inputs, incarnationHash(context.settings.account, urn, generation), context.settings);
  const outputs = await definition.create(context, { id, urn }, inputs);
  await recordBirth(context, { urn, generation, resourceType: definition.token, resourceId: id, identity });
  return { id, outputs };
}

async function adopt(
  context: CommandContext,
  definition: ResourceDefinition,
  urn: string,
  id: string,
  inputs: Record<string, unknown>,
): Promise<Born | undefined> {
  const found = await definition.read(context, id, inputs);
  if (found === undefined) {
    await recordDeath(context, { resourceType: definition.token, resourceId: id });
    return undefined;
  }
  if (definition.update === undefined) return { id, outputs: found.outputs };
  return { id, outputs: await definition.update(context, { id, urn }, inputs, found.inputs) };
}

/** A wall clock will have moved by the time of the update: what it stamps is not promised. */
function withoutMoments(definition: ResourceDefinition, properties: PropertyMap): PropertyMap {
  const moments = markedNames(definition.outputs, "moment");
  return { ...properties, ...Object.fromEntries(moments.map((name) => [name, unknown])) };
}

/** With an unknown input nothing can be decided: every output is unknown, and says so. */
function unknownOutputs(definition: ResourceDefinition, inputs: PropertyMap): PropertyMap {
  const outputs = Object.keys(definition.outputs.shape).map((name) => [name, unknown] as const);
  return { ...Object.fromEntries(outputs), ...inputs };
}
