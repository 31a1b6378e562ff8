/** What a refresh shows of a resource in the status column: for people, and for the review that reads it again. */

export const unknownToEngine = "the engine does not know it: its state is kept";

/** The engine's clock when a resource was found changed; `2026-01-04T00:00:00Z`. */
export function asOf(time: string): string {
  return `as of ${time}`;
}

export const asOfPattern = /^as of (\S+)$/;

/** Recovery points that can't be restored, with the days on which they were made. */
export function damaged(points: readonly { readonly id: string; readonly date: string }[]): string {
  return `can't be restored: ${points.map(({ id, date }) => `${date} ${id}`).join(", ")}`;
}

const damagedPattern = /^can't be restored: (.+)$/;

/** The points that such a status names; none for every other text. */
export function damagedIn(status: string): readonly { readonly id: string; readonly date: string }[] {
  const list = damagedPattern.exec(status)?.[1];
  if (list === undefined) return [];
  // Ids of Azure hold blanks at no place, and neither do dates.
  return list.split(", ").map((each) => ({ date: each.slice(0, 10), id: each.slice(11) }));
}
