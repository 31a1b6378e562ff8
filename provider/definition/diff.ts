import type { z } from "zod";
import { canonicalText } from "./canonical";
import { Judge } from "./judge";
import { markOf } from "./mark";
import { normalise } from "./normalise";
import { covers, formatPath, isWithin, type Path, parsePath } from "./path";
import { isList, type Unwrapped, unwrap } from "./plain";
import type { Differences, PropertyDiff } from "./property-diff";
import { changeInWords, type Replacement } from "./replacement";
import { propertyOf, type Structure, structureOf } from "./structure";
import { containsUnknown, isPropertyMap, type PropertyMap } from "./value";

type Side = Unwrapped | undefined;
type Schema = z.ZodType | undefined;

interface Change {
  readonly path: Path;
  readonly kind: "add" | "delete" | "update";
  readonly before: Side;
  readonly after: Side;
  /** The marked property around or inside it that replaces the resource; undefined when none does. */
  readonly replaces: Replacing | undefined;
}

interface Replacing {
  readonly path: Path;
  readonly why: string;
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
  comparison.compare(schema, before.value, after.value, [], undefined);
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
  compare(schema: Schema, before: Side, after: Side, path: Path, outer: Replacing | undefined): void {
    const why = schema === undefined ? undefined : markOf(schema).replaceOnChanges;
    const replaces = outer ?? (why === undefined ? undefined : { path, why });
    const isAbsent = (side: Side) => side === undefined || (side === null && schema !== undefined);
    if (isAbsent(before) && isAbsent(after)) return;
    if (isAbsent(before))
      this.#add({ path, kind: "add", before, after }, replaces ?? markedInside(schema, after, path));
    else if (isAbsent(after))
      this.#add({ path, kind: "delete", before, after }, replaces ?? markedInside(schema, before, path));
    else this.#present(schema, before as Unwrapped, after as Unwrapped, path, replaces);
  }

  #present(schema: Schema, before: Unwrapped, after: Unwrapped, path: Path, replaces: Replacing | undefined): void {
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
    const inside = markedInside(schema, before, path) ?? markedInside(schema, after, path);
    this.#add({ path, kind: "update", before, after }, replaces ?? inside);
  }

  #lists(element: Schema, { before, after }: Sides, path: Path, replaces: Replacing | undefined): void {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      const old = before[index];
      const young = after[index];
      const at = [...path, index];
      // Absent and null are the same in an object, but not in a list.
      this.compare(old === null || young === null ? undefined : element, old, young, at, replaces);
    }
  }

  #add(change: Omit<Change, "replaces">, replaces: Replacing | undefined): void {
    if (!this.#ignored.some((pattern) => covers(pattern, change.path))) this.changes.push({ ...change, replaces });
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

/** The first property in the value that the schema marks as replacing, at any depth. */
function markedInside(schema: Schema, value: Side, path: Path): Replacing | undefined {
  if (schema === undefined || value === undefined || value === null) return undefined;
  const why = markOf(schema).replaceOnChanges;
  if (why !== undefined) return { path, why };
  const structure = structureOf(schema);
  if (structure.kind === "union") {
    return first(structure.options, (option) => markedInside(option, value, path));
  }
  if (isList(value)) {
    return first([...value.entries()], ([index, part]) => markedInside(elementOf(structure), part, [...path, index]));
  }
  if (!isPropertyMap(value)) return undefined;
  return first(Object.entries(value as Readonly<Record<string, Unwrapped>>), ([name, part]) => {
    const property = structure.kind === "object" ? propertyOf(structure, name) : elementOf(structure);
    return markedInside(property, part, [...path, name]);
  });
}

function first<T, R>(values: readonly T[], find: (value: T) => R | undefined): R | undefined {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
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
  return [{ path, kind: "update", before, after, replaces: undefined }];
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
      before: change.before,
      after: change.after,
      replaces: change.replaces ?? earlier?.replaces,
    });
  }
  const sorted = [...entries].sort(([left], [right]) => (left < right ? -1 : 1));
  const detailedDiff = sorted.map(([key, { kind, replaces }]): readonly [string, PropertyDiff] => [
    key,
    { kind: replaces === undefined ? kind : `${kind}Replace`, inputDiff },
  ]);
  const replacing = sorted.map(([, change]) => change).filter(({ replaces }) => replaces !== undefined);
  return {
    detailedDiff: Object.fromEntries(detailedDiff),
    replaces: [...new Set(replacing.map(({ path }) => String(path[0])))],
    replacements: replacementsOf(replacing, secretPaths),
  };
}

/** One for each marked property; of one that changes in several places the values are not told. */
function replacementsOf(changes: readonly Change[], secretPaths: readonly Path[]): readonly Replacement[] {
  const byPath = new Map<string, Replacement>();
  for (const { path, before, after, replaces } of changes) {
    if (replaces === undefined) continue;
    const isSecret = secretPaths.some((secret) => isWithin(path, secret) || isWithin(secret, path));
    const marked = isSecret ? path : replaces.path;
    const key = formatPath(marked);
    const isWhole = !byPath.has(key) && marked.length >= path.length;
    const change = isWhole ? changeInWords(before, after, isSecret) : "changes";
    byPath.set(key, { path: key, change, why: replaces.why });
  }
  return [...byPath.values()];
}

function elementOf(structure: Structure | undefined): Schema {
  return structure?.kind === "list" || structure?.kind === "record" ? structure.element : undefined;
}

function member(value: Unwrapped, name: string): Side {
  const map = value as Readonly<Record<string, Unwrapped>>;
  return isPropertyMap(value) && Object.hasOwn(map, name) ? map[name] : undefined;
}
