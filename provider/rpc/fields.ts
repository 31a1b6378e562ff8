import { Struct, type Value } from "google-protobuf/google/protobuf/struct_pb";

/*
 * google-protobuf keeps the entries of a map in a plain object, which loses the key `__proto__` in both directions.
 * Without a prototype the object takes any key. Messages make their structs themselves, so it is done for all of them.
 */
const getFieldsMap = Struct.prototype.getFieldsMap;

Struct.prototype.getFieldsMap = function (this: Struct, ...noLazyCreate: []) {
  const map = getFieldsMap.apply(this, noLazyCreate);
  for (const member of Object.values(map ?? {})) {
    if (typeof member === "object" && member !== null && Object.getPrototypeOf(member) === Object.prototype) {
      Object.setPrototypeOf(member, null);
    }
  }
  return map;
};

/** The entries of a struct on the wire, in the order of their keys; every key survives. */
export function readFields(struct: Struct): ReadonlyMap<string, Value> {
  const fields = new Map<string, Value>();
  struct.getFieldsMap().forEach((value, key) => {
    fields.set(key, value);
  });
  return fields;
}

/** A struct on the wire with these entries. */
export function writeFields(entries: Iterable<readonly [string, Value]>): Struct {
  const struct = new Struct();
  const fields = struct.getFieldsMap();
  for (const [key, value] of entries) fields.set(key, value);
  return struct;
}
