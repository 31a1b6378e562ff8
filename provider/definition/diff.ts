import type { z } from "zod";
import { canonicalText } from "./canonical";
import { Judge } from "./judge";
import { markOf } from "./mark";
import { normalise } from "./normalise";
import { covers, formatPath, isWithin, type Path, parsePath } from "./path";
import { isList, type Unwrapped, unwrap } from "./plain";
import type { Differences, PropertyDiff } from "./property-diff";
import { propertyOf, type Structure, structureOf } from "./structure";
import { containsUnknown, isPropertyMap, type PropertyMap } from "./value";

type Side = Unwrapped | undefined;
type Schema = z.ZodType | undefined;

interface Change {
  readonly path: Path;
  readonly kind: "add" | "delete" | "update";
  readonly replaces: boolean;
}

/**
 * What differs between the inputs of the last update and checked new ones: the deepest changed leaf, or a whole object
 * where it comes or goes. Both sides get the defaults first, so leaving a default out is no change.
 */
export function diffInputs(
  schema: z.ZodObject,
  oldInputs: PropertyMap,
  news: PropertyMap,
  ignoreChanges: readonly string[],
): Differences {
  const before = unwrap(normalise(schema, oldInputs));
  const after = unwrap(normalise(schema, news));
  const comparison = new Comparison(ignoreChanges.map(parsePath));
  comparison.compare(schema, before.value, after.value, [], false);
  return collect(comparison.changes, [...before.secretPaths, ...after.secretPaths], true);
}

/** The live outputs that are no longer as the last update left them; `inputDiff` is false. */
export function diffOutputs(old: PropertyMap, live: PropertyMap, liveNames: readonly string[]): Differences {
  const before = unwrap(old);
  const after = unwrap(live);
  const changes = liveNames.flatMap((name) =>
    outputChanges(member(before.value, name) ?? null, member(after.value, name) ?? null, [name]),
  );
  return collect(changes, [...before.secretPaths, ...after.secretPaths], false);
}

class Comparison {
  readonly changes: Change[] = [];
  readonly #ignored: readonly Path[];

  constructor(ignored: readonly Path[]) {
    this.#ignored = ignored;
  }

  /** Where there is a schema, `null` is absent; elsewhere (inside documents) it is a value of its own. */
  compare(schema: Schema, before: Side, after: Side, path: Path, outerReplaces: boolean): void {
    const replaces = outerReplaces || (schema !== undefined && markOf(schema).replaceOnChanges === true);
    const isAbsent = (side: Side) => side === undefined || (side === null && schema !== undefined);
    if (isAbsent(before) && isAbsent(after)) return;
    if (isAbsent(before)) this.#add(path, "add", replaces || marksReplacement(schema, after));
    else if (isAbsent(after)) this.#add(path, "delete", replaces || marksReplacement(schema, before));
    else this.#present(schema, before as Unwrapped, after as Unwrapped, path, replaces);
  }

  #present(schema: Schema, before: Unwrapped, after: Unwrapped, path: Path, replaces: boolean): void {
    if (!containsUnknown(after) && canonicalText(schema, before) === canonicalText(schema, after)) return;
    const structure = schema === undefined ? undefined : structureOf(schema);
    if (structure?.kind === "union") {
      const judge = new Judge([]);
      const branch = judge.branch(structure, after);
      if (branch !== undefined && branch === judge.branch(structure, before)) {
        this.compare(branch, before, after, path, replaces);
        return;
      }
    } else if (isPropertyMap(before) && isPropertyMap(after)) {
      for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
        const property = structure?.kind === "object" ? propertyOf(structure, name) : elementOf(structure);
        this.compare(property, member(before, name), member(after, name), [...path, name], replaces);
      }
      return;
    } else if (isList(before) && isList(after)) {
      const isSet = schema !== undefined && markOf(schema).set === true;
      this.#lists(
        elementOf(structure),
        isSet ? unmatched(elementOf(structure), before, after) : { before, after },
        path,
        replaces,
      );
      return;
    }
    this.#add(path, "update", replaces || marksReplacement(schema, before) || marksReplacement(schema, after));
  }

  #lists(element: Schema, { before, after }: Sides, path: Path, replaces: boolean): void {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      const old = before[index];
      const young = after[index];
      const at = [...path, index];
      // Absent and null are the same in an object, but not in a list.
      this.compare(old === null || young === null ? undefined : element, old, young, at, replaces);
    }
  }

  #add(path: Path, kind: Change["kind"], replaces: boolean): void {
    if (!this.#ignored.some((pattern) => covers(pattern, path))) this.changes.push({ path, kind, replaces });
  }
}

/** Two lists; a member that is not to be compared is undefined, as past the end. */
interface Sides {
  readonly before: readonly Side[];
  readonly after: readonly Side[];
}

/** The members of two sets that have no counterpart in the other, each at its own index. */
function unmatched(element: Schema, before: readonly Unwrapped[], after: readonly Unwrapped[]): Sides {
  const keyOf = (value: Unwrapped) => (containsUnknown(value) ? undefined : canonicalText(element, value));
  const without = (list: readonly Unwrapped[], other: readonly Unwrapped[]): readonly Side[] => {
    const keys = new Set(other.map(keyOf));
    return list.map((value) => (keyOf(value) !== undefined && keys.has(keyOf(value)) ? undefined : value));
  };
  return { before: without(before, after), after: without(after, before) };
}

/** Whether the value holds a property that the schema marks as replacing, at any depth. */
function marksReplacement(schema: Schema, value: Side): boolean {
  if (schema === undefined || value === undefined || value === null) return false;
  if (markOf(schema).replaceOnChanges === true) return true;
  const structure = structureOf(schema);
  if (structure.kind === "union") return structure.options.some((option) => marksReplacement(option, value));
  if (isList(value)) return value.some((part) => marksReplacement(elementOf(structure), part));
  if (!isPropertyMap(value)) return false;
  const map = value as Readonly<Record<string, Unwrapped>>;
  return Object.entries(map).some(([name, part]) =>
    marksReplacement(structure.kind === "object" ? propertyOf(structure, name) : elementOf(structure), part),
  );
}

/** Leaves that both sides have are named one by one; what one side lacks is named by what holds it. */
function outputChanges(before: Unwrapped, after: Unwrapped, path: Path): readonly Change[] {
  if (canonicalText(undefined, before) === canonicalText(undefined, after)) return [];
  if (isList(before) && isList(after) && before.length === after.length) {
    return before.flatMap((part, index) => outputChanges(part, after[index] ?? null, [...path, index]));
  }
  if (isPropertyMap(before) && isPropertyMap(after)) {
    const names = Object.keys(before);
    if (names.length === Object.keys(after).length && names.every((name) => Object.hasOwn(after, name))) {
      return names.flatMap((name) =>
        outputChanges(member(before, name) ?? null, member(after, name) ?? null, [...path, name]),
      );
    }
  }
  return [{ path, kind: "update", replaces: false }];
}

/** A secret is named as a whole: the keys inside it may be as secret as the values. */
function collect(changes: readonly Change[], secretPaths: readonly Path[], inputDiff: boolean): Differences {
  const entries = new Map<string, Change>();
  for (const change of changes) {
    const secret = secretPaths.find((path) => path.length < change.path.length && isWithin(change.path, path));
    const path = secret ?? change.path;
    const kind = secret === undefined ? change.kind : "update";
    const key = formatPath(path);
    const earlier = entries.get(key);
    entries.set(key, {
      path,
      kind: earlier === undefined || earlier.kind === kind ? kind : "update",
      replaces: change.replaces || earlier?.replaces === true,
    });
  }
  const sorted = [...entries].sort(([left], [right]) => (left < right ? -1 : 1));
  const detailedDiff = sorted.map(([key, { kind, replaces }]): readonly [string, PropertyDiff] => [
    key,
    { kind: replaces ? `${kind}Replace` : kind, inputDiff },
  ]);
  const replacing = sorted.filter(([, change]) => change.replaces).map(([, { path }]) => String(path[0]));
  return { detailedDiff: Object.fromEntries(detailedDiff), replaces: [...new Set(replacing)] };
}

function elementOf(structure: Structure | undefined): Schema {
  return structure?.kind === "list" || structure?.kind === "record" ? structure.element : undefined;
}

function member(value: Unwrapped, name: string): Side {
  const map = value as Readonly<Record<string, Unwrapped>>;
  return isPropertyMap(value) && Object.hasOwn(map, name) ? map[name] : undefined;
}
