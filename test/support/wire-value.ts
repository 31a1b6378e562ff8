import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import {
  Archive,
  Asset,
  isPropertyMap,
  OutputValue,
  type PropertyMap,
  ResourceReference,
  Secret,
  Unknown,
  unknown,
  type Value,
} from "../../provider/definition/value";

/*
 * The caller's side of Pulumi's property values, written down a second time from the protocol and not from the
 * provider: what both ends did wrong in the same way would go unnoticed.
 */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";
const referenceMark = "5cf8f73096256a8f31e491e813e4eb8e";
const outputMark = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const assetMark = "c44067f5952c0a294b673a41bacd8c17";
const archiveMark = "0def7320c3a5731c473e5ecbe6d01bc7";
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Fields = { [name: string]: JavaScriptValue };

/** Properties as Pulumi's engine sends them. */
export function toWire(properties: PropertyMap): Struct {
  return Struct.fromJavaScript(fieldsOf(properties));
}

/** What a provider answered; throws on what the engine would not take. */
export function fromWire(struct: Struct | undefined): PropertyMap {
  if (struct === undefined) return {};
  const value = read(struct.toJavaScript());
  if (!isPropertyMap(value)) throw new Error("the properties are a value with a signature");
  return value;
}

function fieldsOf(map: { readonly [name: string]: Value | undefined }): Fields {
  const fields: Fields = {};
  for (const [name, member] of Object.entries(map)) {
    if (member !== undefined) fields[name] = written(member);
  }
  return fields;
}

function written(value: Value): JavaScriptValue {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((member: Value) => written(member));
  if (isPropertyMap(value)) return fieldsOf(value);
  if (value instanceof Unknown) return unknownText;
  if (value instanceof Secret) return marked(secretMark, { value: value.value });
  if (value instanceof Asset) return marked(assetMark, value.source);
  if (value instanceof Archive) return marked(archiveMark, value.source);
  if (value instanceof ResourceReference) {
    const { urn, id, packageVersion } = value;
    return marked(referenceMark, { urn, id, packageVersion });
  }
  if (value instanceof OutputValue) {
    const { secret, dependencies } = value;
    return marked(outputMark, { value: value.value, secret, dependencies });
  }
  throw new Error(`${JSON.stringify(value)} is no value of Pulumi's`);
}

function marked(mark: string, members: { readonly [name: string]: Value | undefined }): Fields {
  return { [signatureKey]: mark, ...fieldsOf(members) };
}

function read(value: JavaScriptValue): Value {
  if (value === unknownText) return unknown;
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(read);
  const fields = value as Fields;
  return Object.hasOwn(fields, signatureKey) ? special(fields) : mapOf(fields);
}

function mapOf(fields: Fields): PropertyMap {
  return Object.fromEntries(Object.entries(fields).map(([name, member]) => [name, read(member)]));
}

function special({ [signatureKey]: mark, ...fields }: Fields): Value {
  const { value, urn, id, packageVersion, secret = false, dependencies = [], ...source } = mapOf(fields);
  switch (mark) {
    case secretMark:
      if (value === undefined) throw new Error("a secret without a value");
      return new Secret(value);
    case assetMark:
      return new Asset(source as Asset["source"]);
    case archiveMark:
      return new Archive(source as Archive["source"]);
    case referenceMark:
      return new ResourceReference(urn as string, id as string | undefined, packageVersion as string | undefined);
    case outputMark:
      return new OutputValue(value, secret as boolean, dependencies as string[]);
    default:
      throw new Error(`the signature ${JSON.stringify(mark)} names no kind of value`);
  }
}
