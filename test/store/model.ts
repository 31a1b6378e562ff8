import type { Condition } from "../../provider/store/store";

type ModelRow = Readonly<Record<string, unknown>> & { readonly id: string };

/** Text as its code points, which compare one by one. */
function codePoints(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

function compare(left: unknown, right: unknown): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  if (typeof left !== "string") return Number(left) - Number(right);
  const [a, b] = [codePoints(left), codePoints(right as string)];
  const index = a.findIndex((point, position) => point !== b[position]);
  return index < 0 ? a.length - b.length : (a[index] ?? 0) - (b[index] ?? -1);
}

function holds(value: unknown, condition: Condition): boolean {
  if (typeof condition !== "object" || condition === null) return value === condition;
  if ("in" in condition) return condition.in.some((wanted) => wanted === value);
  const bounds: [unknown, (order: number) => boolean][] = [
    [condition.lt, (order) => order < 0],
    [condition.lte, (order) => order <= 0],
    [condition.gt, (order) => order > 0],
    [condition.gte, (order) => order >= 0],
  ];
  return bounds.every(([bound, fits]) => bound === undefined || (value !== null && fits(compare(value, bound))));
}

/** What a store should be, at its simplest: an array of rows per table, searched from end to end. */
export class Model {
  #tables = new Map<string, readonly ModelRow[]>();

  put(table: string, rows: readonly ModelRow[]): void {
    for (const row of rows) {
      this.remove(table, [row.id]);
      this.#tables.set(table, [...this.#rows(table), row]);
    }
  }

  remove(table: string, ids: readonly string[]): void {
    this.#tables.set(
      table,
      this.#rows(table).filter((row) => !ids.includes(row.id)),
    );
  }

  find(table: string, filter: object, options: { order?: { column: string; direction: string }; limit?: number }) {
    const conditions = Object.entries(filter) as [string, Condition][];
    const found = this.#rows(table).filter((row) => conditions.every(([name, wanted]) => holds(row[name], wanted)));
    const { column, direction } = options.order ?? { column: "id", direction: "ascending" };
    const sign = direction === "ascending" ? 1 : -1;
    found.sort((a, b) => sign * compare(a[column], b[column]) || compare(a.id, b.id));
    return found.slice(0, options.limit);
  }

  countBy(table: string, column: string, filter: object): [string, number][] {
    const values = this.find(table, filter, {}).map((row) => row[column]);
    const different = [...new Set(values)].filter((value) => value !== null).sort(compare) as string[];
    return different.map((value) => [value, values.filter((one) => one === value).length]);
  }

  #rows(table: string): readonly ModelRow[] {
    return this.#tables.get(table) ?? [];
  }
}
