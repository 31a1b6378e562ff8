import { expect } from "chai";
import { exportText } from "../../provider/store/export";
import type { Filter, FindOptions, Store, TextColumn } from "../../provider/store/store";
import { idsOf, put, someJobs } from "./jobs";
import { machine } from "./rows";

const someFilters: [string, Filter<"job">, string[]][] = [
  ["all", {}, ["a", "b", "c", "d"]],
  ["equal text", { status: "COMPLETE" }, ["b", "c"]],
  ["equal numbers", { startTime: 20 }, ["c", "d"]],
  ["null", { level: null }, ["b", "d"]],
  ["null where there's none", { status: null }, []],
  ["one of some texts", { status: { in: ["FAILED", "RUNNING", "OTHER"] } }, ["a", "d"]],
  ["one of some numbers", { startTime: { in: [10, 30, 10] } }, ["a", "b"]],
  ["one of none", { status: { in: [] } }, []],
  ["a range of numbers", { startTime: { gt: 10, lte: 20 } }, ["c", "d"]],
  ["a range with its ends", { startTime: { gte: 20, lt: 30 } }, ["c", "d"]],
  ["a range of text, without nulls", { level: { gte: "application", lt: "crash" } }, ["c"]],
  ["a range that nulls are not below", { level: { lt: "zzz" } }, ["a", "c"]],
  ["several columns", { account: "2", level: null, startTime: { lt: 100 } }, ["d"]],
  ["no bounds", { level: {} }, ["a", "b", "c", "d"]],
  ["the id", { id: { gt: "a", lte: "c" } }, ["b", "c"]],
];

const someCounts: [string, TextColumn<"job">, Filter<"job"> | undefined, Record<string, number>][] = [
  ["a column, in their order", "status", undefined, { COMPLETE: 2, FAILED: 1, RUNNING: 1 }],
  ["a column that may be null", "level", undefined, { application: 1, crash: 1 }],
  ["a column of matching rows", "protectionId", { startTime: { lte: 20 } }, { p1: 1, p2: 1 }],
  ["a column that the filter tells", "account", { account: "2" }, { "2": 2 }],
  ["a column that is null in each", "level", { level: null }, {}],
  ["the id", "id", { id: { in: ["d", "x", "a"] } }, { a: 1, d: 1 }],
];

export function findingSuite(current: () => Store): void {
  it("finds nothing in an empty store", async () => {
    await current().read(async (reader) => {
      expect(await reader.get("job", "a")).to.equal(undefined);
      expect(await reader.getMany("job", ["a"])).to.deep.equal([]);
      expect(await reader.find("job")).to.deep.equal([]);
      expect(await reader.count("job")).to.equal(0);
      expect([...(await reader.countBy("job", "status"))]).to.deep.equal([]);
    });
    expect(await exportText(current())).to.equal("");
  });

  for (const [name, filter, expected] of someFilters) {
    it(`finds and counts by ${name}`, async () => {
      await put(current(), ...someJobs);
      expect(await idsOf(current(), filter)).to.deep.equal(expected);
      expect(await current().read((reader) => reader.count("job", filter))).to.equal(expected.length);
    });
  }

  for (const [name, column, filter, expected] of someCounts) {
    it(`counts by the values of ${name}`, async () => {
      await put(current(), ...someJobs);
      const counts = await current().read((reader) => reader.countBy("job", column, filter));
      expect([...counts]).to.deep.equal(Object.entries(expected));
    });
  }

  it("compares booleans", async () => {
    const machines = [
      machine("i-1", { released: true, vssWritersHealthy: false }),
      machine("i-2", { vssWritersHealthy: true }),
      machine("i-3"),
    ];
    await current().write((writer) => writer.put("machine", machines));
    await current().read(async (reader) => {
      const found = async (filter: Filter<"machine">, options?: FindOptions<"machine">) =>
        (await reader.find("machine", filter, options)).map((row) => row.id);
      expect(await found({ released: true })).to.deep.equal(["i-1"]);
      expect(await found({ vssWritersHealthy: false })).to.deep.equal(["i-1"]);
      expect(await found({ vssWritersHealthy: null })).to.deep.equal(["i-3"]);
      expect(await found({}, { order: { column: "released", direction: "descending" } })).to.deep.equal([
        ...["i-1", "i-2", "i-3"],
      ]);
      const byHealth = await found({}, { order: { column: "vssWritersHealthy", direction: "ascending" } });
      expect(byHealth).to.deep.equal(["i-3", "i-1", "i-2"]);
    });
  });
}
