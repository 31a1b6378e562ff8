import type { z } from "zod";
import { type CheckResult, checkInputs } from "./check";
import { finding } from "./explain";
import type { Finding } from "./finding";
import { markOf } from "./mark";
import { toValue, unwrap } from "./plain";
import { wrapSecrets } from "./secret";
import { isPropertyMap, type PropertyMap, Secret, unknown, type Value } from "./value";
import { acceptedKinds, quoted, typeInWords } from "./words";

/** Given by the engine and the SDKs beside what the provider declares. */
const engineKeys: ReadonlySet<string> = new Set(["version", "pluginDownloadURL"]);

/** The keys and texts by which generated SDKs write secrets, outputs and unknowns into JSON text. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const unknownTexts: ReadonlySet<string> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

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
  if (unknownTexts.has(text)) return { value: unknown };
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
  if (typeof value === "string") return unknownTexts.has(value) ? unknown : value;
  if (Array.isArray(value)) return value.map(decodeSignatures);
  if (!isPropertyMap(value)) return value;
  const inner = value.value;
  switch (value[signatureKey]) {
    case secretSignature:
      return new Secret(decodeSignatures(inner ?? null));
    case outputSignature: {
      const decoded = inner === undefined ? unknown : decodeSignatures(inner);
      return value.secret === true ? new Secret(decoded) : decoded;
    }
    default:
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, decodeSignatures(member)]));
  }
}
