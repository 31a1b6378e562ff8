import type { StackResource } from "./stack-state";

/** In which order Pulumi deletes resources, and what a failure keeps. */
export interface DeleteOrder {
  /** Indexes of resources, dependents first; those of one step are deleted side by side. */
  readonly steps: readonly (readonly number[])[];
  /** All that a resource rests on, directly or not: it stays when that one stays. */
  dependenciesOf(index: number): ReadonlySet<number>;
}

/**
 * The order of a destroy. The resources are in the order of the state, in which what others depend on comes first.
 * A dependency on a component is one on all that was made below it before.
 */
export function deleteOrder(resources: readonly StackResource[]): DeleteOrder {
  const direct = directDependencies(resources);
  const levels: number[] = [];
  const all: Set<number>[] = [];
  const steps: number[][] = [];
  for (const [index, dependencies] of direct.entries()) {
    const level = dependencies.reduce((highest, each) => Math.max(highest, (levels[each] ?? 0) + 1), 0);
    levels.push(level);
    all.push(new Set(dependencies.flatMap((each) => [each, ...(all[each] ?? [])])));
    steps[level] = [...(steps[level] ?? []), index];
  }
  // What came last goes first, also among those that no dependency orders.
  return {
    steps: steps.map((step) => [...step].reverse()).reverse(),
    dependenciesOf: (index) => all[index] ?? new Set(),
  };
}

function directDependencies(resources: readonly StackResource[]): readonly (readonly number[])[] {
  const seen = new Map<string, number[]>();
  const below = new Map<string, number[]>();
  return resources.map(({ urn, provider, parent, dependencies }, index) => {
    const found = new Set<number>();
    for (const dependency of [...dependencies, provider]) {
      for (const each of seen.get(dependency) ?? []) {
        found.add(each);
        if (resources[each]?.custom === false) for (const child of below.get(dependency) ?? []) found.add(child);
      }
    }
    for (const each of seen.get(parent) ?? []) found.add(each);
    seen.set(urn, [...(seen.get(urn) ?? []), index]);
    for (const ancestor of ancestorsOf(resources, seen, parent)) {
      below.set(ancestor, [...(below.get(ancestor) ?? []), index]);
    }
    return [...found];
  });
}

function ancestorsOf(
  resources: readonly StackResource[],
  seen: ReadonlyMap<string, readonly number[]>,
  parent: string,
): readonly string[] {
  const ancestors: string[] = [];
  for (let urn = parent; urn !== "" && !ancestors.includes(urn); ) {
    ancestors.push(urn);
    urn = resources[seen.get(urn)?.at(-1) ?? -1]?.parent ?? "";
  }
  return ancestors;
}
