import type { PolicyProperties } from "./policy";
import { type SlotRetention, slotRetention } from "./policy-retention";
import { slotsAfter } from "./policy-schedule";

/** A moment at which a policy wants a backup, and what becomes of its point. */
export interface Slot extends SlotRetention {
  readonly time: number;
}

/** The slots of a policy until a time: made once for all items that have run equally far. */
export class SlotList {
  readonly #slots = new Map<number, readonly Slot[]>();

  constructor(
    readonly properties: PolicyProperties,
    readonly until: number,
  ) {}

  /** The slots after a time, in order. */
  after(time: number): readonly Slot[] {
    const known = this.#slots.get(time);
    if (known !== undefined) return known;
    const made: Slot[] = [];
    for (const slot of slotsAfter(this.properties, time)) {
      if (slot > this.until) break;
      made.push({ time: slot, ...slotRetention(this.properties, slot) });
    }
    this.#slots.set(time, made);
    return made;
  }
}
