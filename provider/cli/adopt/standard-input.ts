import type { z } from "zod";
import { checkInputs } from "../../definition/check";
import { diffInputs } from "../../definition/diff";
import { isList } from "../../definition/plain";
import type { ResourceDefinition } from "../../definition/resource";
import { propertyOf, structureOf } from "../../definition/structure";
import { isPropertyMap, type PropertyMap, type Value } from "../../definition/value";

type Path = readonly (string | number)[];

/** Inputs without all that means the same when it is left out, at any depth: what people would write. */
export function withoutStandards(definition: ResourceDefinition, inputs: PropertyMap): PropertyMap {
  const comparable = definition.comparable?.bind(definition) ?? ((given: PropertyMap) => given);
  const whole = comparable(checkInputs(definition.inputs, inputs).inputs);
  const isSame = (given: PropertyMap): boolean => {
    const { value, inputs: checked } = checkInputs(definition.inputs, given);
    if (value === undefined) return false;
    return Object.keys(diffInputs(definition.inputs, whole, comparable(checked), []).detailedDiff).length === 0;
  };
  let kept = inputs;
  for (const path of pathsIn(definition.inputs, inputs, [])) {
    const shorter = without(kept, path) as PropertyMap;
    if (isSame(shorter)) kept = shorter;
  }
  return inOrder(definition, kept);
}

/** As the schema has them: names first. */
function inOrder({ inputs: { shape } }: ResourceDefinition, inputs: PropertyMap): PropertyMap {
  const names = Object.keys(shape).filter((name) => Object.hasOwn(inputs, name));
  return Object.fromEntries(names.map((name) => [name, inputs[name] as Value]));
}

/** The paths of all properties, those of an object after the object itself. */
function pathsIn(schema: z.ZodType, value: Value, path: Path): readonly Path[] {
  const structure = structureOf(schema);
  if (structure.kind === "object" && isPropertyMap(value)) {
    return Object.entries(value).flatMap(([name, member]) => {
      const property = propertyOf(structure, name);
      const at = [...path, name];
      return [at, ...(property === undefined ? [] : pathsIn(property, member, at))];
    });
  }
  if (structure.kind === "list" && isList(value)) {
    return value.flatMap((member: Value, index: number) => pathsIn(structure.element, member, [...path, index]));
  }
  return [];
}

/** A value without one of its properties; without what is gone already it stays as it is. */
function without(value: Value, [first, ...rest]: Path): Value {
  if (isList(value)) {
    return value.map((member: Value, index: number) => (index === first ? without(member, rest) : member));
  }
  if (!isPropertyMap(value) || typeof first !== "string" || !Object.hasOwn(value, first)) return value;
  const { [first]: own, ...others } = value as PropertyMap;
  return rest.length === 0 || own === undefined ? others : { ...value, [first]: without(own, rest) };
}
