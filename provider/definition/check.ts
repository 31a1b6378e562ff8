import type { z } from "zod";
import { zodFindings } from "./explain";
import type { Finding } from "./finding";
import { Judge } from "./judge";
import { markOf } from "./mark";
import { normalise } from "./normalise";
import { type Plain, toPlain, unwrap } from "./plain";
import type { PropertyMap } from "./value";

export interface CheckResult<S extends z.ZodObject = z.ZodObject> {
  /** Normalised, with defaults; what the program said is recognisable and secrets are kept. */
  readonly inputs: PropertyMap;
  /** What resource files work with; undefined when there are failures or unknowns. */
  readonly value: z.output<S> | undefined;
  /** All there are, in the order of the schema. */
  readonly failures: readonly Finding[];
  /** Top-level names that hold an unknown somewhere. */
  readonly unknown: ReadonlySet<string>;
  /** Top-level names that hold a secret somewhere; the engine must not print their values. */
  readonly secret: ReadonlySet<string>;
}

/**
 * Checks a program's inputs against the schema. What is unknown is never reported as missing or of the wrong type, and
 * rules that need it are left out; everything else is judged. Reports user errors only, and never throws for them.
 */
export function checkInputs<S extends z.ZodObject>(schema: S, news: PropertyMap): CheckResult<S> {
  const inputs = normalise(schema, news);
  const { value, secretPaths, unknownPaths } = unwrap(inputs);
  const judged = new Judge(secretPaths).findings(schema, value, { path: [], secret: false });
  const secret = new Set([
    ...secretPaths.map((path) => String(path[0])),
    ...Object.keys(schema.shape).filter((name) => markOf(schema.shape[name] as z.ZodType).secret === true),
  ]);
  const unknown = new Set(unknownPaths.map((path) => String(path[0])));
  if (judged.length > 0 || unknown.size > 0) return { inputs, value: undefined, failures: judged, unknown, secret };
  const plain: Plain = toPlain(inputs).value;
  const parsed = schema.safeParse(plain);
  if (parsed.success) return { inputs, value: parsed.data, failures: [], unknown, secret };
  const failures = zodFindings(schema, plain, { path: [], secret: secret.size > 0 });
  return { inputs, value: undefined, failures, unknown, secret };
}
