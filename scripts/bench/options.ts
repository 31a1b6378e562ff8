import { parseArgs } from "node:util";

export const groupNames = ["start", "program", "engine", "refresh", "drift"] as const;
export type GroupName = (typeof groupNames)[number];

export interface BenchOptions {
  readonly groups: readonly GroupName[];
  /** Measured runs of each contender; undefined takes each group's own number. */
  readonly runs: number | undefined;
  readonly json: boolean;
  /** Adds what takes longer: 10,000 machines beside 1,000. */
  readonly full: boolean;
}

export const usage = [
  "npm run bench -- [--only start|program|engine|refresh|drift] [--runs N] [--full] [--json]",
  "  --only   measures this group only; may be given several times",
  "  --runs   measured runs of each contender (default: 15 of start, 3 of program and engine, 5 of refresh and drift)",
  "  --full   engine: 10,000 machines beside 1,000",
  "  --json   prints the results as JSON",
].join("\n");

/** Throws an error that says what is wrong with the arguments, and shows the usage. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { only = [], runs, full = false, json = false } = readArguments(args);
  for (const name of only) {
    if (!isGroupName(name)) throw new Error(`--only ${name}: there is no such group\n${usage}`);
  }
  if (runs !== undefined && !/^[1-9]\d{0,3}$/.test(runs)) {
    throw new Error(`--runs ${runs}: not a whole number from 1 to 9999\n${usage}`);
  }
  const groups = only.length === 0 ? groupNames : groupNames.filter((name) => only.includes(name));
  return { groups, runs: runs === undefined ? undefined : Number(runs), full, json };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: "string", multiple: true },
        runs: { type: "string" },
        full: { type: "boolean" },
        json: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${usage}`);
  }
}

function isGroupName(name: string): name is GroupName {
  return (groupNames as readonly string[]).includes(name);
}
