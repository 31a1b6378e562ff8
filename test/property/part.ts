import * as fc from "fast-check";
import type { Declaration } from "../support/program";

export type Inputs = Declaration["inputs"];

/** One resource over the versions of a program: in each as `first`, as `second`, or not at all. */
export interface Part {
  readonly first: Inputs;
  readonly second: Inputs;
  readonly versions: readonly ("first" | "second" | "absent")[];
}

/** How often a generated program is edited, its first version included. */
export const versionCount = 3;

/** How much there may be in a program. */
export interface Size {
  readonly clouds: readonly ("alibaba" | "azure" | "both")[];
  /** How many roles there are with their grants, and deployments of scripts. */
  readonly pairs: fc.Arbitrary<number>;
  /** How many machines of each cloud at most, and policies at least. */
  readonly machines: number;
  readonly disks: number;
  /** Which of two a resource rests on, where there are two. */
  readonly index: fc.Arbitrary<number>;
  /** For what is not in every program. */
  readonly sometimes: <T>(arbitrary: fc.Arbitrary<T>) => fc.Arbitrary<T | null>;
}

export function part(inputs: fc.Arbitrary<Inputs>): fc.Arbitrary<Part> {
  const version = (weights: readonly [number, number, number]) =>
    fc.oneof(
      { arbitrary: fc.constant("first" as const), weight: weights[0] },
      { arbitrary: fc.constant("second" as const), weight: weights[1] },
      { arbitrary: fc.constant("absent" as const), weight: weights[2] },
    );
  // What is there at first is mostly edited later, seldom taken away: an edit says more than a program that stays.
  const versions = [version([6, 1, 1]), ...Array.from({ length: versionCount - 1 }, () => version([4, 3, 1]))];
  return fc.record({ first: inputs, second: inputs, versions: fc.tuple(...versions) });
}

/** A part that is there in every version. */
export function lastingPart(inputs: fc.Arbitrary<Inputs>): fc.Arbitrary<Part> {
  return part(inputs).map(({ versions, ...forms }) => ({
    ...forms,
    versions: versions.map((version) => (version === "absent" ? "first" : version)),
  }));
}

/** Records without keys whose value is undefined: an absent input. */
export function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Inputs> {
  return fc
    .record(model)
    .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Inputs);
}

export const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

export const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 6 }, fc.constantFrom(...others));
