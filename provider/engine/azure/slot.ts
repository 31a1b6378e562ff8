import type { PolicyProperties } from "./policy";
import { type SlotRetention, slotRetention } from "./policy-retention";
import { runsAfter } from "./policy-schedule";

/** A moment at which a policy wants a backup, and what becomes of its point. */
export interface Slot extends SlotRetention {
  readonly time: number;
}

/** The slots of a policy until a time: worked out once for all items, however far each of them has run. */
export class SlotList {
  #slots: readonly Slot[] = [];
  /** The slots after this time are known. */
  #knownAfter: number;

  constructor(
    readonly properties: PolicyProperties,
    readonly until: number,
  ) {
    this.#knownAfter = until;
  }

  /** The slots after a time, in order. */
  after(time: number): readonly Slot[] {
    if (time < this.#knownAfter) {
      this.#slots = [...this.#between(time, this.#knownAfter), ...this.#slots];
      this.#knownAfter = time;
    }
    return time === this.#knownAfter ? this.#slots : this.#slots.filter((slot) => slot.time > time);
  }

  #between(after: number, until: number): Slot[] {
    const made: Slot[] = [];
    for (const run of runsAfter(this.properties, after)) {
      if (run.time > until) break;
      made.push({ time: run.time, ...slotRetention(this.properties, run.time, run) });
    }
    return made;
  }
}
