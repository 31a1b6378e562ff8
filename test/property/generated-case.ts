import * as fc from "fast-check";
import type { Program } from "../support/program";
import { referencesIn } from "../support/program";
import { programText } from "../support/program-text";
import { mostly } from "./part";
import { twoCloudPrograms } from "./programs";

/** A version of a program, and what happens once it is there. */
export interface Version {
  readonly program: Program;
  /** How long the clock moves, seconds. */
  readonly pause: number;
  /** What somebody does behind the program's back, chosen among what can be done; null is nothing. */
  readonly event: number | null;
}

/** A generated life of one stack. */
export interface Case {
  readonly versions: readonly Version[];
  /** Whether the second version is the first one with a resource, and what rests on it, added. */
  readonly isAddition: boolean;
  /** Chooses among resources that may come next. */
  readonly order: number;
  /** How many resources are worked on at once. */
  readonly parallel: number;
  /** By the command, which has nothing but ids, or by the program's option. */
  readonly importBy: "command" | "option";
  /** Whether the engine is a file, as it is for users, and not in memory, which is faster. */
  readonly isOnFile: boolean;
}

/** The program without one of its resources and all that rests on it. */
export function without(program: Program, name: string): Program {
  const gone = new Set([name]);
  return program.filter((item) => {
    if (item.name !== name && !referencesIn(item.inputs).some((needed) => gone.has(needed))) return true;
    gone.add(item.name);
    return false;
  });
}

const pause = fc.constantFrom(0, 3600, 86_400 + 1, 12 * 86_400, 40 * 86_400);

/** Small programs of both clouds with their edits; how a case is shown is how it can be read. */
export const cases: fc.Arbitrary<Case> = fc
  .record({
    programs: twoCloudPrograms,
    count: mostly(2, 3),
    added: fc.option(fc.nat(), { freq: 2 }),
    pauses: fc.array(pause, { minLength: 3, maxLength: 3 }),
    events: fc.array(fc.option(fc.nat(), { freq: 2 }), { minLength: 3, maxLength: 3 }),
    order: fc.nat(),
    parallel: fc.integer({ min: 1, max: 4 }),
    importBy: fc.constantFrom("command" as const, "option" as const),
    isOnFile: fc.nat({ max: 9 }).map((choice) => choice === 9),
  })
  .map(({ programs, count, added, pauses, events, ...rest }) => {
    const [first = []] = programs;
    const name = added === null ? undefined : first[added % Math.max(first.length, 1)]?.name;
    const sequence = name === undefined ? programs : [without(first, name), ...programs];
    const versions = sequence
      .slice(0, count)
      .map((program, index) => ({ program, pause: pauses[index] ?? 0, event: events[index] ?? null }));
    return readable({ versions, isAddition: name !== undefined, ...rest });
  });

function readable(generated: Case): Case {
  const { versions, ...rest } = generated;
  const told = versions.map(({ program, ...moment }, index) => {
    return `--- version ${index + 1}, then ${JSON.stringify(moment)}\n${programText(program)}`;
  });
  return { ...generated, [fc.toStringMethod]: () => `\n${JSON.stringify(rest)}\n${told.join("")}` } as Case;
}
