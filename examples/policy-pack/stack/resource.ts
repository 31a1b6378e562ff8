/** A value that a preview does not know yet. */
export const unknown: unique symbol = Symbol("unknown in this preview");

/** A resource of the stack as the rules see it: plain values, and `unknown` where a preview knows none. */
export interface StackResource {
  /** `cloudbackup:hbr:Policy` */
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/** Thrown where a rule needs a value that is not known before the update. */
export class UnknownValue extends Error {
  constructor(resource: StackResource, property: string) {
    super(`${property} of "${resource.name}" can't be known before the update`);
  }
}

function read(resource: StackResource, property: string): unknown {
  const value = resource.props[property];
  if (containsUnknown(value)) throw new UnknownValue(resource, property);
  return value === null ? undefined : value;
}

function containsUnknown(value: unknown): boolean {
  if (value === unknown) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(containsUnknown);
}

/** A text; undefined when it is absent. */
export function textOf(resource: StackResource, property: string): string | undefined {
  const value = read(resource, property);
  return typeof value === "string" ? value : undefined;
}

/** A switch; absent is off. */
export function flagOf(resource: StackResource, property: string): boolean {
  return read(resource, property) === true;
}

/** The texts of a list; absent is empty. */
export function textsOf(resource: StackResource, property: string): readonly string[] {
  return listOf(resource, property).filter((item) => typeof item === "string");
}

/** The objects of a list; absent is empty. */
export function recordsOf(resource: StackResource, property: string): readonly Readonly<Record<string, unknown>>[] {
  return listOf(resource, property).filter(isRecord);
}

/** An object; absent is empty. */
export function recordOf(resource: StackResource, property: string): Readonly<Record<string, unknown>> {
  const value = read(resource, property);
  return isRecord(value) ? value : {};
}

function listOf(resource: StackResource, property: string): readonly unknown[] {
  const value = read(resource, property);
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The number behind a name; undefined when there is none. */
export function numberIn(record: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = record[name];
  return typeof value === "number" ? value : undefined;
}

/** The text behind a name; empty when there is none. */
export function textIn(record: Readonly<Record<string, unknown>>, name: string): string {
  const value = record[name];
  return typeof value === "string" ? value : "";
}

/** Ids of Azure are compared without regard to case. */
export function idKey(id: string): string {
  return id.startsWith("/") ? id.toLowerCase() : id;
}
