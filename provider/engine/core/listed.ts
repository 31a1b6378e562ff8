/** `db, web, cache and 4 more`: the first few, and how many others there are. */
export function listed<T = string>(items: readonly T[], most = 3, inWords: (item: T) => string = String): string {
  const shown = items.slice(0, most).map(inWords).join(", ");
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}
