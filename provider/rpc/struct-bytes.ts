import { BinaryReader } from "google-protobuf";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A value on the wire before it is known what it means to Pulumi; objects have no prototype. */
export type WireData = null | boolean | number | string | readonly WireData[] | WireFields;
/** The members of an object on the wire, in the order of their keys. */
export type WireFields = { readonly [key: string]: WireData };

/*
 * google-protobuf makes several objects of each value, and most structs are read once or, of a diff's, never. So a
 * struct that comes in is kept as the bytes that it was, and made what the library makes of it where somebody asks.
 */
const bytes = new WeakMap<Struct, Uint8Array>();
const deserialize = Struct.deserializeBinaryFromReader;
const getFieldsMap = Struct.prototype.getFieldsMap;

Struct.deserializeBinaryFromReader = (struct: Struct, reader: BinaryReader): Struct => {
  const start = reader.getCursor();
  while (reader.nextField()) reader.skipField();
  bytes.set(struct, reader.getBuffer().subarray(start, reader.getCursor()));
  return struct;
};

Struct.prototype.getFieldsMap = function (this: Struct, ...noLazyCreate: []) {
  const kept = bytes.get(this);
  if (kept !== undefined) {
    bytes.delete(this);
    deserialize(this, new BinaryReader(kept));
  }
  return getFieldsMap.apply(this, noLazyCreate);
};

/** What a struct holds. */
export function readStruct(struct: Struct): WireFields {
  return new StructReader(bytes.get(struct) ?? struct.serializeBinary()).fields();
}

/** Reads the messages of struct.proto: Struct {map fields = 1}, Value {oneof 1…6}, ListValue {repeated values = 1}. */
class StructReader {
  readonly #reader: BinaryReader;

  constructor(content: Uint8Array) {
    this.#reader = new BinaryReader(content);
  }

  fields(): WireFields {
    const entries: [string, WireData][] = [];
    while (this.#reader.nextField()) {
      if (this.#reader.getFieldNumber() === 1) this.#within(() => void entries.push(this.#entry()));
      else this.#reader.skipField();
    }
    const fields = Object.create(null) as Record<string, WireData>;
    // Go writes the members of a map in any order.
    for (const [key, value] of entries.sort(byKey)) fields[key] = value;
    return fields;
  }

  #entry(): [string, WireData] {
    let key = "";
    let value: WireData = null;
    while (this.#reader.nextField()) {
      const field = this.#reader.getFieldNumber();
      if (field === 1) key = this.#reader.readString();
      else if (field === 2) {
        this.#within(() => {
          value = this.#value();
        });
      } else this.#reader.skipField();
    }
    return [key, value];
  }

  /** A value of which nothing is set is null. */
  #value(): WireData {
    const reader = this.#reader;
    let value: WireData = null;
    while (reader.nextField()) {
      switch (reader.getFieldNumber()) {
        case 2:
          value = reader.readDouble();
          break;
        case 3:
          value = reader.readString();
          break;
        case 4:
          value = reader.readBool();
          break;
        case 5:
          this.#within(() => {
            value = this.fields();
          });
          break;
        case 6:
          this.#within(() => {
            value = this.#list();
          });
          break;
        default:
          reader.skipField();
      }
    }
    return value;
  }

  #list(): WireData[] {
    const members: WireData[] = [];
    while (this.#reader.nextField()) {
      if (this.#reader.getFieldNumber() === 1) this.#within(() => void members.push(this.#value()));
      else this.#reader.skipField();
    }
    return members;
  }

  /** Reads the message that a field holds: its end is where the fields end for that long. */
  #within(read: () => void): void {
    this.#reader.readMessage(undefined, read);
  }
}

function byKey([first]: readonly [string, WireData], [second]: readonly [string, WireData]): number {
  return first < second ? -1 : first > second ? 1 : 0;
}
