import { expect } from "chai";
import { exportText } from "../../provider/store/export";
import type { Filter, Store, TextColumn } from "../../provider/store/store";
import type { Row } from "../../provider/store/tables";
import { findingSuite } from "./finding-suite";
import { idsOf, put, someJobs } from "./jobs";
import { job, machine } from "./rows";

/** What the suite needs to know of a kind of store. */
export interface StoreKind {
  /** A store without rows. */
  create(): Promise<Store>;
  /** Whether reads go on while a write runs, or wait for its end. */
  readonly readsDuringWrites: boolean;
}

async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("nothing was thrown"),
    (error: Error) => error,
  );
}

/** The behaviour that every store has, to be called within a `describe`. */
export function storeSuite(kind: StoreKind): void {
  let store: Store;

  beforeEach(async () => {
    store = await kind.create();
  });

  afterEach(async () => {
    await store.close();
  });

  describe("values", () => valuesSuite(() => store));
  describe("copies", () => copiesSuite(() => store));
  describe("finding", () => findingSuite(() => store));
  describe("ordering", () => orderingSuite(() => store));
  describe("changing", () => changingSuite(() => store));
  describe("transactions", () => transactionsSuite(() => store, kind));
  describe("mistakes", () => mistakesSuite(() => store));
}

function valuesSuite(current: () => Store): void {
  it("gives back what was put, of every kind", async () => {
    const rows = [
      machine("i-1"),
      machine("i-2", {
        instanceName: "Größe \u{1F600} 'quoted' \"twice\" \\ %_\n",
        status: "",
        cloudAssistantInstalled: true,
        cloudAssistantRunning: false,
        changeRatePercentPerDay: 0.1 + 0.2,
        released: true,
      }),
      machine("i-3", { changeRatePercentPerDay: 5e-324 }),
      machine("i-4", { changeRatePercentPerDay: -1.7976931348623157e308 }),
      machine("i-5", { changeRatePercentPerDay: 3 }),
    ];
    const reasons = [{ b: 1, a: [null, true, 1.5, "x\u0000y"] }, "text", null];
    const jobs = [
      job("j-1", { bytesTotal: Number.MAX_SAFE_INTEGER, startTime: Number.MIN_SAFE_INTEGER, reasons }),
      job("", { bytesTotal: 0 }),
    ];
    await current().write(async (writer) => {
      await writer.put("machine", rows);
      await writer.put("job", jobs);
      await writer.put("setting", [
        { id: "null", value: null },
        { id: "text", value: "null" },
      ]);
    });
    await current().read(async (reader) => {
      expect(await reader.find("machine")).to.deep.equal(rows);
      expect(await reader.get("job", "j-1")).to.deep.equal(jobs[0]);
      expect(await reader.get("job", "")).to.deep.equal(jobs[1]);
      expect(await reader.get("setting", "null")).to.deep.equal({ id: "null", value: null });
      expect(await reader.get("setting", "text")).to.deep.equal({ id: "text", value: "null" });
    });
  });
}

function copiesSuite(current: () => Store): void {
  it("keeps no negative zero, which not every database tells from zero", async () => {
    await current().write((writer) => writer.put("machine", [machine("i", { changeRatePercentPerDay: -0 })]));
    const row = await current().read((reader) => reader.get("machine", "i"));
    expect(Object.is(row?.changeRatePercentPerDay, 0)).to.equal(true);
  });

  it("shares nothing with the rows given or got", async () => {
    const tags = { owner: "a" };
    const role = {
      ...{ id: "r", account: "1", roleName: "n", roleId: "1", arn: "a", assumeRolePolicyDocument: {} },
      ...{ description: null, maxSessionDuration: 3600, createTime: 1 },
    };
    await current().write((writer) => writer.put("ramRole", [{ ...role, tags }]));
    tags.owner = "b";
    const first = await current().read((reader) => reader.get("ramRole", "r"));
    expect(first?.tags).to.deep.equal({ owner: "a" });
    if (first) first.tags.owner = "c";
    const second = await current().read((reader) => reader.get("ramRole", "r"));
    expect(second?.tags).to.deep.equal({ owner: "a" });
  });

  it("exports one line of sorted JSON per row", async () => {
    await current().write(async (writer) => {
      await writer.put("setting", [
        { id: "\u{1F600}", value: { b: 1, a: [{ d: 1, c: 2 }] } },
        { id: "\uFFFD", value: null },
      ]);
      await writer.put("roleAttachment", [{ id: "a", account: "1", ramRoleName: "r", instanceIds: [], attachTime: 5 }]);
    });
    expect(await exportText(current())).to.equal(
      '{"table":"roleAttachment","row":{"account":"1","attachTime":5,"id":"a","instanceIds":[],"ramRoleName":"r"}}\n' +
        '{"table":"setting","row":{"id":"\uFFFD","value":null}}\n' +
        '{"table":"setting","row":{"id":"\u{1F600}","value":{"a":[{"c":2,"d":1}],"b":1}}}\n',
    );
  });
}

function orderingSuite(current: () => Store): void {
  it("orders by a column, nulls as the smallest, and then by ascending id", async () => {
    await put(current(), ...someJobs);
    const order = (column: keyof Row<"job">, direction: "ascending" | "descending", limit?: number) =>
      idsOf(current(), {}, { order: { column, direction }, limit });
    expect(await order("startTime", "ascending")).to.deep.equal(["b", "c", "d", "a"]);
    expect(await order("startTime", "descending")).to.deep.equal(["a", "c", "d", "b"]);
    expect(await order("level", "ascending")).to.deep.equal(["b", "d", "c", "a"]);
    expect(await order("level", "descending")).to.deep.equal(["a", "c", "b", "d"]);
    expect(await order("id", "descending")).to.deep.equal(["d", "c", "b", "a"]);
    expect(await order("startTime", "descending", 3)).to.deep.equal(["a", "c", "d"]);
    expect(await order("level", "ascending", 1)).to.deep.equal(["b"]);
    expect(await order("level", "ascending", 0)).to.deep.equal([]);
    expect(await idsOf(current(), { account: "2" }, { limit: 1 })).to.deep.equal(["c"]);
  });

  it("orders and compares text by code point", async () => {
    const ids = ["", "A", "Z", "_", "a", "aa", "b", "ä", "\uD7FF", "\uE000", "\uFFFD", "\u{10000}", "\u{1F600}"];
    await put(current(), ...[...ids].reverse().map((id) => job(id, { status: id })));
    expect(await idsOf(current())).to.deep.equal(ids);
    expect(await idsOf(current(), {}, { order: { column: "status", direction: "descending" } })).to.deep.equal(
      [...ids].reverse(),
    );
    expect(await idsOf(current(), { status: { gt: "\uFFFD" } })).to.deep.equal(["\u{10000}", "\u{1F600}"]);
    expect(await idsOf(current(), { id: { lt: "a" } })).to.deep.equal(["", "A", "Z", "_"]);
  });

  it("gets many by id, in the order of ids, each once", async () => {
    await put(current(), ...someJobs);
    const found = await current().read((reader) => reader.getMany("job", ["d", "x", "a", "d"]));
    expect(found).to.deep.equal([someJobs[0], someJobs[3]]);
    expect(await current().read((reader) => reader.getMany("job", []))).to.deep.equal([]);
  });

  it("takes more rows and longer lists than a statement has room for", async () => {
    const many = Array.from({ length: 5003 }, (_, index) => job(`j-${String(index).padStart(6, "0")}`));
    await put(current(), ...many);
    const ids = Array.from({ length: 70_000 }, (_, index) => `j-${String(index).padStart(6, "0")}`);
    await current().read(async (reader) => {
      expect(await reader.count("job")).to.equal(5003);
      expect(await reader.getMany("job", ids)).to.deep.equal(many);
      expect(await reader.count("job", { id: { in: ids.slice(10) } })).to.equal(4993);
    });
    await current().write((writer) => writer.remove("job", ids.slice(3)));
    expect(await idsOf(current())).to.deep.equal(ids.slice(0, 3));
  });
}

function changingSuite(current: () => Store): void {
  it("replaces whole rows; of two with one id the last one stays", async () => {
    await put(current(), job("a", { level: "crash" }), job("b"));
    await put(current(), job("a", { status: "FIRST" }), job("c"), job("a", { status: "LAST" }));
    const found = await current().read((reader) => reader.find("job"));
    expect(found).to.deep.equal([job("a", { status: "LAST" }), job("b"), job("c")]);
  });

  it("puts and removes nothing when nothing is given", async () => {
    await put(current(), job("a"));
    await current().write(async (writer) => {
      await writer.put("job", []);
      await writer.remove("job", []);
      await writer.remove("job", ["x"]);
    });
    expect(await idsOf(current())).to.deep.equal(["a"]);
  });

  it("removes by id and by filter, and tells how many", async () => {
    await put(current(), ...["a", "b", "c", "d", "e"].map((id, index) => job(id, { startTime: index })));
    await current().write((writer) => writer.remove("job", ["b", "x"]));
    const removed = await current().write((writer) => writer.removeWhere("job", { startTime: { gte: 3 } }));
    expect(removed).to.equal(2);
    expect(await idsOf(current())).to.deep.equal(["a", "c"]);
    expect(await current().write((writer) => writer.removeWhere("job", { status: "NONE" }))).to.equal(0);
    await put(current(), job("b"));
    expect(await idsOf(current())).to.deep.equal(["a", "b", "c"]);
    expect(await current().write((writer) => writer.removeWhere("job", {}))).to.equal(3);
    expect(await idsOf(current())).to.deep.equal([]);
  });
}

function transactionsSuite(current: () => Store, kind: StoreKind): void {
  it("gives the work's result, and the writer sees its own changes", async () => {
    const seen = await current().write(async (writer) => {
      await writer.put("job", [job("a"), job("b")]);
      await writer.remove("job", ["a"]);
      return (await writer.find("job")).map((row) => row.id);
    });
    expect(seen).to.deep.equal(["b"]);
    expect(await current().read(async () => 7)).to.equal(7);
  });

  it("undoes everything when the work throws, and goes on", async () => {
    await put(current(), job("a"), job("b"));
    const thrown = new Error("on purpose");
    const failed = current().write(async (writer) => {
      await writer.put("job", [job("a", { status: "CHANGED" }), job("c")]);
      await writer.removeWhere("job", { id: "b" });
      throw thrown;
    });
    expect(await rejection(failed)).to.equal(thrown);
    expect(await rejection(current().read(() => Promise.reject(thrown)))).to.equal(thrown);
    expect(await current().read((reader) => reader.find("job"))).to.deep.equal([job("a"), job("b")]);
    await put(current(), job("c"));
    expect(await idsOf(current())).to.deep.equal(["a", "b", "c"]);
  });

  it("runs concurrent writes one after the other", async () => {
    const add = () =>
      current().write(async (writer) => {
        const count = (await writer.get("setting", "count"))?.value ?? 0;
        await new Promise((resolve) => setImmediate(resolve));
        await writer.put("setting", [{ id: "count", value: Number(count) + 1 }]);
      });
    await Promise.all(Array.from({ length: 25 }, add));
    expect((await current().read((reader) => reader.get("setting", "count")))?.value).to.equal(25);
  });

  it("runs concurrent and nested reads", async () => {
    await put(current(), job("a"));
    const read = () =>
      current().read(async (reader) => [
        await reader.count("job"),
        await current().read((inner) => inner.count("job")),
      ]);
    expect(await Promise.all(Array.from({ length: 8 }, read))).to.deep.equal(Array(8).fill([1, 1]));
  });

  it("shows a read one state, and others nothing of a write before its end", async () => {
    await put(current(), job("a"));
    if (!kind.readsDuringWrites) {
      const write = current().write((writer) => writer.put("job", [job("b")]));
      expect(await idsOf(current())).to.deep.equal(["a", "b"]);
      return write;
    }
    await current().read(async (reader) => {
      expect(await reader.count("job")).to.equal(1);
      await current().write(async (writer) => {
        await writer.put("job", [job("b")]);
        expect(await idsOf(current())).to.deep.equal(["a"]);
      });
      expect(await idsOf(current())).to.deep.equal(["a", "b"]);
      expect(await reader.count("job")).to.equal(1);
      await current().write((writer) => writer.remove("job", ["a"]));
      expect((await reader.find("job")).map((row) => row.id)).to.deep.equal(["a"]);
    });
    expect(await idsOf(current())).to.deep.equal(["b"]);
  });
}

function mistakesSuite(current: () => Store): void {
  const badRows: [string, Row<"job">, RegExp][] = [
    ["a fraction in an integer column", job("a", { startTime: 1.5 }), /job\.startTime is integer and can't hold 1\.5/],
    ["an integer too large to be exact", job("a", { startTime: 2 ** 53 }), /job\.startTime/],
    ["null where it may not be", { ...job("a"), status: null as unknown as string }, /job\.status .* null/],
    ["a missing value", { ...job("a"), level: undefined as unknown as null }, /job\.level .* undefined/],
    ["a NUL", job("a\0b"), /job\.id is text and can't hold "a\\u0000b"/],
    ["half a surrogate pair", job("a", { status: "\ud800" }), /job\.status/],
  ];
  for (const [name, row, message] of badRows) {
    it(`refuses ${name} and writes nothing`, async () => {
      const error = await rejection(put(current(), job("good"), row));
      expect(error.message).to.match(message);
      expect(await idsOf(current())).to.deep.equal([]);
    });
  }

  it("refuses numbers that aren't, where real ones belong", async () => {
    for (const changeRatePercentPerDay of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const write = current().write((writer) => writer.put("machine", [machine("i", { changeRatePercentPerDay })]));
      expect((await rejection(write)).message).to.match(/machine\.changeRatePercentPerDay/);
    }
  });

  const badFilters: [string, Filter<"job">, RegExp][] = [
    ["an undefined condition", { status: undefined }, /job\.status is undefined/],
    ["an undefined bound", { startTime: { lt: undefined } }, /job\.startTime .* undefined/],
    ["an unknown column", { colour: "red" } as Filter<"job">, /no column colour/],
    ["a column of JSON", { reasons: "x" }, /job\.reasons holds JSON/],
    ["a value of the wrong type", { startTime: "soon" }, /job\.startTime is integer and can't hold "soon"/],
    ["an unknown comparison", { status: { like: "x" } as unknown as string }, /"like"/],
  ];
  for (const [name, filter, message] of badFilters) {
    it(`refuses a filter with ${name}`, async () => {
      await put(current(), job("a"));
      expect((await rejection(idsOf(current(), filter))).message).to.match(message);
      expect((await rejection(current().write((writer) => writer.removeWhere("job", filter)))).message).to.match(
        message,
      );
      expect(await idsOf(current())).to.deep.equal(["a"]);
    });
  }

  it("refuses to count by anything but text", async () => {
    await put(current(), job("a"));
    for (const column of ["startTime", "reasons", "colour"]) {
      const count = current().read((reader) => reader.countBy("job", column as TextColumn<"job">));
      expect((await rejection(count)).message).to.match(new RegExp(`job.*${column}`));
    }
  });

  it("refuses a limit that is none", async () => {
    await put(current(), job("a"));
    for (const limit of [-1, 0.5, Number.NaN]) {
      expect((await rejection(idsOf(current(), {}, { limit }))).message).to.match(/is no limit/);
    }
  });

  it("refuses changes by a writer whose transaction has ended", async () => {
    const writer = await current().write(async (own) => own);
    expect((await rejection(writer.put("job", [job("a")]))).message).to.match(/after its transaction had ended/);
    expect(await idsOf(current())).to.deep.equal([]);
  });
}
