import { closeSync, constants, fstatSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import type { StoredRow } from "./codec";
import { Layer } from "./layer";
import type { TableName } from "./tables";

/** What the branches of several processes tell each other, so that they are one branch. */
export interface Journal {
  /** What others have written since the last call, oldest first. */
  news(): Layer[];
  append(layer: Layer): void;
  /** Ends it for everybody. */
  remove(): void;
}

type Entry = readonly [table: TableName, id: string, touched: StoredRow | "removed"];

interface Line {
  readonly writer: number;
  readonly entries: readonly Entry[];
}

/**
 * A file to which each process of one preview appends what it has written, a line for a transaction. An append is one
 * system call, so lines never mix. Another user's file at the place is not looked at.
 */
export class FileJournal implements Journal {
  #offset = 0;
  #rest = Buffer.alloc(0);

  constructor(
    private readonly path: string,
    /** Tells this process's lines from the others'. */
    private readonly writer: number,
  ) {}

  news(): Layer[] {
    const lines = this.#readLines();
    return lines
      .map((line) => JSON.parse(line) as Line)
      .filter(({ writer }) => writer !== this.writer)
      .map(({ entries }) => layerOf(entries));
  }

  append(layer: Layer): void {
    const entries = [...layer.entries()];
    if (entries.length === 0) return;
    const descriptor = this.#open(constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
    if (descriptor === undefined) return;
    try {
      writeSync(descriptor, `${JSON.stringify({ writer: this.writer, entries } satisfies Line)}\n`);
    } finally {
      closeSync(descriptor);
    }
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  #readLines(): string[] {
    const descriptor = this.#open(constants.O_RDONLY);
    if (descriptor === undefined) return [];
    try {
      const size = fstatSync(descriptor).size - this.#offset;
      if (size <= 0) return [];
      const bytes = Buffer.alloc(size);
      this.#offset += readSync(descriptor, bytes, 0, size, this.#offset);
      const all = Buffer.concat([this.#rest, bytes]);
      const end = all.lastIndexOf("\n") + 1;
      this.#rest = all.subarray(end);
      return all
        .subarray(0, end)
        .toString("utf8")
        .split("\n")
        .filter((line) => line !== "");
    } finally {
      closeSync(descriptor);
    }
  }

  /** Undefined when there is no file yet, or when it is not this user's own. */
  #open(flags: number): number | undefined {
    let descriptor: number;
    try {
      descriptor = openSync(this.path, flags | (constants.O_NOFOLLOW ?? 0), 0o600);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ELOOP" || code === "EACCES") return undefined;
      throw error;
    }
    if (process.getuid === undefined || fstatSync(descriptor).uid === process.getuid()) return descriptor;
    closeSync(descriptor);
    return undefined;
  }
}

function layerOf(entries: readonly Entry[]): Layer {
  const layer = new Layer();
  for (const [table, id, touched] of entries) layer.set(table, id, touched);
  return layer;
}
