import type { z } from "zod";
import { type CheckResult, checkInputs } from "./check";
import { finding } from "./explain";
import type { Finding } from "./finding";
import { markOf } from "./mark";
import { toValue, unwrap } from "./plain";
import { wrapSecrets } from "./secret";
import { isUnknownSentinel, signature, signatureKey } from "./signature";
import { isPropertyMap, type PropertyMap, Secret, unknown, type Value } from "./value";
import { acceptedKinds, quoted, typeInWords } from "./words";

/** Given by the engine and the SDKs beside what the provider declares. */
const engineKeys: ReadonlySet<string> = new Set(["version", "pluginDownloadURL"]);

/**
 * Checks a provider's configuration, which arrives as strings of JSON from stack configuration and SDKs, or as values.
 * `inputs` is the representation received, as any other would show as a change; `value` is decoded, with the defaults.
 */
export function decodeConfig<S extends z.ZodObject>(schema: S, news: PropertyMap): CheckResult<S> {
  const failures: Finding[] = [];
  const undecoded = new Set<string>();
  const inputs: Record<string, Value> = {};
  const decoded: Record<string, Value> = {};
  for (const [name, received] of Object.entries(news)) {
    if (name === "__internal") continue;
    inputs[name] = received;
    if (engineKeys.has(name) && !Object.hasOwn(schema.shape, name)) continue;
    const property = Object.hasOwn(schema.shape, name) ? (schema.shape[name] as z.ZodType) : undefined;
    const reading = property === undefined ? { value: received } : read(name, property, received);
    if ("failure" in reading) {
      failures.push(reading.failure);
      undecoded.add(name);
      decoded[name] = unwrap(received).secretPaths.length > 0 ? new Secret(unknown) : unknown;
      continue;
    }
    decoded[name] = reading.value;
    if (reading.value instanceof Secret && !(received instanceof Secret)) inputs[name] = new Secret(received);
  }
  const checked = checkInputs(schema, decoded);
  const unknowns = new Set([...checked.unknown].filter((name) => !undecoded.has(name)));
  return {
    ...checked,
    inputs: wrapSecrets(schema, inputs) as PropertyMap,
    failures: [...failures, ...checked.failures],
    unknown: unknowns,
  };
}

type Reading = { readonly value: Value } | { readonly failure: Finding };

function read(name: string, schema: z.ZodType, received: Value): Reading {
  const { value: text, secretPaths } = unwrap(received);
  if (typeof text !== "string" || acceptsStrings(schema)) return { value: received };
  const secret = secretPaths.length > 0 || markOf(schema).secret === true;
  if (isUnknownSentinel(text)) return { value: unknown };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    const got = secret ? "a string" : `the string ${quoted(text)}`;
    const message = `must be ${typeInWords(schema)}, got ${got}, which is not JSON`;
    return { failure: finding([name], { message, remedy: 'write the value as JSON: true, 30, ["a"] or {"key": 1}' }) };
  }
  const value = decodeSignatures(toValue(json));
  return { value: secret || unwrap(value).secretPaths.length > 0 ? new Secret(value) : value };
}

function acceptsStrings(schema: z.ZodType): boolean {
  const kinds = acceptedKinds(schema);
  return kinds === undefined || kinds.has("string");
}

function decodeSignatures(value: Value): Value {
  if (typeof value === "string") return isUnknownSentinel(value) ? unknown : value;
  if (Array.isArray(value)) return value.map(decodeSignatures);
  if (!isPropertyMap(value)) return value;
  const inner = value.value;
  switch (value[signatureKey]) {
    case signature.secret:
      return new Secret(decodeSignatures(inner ?? null));
    case signature.outputValue: {
      const decoded = inner === undefined ? unknown : decodeSignatures(inner);
      return value.secret === true ? new Secret(decoded) : decoded;
    }
    default:
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, decodeSignatures(member)]));
  }
}
