import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { formatPath } from "../definition/path";
import { isUnknownSentinel, signature, signatureKey } from "../definition/signature";
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
import { readStruct, type WireData, type WireFields } from "./struct-bytes";

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
  const properties = new Decoder().object(readStruct(struct));
  if (!isPropertyMap(properties)) throw new MalformedValue([], "must be an object, not a value with a signature");
  return properties;
}

/** Walks one tree; the path to where it is serves the messages only. */
class Decoder {
  readonly #path: (string | number)[] = [];

  value(value: WireData): Value {
    if (typeof value === "string") return isUnknownSentinel(value) ? unknown : value;
    if (typeof value === "number") return this.#number(value);
    if (value === null || typeof value === "boolean") return value;
    return isList(value) ? value.map((member, index) => this.#member(index, member)) : this.object(value);
  }

  object(fields: WireFields): Value {
    const mark = fields[signatureKey];
    if (mark !== undefined) return this.#special(mark, fields);
    const map = emptyMap();
    for (const key in fields) map[key] = this.#member(key, fields[key] as WireData);
    return map;
  }

  #member(step: string | number, value: WireData): Value {
    this.#path.push(step);
    const member = this.value(value);
    this.#path.pop();
    return member;
  }

  #number(value: number): number {
    if (!Number.isFinite(value)) this.#fail(`${value} is not a number that JSON can hold`);
    return value;
  }

  #special(mark: WireData, fields: WireFields): Value {
    switch (mark) {
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
        return this.#fail(`its signature ${JSON.stringify(mark)} names no kind of value that this provider takes`);
    }
  }

  #secret(fields: WireFields): Secret {
    const { value } = fields;
    if (value === undefined) this.#fail("a secret without a value");
    return new Secret(this.value(value));
  }

  #outputValue(fields: WireFields): OutputValue {
    const { value, secret = false, dependencies = null } = fields;
    if (typeof secret !== "boolean") this.#fail("an output's secret must be true or false");
    const urns = (isList(dependencies) ? dependencies : []).map((dependency) => {
      if (typeof dependency !== "string") this.#fail("an output's dependencies must be URNs");
      return dependency;
    });
    return new OutputValue(value === undefined ? undefined : this.value(value), secret, urns);
  }

  #resourceReference(fields: WireFields): ResourceReference {
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

  #archive(fields: WireFields): Archive {
    const source: Archive["source"] = this.#source(fields, ["path", "uri", "hash"]);
    const { assets = null } = fields;
    if (assets === null || typeof assets !== "object" || isList(assets)) return new Archive(source);
    const members = Object.create(null) as Record<string, Asset | Archive>;
    for (const [name, value] of Object.entries(assets)) {
      const member = this.#member(name, value);
      if (!(member instanceof Asset) && !(member instanceof Archive)) {
        this.#fail(`an archive's member ${JSON.stringify(name)} must be an asset or an archive`);
      }
      members[name] = member;
    }
    return new Archive({ ...source, assets: members });
  }

  #source(
    fields: WireFields,
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
  #text(fields: WireFields, name: string): string | undefined {
    const value = fields[name] ?? null;
    if (value === null) return undefined;
    if (typeof value !== "string") this.#fail(`${name} must be text`);
    return value;
  }

  #fail(problem: string): never {
    throw new MalformedValue(this.#path, problem);
  }
}

/** Without a prototype, so that a key `__proto__` is a key like any other. */
function emptyMap(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}

function isList(value: WireData): value is readonly WireData[] {
  return Array.isArray(value);
}
