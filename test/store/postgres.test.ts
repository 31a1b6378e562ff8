import { expect } from "chai";
import { exportText } from "../../provider/store/export";
import { openStore } from "../../provider/store/open";
import { OverlayStore } from "../../provider/store/overlay";
import { type Store, StoreError } from "../../provider/store/store";
import { createPostgresUrl, postgresUrl, queryPostgres, requirePostgres } from "../support/postgres";
import { job } from "./rows";

const open = (url: string, busyTimeoutInSeconds?: number) =>
  openStore(url, { projectDirectory: ".", busyTimeoutInSeconds });
const readAll = (store: Store) => store.read((reader) => reader.find("job"));
const putOne = (store: Store, id: string) => store.write((writer) => writer.put("job", [job(id)]));

async function schemas(): Promise<string[]> {
  const rows = await queryPostgres("select nspname as name from pg_namespace order by 1");
  return rows.map((row) => String(row.name));
}

/** The error of reading a store, which must be for people. */
async function problem(url: string): Promise<StoreError> {
  const store = await open(url);
  const error = await readAll(store).then(
    () => expect.fail("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  await store.close();
  expect(error).to.be.instanceOf(StoreError);
  expect((error as StoreError).message)
    .not.to.include("secret")
    .and.not.to.include("let");
  return error as StoreError;
}

describe("a PostgreSQL store", () => {
  requirePostgres();

  it("makes nothing before the first write", async () => {
    const url = await createPostgresUrl();
    const before = await schemas();
    const store = await open(url);
    expect(await readAll(store)).to.deep.equal([]);
    await new OverlayStore(store).write((writer) => writer.put("job", [job("a")]));
    expect(await exportText(store)).to.equal("");
    expect(await schemas()).to.deep.equal(before);
    await putOne(store, "a");
    expect(await schemas()).to.have.lengthOf(before.length + 1);
    await store.close();
  });

  it("is named without its password", async () => {
    const url = await createPostgresUrl();
    const store = await open(url);
    expect(store.location).to.match(/^postgres:\/\/postgres@127\.0\.0\.1:\d+\/postgres\?schema=test_\d+$/);
    const socket = await open("postgresql:///engine?host=/run/postgresql&password=secret");
    expect(socket.location).to.equal("postgresql:///run/postgresql/engine?schema=cloudbackup");
  });

  it("is shared by several stores, whose writes take turns", async () => {
    const url = await createPostgresUrl();
    const stores = await Promise.all([open(url), open(url), open(url)]);
    const add = (store: Store) =>
      store.write(async (writer) => {
        const count = (await writer.get("setting", "count"))?.value ?? 0;
        await writer.put("setting", [{ id: "count", value: Number(count) + 1 }]);
      });
    await Promise.all(stores.flatMap((store) => Array.from({ length: 20 }, () => add(store))));
    for (const store of stores) {
      expect((await store.read((reader) => reader.get("setting", "count")))?.value).to.equal(60);
      await store.close();
    }
  });

  it("exports the bytes that SQLite does", async () => {
    const stores = [await open(await createPostgresUrl()), await open("memory:")];
    const texts: string[] = [];
    for (const store of stores) {
      for (const id of ["b", "\u{1F600}", "a", "\uFFFD", "B"]) await putOne(store, id);
      texts.push(await exportText(store));
      await store.close();
    }
    expect(texts[0]).to.equal(texts[1]).and.to.include('"\u{1F600}"');
  });

  it("says that it's busy when another process writes for too long", async () => {
    const url = await createPostgresUrl();
    const [first, second] = [await open(url), await open(url, 0.2)];
    await first.write(async (writer) => {
      await writer.put("job", [job("a")]);
      const error = await putOne(second, "b").catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(StoreError);
      expect((error as StoreError).code).to.equal("Store.Busy");
    });
    await putOne(second, "b");
    expect(await readAll(first)).to.have.lengthOf(2);
    await first.close();
    await second.close();
  });

  it("refuses a schema that holds something else, and one of a newer version", async () => {
    await queryPostgres("create schema other");
    await queryPostgres("create table other.songs (title text)");
    const other = await problem(`${await postgresUrl("postgres")}?schema=other`);
    expect(other.code).to.equal("Store.NotAnEngine");
    const url = await createPostgresUrl();
    const store = await open(url);
    await putOne(store, "a");
    await store.close();
    await queryPostgres(`update ${new URL(url).searchParams.get("schema")}.cloudbackup_schema set version = 99`);
    expect((await problem(url)).code).to.equal("Store.NewerVersion");
  });

  it("explains what's wrong with its address", async () => {
    const url = new URL(await postgresUrl("postgres"));
    const changed = (change: (address: URL) => void) => {
      const address = new URL(url);
      change(address);
      return problem(address.href);
    };
    const wrongPassword = await changed((address) => {
      address.password = "secret";
    });
    expect(wrongPassword.message).to.match(/PostgreSQL refused the user or the password/);
    const noPassword = await changed((address) => {
      address.password = "";
    });
    expect(noPassword.message).to.match(/PostgreSQL refused the user or the password/);
    const noDatabase = await changed((address) => {
      address.pathname = "/missing";
    });
    expect(noDatabase.message).to.match(/\/missing\?schema=cloudbackup: the database doesn't exist/);
    const noServer = await changed((address) => {
      address.port = "1";
    });
    expect(noServer.message).to.match(/nothing listens at its host and port/);
    for (const error of [wrongPassword, noPassword, noDatabase, noServer]) {
      expect(error.code).to.equal("Store.CannotOpen");
      expect(error.remedy).to.match(/^[A-Z].*\.$/);
    }
  });
});
