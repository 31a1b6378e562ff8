import { expect } from "chai";
import { exportText } from "../../provider/store/export";
import { openStore } from "../../provider/store/open";
import { OverlayStore } from "../../provider/store/overlay";
import type { Reader, Store } from "../../provider/store/store";
import { job } from "./rows";

/** How many rows, or counts of rows, were read from the store beneath. */
interface Counted extends Store {
  rows: number;
}

function countRows(store: Store): Counted {
  const countingReader = (reader: Reader): Reader => ({
    get: async (table, id) => counted(await reader.get(table, id)),
    getMany: async (table, ids) => counted(await reader.getMany(table, ids)),
    find: async (table, filter, options) => counted(await reader.find(table, filter, options)),
    count: (table, filter) => reader.count(table, filter),
    countBy: async (table, column, filter) => counted(await reader.countBy(table, column, filter)),
  });
  const counted = <T>(found: T): T => {
    counting.rows += Array.isArray(found) ? found.length : found instanceof Map ? found.size : 1;
    return found;
  };
  const counting: Counted = {
    rows: 0,
    location: store.location,
    read: (work) => store.read((reader) => work(countingReader(reader))),
    write: () => expect.fail("a branch never writes to its base"),
    close: () => store.close(),
  };
  return counting;
}

const idOf = (index: number) => `j-${String(index).padStart(5, "0")}`;

describe("a branch", () => {
  let base: Store;
  let counted: Counted;
  let branch: OverlayStore;

  beforeEach(async () => {
    base = await openStore("memory:", { projectDirectory: "." });
    const jobs = Array.from({ length: 2000 }, (_, index) => job(idOf(index), { startTime: index }));
    await base.write((writer) => writer.put("job", jobs));
    counted = countRows(base);
    branch = new OverlayStore(counted);
  });

  afterEach(() => base.close());

  it("never writes to its base, and keeps it open", async () => {
    const before = await exportText(base);
    await branch.write(async (writer) => {
      await writer.put("job", [job("new"), job(idOf(3), { status: "CHANGED" })]);
      expect(await writer.removeWhere("job", { startTime: { lt: 3 } })).to.equal(3);
    });
    expect(await branch.read((reader) => reader.count("job"))).to.equal(1998);
    await branch.close();
    expect(await exportText(base)).to.equal(before);
  });

  it("finds the first rows beyond many that were removed or moved", async () => {
    await branch.write(async (writer) => {
      await writer.removeWhere("job", { startTime: { lt: 500 } });
      const moved = await writer.find("job", { startTime: { lt: 1000 } });
      await writer.put(
        "job",
        moved.map((one) => ({ ...one, startTime: one.startTime + 5000 })),
      );
    });
    counted.rows = 0;
    const first = await branch.read((reader) =>
      reader.find("job", {}, { order: { column: "startTime", direction: "ascending" }, limit: 3 }),
    );
    expect(first.map((one) => one.id)).to.deep.equal([idOf(1000), idOf(1001), idOf(1002)]);
    const last = await branch.read((reader) =>
      reader.find("job", {}, { order: { column: "startTime", direction: "descending" }, limit: 2 }),
    );
    expect(last.map((one) => one.id)).to.deep.equal([idOf(999), idOf(998)]);
  });

  it("reads as many of the base's rows as it needs, not all of them", async () => {
    await branch.write((writer) => writer.put("job", [job("a"), job("b", { startTime: 7 }), job(idOf(9))]));
    await branch.read(async (reader) => {
      expect((await reader.find("job", {}, { limit: 2 })).map((one) => one.id)).to.deep.equal(["a", "b"]);
      expect(await reader.count("job", { startTime: { lt: 100 } })).to.equal(100);
      expect(await reader.find("job", { startTime: 7 })).to.have.lengthOf(2);
      expect(await reader.get("job", idOf(9))).to.deep.equal(job(idOf(9)));
      expect(await reader.get("job", "a")).to.deep.equal(job("a"));
    });
    expect(counted.rows).to.be.lessThan(10);
  });

  it("counts by asking its base for the touched rows alone", async () => {
    await branch.write(async (writer) => {
      const failed = job(idOf(1), { status: "FAILED", startTime: 1, errorCode: "new" });
      await writer.put("job", [failed, job("new", { status: "RUNNING" })]);
      await writer.remove("job", [idOf(2), idOf(3)]);
    });
    counted.rows = 0;
    await branch.read(async (reader) => {
      expect([...(await reader.countBy("job", "status"))]).to.deep.equal([
        ["COMPLETE", 1997],
        ["FAILED", 1],
        ["RUNNING", 1],
      ]);
      expect([...(await reader.countBy("job", "errorCode"))]).to.deep.equal([["new", 1]]);
      const filter = { id: { lte: idOf(4) }, startTime: { gte: 1 } };
      expect([...(await reader.countBy("job", "status", filter))]).to.deep.equal([
        ["COMPLETE", 1],
        ["FAILED", 1],
      ]);
    });
    expect(counted.rows).to.be.lessThan(10);
  });

  it("shows changes of its base where it hasn't touched it", async () => {
    await branch.write((writer) => writer.put("job", [job(idOf(1), { status: "BRANCH" })]));
    await base.write((writer) =>
      writer.put("job", [job(idOf(1), { status: "BASE" }), job(idOf(2), { status: "BASE" })]),
    );
    await branch.read(async (reader) => {
      const found = await reader.getMany("job", [idOf(1), idOf(2)]);
      expect(found.map((one) => one.status)).to.deep.equal(["BRANCH", "BASE"]);
    });
  });

  it("can be branched many times, each with its own rows", async () => {
    const branches = [branch];
    for (let depth = 1; depth <= 5; depth++) branches.push(new OverlayStore(branches[depth - 1] as Store));
    for (const [depth, one] of branches.entries()) {
      await one.write((writer) => writer.remove("job", [idOf(depth)]));
      await one.write((writer) => writer.put("job", [job(`depth-${depth}`)]));
    }
    for (const [depth, one] of branches.entries()) {
      await one.read(async (reader) => {
        expect(await reader.count("job")).to.equal(2000);
        expect(await reader.count("job", { id: { gte: "depth", lt: "e" } })).to.equal(depth + 1);
        expect((await reader.find("job", { id: { gte: "j" } }, { limit: 1 }))[0]?.id).to.equal(idOf(depth + 1));
      });
    }
  });
});
