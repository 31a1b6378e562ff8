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
  const usual = fc.constant("first" as const);
  const version = fc.oneof({ arbitrary: usual, weight: 5 }, fc.constantFrom("second" as const, "absent" as const));
  return fc.record({
    first: inputs,
    second: inputs,
    versions: fc.array(version, { minLength: versionCount, maxLength: versionCount }),
  });
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
