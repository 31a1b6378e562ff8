import { Struct, type Value } from "google-protobuf/google/protobuf/struct_pb";

/*
 * google-protobuf keeps the entries of a map in a plain object, which loses the key `__proto__` in both directions.
 * Without a prototype the object takes any key. Messages make their structs themselves, so it is done for all of them.
 */
const getFieldsMap = Struct.prototype.getFieldsMap;

/** Where a map keeps that object: the library is minified, so its name is looked for, once. */
const entriesName = Object.entries(new Struct().getFieldsMap()).find(([, member]) => isPlain(member))?.[0] ?? "";

Struct.prototype.getFieldsMap = function (this: Struct, ...noLazyCreate: []) {
  const map = getFieldsMap.apply(this, noLazyCreate) as unknown as Record<string, object> | undefined;
  const entries = map?.[entriesName];
  if (isPlain(entries)) Object.setPrototypeOf(entries, null);
  return map as unknown as ReturnType<Struct["getFieldsMap"]>;
};

function isPlain(member: unknown): member is object {
  return typeof member === "object" && member !== null && Object.getPrototypeOf(member) === Object.prototype;
}

/** A struct on the wire with these entries. */
export function writeFields(entries: Iterable<readonly [string, Value]>): Struct {
  const struct = new Struct();
  const fields = struct.getFieldsMap();
  for (const [key, value] of entries) fields.set(key, value);
  return struct;
}
