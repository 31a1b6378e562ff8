import type { z } from "zod";
import type { Finding } from "./finding";
import type { Path } from "./path";
import { isList, type Unwrapped } from "./plain";
import { isPropertyMap, OutputValue, Secret, Unknown, unknown, type Value } from "./value";

/** An input of the component, passed on with its secrets and with the resources that it depends on. */
export class Given {
  constructor(readonly path: Path) {}
}

/** An output of a child, or its id. */
export class ChildOutput {
  constructor(
    readonly child: string,
    readonly property: string,
  ) {}
}

/** A value of a child's inputs or of the component's outputs; what is `undefined` is left out. */
export type Template =
  | null
  | boolean
  | number
  | string
  | Unknown
  | Given
  | ChildOutput
  | readonly Template[]
  | TemplateMap;

export interface TemplateMap {
  readonly [name: string]: Template | undefined;
}

/** A resource that the component makes. Its name follows the component's own and a dash. */
export interface Child {
  readonly name: string;
  readonly token: string;
  readonly inputs: TemplateMap;
}

/** All that a component is made of. Children may take outputs of those that are listed before them. */
export interface Composition {
  readonly children: readonly Child[];
  readonly outputs: TemplateMap;
}

/** The component's inputs to look at: without secrets and outputs, and unknown where a preview can't know yet. */
export type ComponentInputs = Readonly<Record<string, Unwrapped | undefined>>;

/**
 * A component: a resource that is made of others, which Pulumi's engine is asked for. Its inputs give the same children
 * every time, with no look at the engine: so the same program gives the same resources in a preview and in an update.
 */
export interface ComponentDefinition<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  /** `cloudbackup:<module>:<Name>`. */
  readonly token: string;
  readonly description: string;
  /** Where its properties come from that don't say so themselves. */
  readonly source: string;
  readonly inputs: I;
  readonly outputs: O;
  /** What is wrong between properties; runs when each by itself is right, as far as it is known. */
  check?(inputs: ComponentInputs): readonly Finding[];
  build(inputs: ComponentInputs): Composition;
}

/** Keeps the types of one definition together; the registry takes the result. */
export function defineComponent<I extends z.ZodObject, O extends z.ZodObject>(
  definition: ComponentDefinition<I, O>,
): ComponentDefinition<I, O> {
  return definition;
}

/** What a template stands for: a value, or nothing, and the URNs of the resources that it comes from. */
export interface Resolved {
  readonly value: Value | undefined;
  readonly dependencies: readonly string[];
}

const nothing: Resolved = { value: undefined, dependencies: [] };

/** Fills in a template; `look` knows what the inputs and the children hold. */
export function resolve(template: Template | undefined, look: (source: Given | ChildOutput) => Resolved): Resolved {
  if (template === undefined) return nothing;
  if (template instanceof Given || template instanceof ChildOutput) return look(template);
  if (template === null || typeof template !== "object" || template instanceof Unknown) {
    return { value: template, dependencies: [] };
  }
  if (isList(template)) {
    const members = template.map((member) => resolve(member, look));
    const value = members.map((member) => member.value ?? null);
    return { value, dependencies: members.flatMap((member) => member.dependencies) };
  }
  const members = Object.entries(template).map(([name, member]) => [name, resolve(member, look)] as const);
  const present = members.flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value] as const]));
  return { value: Object.fromEntries(present), dependencies: members.flatMap(([, member]) => member.dependencies) };
}

/** The children whose outputs a template takes. */
export function childrenIn(template: Template | undefined): string[] {
  const children: string[] = [];
  resolve(template, (source) => {
    if (source instanceof ChildOutput) children.push(source.child);
    return nothing;
  });
  return children;
}

/** The value at a path; below a secret all is secret, and below an unknown all is unknown. */
export function valueAt(value: Value | undefined, path: Path): Value | undefined {
  if (value instanceof Secret) {
    const inner = valueAt(value.value, path);
    return inner === undefined || inner instanceof Secret ? inner : new Secret(inner);
  }
  const [step, ...rest] = path;
  if (step === undefined || value === undefined) return value;
  if (value instanceof Unknown) return unknown;
  if (isList(value)) return valueAt(value[Number(step)], rest);
  const map = isPropertyMap(value) && Object.hasOwn(value, step) ? value : undefined;
  return valueAt(map?.[step], rest);
}

/** The URNs that the value at a path depends on, by itself, by what it is a part of, and by its parts. */
export function dependenciesAt(value: Value | undefined, path: Path): readonly string[] {
  if (value instanceof OutputValue) return [...value.dependencies, ...dependenciesAt(value.value, path)];
  if (value instanceof Secret) return dependenciesAt(value.value, path);
  const [step, ...rest] = path;
  if (isList(value)) {
    const members = step === undefined ? value : [value[Number(step)]];
    return members.flatMap((member) => dependenciesAt(member, rest));
  }
  if (!isPropertyMap(value)) return [];
  const members = step === undefined ? Object.values(value) : [Object.hasOwn(value, step) ? value[step] : undefined];
  return members.flatMap((member) => dependenciesAt(member, rest));
}

/** Whether the value says by itself, at any depth, what it depends on. */
export function holdsOutputs(value: Value | undefined): boolean {
  if (value instanceof OutputValue) return true;
  if (value instanceof Secret) return holdsOutputs(value.value);
  if (isList(value)) return value.some(holdsOutputs);
  return isPropertyMap(value) && Object.values(value).some(holdsOutputs);
}
