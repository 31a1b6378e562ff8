import { expect } from "chai";
import fc from "fast-check";
import { exportText } from "../../provider/store/export";
import { openStore } from "../../provider/store/open";
import { OverlayStore } from "../../provider/store/overlay";
import type { Filter, FindOptions, Store, Writer } from "../../provider/store/store";
import type { Row } from "../../provider/store/tables";
import { createPostgresUrl, requirePostgres } from "../support/postgres";
import { temporaryDirectory } from "./directory";
import { emptied } from "./emptied";
import { Model } from "./model";
import { row } from "./rows";

type Machine = Row<"machine">;

/** One change; a failed one is undone. */
type Change =
  | { readonly kind: "put"; readonly rows: readonly Machine[] }
  | { readonly kind: "remove"; readonly ids: readonly string[] }
  | { readonly kind: "removeWhere"; readonly filter: Filter<"machine"> };

interface Step {
  readonly changes: readonly Change[];
  readonly fails: boolean;
  readonly filter: Filter<"machine">;
  readonly options: FindOptions<"machine">;
}

// Few different values, so that rows collide; some whose order differs between code points, UTF-16 and languages.
const someText = fc.constantFrom("", "a", "A", "b", "ä", "\uE000", "\uFFFD", "\u{1F600}", "a b", "aa");
const id = fc.oneof(someText, fc.stringMatching(/^[a-f]{1,2}$/));
const someReal = fc.constantFrom(0, -1.5, 1e-7, 3, 1e300);
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null, freq: 2 });

const machineRow: fc.Arbitrary<Machine> = fc
  .record({
    id,
    instanceName: someText,
    status: orNull(someText),
    changeRatePercentPerDay: orNull(someReal),
    released: fc.boolean(),
    vssWritersHealthy: orNull(fc.boolean()),
  })
  .map(({ id: name, ...values }) => row("machine", name, values));

function range<T extends string | number>(values: fc.Arbitrary<T>) {
  return fc.record({ lt: values, lte: values, gt: values, gte: values }, { requiredKeys: [] });
}

function conditions<T extends string | number>(values: fc.Arbitrary<T>) {
  return fc.oneof(values, fc.record({ in: fc.array(values, { maxLength: 4 }) }), range(values));
}

const everyCondition = {
  id: conditions(id),
  instanceName: conditions(someText),
  status: fc.oneof(fc.constant(null), conditions(someText)),
  changeRatePercentPerDay: fc.oneof(fc.constant(null), conditions(someReal)),
  released: fc.boolean(),
  vssWritersHealthy: orNull(fc.boolean()),
};

// At most two columns: with more there's nothing left to find.
const filter: fc.Arbitrary<Filter<"machine">> = fc
  .subarray(Object.keys(everyCondition) as (keyof typeof everyCondition)[], { maxLength: 2 })
  .chain((columns) => fc.record(Object.fromEntries(columns.map((column) => [column, everyCondition[column]]))));

const order = fc.record({
  column: fc.constantFrom<keyof Machine>(
    ...(["id", "instanceName", "status", "changeRatePercentPerDay", "released", "vssWritersHealthy"] as const),
  ),
  direction: fc.constantFrom("ascending" as const, "descending" as const),
});

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("put" as const),
      rows: fc.array(machineRow, { maxLength: 30, size: "max" }),
    }),
  },
  fc.record({ kind: fc.constant("remove" as const), ids: fc.array(id, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant("removeWhere" as const), filter }),
);

const step: fc.Arbitrary<Step> = fc.record({
  changes: fc.array(change, { maxLength: 3 }),
  fails: fc.boolean(),
  filter,
  options: fc.record({ order, limit: fc.nat({ max: 6 }) }, { requiredKeys: [] }),
});

async function apply(writer: Writer, changes: readonly Change[]): Promise<number[]> {
  const removed: number[] = [];
  for (const one of changes) {
    if (one.kind === "put") await writer.put("machine", one.rows);
    else if (one.kind === "remove") await writer.remove("machine", one.ids);
    else removed.push(await writer.removeWhere("machine", one.filter));
  }
  return removed;
}

function applyToModel(model: Model, changes: readonly Change[]): number[] {
  const removed: number[] = [];
  for (const one of changes) {
    if (one.kind === "put") model.put("machine", one.rows);
    else if (one.kind === "remove") model.remove("machine", one.ids);
    else {
      const ids = model.find("machine", one.filter, {}).map((found) => found.id);
      model.remove("machine", ids);
      removed.push(ids.length);
    }
  }
  return removed;
}

async function fail(store: Store, changes: readonly Change[]): Promise<void> {
  const purpose = new Error("on purpose");
  const failed = store.write(async (writer) => {
    await apply(writer, changes);
    throw purpose;
  });
  await failed.catch((error: unknown) => expect(error).to.equal(purpose));
}

/** Runs the steps on the store and on a model, and compares what is found after each and exported at the end. */
async function runSteps(base: Store, steps: readonly Step[], branchAfter: readonly number[]) {
  let store = await emptied(base);
  const model = new Model();
  for (const [index, { changes, fails, filter: wanted, options }] of steps.entries()) {
    if (branchAfter.includes(index)) store = new OverlayStore(store);
    if (fails) await fail(store, changes);
    else {
      const removed = await store.write((writer) => apply(writer, changes));
      expect(removed).to.deep.equal(applyToModel(model, changes));
    }
    await store.read(async (reader) => {
      const found = await reader.find("machine", wanted, options);
      expect(found).to.deep.equal(model.find("machine", wanted, options));
      expect(await reader.count("machine", wanted)).to.equal(model.find("machine", wanted, {}).length);
      for (const column of ["id", "instanceName", "status"] as const) {
        const counts = await reader.countBy("machine", column, wanted);
        expect([...counts], column).to.deep.equal(model.countBy("machine", column, wanted));
      }
    });
  }
  const sorted = model.find("machine", {}, {}).map((machine) => Object.entries(machine).sort());
  const lines = sorted.map((entries) => `{"table":"machine","row":${JSON.stringify(Object.fromEntries(entries))}}\n`);
  expect(await exportText(store)).to.equal(lines.join(""));
}

const branchPoints = fc.subarray([1, 2, 3, 4, 5]);
const steps = fc.array(step, { minLength: 1, maxLength: 8, size: "max" });

async function property(open: () => Promise<Store>, branches: fc.Arbitrary<number[]>, numRuns: number): Promise<void> {
  const base = await open();
  try {
    const held = fc.asyncProperty(steps, branches, (all, branchAfter) => runSteps(base, all, branchAfter));
    await fc.assert(held, { numRuns });
  } finally {
    await base.close();
  }
}

describe("any sequence of changes has the same outcome as on a trivial model", () => {
  const openFile = () => openStore("", { projectDirectory: temporaryDirectory() });
  const openMemory = () => openStore("memory:", { projectDirectory: "." });

  it("in a SQLite file", () => property(openFile, fc.constant([]), 40)).timeout(60_000);

  it("in SQLite's memory", () => property(openMemory, fc.constant([]), 150)).timeout(60_000);

  it("on branches, and branches of them", () => property(openMemory, branchPoints, 400)).timeout(60_000);

  describe("with PostgreSQL", () => {
    requirePostgres();
    const openPostgres = async () => openStore(await createPostgresUrl(), { projectDirectory: "." });

    it("in its tables", () => property(openPostgres, fc.constant([]), 15)).timeout(60_000);

    it("on branches of them", () => property(openPostgres, branchPoints, 15)).timeout(60_000);
  });
});
