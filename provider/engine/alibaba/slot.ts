import { slotsAfter } from "../core/schedule";
import { secondsPerDay } from "../core/time";
import type { EffectivePolicy } from "./policy";
import type { RetentionRule } from "./policy-rule";

/** A moment at which a policy wants a backup. */
export interface Slot {
  readonly time: number;
  /** Days that its point lives, before the rules that keep the first point of a period longer. */
  readonly retentionDays: number;
}

/** The slots of a policy until a time: made once for all protections that have run equally far. */
export class SlotList {
  readonly #slots = new Map<number, readonly Slot[]>();

  constructor(
    readonly policy: EffectivePolicy,
    readonly until: number,
  ) {}

  /** The slots of all schedules in one order; two that fall together are one run, whose point lives the longer. */
  after(time: number): readonly Slot[] {
    const known = this.#slots.get(time);
    if (known !== undefined) return known;
    const slots = new Map<number, Slot>();
    for (const { schedule, retentionDays } of this.policy.backups) {
      for (const slot of slotsAfter(schedule, time)) {
        if (slot > this.until) break;
        const other = slots.get(slot);
        if (other === undefined || other.retentionDays < retentionDays) slots.set(slot, { time: slot, retentionDays });
      }
    }
    const made = [...slots.values()].sort((a, b) => a.time - b.time);
    this.#slots.set(time, made);
    return made;
  }
}

type Period = RetentionRule["advancedRetentionType"];

/** Names the period in UTC that a time lies in; weeks begin on Monday (ENGINE). */
function periodOf(time: number, period: Period): string | number {
  const day = Math.floor(time / secondsPerDay);
  if (period === "DAILY") return day;
  // The epoch was a Thursday.
  if (period === "WEEKLY") return Math.floor((day + 3) / 7);
  return new Date(time * 1000).toISOString().slice(0, period === "MONTHLY" ? 7 : 4);
}

export interface Retention {
  readonly days: number;
  /** The rule that keeps the point longer than the others; null when none does. */
  readonly advancedRetentionType: Period | null;
}

/**
 * How long the point of a slot lives: the longest of the policy's own days and of the rules for whose period it is the
 * first point. `previousTime` is when the protection's newest point was made.
 */
export function retentionOf(slot: Slot, policy: EffectivePolicy, previousTime: number | null): Retention {
  let retention: Retention = { days: slot.retentionDays, advancedRetentionType: null };
  for (const { advancedRetentionType: period, retention: days } of policy.retentionRules) {
    if (days <= retention.days) continue;
    if (previousTime !== null && periodOf(previousTime, period) === periodOf(slot.time, period)) continue;
    retention = { days, advancedRetentionType: period };
  }
  return retention;
}
