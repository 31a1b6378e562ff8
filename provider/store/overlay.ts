import pLimit from "p-limit";
import type { Journal } from "./journal";
import { Layer } from "./layer";
import { LayeredReader, LayeredWriter } from "./layered-reader";
import type { Reader, Store, Writer } from "./store";

/**
 * A branch of a store: what is written stays in memory, above the base's rows, and the base is only read. Its cost
 * grows with the rows touched, not with the base. Each read and write sees one state of the base; a base that others
 * change shows through where the branch has not touched it.
 */
export class OverlayStore implements Store {
  /** Oldest first. A layer changes only while nothing reads; the list itself never does. */
  #layers: readonly Layer[] = [];
  #reads = 0;
  readonly #writes = pLimit(1);

  /** With a journal, branches of several processes see what each of them writes. */
  constructor(
    private readonly base: Store,
    private readonly journal?: Journal,
  ) {}

  get location(): string {
    return `${this.base.location} (branch)`;
  }

  async read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    this.#takeNews();
    const layers = this.#layers;
    this.#reads++;
    try {
      return await this.base.read((reader) => work(stack(reader, layers)));
    } finally {
      this.#reads--;
    }
  }

  write<T>(work: (writer: Writer) => Promise<T>): Promise<T> {
    return this.#writes(async () => {
      this.#takeNews();
      const pending = new Layer();
      const layers = this.#layers;
      const result = await this.base.read(async (reader) => {
        const writer = new LayeredWriter(stack(reader, layers), pending);
        try {
          return await work(writer);
        } finally {
          writer.end();
        }
      });
      // Absorbing a layer uses it up, so the others are told first.
      this.journal?.append(pending);
      this.#commit(pending);
      return result;
    });
  }

  /** Forgets the branch; the base stays open. */
  async close(): Promise<void> {
    this.#layers = [];
  }

  #takeNews(): void {
    for (const layer of this.journal?.news() ?? []) this.#commit(layer);
  }

  /** Reads that run keep seeing the layers they started with, so only without any are layers made one. */
  #commit(pending: Layer): void {
    const [first, ...others] = this.#layers;
    if (!first || this.#reads > 0) {
      this.#layers = [...this.#layers, pending];
      return;
    }
    for (const layer of [...others, pending]) first.absorb(layer);
    this.#layers = [first];
  }
}

function stack(base: Reader, layers: readonly Layer[]): Reader {
  return layers.reduce((reader, layer) => new LayeredReader(reader, layer), base);
}
