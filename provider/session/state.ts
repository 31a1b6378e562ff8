import { fromPlain } from "../definition/plain";
import type { ResourceDefinition } from "../definition/resource";
import type { PropertyMap } from "../definition/value";
import { secretTexts, wrapDerived } from "./redact";

/** What Pulumi keeps of a resource: the inputs as they came, secrets and all, and what the engine added. */
export function stateOf(
  definition: ResourceDefinition,
  inputs: PropertyMap,
  outputs: Record<string, unknown>,
): PropertyMap {
  const added = wrapDerived(fromPlain(outputs, [], definition.outputs), secretTexts(inputs));
  return { ...inputs, ...added };
}
