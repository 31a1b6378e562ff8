import { type Struct, Value as WireValue } from "google-protobuf/google/protobuf/struct_pb";
import { formatPath } from "../definition/path";
import {
  Archive,
  Asset,
  isPropertyMap,
  OutputValue,
  type PropertyMap,
  ResourceReference,
  Secret,
  unknown,
  type Value,
} from "../definition/value";
import { readFields } from "./fields";
import { isUnknownSentinel, signature, signatureKey } from "./signature";

/** What the caller sent is no value of Pulumi's; the message says where. */
export class MalformedValue extends Error {
  constructor(path: readonly (string | number)[], problem: string) {
    super(path.length === 0 ? `the properties: ${problem}` : `property ${formatPath(path)}: ${problem}`);
    this.name = "MalformedValue";
  }
}

/** The properties of a message; a struct that was not sent has none. Throws MalformedValue. */
export function decodeProperties(struct: Struct | undefined): PropertyMap {
  if (struct === undefined) return emptyMap();
  const properties = new Decoder().struct(struct);
  if (!isPropertyMap(properties)) throw new MalformedValue([], "must be an object, not a value with a signature");
  return properties;
}

/** One value of a message; a value that was not set is null. Throws MalformedValue. */
export function decodeValue(value: WireValue): Value {
  return new Decoder().value(value);
}

type Fields = ReadonlyMap<string, WireValue>;

/** Walks one tree; the path to where it is serves the messages only. */
class Decoder {
  readonly #path: (string | number)[] = [];

  value(value: WireValue): Value {
    switch (value.getKindCase()) {
      case WireValue.KindCase.BOOL_VALUE:
        return value.getBoolValue();
      case WireValue.KindCase.NUMBER_VALUE:
        return this.#number(value.getNumberValue());
      case WireValue.KindCase.STRING_VALUE: {
        const text = value.getStringValue();
        return isUnknownSentinel(text) ? unknown : text;
      }
      case WireValue.KindCase.LIST_VALUE:
        return (value.getListValue()?.getValuesList() ?? []).map((member, index) => this.#member(index, member));
      case WireValue.KindCase.STRUCT_VALUE: {
        const struct = value.getStructValue();
        return struct === undefined ? emptyMap() : this.struct(struct);
      }
      default:
        return null;
    }
  }

  struct(struct: Struct): Value {
    const fields = readFields(struct);
    const mark = fields.get(signatureKey);
    if (mark !== undefined) return this.#special(mark, fields);
    const map = emptyMap();
    for (const [key, member] of fields) map[key] = this.#member(key, member);
    return map;
  }

  #member(step: string | number, value: WireValue): Value {
    this.#path.push(step);
    const member = this.value(value);
    this.#path.pop();
    return member;
  }

  #number(value: number): number {
    if (!Number.isFinite(value)) this.#fail(`${value} is not a number that JSON can hold`);
    return value;
  }

  #special(mark: WireValue, fields: Fields): Value {
    switch (mark.hasStringValue() ? mark.getStringValue() : undefined) {
      case signature.secret:
        return this.#secret(fields);
      case signature.outputValue:
        return this.#outputValue(fields);
      case signature.resourceReference:
        return this.#resourceReference(fields);
      case signature.asset:
        return new Asset(this.#source(fields));
      case signature.archive:
        return this.#archive(fields);
      default:
        return this.#fail(
          `its signature ${JSON.stringify(mark.toJavaScript())} names no kind of value that this provider takes`,
        );
    }
  }

  #secret(fields: Fields): Secret {
    const value = fields.get("value");
    if (value === undefined) this.#fail("a secret without a value");
    return new Secret(this.value(value));
  }

  #outputValue(fields: Fields): OutputValue {
    const value = fields.get("value");
    const secret = fields.get("secret");
    if (secret !== undefined && !secret.hasBoolValue()) this.#fail("an output's secret must be true or false");
    const dependencies = (fields.get("dependencies")?.getListValue()?.getValuesList() ?? []).map((dependency) => {
      if (!dependency.hasStringValue()) this.#fail("an output's dependencies must be URNs");
      return dependency.getStringValue();
    });
    return new OutputValue(
      value === undefined ? undefined : this.value(value),
      secret?.getBoolValue() ?? false,
      dependencies,
    );
  }

  #resourceReference(fields: Fields): ResourceReference {
    const urn = this.#text(fields, "urn");
    if (urn === undefined) this.#fail("a resource reference without a URN");
    const id = this.#text(fields, "id");
    const packageVersion = this.#text(fields, "packageVersion");
    return new ResourceReference(
      urn,
      id === "" || (id !== undefined && isUnknownSentinel(id)) ? unknown : id,
      packageVersion === "" ? undefined : packageVersion,
    );
  }

  #archive(fields: Fields): Archive {
    const source: Archive["source"] = this.#source(fields, ["path", "uri", "hash"]);
    const assets = fields.get("assets")?.getStructValue();
    if (assets === undefined) return new Archive(source);
    const members = Object.create(null) as Record<string, Asset | Archive>;
    for (const [name, value] of readFields(assets)) {
      const member = this.#member(name, value);
      if (!(member instanceof Asset) && !(member instanceof Archive)) {
        this.#fail(`an archive's member ${JSON.stringify(name)} must be an asset or an archive`);
      }
      members[name] = member;
    }
    return new Archive({ ...source, assets: members });
  }

  #source(
    fields: Fields,
    names: readonly (keyof Asset["source"])[] = ["text", "path", "uri", "hash"],
  ): Asset["source"] {
    const source: Asset["source"] = {};
    for (const name of names) {
      const text = this.#text(fields, name);
      if (text !== undefined) source[name] = text;
    }
    return source;
  }

  /** A key that holds text; absent and null are the same here, as the SDKs send either. */
  #text(fields: Fields, name: string): string | undefined {
    const value = fields.get(name);
    if (value === undefined || this.value(value) === null) return undefined;
    if (!value.hasStringValue()) this.#fail(`${name} must be text`);
    return value.getStringValue();
  }

  #fail(problem: string): never {
    throw new MalformedValue(this.#path, problem);
  }
}

/** Without a prototype, so that a key `__proto__` is a key like any other. */
function emptyMap(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}
