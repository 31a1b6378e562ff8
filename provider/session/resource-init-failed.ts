import type { PropertyMap } from "../definition/value";

/** The object exists, but not as it was asked for: its state is kept, and the next update finishes the work. */
export class ResourceInitFailed extends Error {
  readonly id: string;
  /** The actual outputs; they hold no unknowns. */
  readonly properties: PropertyMap;
  readonly reasons: readonly string[];
  /** The live inputs, from a read only. */
  readonly inputs: PropertyMap | undefined;

  constructor(state: {
    id: string;
    properties: PropertyMap;
    reasons: readonly string[];
    inputs?: PropertyMap;
  }) {
    super(state.reasons.join("; "));
    this.name = "ResourceInitFailed";
    this.id = state.id;
    this.properties = state.properties;
    this.reasons = state.reasons;
    this.inputs = state.inputs;
  }
}
