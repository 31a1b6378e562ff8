import { comparableColumn, encodeValue, type NamedColumn, type StoredRow, type StoredValue } from "./codec";
import type { Condition, Filter, FindOptions } from "./store";
import type { TableName } from "./tables";
import { compareText } from "./text-order";

const rangeOperators = { lt: "<", lte: "<=", gt: ">", gte: ">=" } as const;

type RangeOperator = (typeof rangeOperators)[keyof typeof rangeOperators];

/** One comparison of a filter, in stored values. */
export type Comparison =
  | { readonly column: NamedColumn; readonly operator: "is null" }
  | { readonly column: NamedColumn; readonly operator: "=" | RangeOperator; readonly value: StoredValue }
  | { readonly column: NamedColumn; readonly operator: "in"; readonly values: ReadonlySet<StoredValue> };

/** How found rows are ordered: by this column, then by id. */
export interface Ordering {
  readonly column: NamedColumn;
  readonly direction: "ascending" | "descending";
}

function comparisonsOfColumn(table: TableName, column: NamedColumn, condition: Condition): Comparison[] {
  if (condition === null) return [{ column, operator: "is null" }];
  if (typeof condition !== "object") {
    return [{ column, operator: "=", value: encodeValue(table, column, condition) }];
  }
  if ("in" in condition) {
    const values = new Set(condition.in.map((value) => encodeValue(table, column, value)));
    return [{ column, operator: "in", values }];
  }
  return Object.entries(condition).map(([name, value]) => {
    if (!(name in rangeOperators)) throw new Error(`${table}.${column.name} can't be compared by "${name}"`);
    if (column.kind === "boolean" || value === null) {
      throw new Error(`${table}.${column.name} can't be compared by "${name}" with ${String(value)}`);
    }
    const operator = rangeOperators[name as keyof typeof rangeOperators];
    return { column, operator, value: encodeValue(table, column, value) };
  });
}

/** The filter's comparisons, all of which must hold. A condition that is undefined is a bug: it would match all. */
export function comparisonsOf<T extends TableName>(table: T, filter: Filter<T>): Comparison[] {
  const comparisons: Comparison[] = [];
  for (const [name, condition] of Object.entries(filter) as [string, Condition | undefined][]) {
    const column = comparableColumn(table, name);
    if (condition === undefined)
      throw new Error(`the condition on ${table}.${name} is undefined; leave it out instead`);
    comparisons.push(...comparisonsOfColumn(table, column, condition));
  }
  return comparisons;
}

export function orderingOf<T extends TableName>(table: T, options: FindOptions<T>): Ordering {
  if (!options.order) return { column: comparableColumn(table, "id"), direction: "ascending" };
  return { column: comparableColumn(table, String(options.order.column)), direction: options.order.direction };
}

/** The limit asked for, or undefined for all rows. */
export function limitOf<T extends TableName>(options: FindOptions<T>): number | undefined {
  if (options.limit === undefined) return undefined;
  if (!Number.isSafeInteger(options.limit) || options.limit < 0) throw new Error(`${options.limit} is no limit`);
  return options.limit;
}

/** Null is smaller than everything; both values belong to one column and so are of one type. */
export function compareValues(left: StoredValue, right: StoredValue): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  if (typeof left === "string") return compareText(left, right as string);
  return left - (right as number);
}

function holds(comparison: Comparison, row: StoredRow): boolean {
  const value = row[comparison.column.position] as StoredValue;
  if (comparison.operator === "is null") return value === null;
  if (value === null) return false;
  if (comparison.operator === "in") return comparison.values.has(value);
  if (comparison.operator === "=") return value === comparison.value;
  const order = compareValues(value, comparison.value);
  switch (comparison.operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

/** Whether every comparison holds for the row, as it would in SQL. */
export function matches(comparisons: readonly Comparison[], row: StoredRow): boolean {
  return comparisons.every((comparison) => holds(comparison, row));
}

/** What a row is ordered by. */
export interface OrderKey {
  readonly value: StoredValue;
  readonly id: string;
}

/** Orders as SQL does: by the column in its direction, and equal ones by ascending id. */
export function compareKeys(ordering: Ordering, left: OrderKey, right: OrderKey): number {
  const order = compareValues(left.value, right.value);
  if (order !== 0) return ordering.direction === "ascending" ? order : -order;
  return compareText(left.id, right.id);
}
