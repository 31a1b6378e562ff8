import type { ValidateFunction } from "ajv";

/**
 * A validator that reports every violation of a JSON Schema, with the value that it is about. ajv is loaded and the
 * schema compiled when the first document is looked at, not at start-up.
 */
export function lazyValidator(schema: object): () => ValidateFunction {
  let compiled: ValidateFunction | undefined;
  return () => {
    if (compiled === undefined) {
      const { Ajv } = require("ajv") as typeof import("ajv");
      const options = { allErrors: true, verbose: true, strict: true, strictRequired: false, allowUnionTypes: true };
      // The schemas are the provider's own: to hold them against JSON Schema's schema takes longer than all the rest.
      compiled = new Ajv({ ...options, validateSchema: false }).compile(schema);
    }
    return compiled;
  };
}
