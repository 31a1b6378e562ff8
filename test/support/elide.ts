import { createHash } from "node:crypto";
import { Asset, isPropertyMap, isSpecial, type PropertyMap, Secret, type Value } from "../../provider/definition/value";

function elide(value: Value): Value {
  if (value instanceof Secret) return new Secret(elide(value.value));
  if (value instanceof Asset) return new Asset({ hash: hashOfAsset(value) });
  if (Array.isArray(value)) return value.map((member: Value) => elide(member));
  if (!isPropertyMap(value)) return value;
  return elideMap(value);
}

/** Where contents are only compared, the engine sends the hash of a file and not the file. */
export function elideMap(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([name, member]) => [name, elide(member)]));
}

function hashOfAsset({ source }: Asset): string {
  return (
    source.hash ??
    createHash("sha256")
      .update(source.text ?? "")
      .digest("hex")
  );
}

function restore(value: Value, old: Value | undefined): Value {
  if (value instanceof Secret) return new Secret(restore(value.value, old instanceof Secret ? old.value : old));
  if (value instanceof Asset) return old instanceof Asset && hashOfAsset(old) === hashOfAsset(value) ? old : value;
  if (value === null || typeof value !== "object" || isSpecial(value) || Array.isArray(value)) return value;
  const before = isPropertyMap(old) ? old : {};
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, restore(member, before[name])]));
}

/** The engine puts a file back where a read gives only its hash. */
export function restoreMap(map: PropertyMap, old: PropertyMap): PropertyMap {
  return restore(map, old) as PropertyMap;
}
