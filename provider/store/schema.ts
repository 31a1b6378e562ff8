import { sql } from "kysely";
import { type Declared, latestVersion, migrationOf } from "./migrations";
import type { SqlConnection, SqlDialect } from "./sql-backend";
import { StoreError } from "./store";
import { tables } from "./tables";

/** The table that tells an engine's store from other databases. Its only row holds the version of the other tables. */
export const schemaTable = "cloudbackup_schema";

/** Tells which version of the tables a database holds, and brings it to this program's. */
export class Schema {
  /** Once seen, the table of the version is taken to be there. */
  #exists = false;
  readonly #latest: number;
  readonly #selectVersion: string;

  constructor(
    private readonly dialect: SqlDialect,
    private readonly location: string,
    private readonly declared: Declared = tables,
  ) {
    this.#latest = latestVersion(declared);
    this.#selectVersion = dialect.builder.selectFrom(schemaTable).select("version").compile().sql;
  }

  /** Makes the tables fit to be written; returns their version. */
  async prepare(connection: SqlConnection): Promise<number> {
    const version = (await this.version(connection)) ?? (await this.#create(connection));
    if (version === this.#latest) return version;
    const migration = migrationOf(this.dialect, this.declared, version);
    await connection.executeAll([...migration, ...this.dialect.createStatistics]);
    const update = this.dialect.builder.updateTable(schemaTable).set({ version: null }).compile().sql;
    await connection.execute(update, [this.#latest]);
    return this.#latest;
  }

  async #create(connection: SqlConnection): Promise<number> {
    const { builder, createPlace } = this.dialect;
    const creation = builder.schema.createTable(schemaTable);
    const withVersion = creation.addColumn("version", sql`integer`, (column) => column.notNull());
    await connection.executeAll([...createPlace, withVersion.compile().sql]);
    await connection.execute(builder.insertInto(schemaTable).values({ version: null }).compile().sql, [0]);
    return 0;
  }

  /** The tables' version, or undefined when there are none; a newer one, or another's database, can't be used. */
  async version(connection: SqlConnection): Promise<number | undefined> {
    if (!this.#exists && !(await this.#findSchemaTable(connection))) return undefined;
    const rows = await connection.query(this.#selectVersion, []);
    if (rows[0] === undefined) throw notAnEngine(this.location, `its table ${schemaTable} is empty`);
    const version = Number(rows[0][0]);
    if (version <= this.#latest) return version;
    throw new StoreError(
      "Store.NewerVersion",
      `the store ${this.location} has schema version ${version}, but this cloudbackup knows only versions up to ` +
        `${this.#latest}`,
      "Upgrade cloudbackup to the version that last wrote the store, or name another store.",
    );
  }

  async #findSchemaTable(connection: SqlConnection): Promise<boolean> {
    const rows = await connection.query(this.dialect.listTables.sql, this.dialect.listTables.values);
    const names = rows.map((row) => String(row[0]));
    if (names.length === 0) return false;
    if (!names.includes(schemaTable)) throw notAnEngine(this.location, `it holds other tables, such as ${names[0]}`);
    this.#exists = true;
    return true;
  }
}

export function notAnEngine(location: string, reason: string): StoreError {
  return new StoreError(
    "Store.NotAnEngine",
    `${location} is not a store of cloudbackup: ${reason}`,
    "Name the store that cloudbackup made, or a place where there's nothing yet.",
  );
}
