import { isPropertyMap, type PropertyMap, Secret, unknown, type Value } from "../../provider/definition/value";
import { urnOf } from "./provider-client";

/** Another resource's output in a program's inputs; `id` is its id. */
export class Reference {
  constructor(
    readonly resource: string,
    readonly property: string,
  ) {}
}

export type Template = Value | Reference | readonly Template[] | { readonly [name: string]: Template };

/** A resource as a program declares it; names are unique in a program, whatever the type. */
export interface Declaration {
  readonly name: string;
  readonly type: string;
  readonly inputs: { readonly [name: string]: Template };
  /** Brings what exists under Pulumi, as the option `import` does. */
  readonly importId?: string;
}

export type Program = readonly Declaration[];

export function urnOfDeclaration({ type, name }: Declaration): string {
  return urnOf(type, name);
}

/** The names of the resources whose outputs the inputs take. */
export function referencesIn(template: Template): string[] {
  if (template instanceof Reference) return [template.resource];
  if (template instanceof Secret) return referencesIn(template.value);
  if (Array.isArray(template)) return template.flatMap((member: Template) => referencesIn(member));
  if (!isPropertyMap(template as Value)) return [];
  return Object.values(template as PropertyMap).flatMap((member) => referencesIn(member));
}

/** What dependents see of a resource that is registered. */
export interface Registered {
  readonly id: string;
  readonly outputs: PropertyMap;
}

/** The inputs as a program sends them; an output that isn't there is unknown in a preview and left out otherwise. */
export function resolveInputs(
  inputs: Declaration["inputs"],
  registered: ReadonlyMap<string, Registered>,
  preview: boolean,
): PropertyMap {
  const resolve = (template: Template): Value | undefined => {
    if (template instanceof Reference) {
      const resource = registered.get(template.resource);
      if (resource === undefined) throw new Error(`${template.resource} is used before it is registered`);
      const value = template.property === "id" ? resource.id || undefined : resource.outputs[template.property];
      return value ?? (preview ? unknown : undefined);
    }
    if (Array.isArray(template)) {
      return template.map((member: Template) => resolve(member)).filter((member) => member !== undefined);
    }
    return isPropertyMap(template as Value) ? resolveMap(template as Declaration["inputs"]) : (template as Value);
  };
  const resolveMap = (map: Declaration["inputs"]): PropertyMap =>
    Object.fromEntries(
      Object.entries(map).flatMap(([name, member]) => {
        const value = resolve(member);
        return value === undefined ? [] : [[name, value] as const];
      }),
    );
  return resolveMap(inputs);
}
