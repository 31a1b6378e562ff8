import type { NamedColumn, StoredRow, StoredValue } from "./codec";
import { type Comparison, matches } from "./condition";
import type { TableName } from "./tables";

/** What a layer knows of a row: what it is now, or that it was removed. */
export type Touched = StoredRow | "removed";

/** The touched rows of one table. Equal values lead to their rows through indexes, made when first asked for. */
export class TableLayer {
  readonly #rows = new Map<string, Touched>();
  /** By column position: the ids of the rows that have the value. */
  readonly #indexes = new Map<number, Map<StoredValue, Set<string>>>();

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): Touched | undefined {
    return this.#rows.get(id);
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  entries(): Iterable<[string, Touched]> {
    return this.#rows.entries();
  }

  set(id: string, touched: Touched): void {
    const before = this.#rows.get(id);
    this.#rows.set(id, touched);
    for (const [position, index] of this.#indexes) {
      if (before && before !== "removed") index.get(before[position] as StoredValue)?.delete(id);
      if (touched !== "removed") addTo(index, touched[position] as StoredValue, id);
    }
  }

  /** Takes over what another layer above this one touched. */
  absorb(above: TableLayer): void {
    for (const [id, touched] of above.#rows) this.set(id, touched);
  }

  /** The ids, of rows that are there or removed, for which comparisons of nothing but the id hold. */
  idsWhere(comparisons: readonly Comparison[]): string[] {
    const candidates = [...this.#candidates(comparisons)];
    return candidates.filter((id) => this.#rows.has(id) && matches(comparisons, [id]));
  }

  /** The rows that match, in no order. */
  find(comparisons: readonly Comparison[]): StoredRow[] {
    const found: StoredRow[] = [];
    for (const id of this.#candidates(comparisons)) {
      const row = this.#rows.get(id);
      if (row && row !== "removed" && matches(comparisons, row)) found.push(row);
    }
    return found;
  }

  /** The ids of the smallest set of rows that a comparison with given values leads to. */
  *#candidates(comparisons: readonly Comparison[]): Generator<string> {
    let best: readonly Iterable<string>[] = [this.#rows.keys()];
    let bestSize = this.#rows.size;
    for (const comparison of comparisons) {
      const values = valuesOf(comparison);
      // To look up more values than there are rows would cost more than looking at the rows.
      if (values === undefined || values.size >= bestSize) continue;
      const sets = this.#idsOf(comparison.column, values);
      const size = sets.reduce((sum, ids) => sum + ids.size, 0);
      if (size < bestSize) [best, bestSize] = [sets, size];
    }
    for (const ids of best) yield* ids;
  }

  #idsOf({ name, position }: NamedColumn, values: ReadonlySet<StoredValue>): ReadonlySet<string>[] {
    if (name === "id") return [values as ReadonlySet<string>];
    const index = this.#index(position);
    return [...values].flatMap((value) => index.get(value) ?? []);
  }

  #index(position: number): Map<StoredValue, Set<string>> {
    const known = this.#indexes.get(position);
    if (known) return known;
    const index = new Map<StoredValue, Set<string>>();
    for (const [id, touched] of this.#rows) {
      if (touched !== "removed") addTo(index, touched[position] as StoredValue, id);
    }
    this.#indexes.set(position, index);
    return index;
  }
}

/** The values one of which the column must have; undefined for a comparison of another kind. */
function valuesOf(comparison: Comparison): ReadonlySet<StoredValue> | undefined {
  if (comparison.operator === "in") return comparison.values;
  return comparison.operator === "=" ? new Set([comparison.value]) : undefined;
}

function addTo(index: Map<StoredValue, Set<string>>, value: StoredValue, id: string): void {
  const ids = index.get(value);
  if (ids) ids.add(id);
  else index.set(value, new Set([id]));
}

/** The rows touched since some state of a store, by table. */
export class Layer {
  readonly #tables = new Map<TableName, TableLayer>();

  /** The table's touched rows, or undefined when there are none. */
  touched(table: TableName): TableLayer | undefined {
    return this.#tables.get(table);
  }

  set(table: TableName, id: string, touched: Touched): void {
    let layer = this.#tables.get(table);
    if (!layer) {
      layer = new TableLayer();
      this.#tables.set(table, layer);
    }
    layer.set(id, touched);
  }

  /** All that was touched. */
  *entries(): Generator<[TableName, string, Touched]> {
    for (const [table, layer] of this.#tables) {
      for (const [id, touched] of layer.entries()) yield [table, id, touched];
    }
  }

  /** Takes over what another layer above this one touched; that one must not be used any more. */
  absorb(above: Layer): void {
    for (const [table, touched] of above.#tables) {
      const own = this.#tables.get(table);
      if (own) own.absorb(touched);
      else this.#tables.set(table, touched);
    }
  }
}
