import type { Reader, Store, Writer } from "../../provider/store/store";

/** The process is gone: nothing that it still wanted to say reaches anybody. */
export class Died extends Error {}

/** A store whose process is killed at its nth write: before it is committed, or after that but before the answer. */
export class DyingStore implements Store {
  writes = 0;
  #isDead = false;

  constructor(
    private readonly store: Store,
    private readonly death: { readonly write: number; readonly isCommitted: boolean },
  ) {}

  get location(): string {
    return this.store.location;
  }

  async read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    if (this.#isDead) throw new Died();
    return this.store.read(work);
  }

  async write<T>(work: (writer: Writer) => Promise<T>): Promise<T> {
    if (this.#isDead) throw new Died();
    this.writes += 1;
    if (this.writes !== this.death.write) return this.store.write(work);
    this.#isDead = true;
    if (this.death.isCommitted) await this.store.write(work);
    throw new Died();
  }

  async close(): Promise<void> {}
}
