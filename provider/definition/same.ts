import { isSpecial, type Value } from "./value";

/**
 * Whether two values are the same to the letter, keys in any order: quicker than asking what they mean, and enough
 * where they are. An unknown is the same as an unknown; an absent key and one that is undefined are the same.
 */
export function isSame(first: Value | undefined, second: Value | undefined): boolean {
  if (first === second) return true;
  if (typeof first !== "object" || typeof second !== "object" || first === null || second === null) return false;
  if (Array.isArray(first) !== Array.isArray(second) || isSpecial(first) !== isSpecial(second)) return false;
  const names = keysOf(first);
  return (
    names.length === keysOf(second).length && names.every((name) => isSame(member(first, name), member(second, name)))
  );
}

function keysOf(value: object): string[] {
  return Object.keys(value).filter((name) => member(value, name) !== undefined);
}

/** Of an own member only: a key may be called like what objects inherit. */
function member(value: object, name: string): Value | undefined {
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, Value>>)[name] : undefined;
}
