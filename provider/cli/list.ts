import { InvalidArgumentError } from "commander";
import type { Io } from "./io";
import { formatTable } from "./table";

/** How many rows a table shows when nothing else is said. */
const defaultLimit = 50;

export function parseLimit(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("must be a whole number from 1.");
}

export interface List<T> {
  /** What the rows are, for people. */
  readonly what: string;
  readonly head: readonly string[];
  readonly rows: readonly T[];
  readonly limit: number | undefined;
  readonly cells: (row: T) => readonly string[];
}

/** A row of a list of both clouds; how it looks is made only when it is shown. */
export interface Listed {
  /** UNIX seconds. */
  readonly time: number;
  cells(): readonly string[];
  /** As JSON. */
  describe(): object;
}

export interface ListedJob extends Listed {
  /** In the cloud's own word. */
  readonly status: string;
}

/** The rows of both clouds, newest first; each list is in that order already, and rows of one moment keep theirs. */
export function inOneList<T extends Listed>(first: readonly T[], second: readonly T[]): T[] {
  return [...first, ...second].sort((a, b) => b.time - a.time);
}

/** Prints rows as a table and says how many it leaves out. */
export function printList<T>(io: Io, { what, head, rows, limit = defaultLimit, cells }: List<T>): void {
  if (rows.length === 0) {
    io.stdout(`no ${what}\n`);
    return;
  }
  io.stdout(formatTable(head, rows.slice(0, limit).map(cells)));
  const left = rows.length - limit;
  if (left > 0) io.stdout(`… and ${left} older ${what} (--limit ${rows.length} shows all)\n`);
}
