import { decodeRow, encodeRow, type StoredRow, textColumn } from "./codec";
import { comparisonsOf, limitOf, orderingOf } from "./condition";
import { emptyReader } from "./empty-reader";
import { Queries, type Statement } from "./queries";
import { Schema } from "./schema";
import type { SqlBackend, SqlConnection } from "./sql-backend";
import type { Filter, FindOptions, Reader, Store, TextColumn, Writer } from "./store";
import type { Row, TableName } from "./tables";

/** The store over any SQL database: what databases differ in is the backend's. */
export class SqlStore implements Store {
  /** By the version of the tables; reading doesn't change an older one. */
  readonly #queries = new Map<number, Queries>();
  readonly #schema: Schema;

  constructor(private readonly backend: SqlBackend) {
    this.#schema = new Schema(backend.dialect, backend.location);
  }

  get location(): string {
    return this.backend.location;
  }

  read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    return this.backend.read(async (connection) => {
      if (!connection) return work(emptyReader);
      const version = await this.#schema.version(connection);
      if (version === undefined) return work(emptyReader);
      return this.#use(connection, version, work);
    });
  }

  write<T>(work: (writer: Writer) => Promise<T>): Promise<T> {
    return this.backend.write(async (connection) => {
      return this.#use(connection, await this.#schema.prepare(connection), work);
    });
  }

  close(): Promise<void> {
    return this.backend.close();
  }

  async #use<T>(connection: SqlConnection, version: number, work: (writer: Writer) => Promise<T>): Promise<T> {
    const queries = this.#queries.get(version) ?? new Queries(this.backend.dialect, version);
    this.#queries.set(version, queries);
    const writer = new SqlWriter(connection, queries);
    try {
      return await work(writer);
    } finally {
      writer.end();
    }
  }
}

class SqlWriter implements Writer {
  #ended = false;

  constructor(
    private readonly connection: SqlConnection,
    private readonly queries: Queries,
  ) {}

  /** From here on any use is a bug: the connection may be in another's transaction. */
  end(): void {
    this.#ended = true;
  }

  async get<T extends TableName>(table: T, id: string): Promise<Row<T> | undefined> {
    const rows = await this.find(table, { id } as Filter<T>);
    return rows[0];
  }

  getMany<T extends TableName>(table: T, ids: readonly string[]): Promise<Row<T>[]> {
    return this.find(table, { id: { in: ids } } as Filter<T>);
  }

  async find<T extends TableName>(table: T, filter: Filter<T> = {}, options: FindOptions<T> = {}): Promise<Row<T>[]> {
    const comparisons = comparisonsOf(table, filter);
    const statement = this.queries.find(table, comparisons, orderingOf(table, options), limitOf(options));
    const rows = await this.#query(statement);
    return rows.map((row) => decodeRow(table, row));
  }

  async count<T extends TableName>(table: T, filter: Filter<T> = {}): Promise<number> {
    const rows = await this.#query(this.queries.count(table, comparisonsOf(table, filter)));
    return Number(rows[0]?.[0]);
  }

  async countBy<T extends TableName>(
    table: T,
    column: TextColumn<T>,
    filter: Filter<T> = {},
  ): Promise<ReadonlyMap<string, number>> {
    const by = textColumn(table, column);
    const rows = await this.#query(this.queries.countBy(table, by, comparisonsOf(table, filter)));
    return new Map(rows.map(([value, count]) => [value as string, Number(count)]));
  }

  async put<T extends TableName>(table: T, rows: readonly Row<T>[]): Promise<void> {
    // One statement can't touch a row twice in PostgreSQL; the last one wins, as if they were put one by one.
    const encoded = new Map<string, StoredRow>();
    for (const row of rows) encoded.set(row.id, encodeRow(table, row));
    for (const statement of this.queries.put(table, [...encoded.values()])) await this.#execute(statement);
  }

  async remove<T extends TableName>(table: T, ids: readonly string[]): Promise<void> {
    await this.removeWhere(table, { id: { in: ids } } as Filter<T>);
  }

  async removeWhere<T extends TableName>(table: T, filter: Filter<T>): Promise<number> {
    return this.#execute(this.queries.remove(table, comparisonsOf(table, filter)));
  }

  #query(statement: Statement): Promise<readonly (readonly unknown[])[]> {
    this.#mustBeOpen();
    return this.connection.query(statement.sql, statement.values);
  }

  #execute(statement: Statement): Promise<number> {
    this.#mustBeOpen();
    return this.connection.execute(statement.sql, statement.values);
  }

  #mustBeOpen(): void {
    if (this.#ended) throw new Error("a reader or writer was used after its transaction had ended");
  }
}
