import { decodeRow, encodeRow, encodeValue, type StoredValue, textColumn } from "./codec";
import { compareKeys, comparisonsOf, limitOf, type Ordering, type OrderKey, orderingOf } from "./condition";
import type { Layer, TableLayer, Touched } from "./layer";
import type { Filter, FindOptions, Reader, TextColumn, Writer } from "./store";
import type { Row, TableName } from "./tables";
import { compareText } from "./text-order";

/** A row with what it is ordered by. */
interface Found<T extends TableName> extends OrderKey {
  readonly row: Row<T>;
}

/** How many rows more than wanted are first asked of the base, in case touched rows are among them. */
const spareRows = 16;

/** What a reader sees with a layer of touched rows above it. */
export class LayeredReader implements Reader {
  constructor(
    private readonly base: Reader,
    private readonly layer: Layer,
  ) {}

  async get<T extends TableName>(table: T, id: string): Promise<Row<T> | undefined> {
    const touched = this.layer.touched(table)?.get(id);
    if (touched === undefined) return this.base.get(table, id);
    return touched === "removed" ? undefined : decodeRow(table, touched);
  }

  getMany<T extends TableName>(table: T, ids: readonly string[]): Promise<Row<T>[]> {
    return this.find(table, { id: { in: ids } } as Filter<T>);
  }

  async find<T extends TableName>(table: T, filter: Filter<T> = {}, options: FindOptions<T> = {}): Promise<Row<T>[]> {
    const touched = this.layer.touched(table);
    if (!touched) return this.base.find(table, filter, options);
    const ordering = orderingOf(table, options);
    const limit = limitOf(options);
    const keys = touched.find(comparisonsOf(table, filter)).map((stored) => ({
      value: stored[ordering.column.position] as StoredValue,
      id: stored[0] as string,
      stored,
    }));
    keys.sort((left, right) => compareKeys(ordering, left, right));
    const above = keys.slice(0, limit).map(({ value, id, stored }) => ({ value, id, row: decodeRow(table, stored) }));
    const below = await this.#untouched(table, touched, filter, options);
    const keyed = below.map((row) => keyOf(table, ordering, row));
    return merge(ordering, keyed, above, limit).map((found) => found.row);
  }

  async count<T extends TableName>(table: T, filter: Filter<T> = {}): Promise<number> {
    const below = await this.base.count(table, filter);
    const touched = this.layer.touched(table);
    if (!touched) return below;
    const hidden = await this.#hidden(table, touched, filter, below, {
      count: (rows) => rows.length,
      ask: (narrowed) => this.base.count(table, narrowed),
    });
    return below - hidden + touched.find(comparisonsOf(table, filter)).length;
  }

  async countBy<T extends TableName>(
    table: T,
    column: TextColumn<T>,
    filter: Filter<T> = {},
  ): Promise<ReadonlyMap<string, number>> {
    const below = await this.base.countBy(table, column, filter);
    const touched = this.layer.touched(table);
    if (!touched) return below;
    const { position, nullable } = textColumn(table, column);
    const counts = new Map(below);
    const add = (value: StoredValue, count: number) => {
      if (value !== null) counts.set(value as string, (counts.get(value as string) ?? 0) + count);
    };
    const total = [...below.values()].reduce((sum, count) => sum + count, 0);
    // The base may have any number of rows with null, which no comparison lets through.
    const wanted = nullable && !(column in filter) ? { ...filter, [column]: { gte: "" } } : filter;
    const hidden = await this.#hidden(table, touched, wanted, total, {
      count: (rows) => countValues(rows.map((row) => row[column] as string | null)),
      ask: (narrowed) => this.base.countBy(table, column, narrowed),
    });
    for (const [value, count] of hidden) add(value, -count);
    for (const row of touched.find(comparisonsOf(table, filter))) add(row[position] as StoredValue, 1);
    const counted = [...counts].filter(([, count]) => count > 0);
    return new Map(counted.sort(([left], [right]) => compareText(left, right)));
  }

  /** The base's rows that match and were not touched, in order; at least as many as the limit if there are. */
  async #untouched<T extends TableName>(
    table: T,
    touched: TableLayer,
    filter: Filter<T>,
    options: FindOptions<T>,
  ): Promise<Row<T>[]> {
    if (options.limit === undefined) {
      const rows = await this.base.find(table, filter, options);
      return rows.filter((row) => !touched.has(row.id));
    }
    const { limit } = options;
    for (let asked = limit + Math.min(spareRows, touched.size); ; asked = Math.min(asked * 4, limit + touched.size)) {
      const rows = await this.base.find(table, filter, { ...options, limit: asked });
      const untouched = rows.filter((row) => !touched.has(row.id));
      if (untouched.length >= limit || rows.length < asked) return untouched;
    }
  }

  /**
   * Counts the base's rows that match but were touched: those given, or as the base answers for the filter narrowed to
   * them, whichever looks at fewer rows. `below` is how many match there at all.
   */
  async #hidden<T extends TableName, R>(
    table: T,
    touched: TableLayer,
    filter: Filter<T>,
    below: number,
    counting: { count(rows: readonly Row<T>[]): R; ask(narrowed: Filter<T>): Promise<R> },
  ): Promise<R> {
    if (below === 0) return counting.count([]);
    if (below <= touched.size) {
      const rows = await this.base.find(table, filter);
      return counting.count(rows.filter((row) => touched.has(row.id)));
    }
    const comparisons = "id" in filter ? comparisonsOf(table, { id: filter.id } as Filter<T>) : [];
    return counting.ask({ ...filter, id: { in: touched.idsWhere(comparisons) } });
  }
}

function countValues(values: readonly (string | null)[]): ReadonlyMap<string | null, number> {
  const counts = new Map<string | null, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function keyOf<T extends TableName>(table: T, ordering: Ordering, row: Row<T>): Found<T> {
  const value = (row as Record<string, unknown>)[ordering.column.name];
  return { value: encodeValue(table, ordering.column, value), id: row.id, row };
}

/** Merges two ordered lists without a common row into one, as far as the limit. */
function merge<F extends OrderKey>(ordering: Ordering, left: readonly F[], right: readonly F[], limit = Infinity): F[] {
  const merged: F[] = [];
  let leftIndex = 0;
  let rightIndex = 0;
  while (merged.length < limit) {
    const fromLeft = left[leftIndex];
    const fromRight = right[rightIndex];
    if (fromLeft && (!fromRight || compareKeys(ordering, fromLeft, fromRight) < 0)) {
      merged.push(fromLeft);
      leftIndex++;
    } else if (fromRight) {
      merged.push(fromRight);
      rightIndex++;
    } else break;
  }
  return merged;
}

/** A layered reader whose own layer takes what is written; the base is never changed. */
export class LayeredWriter extends LayeredReader implements Writer {
  #ended = false;

  constructor(
    base: Reader,
    private readonly own: Layer,
  ) {
    super(base, own);
  }

  /** From here on any change is a bug: it would not be undone with the others. */
  end(): void {
    this.#ended = true;
  }

  async put<T extends TableName>(table: T, rows: readonly Row<T>[]): Promise<void> {
    // All are encoded before any is kept: a row that can't be leaves nothing behind.
    const encoded = rows.map((row) => encodeRow(table, row));
    for (const row of encoded) this.#set(table, row[0] as string, row);
  }

  async remove<T extends TableName>(table: T, ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#set(table, id, "removed");
  }

  async removeWhere<T extends TableName>(table: T, filter: Filter<T>): Promise<number> {
    const rows = await this.find(table, filter);
    for (const row of rows) this.#set(table, row.id, "removed");
    return rows.length;
  }

  #set(table: TableName, id: string, touched: Touched): void {
    if (this.#ended) throw new Error("a writer was used after its transaction had ended");
    this.own.set(table, id, touched);
  }
}
