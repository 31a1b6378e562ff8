import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import Database from "libsql";
import { exportText } from "../../provider/store/export";
import { latestVersion } from "../../provider/store/migrations";
import { openStore } from "../../provider/store/open";
import { OverlayStore } from "../../provider/store/overlay";
import { type Store, StoreError } from "../../provider/store/store";
import { tables } from "../../provider/store/tables";
import { skip } from "../support/skip";
import { temporaryDirectory } from "./directory";
import { job } from "./rows";
import { transactionsPerProcess } from "./writer-process";

/** The bytes of every file in the directory, hashed. */
function fingerprint(directory: string): Record<string, string> {
  const entries = readdirSync(directory).sort();
  return Object.fromEntries(
    entries.map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(path.join(directory, name)))
        .digest("hex"),
    ]),
  );
}

function open(directory: string, busyTimeoutInSeconds?: number): Promise<Store> {
  return openStore("engine.db", { projectDirectory: directory, busyTimeoutInSeconds });
}

/** Starts another process that works on the store in the directory. */
function startWriter(directory: string, ...parameters: string[]): ChildProcess {
  const script = path.join(__dirname, "writer-process.ts");
  return spawn(process.execPath, ["-r", "ts-node/register/transpile-only", script, directory, ...parameters], {
    cwd: path.resolve(__dirname, "../.."),
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Leaves a store whose last transaction is only in its log, as a killed process does. */
async function killWriter(directory: string): Promise<void> {
  const writer = startWriter(directory, "wait");
  await once(writer.stdout as NodeJS.ReadableStream, "data");
  writer.kill("SIGKILL");
  await once(writer, "exit");
  expect(statSync(path.join(directory, "engine.db-wal")).size).to.be.greaterThan(0);
}

async function storeError(promise: Promise<unknown>): Promise<StoreError> {
  const error = await promise.then(
    () => expect.fail("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(StoreError);
  return error as StoreError;
}

const readAll = (store: Store) => store.read((reader) => reader.find("job"));
const putOne = (store: Store, id: string) => store.write((writer) => writer.put("job", [job(id)]));

describe("a SQLite store is quiet", () => {
  it("makes no file or directory before the first write", async () => {
    const directory = temporaryDirectory();
    const store = await openStore(undefined, { projectDirectory: directory });
    expect(await readAll(store)).to.deep.equal([]);
    await new OverlayStore(store).write((writer) => writer.put("job", [job("a")]));
    expect(readdirSync(directory)).to.deep.equal([]);
    await store.close();
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it("makes a file and a directory for its owner alone, and leaves one file behind", async () => {
    const directory = temporaryDirectory();
    const store = await openStore("", { projectDirectory: directory });
    await putOne(store, "a");
    const file = path.join(directory, ".cloudbackup", "engine.db");
    expect(store.location).to.equal(file);
    for (const name of readdirSync(path.dirname(file))) {
      expect(statSync(path.join(path.dirname(file), name)).mode & 0o777, name).to.equal(0o600);
    }
    expect(statSync(path.dirname(file)).mode & 0o777).to.equal(0o700);
    await readAll(store);
    await store.close();
    expect(readdirSync(path.dirname(file))).to.deep.equal(["engine.db"]);
    const copy = temporaryDirectory();
    writeFileSync(path.join(copy, "engine.db"), readFileSync(file));
    expect(await readAll(await open(copy))).to.deep.equal([job("a")]);
  });

  it("changes no byte and leaves no file behind when it only reads", async () => {
    const directory = temporaryDirectory();
    const writer = await open(directory);
    await putOne(writer, "a");
    await writer.close();
    const before = fingerprint(directory);
    expect(Object.keys(before)).to.deep.equal(["engine.db"]);
    const store = await open(directory);
    const branch = new OverlayStore(store);
    await Promise.all(Array.from({ length: 10 }, () => readAll(store)));
    await branch.write((changes) => changes.put("job", [job("b")]));
    expect(await exportText(branch)).to.include('"b"');
    await store.close();
    expect(fingerprint(directory)).to.deep.equal(before);
  });

  it("reads what a killed process has left in its log, and changes neither", async () => {
    const directory = temporaryDirectory();
    await killWriter(directory);
    const before = fingerprint(directory);
    const store = await open(directory);
    expect(await readAll(store)).to.have.lengthOf(1);
    await store.close();
    const { "engine.db": file, "engine.db-wal": log } = fingerprint(directory);
    expect({ file, log }).to.deep.equal({ file: before["engine.db"], log: before["engine.db-wal"] });
    expect(readdirSync(directory)).to.deep.equal(Object.keys(before));
  });

  it("recovers what a killed process has left when it writes", async () => {
    const directory = temporaryDirectory();
    await killWriter(directory);
    const store = await open(directory);
    await readAll(store);
    await putOne(store, "z");
    await store.close();
    expect(readdirSync(directory)).to.deep.equal(["engine.db"]);
    expect(await readAll(await open(directory))).to.have.lengthOf(2);
  });
});

describe("a SQLite store is shared", () => {
  it("loses nothing when two processes make it and write to it at once", async () => {
    const directory = temporaryDirectory();
    const writers = [startWriter(directory, "one"), startWriter(directory, "two")];
    const exits = await Promise.all(writers.map((writer) => once(writer, "exit")));
    expect(exits.map(([code]) => code)).to.deep.equal([0, 0]);
    const store = await open(directory);
    await store.read(async (reader) => {
      expect(await reader.count("job")).to.equal(2 * transactionsPerProcess);
      expect((await reader.get("setting", "count"))?.value).to.equal(2 * transactionsPerProcess);
    });
    await store.close();
  }).timeout(60_000);

  it("shows one store what another of the same process has written, and takes turns with it", async () => {
    const directory = temporaryDirectory();
    const stores = [await open(directory), await open(directory)] as const;
    expect(await readAll(stores[1])).to.deep.equal([]);
    await Promise.all(
      stores.map((store, index) =>
        store.write(async (writer) => {
          await new Promise((resolve) => setImmediate(resolve));
          await writer.put("job", [job(`j-${index}`)]);
        }),
      ),
    );
    for (const store of stores) expect(await readAll(store)).to.have.lengthOf(2);
    for (const store of stores) await store.close();
    expect(readdirSync(directory)).to.deep.equal(["engine.db"]);
  });

  it("says that it's busy when another process writes for too long", async () => {
    const directory = temporaryDirectory();
    const first = await open(directory);
    await putOne(first, "a");
    await first.close();
    const other = new Database(path.join(directory, "engine.db"));
    other.exec("begin immediate");
    const store = await open(directory, 0.2);
    const error = await storeError(putOne(store, "b"));
    other.exec("rollback");
    other.close();
    expect(error.code).to.equal("Store.Busy");
    expect(error.message).to.match(/engine\.db was locked by another process for more than 0.2 seconds/);
    await putOne(store, "b");
    await store.close();
  });

  it("refuses to be used after it was closed", async () => {
    const store = await open(temporaryDirectory());
    await store.close();
    await store.close();
    for (const use of [readAll(store), putOne(store, "a")]) {
      const error = await use.then(
        () => expect.fail("nothing was thrown"),
        (thrown: Error) => thrown,
      );
      expect(error.message).to.match(/after it had been closed/);
    }
  });
});

describe("a SQLite store refuses", () => {
  const both = async (directory: string, code: StoreError["code"], message: RegExp) => {
    for (const use of [readAll, (store: Store) => putOne(store, "a")]) {
      const store = await open(directory);
      const error = await storeError(use(store));
      expect(error.code).to.equal(code);
      expect(error.message).to.match(message);
      expect(error.remedy).to.match(/^[A-Z].*\.$/);
      await store.close();
    }
  };

  it("a directory", async () => {
    const directory = temporaryDirectory();
    mkdirSync(path.join(directory, "engine.db"));
    await both(directory, "Store.CannotOpen", /engine\.db is a directory/);
  });

  it("a file of another kind, and leaves it as it is", async () => {
    const directory = temporaryDirectory();
    writeFileSync(path.join(directory, "engine.db"), "no database, but longer than nothing\n".repeat(100));
    const before = fingerprint(directory);
    await both(directory, "Store.NotAnEngine", /engine\.db is not a store of cloudbackup: it isn't a SQLite database/);
    expect(fingerprint(directory)).to.deep.equal(before);
  });

  it("somebody else's database, and leaves it as it is", async () => {
    const directory = temporaryDirectory();
    const other = new Database(path.join(directory, "engine.db"));
    other.exec("create table songs (title text)");
    other.close();
    const before = fingerprint(directory);
    await both(directory, "Store.NotAnEngine", /it holds other tables, such as songs/);
    expect(fingerprint(directory)).to.deep.equal(before);
  });

  it("a store that a newer version has written", async () => {
    const directory = temporaryDirectory();
    const store = await open(directory);
    await putOne(store, "a");
    await store.close();
    const newer = new Database(path.join(directory, "engine.db"));
    newer.exec("update cloudbackup_schema set version = 99");
    newer.close();
    await both(
      directory,
      "Store.NewerVersion",
      new RegExp(`has schema version 99, but .* up to ${latestVersion(tables)}$`),
    );
  });

  it("a place where no file can be made", async () => {
    const directory = temporaryDirectory();
    writeFileSync(path.join(directory, "file"), "");
    const store = await openStore("file/engine.db", { projectDirectory: directory });
    const error = await storeError(putOne(store, "a"));
    expect(error.code).to.equal("Store.CannotOpen");
    expect(error.message).to.match(/file\/engine\.db can't be opened: (ENOTDIR|EEXIST)/);
    await store.close();
  });

  it("a file that may not be read", async function () {
    if (process.getuid?.() === 0) skip(this, "nothing is forbidden to root");
    const directory = temporaryDirectory();
    writeFileSync(path.join(directory, "engine.db"), "x");
    chmodSync(path.join(directory, "engine.db"), 0);
    await both(directory, "Store.CannotOpen", /engine\.db can't be used/);
  });

  it("nothing about an empty file: it has no tables yet", async () => {
    const directory = temporaryDirectory();
    writeFileSync(path.join(directory, "engine.db"), "");
    const store = await open(directory);
    expect(await readAll(store)).to.deep.equal([]);
    await putOne(store, "a");
    expect(await readAll(store)).to.deep.equal([job("a")]);
    await store.close();
    expect(existsSync(path.join(directory, "engine.db-wal"))).to.equal(false);
  });
});
