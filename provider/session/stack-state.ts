import { signature, signatureKey } from "../definition/signature";
import { Archive, Asset, type PropertyMap, Secret, type Value } from "../definition/value";
import { documents } from "../engine/core/document";
import { nameOfUrn } from "../engine/core/urn";
import { EngineError } from "../engine/error";

/** A resource in the state of a stack, as far as its end goes. */
export interface StackResource {
  readonly urn: string;
  readonly type: string;
  /** The last part of the URN. */
  readonly name: string;
  /** Empty for a component. */
  readonly id: string;
  /** Whether a provider made it; otherwise it is a component, and there is nothing to delete. */
  readonly custom: boolean;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
  /** Names of inputs that hold a secret which was not decrypted; they are not in `inputs`. */
  readonly sealed: readonly string[];
  /** The URN of its provider; empty for a component. */
  readonly provider: string;
  readonly parent: string;
  /** URNs of all that it depends on but its provider and its parent. */
  readonly dependencies: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Pulumi reads it and does not own it. */
  readonly external: boolean;
  /** The replaced copy, whose deletion is still to come. */
  readonly pendingDeletion: boolean;
  /** Deleted already; its replacement is still to come. */
  readonly pendingReplacement: boolean;
  /** The URN of the resource with which it goes; empty for none. */
  readonly deletedWith: string;
}

/** Whether it is a resource that people know of: neither a component nor a provider nor the stack itself. */
export function isShown(resource: StackResource | undefined): boolean {
  return resource?.custom === true && !resource.type.startsWith("pulumi:");
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

/**
 * Reads what `pulumi stack export` prints. Secrets that it shows are kept as secrets; those that are ciphertext are
 * left out and named.
 */
export function readStackState(deployment: unknown): readonly StackResource[] {
  if (!isObject(deployment as Json)) throw notReadable("it is no JSON object");
  const { version, deployment: content } = deployment as JsonObject;
  if (typeof version !== "number" || version < 3 || version > 4) {
    throw notReadable(`its version is ${String(version)}; known are 3 and 4`);
  }
  const { resources } = isObject(content) ? content : { resources: undefined };
  return (Array.isArray(resources) ? (resources as readonly Json[]) : []).map((resource) => {
    if (!isObject(resource)) throw notReadable("one of its resources is no JSON object");
    return readResource(resource);
  });
}

function notReadable(why: string): EngineError {
  const message = `the state of the stack can't be read: ${why}`;
  const remedy = "use the Pulumi CLI that this version of cloudbackup names, and look at: pulumi stack export";
  return new EngineError({ code: "Engine.StateNotReadable", message, remedy, source: documents.engine });
}

function readResource(resource: JsonObject): StackResource {
  const urn = textOf(resource.urn);
  const inputs = isObject(resource.inputs) ? resource.inputs : {};
  const outputs = isObject(resource.outputs) ? resource.outputs : {};
  return {
    urn,
    type: textOf(resource.type),
    name: nameOfUrn(urn),
    id: textOf(resource.id),
    custom: resource.custom === true,
    inputs: openValues(inputs),
    outputs: openValues(outputs),
    sealed: Object.keys(inputs).filter((name) => isSealed(inputs[name])),
    // A reference is the provider's URN and its id.
    provider: textOf(resource.provider).replace(/::[^:]*$/, ""),
    parent: textOf(resource.parent),
    dependencies: dependenciesOf(resource),
    protect: resource.protect === true,
    retainOnDelete: resource.retainOnDelete === true,
    external: resource.external === true,
    pendingDeletion: resource.delete === true,
    pendingReplacement: resource.pendingReplacement === true,
    deletedWith: textOf(resource.deletedWith),
  };
}

function dependenciesOf({ dependencies, propertyDependencies, deletedWith, replaceWith }: JsonObject): string[] {
  const ofProperties = isObject(propertyDependencies) ? Object.values(propertyDependencies) : [];
  const lists = [dependencies, replaceWith, ...ofProperties].flatMap((list) => (Array.isArray(list) ? list : []));
  return [...new Set([...lists, deletedWith].filter((urn) => typeof urn === "string" && urn !== ""))] as string[];
}

function openValues(values: JsonObject): PropertyMap {
  const open = Object.entries(values).filter(([, value]) => !isSealed(value));
  return Object.fromEntries(open.map(([name, value]) => [name, toValue(value)]));
}

/** Whether a value holds ciphertext anywhere. */
function isSealed(value: Json | undefined): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isObject(value) && value[signatureKey] === signature.secret) return typeof value.plaintext !== "string";
  return Object.values(value).some(isSealed);
}

function toValue(value: Json): Value {
  if (Array.isArray(value)) return (value as readonly Json[]).map(toValue);
  if (!isObject(value)) return value as Value;
  switch (value[signatureKey]) {
    case signature.secret:
      return new Secret(toValue(JSON.parse(textOf(value.plaintext)) as Json));
    case signature.asset:
      return new Asset(sourceOf(value));
    case signature.archive:
      return new Archive(sourceOf(value));
    default:
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toValue(member)]));
  }
}

function sourceOf({ hash, text, path, uri }: JsonObject) {
  const given = { hash, text, path, uri };
  return Object.fromEntries(Object.entries(given).filter(([, part]) => typeof part === "string"));
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
