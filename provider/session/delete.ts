import type { ResourceDefinition } from "../definition/resource";
import { moduleOf } from "../definition/token";
import { requireCapacityOf } from "../engine/capacity";
import { recordDeath } from "../engine/core/incarnation";
import type { Engine } from "../engine/engine";
import type { DeleteRequest } from "./contract";
import { parseInputs } from "./inputs";
import type { Workspace } from "./workspace";

/** Deletes a resource by its id; one that is gone already is deleted. */
export async function deleteResource(
  workspace: Workspace,
  definition: ResourceDefinition,
  request: DeleteRequest,
): Promise<void> {
  request.signal.throwIfAborted();
  // A replacement that was forced on unchanged inputs keeps its id: the old copy and the new one are the same thing.
  if (workspace.created.has(`${definition.token} ${request.id}`)) return;
  await deleteFrom(workspace.place(false), definition, request);
}

/** What is deleted: its id, and what the state says of it. */
export type Deletion = Pick<DeleteRequest, "id" | "oldInputs" | "properties">;

/** Deletes a resource from an engine, or from a branch of one. */
export async function deleteFrom(
  engine: Engine,
  definition: ResourceDefinition,
  { id, oldInputs, properties }: Deletion,
): Promise<void> {
  const inputs = parseInputs(definition, oldInputs) ?? parseInputs(definition, properties);
  await engine.run(async (context) => {
    await requireCapacityOf(context, moduleOf(definition.token));
    const live = inputs ?? (await definition.read(context, id))?.inputs;
    if (live !== undefined) await definition.delete(context, id, live);
    await recordDeath(context, { resourceType: definition.token, resourceId: id });
  }, undefined);
}
