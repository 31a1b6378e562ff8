import { type Compilable, type SelectQueryBuilder, sql } from "kysely";
import { columnsOf, encodeValue, type NamedColumn, type StoredRow, type StoredValue } from "./codec";
import type { Comparison, Ordering } from "./condition";
import type { BoundValue, SqlDialect, SqlTables } from "./sql-backend";
import { type TableName, tables } from "./tables";

/** A statement ready to run. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly BoundValue[];
}

/** More texts than the engine has statements; a limit all the same, since rows to put share columns in many ways. */
const maximumTexts = 1000;

type Selection = SelectQueryBuilder<SqlTables, string, Record<string, unknown>>;

/**
 * Builds the statements of one dialect. Building costs more than running most of them, so the text is kept by the
 * statement's shape: everything but its values.
 */
export class Queries {
  readonly #texts = new Map<string, string>();

  /** Of tables older than declared, only selections: what is missing shows as it will once the store is written to. */
  constructor(
    readonly dialect: SqlDialect,
    private readonly version: number,
  ) {}

  find(table: TableName, comparisons: readonly Comparison[], ordering: Ordering, limit?: number): Statement {
    const limited = limit !== undefined;
    const shape = `find ${table} ${shapeOf(comparisons)} ${ordering.column.name} ${ordering.direction} ${limited}`;
    const text = this.#text(shape, () => {
      const columns = columnsOf(table).map(({ name }) => name);
      let query: Selection = this.#where(this.#from(table).select(columns), comparisons);
      query = orderBy(query, ordering);
      return limited ? query.limit(sql<number>`${limit}`) : query;
    });
    return { sql: text, values: limited ? [...this.#values(comparisons), limit] : this.#values(comparisons) };
  }

  count(table: TableName, comparisons: readonly Comparison[]): Statement {
    const text = this.#text(`count ${table} ${shapeOf(comparisons)}`, () => {
      const query = this.#from(table).select(sql<number>`count(*)`.as("count"));
      return this.#where(query, comparisons);
    });
    return { sql: text, values: this.#values(comparisons) };
  }

  /** How many rows have each value of the column, in the order of the values. */
  countBy(table: TableName, { name, nullable }: NamedColumn, comparisons: readonly Comparison[]): Statement {
    const text = this.#text(`count ${table} by ${name} ${shapeOf(comparisons)}`, () => {
      let query: Selection = this.#from(table)
        .select([sql.ref<string>(name).as(name), sql<number>`count(*)`.as("count")])
        .groupBy(name)
        .orderBy(name);
      if (nullable) query = query.where(name, "is not", null);
      return this.#where(query, comparisons);
    });
    return { sql: text, values: this.#values(comparisons) };
  }

  remove(table: TableName, comparisons: readonly Comparison[]): Statement {
    const text = this.#text(`remove ${table} ${shapeOf(comparisons)}`, () => {
      let query = this.dialect.builder.deleteFrom(table);
      for (const comparison of comparisons) query = query.where(this.#condition(comparison));
      return query;
    });
    return { sql: text, values: this.#values(comparisons) };
  }

  /** Inserts or replaces the rows, whose ids must differ, in as few statements as it pays. */
  *put(table: TableName, rows: readonly StoredRow[]): Generator<Statement> {
    const width = columnsOf(table).length;
    const { maximumRows, maximumValues } = this.dialect;
    const fullSize = Math.min(maximumRows, largestPowerOfTwo(maximumValues / width));
    const positions = Array.from({ length: width }, (_, position) => position);
    // Binding takes as long as inserting, so many rows alike bind only once what they have in common.
    const shared = rows.length < fullSize ? [] : positions.filter((position) => isShared(rows, position));
    const own = positions.filter((position) => !shared.includes(position));
    // Sizes are powers of two, so that a table needs only a few different statements.
    let size = fullSize;
    for (let start = 0; start < rows.length; start += size) {
      while (size > rows.length - start) size /= 2;
      const values: StoredValue[] = shared.map((position) => rows[start]?.[position] as StoredValue);
      for (let index = start; index < start + size; index++) {
        const row = rows[index] as StoredRow;
        for (const position of own) values.push(row[position] as StoredValue);
      }
      yield { sql: this.#putText(table, size, shared), values };
    }
  }

  /** The statement that binds the shared columns' values first, and then each row's others. */
  #putText(table: TableName, size: number, shared: readonly number[]): string {
    return this.#text(`put ${table} ${size} ${shared.join(",")}`, () => {
      let next = shared.length;
      const rowOfParameters = () =>
        columnsOf(table).map(({ name, position }) => {
          const index = shared.indexOf(position);
          const parameter = index >= 0 ? index : next++;
          return [name, sql<StoredValue>`${sql.raw(this.dialect.parameterPrefix + (parameter + 1))}`];
        });
      const replaced = columnsOf(table).filter(({ name }) => name !== "id");
      return this.dialect.builder
        .insertInto(table)
        .values(Array.from({ length: size }, () => Object.fromEntries(rowOfParameters())))
        .onConflict((conflict) =>
          conflict
            .column("id")
            .doUpdateSet(Object.fromEntries(replaced.map(({ name }) => [name, sql.ref(`excluded.${name}`)]))),
        );
    });
  }

  #from(table: TableName): Selection {
    const { builder } = this.dialect;
    const columns = columnsOf(table);
    const { since = 1 } = tables[table];
    const isThere = ({ added }: NamedColumn) => since <= this.version && (added?.version ?? 1) <= this.version;
    if (columns.every(isThere)) return builder.selectFrom(table);
    const selected = columns.map((column) => {
      const before = column.added ? encodeValue(table, column, column.added.before) : null;
      const value = isThere(column) ? sql.ref(column.name) : this.dialect.literal(column, before);
      return value.as(column.name);
    });
    if (since <= this.version) return builder.selectFrom(builder.selectFrom(table).select(selected).as(table));
    return builder.selectFrom(builder.selectNoFrom(selected).where(sql<boolean>`1 = 0`).as(table));
  }

  #where(query: Selection, comparisons: readonly Comparison[]): Selection {
    return comparisons.reduce((narrowed, comparison) => narrowed.where(this.#condition(comparison)), query);
  }

  #condition(comparison: Comparison) {
    const column = sql.ref(comparison.column.name);
    switch (comparison.operator) {
      case "is null":
        return sql<boolean>`${column} is null`;
      case "in":
        return this.dialect.isIn(comparison.column, this.dialect.bindList(comparison.values));
      default:
        return sql<boolean>`${column} ${sql.raw(comparison.operator)} ${comparison.value}`;
    }
  }

  #values(comparisons: readonly Comparison[]): BoundValue[] {
    return comparisons.flatMap((comparison) => {
      if (comparison.operator === "is null") return [];
      // Wrapped, because a dialect may bind a list as an array, which must not be spread.
      return [comparison.operator === "in" ? this.dialect.bindList(comparison.values) : comparison.value];
    });
  }

  #text(shape: string, build: () => Compilable): string {
    const known = this.#texts.get(shape);
    if (known !== undefined) return known;
    const text = build().compile().sql;
    if (this.#texts.size >= maximumTexts) this.#texts.clear();
    this.#texts.set(shape, text);
    return text;
  }
}

function shapeOf(comparisons: readonly Comparison[]): string {
  return comparisons.map((comparison) => `${comparison.column.name} ${comparison.operator}`).join(",");
}

function isShared(rows: readonly StoredRow[], position: number): boolean {
  const value = rows[0]?.[position];
  return rows.every((row) => row[position] === value);
}

function largestPowerOfTwo(limit: number): number {
  return 2 ** Math.floor(Math.log2(limit));
}

function orderBy(query: Selection, ordering: Ordering): Selection {
  const { column, direction } = ordering;
  if (column.name === "id") return query.orderBy("id", direction === "ascending" ? "asc" : "desc");
  const ordered = query.orderBy(column.name, (order) => {
    const directed = direction === "ascending" ? order.asc() : order.desc();
    // Null is smaller than everything, which PostgreSQL sees the other way round.
    if (!column.nullable) return directed;
    return direction === "ascending" ? directed.nullsFirst() : directed.nullsLast();
  });
  return ordered.orderBy("id", "asc");
}
