import { expect } from "chai";
import { type Migration, Schema } from "../../provider/store/migrations";
import type { SqlConnection } from "../../provider/store/sql-backend";
import { SqlStore } from "../../provider/store/sql-store";
import { SqliteMemoryBackend } from "../../provider/store/sqlite-memory";
import { StoreError } from "../../provider/store/store";
import { tables } from "../../provider/store/tables";

const songs: Migration = () => ["create table songs (title text)", "insert into songs values ('first')"];
const singers: Migration = () => ["alter table songs add column singer text", "update songs set singer = 'nobody'"];

describe("the schema of a store", () => {
  let backend: SqliteMemoryBackend;

  beforeEach(() => {
    backend = new SqliteMemoryBackend();
  });

  afterEach(() => backend.close());

  const schemaOf = (migrations: readonly Migration[]) => new Schema(backend.dialect, "here", migrations);
  const select = (sql: string) => backend.read(async (connection) => connection?.query(sql, []));
  const readable = (schema: Schema) => backend.read(async (connection) => schema.readable(connection as SqlConnection));

  it("is brought from any version to the latest, keeping what's there", async () => {
    await backend.write((connection) => schemaOf([songs]).prepare(connection));
    expect(await select("select * from songs")).to.deep.equal([["first"]]);
    await backend.write((connection) => schemaOf([songs, singers]).prepare(connection));
    await backend.write((connection) => schemaOf([songs, singers]).prepare(connection));
    expect(await select("select * from songs")).to.deep.equal([["first", "nobody"]]);
    expect(await select("select * from cloudbackup_schema")).to.deep.equal([[2]]);
    expect(await readable(schemaOf([songs, singers]))).to.equal(true);
  });

  it("of an older version isn't changed by reading, nor read", async () => {
    await backend.write((connection) => schemaOf([songs]).prepare(connection));
    const error = await readable(schemaOf([songs, singers])).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(StoreError);
    expect((error as StoreError).message).to.match(/^the store here has schema version 1, older than .* 2,/);
    expect(await select("select * from cloudbackup_schema")).to.deep.equal([[1]]);
  });

  it("without a version is no engine's", async () => {
    await backend.write((connection) => schemaOf([songs]).prepare(connection));
    await backend.write((connection) => connection.execute("delete from cloudbackup_schema", []));
    const error = await readable(schemaOf([songs])).catch((thrown: unknown) => thrown);
    expect((error as StoreError).code).to.equal("Store.NotAnEngine");
  });

  it("has every table and index that is declared", async () => {
    const store = new SqlStore(backend);
    await store.write(async () => undefined);
    const found = await select("select name from sqlite_schema where name not like 'sqlite%' order by name");
    const declared = Object.entries(tables).flatMap(([name, { indexes }]) => [
      name,
      ...(indexes as readonly (readonly string[])[]).map((columns) => [name, ...columns].join("_")),
    ]);
    expect(found?.map(([name]) => name)).to.deep.equal([...declared, "cloudbackup_schema"].sort());
  });

  it("leads SQLite to the index of the machine, not of its account", async () => {
    await new SqlStore(backend).write(async () => undefined);
    for (const columns of [`"account" = 'a' and "instanceId" = 'i'`, `"instanceId" = 'i' and "account" = 'a'`]) {
      const plan = await select(
        `explain query plan select * from "recoveryPoint" where ${columns} order by "createTime"`,
      );
      expect(JSON.stringify(plan)).to.include("recoveryPoint_instanceId_createTime");
    }
  });
});
