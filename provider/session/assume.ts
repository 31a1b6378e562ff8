import type { ResourceDefinition } from "../definition/resource";
import type { PropertyMap } from "../definition/value";
import { recordBirth } from "../engine/core/incarnation";
import type { Engine } from "../engine/engine";
import { EngineError } from "../engine/error";
import { identityOf, parseInputs } from "./inputs";

/** Makes a resource of the Pulumi state on a branch under the id that it has; returns why it could not be made. */
export async function assumeFromState(
  branch: Engine,
  resource: { definition: ResourceDefinition; urn: string; id: string; inputs: PropertyMap },
): Promise<string | undefined> {
  const { definition, urn, id } = resource;
  const inputs = parseInputs(definition, resource.inputs);
  if (inputs === undefined) return "its inputs are of another version of cloudbackup";
  try {
    await branch.run(async (context) => {
      await definition.create(context, { id, urn }, inputs);
      const identity = identityOf(definition, inputs);
      await recordBirth(context, { urn, generation: 1, resourceType: definition.token, resourceId: id, identity });
    }, undefined);
    return undefined;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error.message;
  }
}
