import { tableNames } from "./codec";
import type { Filter, Reader, Store } from "./store";
import type { Row, TableName } from "./tables";
import { compareText } from "./text-order";

const rowsPerPage = 1000;

/** JSON with every object's keys in the order of their code points. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([left], [right]) => compareText(left, right));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(",")}}`;
}

async function nextRows<T extends TableName>(reader: Reader, table: T, after: string | undefined): Promise<Row<T>[]> {
  const filter = after === undefined ? {} : ({ id: { gt: after } } as Filter<T>);
  return reader.find(table, filter, { limit: rowsPerPage });
}

async function* lines(reader: Reader): AsyncGenerator<string> {
  for (const table of tableNames) {
    let rows = await nextRows(reader, table, undefined);
    while (rows.length > 0) {
      for (const row of rows) yield `{"table":${JSON.stringify(table)},"row":${canonicalJson(row)}}\n`;
      rows = await nextRows(reader, table, rows.at(-1)?.id);
    }
  }
}

/**
 * Gives each row of the store, as one line of JSON, to `write`: tables by name, rows by id, keys in order. The same
 * rows give the same bytes on every store. It is one read, so the lines show one state.
 */
export function exportStore(store: Store, write: (line: string) => void | Promise<void>): Promise<void> {
  return store.read(async (reader) => {
    for await (const line of lines(reader)) await write(line);
  });
}

/** The whole export as one text; for stores that are known to be small. */
export async function exportText(store: Store): Promise<string> {
  const all: string[] = [];
  await exportStore(store, (line) => void all.push(line));
  return all.join("");
}
