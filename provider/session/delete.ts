import type { ResourceDefinition } from "../definition/resource";
import { moduleOf } from "../definition/token";
import { requireCapacityOf } from "../engine/capacity";
import { recordDeath } from "../engine/core/incarnation";
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
  const inputs = parseInputs(definition, request.oldInputs) ?? parseInputs(definition, request.properties);
  await workspace.place(false).run(async (context) => {
    await requireCapacityOf(context, moduleOf(definition.token));
    const live = inputs ?? (await definition.read(context, request.id))?.inputs;
    if (live !== undefined) await definition.delete(context, request.id, live);
    await recordDeath(context, { resourceType: definition.token, resourceId: request.id });
  }, undefined);
}
