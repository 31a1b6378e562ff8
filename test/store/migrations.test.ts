import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { encodeValue, type NamedColumn, namedColumns, tableNames } from "../../provider/store/codec";
import { type AnyTable, added, boolean, integer, json, nullable, real, table, text } from "../../provider/store/column";
import { comparisonsOf, orderingOf } from "../../provider/store/condition";
import { exportText } from "../../provider/store/export";
import { indexName, latestVersion, migrationOf } from "../../provider/store/migrations";
import { OverlayStore } from "../../provider/store/overlay";
import { PostgresBackend, parsePostgresAddress } from "../../provider/store/postgres";
import { Queries } from "../../provider/store/queries";
import { Schema } from "../../provider/store/schema";
import type { SqlBackend, SqlConnection } from "../../provider/store/sql-backend";
import { SqlStore } from "../../provider/store/sql-store";
import { sqliteDialect } from "../../provider/store/sqlite-dialect";
import { SqliteMemoryBackend } from "../../provider/store/sqlite-memory";
import type { Reader, StoreError } from "../../provider/store/store";
import { type TableName, tables } from "../../provider/store/tables";
import { createPostgresUrl, requirePostgres } from "../support/postgres";
import { row } from "./rows";

type Declared = Readonly<Record<string, AnyTable>>;
type Values = Readonly<Record<string, unknown>>;

/** What is declared of the tables up to a version. */
function until(version: number, declared: Declared): Declared {
  const kept = Object.entries(declared).filter(([, { since = 1 }]) => since <= version);
  return Object.fromEntries(
    kept.map(([name, one]) => {
      const columns = Object.entries(one.columns).filter(([, column]) => (column.added?.version ?? 1) <= version);
      const names = ["id", ...columns.map(([column]) => column)];
      const indexes = one.indexes.filter((index) => index.every((column) => names.includes(column)));
      return [name, { ...one, columns: Object.fromEntries(columns), indexes }];
    }),
  );
}

async function prepare(backend: SqlBackend, declared: Declared): Promise<void> {
  await backend.write((connection) => new Schema(backend.dialect, "here", declared).prepare(connection));
}

/** Puts what the declared columns have of the row's values. */
async function insert(backend: SqlBackend, name: string, declared: AnyTable, values: Values): Promise<void> {
  const stored = namedColumns(declared).map((column) => [column.name, encodeValue(name, column, values[column.name])]);
  const { sql, parameters } = backend.dialect.builder.insertInto(name).values(Object.fromEntries(stored)).compile();
  await backend.write((connection) => connection.execute(sql, parameters as string[]));
}

async function select(backend: SqlBackend, name: string, condition = "1 = 1"): Promise<readonly unknown[]> {
  const selection = backend.dialect.builder.selectFrom(name).select("id").compile().sql;
  const rows = await backend.read(async (connection) => connection?.query(`${selection} where ${condition}`, []));
  return rows?.map(([id]) => id) ?? [];
}

const songs: Declared = {
  song: table({
    columns: {
      title: text,
      singer: added(text, 2, "nob'ody"),
      played: added(integer, 2, -7),
      rating: added(nullable(real), 2, 0.5),
      live: added(boolean, 2, true),
      remix: added(boolean, 3, false),
      remark: added(nullable(text), 2, null),
      tags: added(json<object>(), 3, { a: ["it's"] }),
    },
    indexes: [["title"], ["singer"], ["title", "remix"]],
  }),
  album: table({ since: 2, columns: { name: text, year: added(integer, 3, 1999) }, indexes: [["name"], ["year"]] }),
  band: table({ since: 3, columns: { name: text }, indexes: [["name"]] }),
};

/** What rows from before the later columns hold, as values and as a condition. */
const first = {
  ...{ id: "1", title: "first", singer: "nob'ody", played: -7, rating: 0.5 },
  ...{ live: true, remix: false, remark: null, tags: { a: ["it's"] } },
};
const firstHolds =
  `"title" = 'first' and "singer" = 'nob''ody' and "played" = -7 and "rating" = 0.5 and "live" = true ` +
  `and "remix" = false and "remark" is null and "tags" = '{"a":["it''s"]}'`;

function examples(kind: NamedColumn["kind"], seed: number): unknown {
  const values = {
    text: `${seed} 'single' "double" \u{1F600}`,
    integer: 2 ** 40 + seed,
    real: seed + 0.25,
    boolean: seed % 2 === 0,
    json: { seed, list: [seed, null, "it's"] },
  };
  return values[kind];
}

/** A row with something in each column, or with null in those that may be. */
function example(declared: AnyTable, id: string, isSparse: boolean): Values {
  const values = namedColumns(declared).map(({ name, kind, nullable: mayBeNull, position }) => [
    name,
    isSparse && mayBeNull ? null : examples(kind, position),
  ]);
  return { ...Object.fromEntries(values), id };
}

/** Makes a store of version 1 with two rows in each of its tables; returns them as this program should see them. */
async function makeOldStore(backend: SqlBackend): Promise<Map<TableName, Values[]>> {
  const old = until(1, tables);
  await prepare(backend, old);
  const expected = new Map<TableName, Values[]>();
  for (const name of tableNames) {
    const declared = old[name];
    const rows = declared ? [example(declared, "a", false), example(declared, "b", true)] : [];
    for (const values of rows) await insert(backend, name, declared as AnyTable, values);
    const later = namedColumns(tables[name]).filter((column) => column.added !== undefined);
    const before = Object.fromEntries(later.map((column) => [column.name, column.added?.before]));
    expected.set(
      name,
      rows.map((values) => ({ ...values, ...before })),
    );
  }
  return expected;
}

/** What is asked of a store of version 1 is answered as it will be once it's written to. */
async function expectReadAsLater(reader: Reader, expected: ReadonlyMap<TableName, Values[]>): Promise<void> {
  for (const name of tableNames) {
    expect(await reader.find(name), name).to.deep.equal(expected.get(name));
    expect(await reader.count(name), name).to.equal(expected.get(name)?.length);
  }
  expect(await reader.find("disk", { released: false, id: { in: ["a"] } })).to.have.lengthOf(1);
  expect(await reader.find("disk", { released: true })).to.deep.equal([]);
  expect(await reader.count("disk", { snapshotUntil: { in: [5] } })).to.equal(0);
  expect(await reader.count("disk", { snapshotUntil: null, autoSnapshotPolicyId: null })).to.equal(2);
  expect(await reader.count("replica", { createTime: { in: [5] }, instanceId: "a" })).to.equal(0);
  expect((await reader.countBy("replica", "instanceId", { account: "a" })).size).to.equal(0);
}

/** What only reads must not wait for somebody to write. */
function readOlder(backendNow: () => SqlBackend): void {
  it("of an older version is read as it will be once it's written to, and not changed by that", async () => {
    const backend = backendNow();
    const expected = await makeOldStore(backend);
    const store = new SqlStore(backend);
    const branch = new OverlayStore(store);
    const before = await exportText(store);
    await store.read((reader) => expectReadAsLater(reader, expected));
    const disk = row("disk", "a", { released: true, snapshotUntil: 5 });
    await branch.write((writer) => writer.put("disk", [disk]));
    expect(await branch.read((reader) => reader.find("disk", { released: true }))).to.deep.equal([disk]);
    expect(await exportText(new SqlStore(backend))).to.equal(before);
    const version = await backend.read((connection) =>
      new Schema(backend.dialect, "here").version(connection as SqlConnection),
    );
    expect(version).to.equal(1);
    await store.write(async () => undefined);
    expect(await exportText(store)).to.equal(before);
  });
}

function migrationsSuite(create: () => Promise<SqlBackend>): void {
  let backend: SqlBackend;

  beforeEach(async () => {
    backend = await create();
  });

  afterEach(() => backend.close());

  for (const versions of [[1, 2, 3], [1, 3], [2, 3], [3]]) {
    it(`goes through the versions ${versions.join(", ")}, and keeps what's there`, async () => {
      const [from = 0] = versions;
      for (const version of versions) {
        const declared = until(version, songs);
        await prepare(backend, declared);
        if (version === from) await insert(backend, "song", declared.song as AnyTable, first);
        if (version === 2) await insert(backend, "album", declared.album as AnyTable, { id: "2", name: "second" });
      }
      await prepare(backend, songs);
      expect(await select(backend, "song", firstHolds)).to.deep.equal(["1"]);
      const albums = versions.includes(2) ? ["2"] : [];
      expect(await select(backend, "album", `"year" = 1999`)).to.deep.equal(albums);
      expect(await select(backend, "band")).to.deep.equal([]);
      await insert(backend, "song", songs.song as AnyTable, { ...first, id: "0", title: "last", remix: true });
      expect(await select(backend, "song", `"remix" = true`)).to.deep.equal(["0"]);
    });
  }

  it("brings a store of the first version here, with all its rows", async () => {
    const expected = await makeOldStore(backend);
    const store = new SqlStore(backend);
    await store.write(async () => undefined);
    const read = (work: (reader: Reader) => Promise<unknown>) => store.read(work);
    for (const name of tableNames)
      expect(await read((reader) => reader.find(name)), name).to.deep.equal(expected.get(name));
    expect(await read((reader) => reader.count("disk", { released: false }))).to.equal(2);
    const disk = row("disk", "a", { released: true, snapshotUntil: 5, autoSnapshotPolicyId: "p" });
    const replica = row("replica", "r", { recoveryPointId: "a" });
    await store.write(async (writer) => {
      await writer.put("disk", [disk]);
      await writer.put("replica", [replica]);
    });
    expect(await read((reader) => reader.find("disk", { released: true }))).to.deep.equal([disk]);
    expect(await read((reader) => reader.find("replica"))).to.deep.equal([replica]);
  });

  readOlder(() => backend);

  it("without a version is no engine's", async () => {
    await prepare(backend, songs);
    const deletion = backend.dialect.builder.deleteFrom("cloudbackup_schema").compile().sql;
    await backend.write((connection) => connection.execute(deletion, []));
    const error = await new SqlStore(backend).read((reader) => reader.find("job")).catch((thrown: unknown) => thrown);
    expect((error as StoreError).code).to.equal("Store.NotAnEngine");
  });
}

describe("the schema of a store in SQLite", () => {
  const create = async () => new SqliteMemoryBackend();
  migrationsSuite(create);

  const query = async (backend: SqlBackend, sql: string) =>
    (await backend.read(async (connection) => connection?.query(sql, []))) ?? [];
  const names = async (backend: SqlBackend, type: string) =>
    (await query(backend, `select name from sqlite_schema where type = '${type}' and name not like 'sqlite%'`)).flat();

  for (const from of [0, 1]) {
    it(`has every table and index that is declared, coming from version ${from}`, async () => {
      const backend = await create();
      if (from > 0) await prepare(backend, until(from, tables));
      await new SqlStore(backend).write(async () => undefined);
      const indexes = tableNames.flatMap((name) => tables[name].indexes.map((columns) => indexName(name, columns)));
      expect(await names(backend, "table")).to.have.members([...tableNames, "cloudbackup_schema"]);
      expect(await names(backend, "index")).to.have.members(indexes);
      const known = (await query(backend, "select idx from sqlite_stat1")).flat();
      expect(known).to.have.members(indexes);
      await backend.close();
    });
  }

  it("of version 1 stays what it was", () => {
    const fixed = readFileSync(path.join(__dirname, "version-1.sql"), "utf8").replace(/^--.*\n/, "");
    const statements = fixed.split(";").map((statement) => statement.trim().replaceAll(/\s+/g, " "));
    expect(migrationOf(sqliteDialect, until(1, tables), 0)).to.deep.equal(statements.filter(Boolean));
  });

  it("of an older version leads to the same indexes when it's read", async () => {
    const backend = await create();
    await prepare(backend, until(1, tables));
    const queries = new Queries(backend.dialect, 1);
    const comparisons = comparisonsOf("recoveryPoint", { instanceId: "i", createTime: { gt: 5 } });
    const { sql, values } = queries.find("recoveryPoint", comparisons, orderingOf("recoveryPoint", {}));
    const plan = await backend.read(async (connection) => connection?.query(`explain query plan ${sql}`, values));
    expect(JSON.stringify(plan)).to.include("recoveryPoint_instanceId_createTime (instanceId=? AND createTime>?)");
    await backend.close();
  });

  it("leads to the index of the machine, not of its account, and to that of the point", async () => {
    const cases = [
      [`"recoveryPoint" where "account" = 'a' and "instanceId" = 'i' order by "createTime"`, "instanceId_createTime"],
      [`"recoveryPoint" where "instanceId" = 'i' and "account" = 'a' order by "createTime"`, "instanceId_createTime"],
      [`"replica" where "instanceId" = 'i' and "account" = 'a' and "recoveryPointId" = 'p'`, "recoveryPointId"],
      [`"groupPoint" where "account" = 'a' and "groupId" = 'g' order by "createTime"`, "groupId_createTime"],
    ] as const;
    for (const from of [0, 1]) {
      const backend = await create();
      if (from > 0) await prepare(backend, until(from, tables));
      await new SqlStore(backend).write(async () => undefined);
      for (const [selection, index] of cases) {
        const plan = await query(backend, `explain query plan select * from ${selection}`);
        expect(JSON.stringify(plan), selection).to.include(`_${index} (`);
      }
      await backend.close();
    }
  });
});

describe("the schema of a store in PostgreSQL", () => {
  requirePostgres();
  migrationsSuite(async () => new PostgresBackend(parsePostgresAddress(await createPostgresUrl()), 10));
});

describe("the version of the tables", () => {
  it("is that of the last table or column", () => {
    expect([1, 2, 3].map((version) => latestVersion(until(version, songs)))).to.deep.equal([1, 2, 3]);
    expect(latestVersion({ ...songs, late: table({ since: 4, columns: {}, indexes: [] }) })).to.equal(4);
  });
});
