import { execFileSync } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { openStore } from "../../provider/store/open";
import { StoreError } from "../../provider/store/store";
import { temporaryDirectory } from "./directory";

const projectDirectory = path.resolve("project");

describe("openStore", () => {
  const absolute = path.resolve("elsewhere", "my engine.db");
  const addresses: [string | undefined, string][] = [
    [undefined, path.join(projectDirectory, ".cloudbackup", "engine.db")],
    ["", path.join(projectDirectory, ".cloudbackup", "engine.db")],
    ["other.db", path.join(projectDirectory, "other.db")],
    ["../other.db", path.join(projectDirectory, "..", "other.db")],
    ["sqlite://shared/other.db", path.join(projectDirectory, "shared", "other.db")],
    [`sqlite://${absolute}`, absolute],
    ["file:other.db", path.join(projectDirectory, "other.db")],
    [`file:${absolute}`, absolute],
    [pathToFileURL(absolute).href, absolute],
    [absolute, absolute],
    ["memory:", "memory:"],
    ["POSTGRES://host/db", "postgres://host/db?schema=cloudbackup"],
    ["postgresql://u:secret@host:5433/db?schema=team_a", "postgresql://u@host:5433/db?schema=team_a"],
  ];
  for (const [address, location] of addresses) {
    it(`takes ${address ?? "undefined"} for ${path.relative(".", location)}`, async () => {
      const store = await openStore(address, { projectDirectory });
      expect(store.location).to.equal(location);
      await store.close();
    });
  }

  const unknown = ["mysql://u:secret@host/db", "http://host", "memory:x", "sqlite://", "file:", "libsql://secret"];
  for (const address of unknown) {
    it(`refuses ${address} and tells the forms there are`, async () => {
      const error = await openStore(address, { projectDirectory }).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(StoreError);
      expect((error as StoreError).code).to.equal("Store.UnknownScheme");
      expect((error as StoreError).message).not.to.include("secret");
      expect((error as StoreError).remedy).to.match(/sqlite:\/\/.*memory:.*postgres:\/\//);
    });
  }

  for (const address of ["postgres://u:secret@host:x/db", "postgres://u:secret@host/db?schema=a%22b"]) {
    it(`refuses ${address} without repeating its password`, async () => {
      const error = await openStore(address, { projectDirectory }).catch((thrown: unknown) => thrown);
      expect((error as StoreError).code).to.equal("Store.CannotOpen");
      expect((error as StoreError).message).not.to.include("secret");
    });
  }

  it("keeps files whose names mean something in a URL", async () => {
    const directory = temporaryDirectory();
    const store = await openStore("what?mode=ro#100%.db", { projectDirectory: directory });
    await store.write((writer) => writer.put("setting", [{ id: "a", value: 1 }]));
    await store.close();
    const again = await openStore("what?mode=ro#100%.db", { projectDirectory: directory });
    expect(await again.read((reader) => reader.count("setting"))).to.equal(1);
    await again.close();
  });

  it("loads no driver but the one it needs, and that when it's used", () => {
    const script = `
      const { openStore } = require("./provider/store/open");
      const loaded = () => ["libsql", "pg", "kysely"].filter((name) =>
        Object.keys(require.cache).some((file) => file.includes("/node_modules/" + name + "/")));
      (async () => {
        const seen = [loaded()];
        const options = { projectDirectory: "." };
        const postgres = await openStore("postgres://host/db", options);
        const sqlite = await openStore("memory:", options);
        seen.push(loaded());
        await sqlite.write(async () => undefined);
        seen.push(loaded());
        console.log(JSON.stringify(seen));
      })();`;
    const output = execFileSync(process.execPath, ["-r", "ts-node/register/transpile-only", "-e", script], {
      cwd: path.resolve(__dirname, "../.."),
    });
    expect(JSON.parse(output.toString())).to.deep.equal([[], ["kysely"], ["libsql", "kysely"]]);
  }).timeout(20_000);
});
