import { readableTime } from "./time";
import { nameOfUrn } from "./urn";

/** What a machine has to go back to, and when it gets more. Times are UNIX seconds. */
export interface MachineCover {
  readonly machineId: string;
  readonly machineName: string;
  /** Recovery points that are there. */
  readonly points: number;
  /** When the newest of them was made; null when there is none. */
  readonly newest: number | null;
  /** When the last of them expires; null: never, or there is none. */
  readonly lastExpiry: number | null;
}

/** The slots to come of a schedule, as far as a warning needs them. */
export interface ComingSlots {
  /** Null when there is none in sight. */
  readonly first: number | null;
  /** The longest time between two of them; null when there are not two. */
  readonly interval: number | null;
}

/** How many slots tell what is usual. */
const slotsLookedAt = 8;

/** Looks at the next slots only, so that its cost does not depend on how far they go. */
export function comingSlots(slots: Iterable<number>): ComingSlots {
  const times: number[] = [];
  for (const time of slots) {
    times.push(time);
    if (times.length === slotsLookedAt) break;
  }
  const [first = null] = times;
  const gaps = times.slice(1).map((time, index) => time - (times[index] as number));
  return { first, interval: gaps.length === 0 ? null : Math.max(...gaps) };
}

/** When the wait for the first backup is longer than that between two: nobody who reads the schedule expects it. */
export function isLateStart({ first, interval }: ComingSlots, now: number): boolean {
  return first !== null && interval !== null && first - now > interval;
}

/** `its newest recovery point is of 2026-01-31 00:00 UTC, and the last of 30 expires at …`. */
export function describeCover({ points, newest, lastExpiry }: MachineCover): string {
  if (newest === null) return "it has no recovery point";
  const end = lastExpiry === null ? "kept for ever" : `gone by ${readableTime(lastExpiry)}`;
  return `its newest recovery point is of ${readableTime(newest)}; ${points} in all, ${end}`;
}

/**
 * What to do when a protection was only renamed in the program: Pulumi takes the new name for another resource, makes
 * it before it deletes the old one, and finds the machine taken. Empty when no program has the old one.
 */
export function aliasAdvice(oldUrn: string | null, urn: string | null): string {
  if (oldUrn === null || urn === null) return "";
  const [oldName, name] = [oldUrn, urn].map(nameOfUrn);
  if (oldName === name) return `; was it only moved in the program? then keep it: aliases: ["${oldUrn}"]`;
  return `; was it only renamed? then keep it, and its protection without a gap: aliases: [{ name: "${oldName}" }]`;
}
