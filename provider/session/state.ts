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
  return { ...inputs, ...outputsOf(definition, inputs, outputs) };
}

/** Outputs as property values, with all that is secret about them wrapped. */
export function outputsOf(
  definition: ResourceDefinition,
  inputs: PropertyMap,
  outputs: Record<string, unknown>,
): PropertyMap {
  const secretPaths = (definition.secretOutputs?.(inputs) ?? []).map((name) => [name]);
  return wrapDerived(fromPlain(outputs, secretPaths, definition.outputs), secretTexts(inputs));
}
