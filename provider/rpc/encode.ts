import { ListValue, NullValue, type Struct, Value as WireValue } from "google-protobuf/google/protobuf/struct_pb";
import { formatPath } from "../definition/path";
import { isUnknownSentinel, signature, signatureKey, unknownSentinel } from "../definition/signature";
import {
  Archive,
  Asset,
  OutputValue,
  type PropertyMap,
  ResourceReference,
  Secret,
  Unknown,
  type Value,
} from "../definition/value";
import { writeFields } from "./fields";

export interface EncodeOptions {
  /** Whether the receiver takes unknowns here; if not, one is an error. */
  readonly keepUnknowns: boolean;
}

/**
 * Properties for a message. Members that are `undefined` are left out. Throws on what is no value, naming its path: our
 * own results are wrong then.
 */
export function encodeProperties(properties: PropertyMap, options: EncodeOptions): Struct {
  return new Encoder(options).struct(properties);
}

/** One value for a message. */
export function encodeValue(value: Value, options: EncodeOptions): WireValue {
  return new Encoder(options).value(value);
}

/** Walks one tree; the path to where it is serves the messages only. */
class Encoder {
  readonly #path: (string | number)[] = [];

  constructor(private readonly options: EncodeOptions) {}

  value(value: unknown): WireValue {
    switch (typeof value) {
      case "boolean":
        return new WireValue().setBoolValue(value);
      case "number":
        if (!Number.isFinite(value)) this.#fail(`${value} is not a number that JSON can hold`);
        return new WireValue().setNumberValue(value);
      case "string":
        if (isUnknownSentinel(value)) this.#fail("text that Pulumi would take for an unknown value");
        return this.#text(value);
      case "object":
        return this.#object(value);
      default:
        return this.#fail(`${typeof value} is not a property value`);
    }
  }

  struct(map: object): Struct {
    if (Object.hasOwn(map, signatureKey)) this.#fail("a key that Pulumi reserves for signatures");
    const prototype: unknown = Object.getPrototypeOf(map);
    if (prototype !== null && prototype !== Object.prototype) {
      this.#fail(`an instance of ${map.constructor.name} is not a property value`);
    }
    const entries: [string, WireValue][] = [];
    for (const [key, member] of Object.entries(map)) {
      if (member === undefined) continue;
      this.#checkText(key);
      entries.push([key, this.#member(key, member)]);
    }
    return writeFields(entries);
  }

  #object(value: object | null): WireValue {
    if (value === null) return new WireValue().setNullValue(NullValue.NULL_VALUE);
    if (Array.isArray(value)) {
      const members = Array.from(value, (member: unknown, index) => this.#member(index, member));
      return new WireValue().setListValue(new ListValue().setValuesList(members));
    }
    if (value instanceof Unknown) return this.#unknown();
    if (value instanceof Secret) return this.#special(signature.secret, [["value", this.value(value.value)]]);
    if (value instanceof OutputValue) return this.#outputValue(value);
    if (value instanceof ResourceReference) return this.#resourceReference(value);
    if (value instanceof Asset) return this.#special(signature.asset, this.#source(value.source));
    if (value instanceof Archive) return this.#archive(value);
    return new WireValue().setStructValue(this.struct(value));
  }

  #member(step: string | number, value: unknown): WireValue {
    this.#path.push(step);
    const member = this.value(value);
    this.#path.pop();
    return member;
  }

  #unknown(): WireValue {
    if (!this.options.keepUnknowns) this.#fail("an unknown value where every value must be known");
    return this.#text(unknownSentinel.string);
  }

  #outputValue(output: OutputValue): WireValue {
    const entries: [string, WireValue][] = [];
    if (output.value !== undefined) entries.push(["value", this.value(output.value)]);
    else if (!this.options.keepUnknowns) this.#unknown();
    if (output.secret) entries.push(["secret", new WireValue().setBoolValue(true)]);
    if (output.dependencies.length > 0) entries.push(["dependencies", this.value(output.dependencies)]);
    return this.#special(signature.outputValue, entries);
  }

  #resourceReference(reference: ResourceReference): WireValue {
    const entries: [string, WireValue][] = [["urn", this.#text(reference.urn)]];
    if (reference.id !== undefined) entries.push(["id", this.value(reference.id)]);
    if (reference.packageVersion !== undefined) entries.push(["packageVersion", this.#text(reference.packageVersion)]);
    return this.#special(signature.resourceReference, entries);
  }

  #archive(archive: Archive): WireValue {
    const { assets, ...source } = archive.source;
    const entries = this.#source(source);
    if (assets !== undefined) entries.push(["assets", new WireValue().setStructValue(this.struct(assets))]);
    return this.#special(signature.archive, entries);
  }

  #source(source: Asset["source"]): [string, WireValue][] {
    const entries: [string, WireValue][] = [];
    for (const [name, text] of Object.entries(source)) {
      if (text !== undefined) entries.push([name, this.#text(text)]);
    }
    return entries;
  }

  #special(mark: string, entries: [string, WireValue][]): WireValue {
    return new WireValue().setStructValue(writeFields([[signatureKey, this.#text(mark)], ...entries]));
  }

  #text(text: string): WireValue {
    this.#checkText(text);
    return new WireValue().setStringValue(text);
  }

  #checkText(text: string): void {
    if (/\p{Surrogate}/u.test(text)) this.#fail("text that is not well-formed Unicode");
  }

  #fail(problem: string): never {
    const where = this.#path.length === 0 ? "the properties" : `property ${formatPath(this.#path)}`;
    throw new Error(`${where}: ${problem}`);
  }
}
