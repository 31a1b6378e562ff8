interface Waiting {
  readonly exclusive: boolean;
  readonly start: () => void;
}

/**
 * Lets shared work overlap with its like and gives exclusive work everything for itself. Shared work waits only for
 * exclusive work that runs, not for one that waits, so that shared work may start more of it without a deadlock.
 */
export class SharedLock {
  #sharers = 0;
  #exclusive = false;
  #waiting: Waiting[] = [];

  async shared<T>(work: () => Promise<T>): Promise<T> {
    if (this.#exclusive) await this.#turn(false);
    else this.#sharers++;
    try {
      return await work();
    } finally {
      this.#sharers--;
      this.#startNext();
    }
  }

  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#exclusive || this.#sharers > 0) await this.#turn(true);
    else this.#exclusive = true;
    try {
      return await work();
    } finally {
      this.#exclusive = false;
      this.#startNext();
    }
  }

  #turn(exclusive: boolean): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ exclusive, start: resolve }));
  }

  /** Lets in the first one that waits, and when it's a shared one, all shared ones; counted before they go on. */
  #startNext(): void {
    const first = this.#waiting[0];
    if (!first || this.#exclusive) return;
    if (first.exclusive) {
      if (this.#sharers > 0) return;
      this.#exclusive = true;
      this.#waiting.shift();
      first.start();
      return;
    }
    const started = this.#waiting.filter((waiting) => !waiting.exclusive);
    this.#waiting = this.#waiting.filter((waiting) => waiting.exclusive);
    this.#sharers += started.length;
    for (const waiting of started) waiting.start();
  }
}
