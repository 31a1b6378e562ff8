import type { LostPoint } from "../engine/point-date";

/** What a refresh shows of a resource in the status column: for people, and for the review that reads it again. */

export const unknownToEngine = "the engine does not know it: its state is kept";

/** What backs a machine up in the place of a protection that is gone. */
export interface Successor {
  readonly policyId: string;
  /** The level that its backups would have. */
  readonly level: string;
}

export function succeeded({ policyId, level }: Successor): string {
  return `gone; bound to ${policyId} instead, ${level}`;
}

const successorPattern = /^gone; bound to (\S+) instead, ([A-Z_]+)$/;

export function successorIn(status: string): Successor | undefined {
  const [, policyId, level] = successorPattern.exec(status) ?? [];
  return policyId === undefined || level === undefined ? undefined : { policyId, level };
}

/** The engine's clock when a resource was found changed; `2026-01-04T00:00:00Z`. */
export function asOf(time: string): string {
  return `as of ${time}`;
}

export const asOfPattern = /^as of (\S+)$/;

const deletedMark = " (deleted)";

/** Recovery points that can't be restored, with the days on which they were made. */
export function lost(points: readonly LostPoint[]): string {
  const words = points.map(({ id, date, isDeleted }) => `${date} ${id}${isDeleted ? deletedMark : ""}`);
  return `can't be restored: ${words.join(", ")}`;
}

const lostPattern = /^can't be restored: (.+)$/;

/** The points that such a status names; none for every other text. */
export function lostIn(status: string): readonly LostPoint[] {
  const list = lostPattern.exec(status)?.[1];
  if (list === undefined) return [];
  // Ids of Azure hold blanks at no place, and neither do dates.
  return list.split(", ").map((each) => {
    const isDeleted = each.endsWith(deletedMark);
    return { date: each.slice(0, 10), id: each.slice(11, isDeleted ? -deletedMark.length : undefined), isDeleted };
  });
}
