import { Asset, isPropertyMap, isSpecial, type PropertyMap, Secret, type Value } from "../definition/value";

/** The texts that are secret somewhere in the values, longest first. */
export function secretTexts(value: Value): readonly string[] {
  return [...new Set(collect(value, false))].sort((a, b) => b.length - a.length);
}

function collect(value: Value, isSecret: boolean): string[] {
  if (value instanceof Secret) return collect(value.value, true);
  if (typeof value === "string") return isSecret && value !== "" ? [value] : [];
  if (value instanceof Asset) return isSecret && value.source.text ? [value.source.text] : [];
  if (value === null || typeof value !== "object" || isSpecial(value)) return [];
  return Object.values(value).flatMap((member: Value) => collect(member, isSecret));
}

/** A secret as short as this is part of many words that have nothing to do with it. */
const shortLength = 3;

/** Where a short secret stands by itself: blotted out inside of words, it would be told by the gap. */
function placesOf(secret: string): RegExp {
  const literal = secret.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, "gu");
}

/** A text for people with every secret in it blotted out. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (redacted, secret) => redacted.replaceAll(secret.length > shortLength ? secret : placesOf(secret), "[secret]"),
    text,
  );
}

function holds(text: string, secret: string): boolean {
  return text.includes(secret) && (secret.length > shortLength || placesOf(secret).test(text));
}

/** Outputs made from a secret input are secret too, under whatever name they go out. */
export function wrapDerived(outputs: PropertyMap, secrets: readonly string[]): PropertyMap {
  if (secrets.length === 0) return outputs;
  return wrap(outputs, secrets) as PropertyMap;
}

function wrap(value: Value, secrets: readonly string[]): Value {
  if (typeof value === "string") return secrets.some((secret) => holds(value, secret)) ? new Secret(value) : value;
  if (Array.isArray(value)) return value.map((member: Value) => wrap(member, secrets));
  if (!isPropertyMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, wrap(member, secrets)]));
}
