import { expect } from "chai";
import { changesOf, emptyState, FakePulumi, type State } from "../support/fake-pulumi";
import { Reference } from "../support/program";
import { TestEngine } from "../support/test-engine";
import { declare, type Inputs } from "./life";

const day = 86_400;
const place = { resourceGroupName: "prod", location: "westeurope" };
const keeping = (count: number): Inputs => ({
  vaultId: new Reference("vault", "vaultId"),
  policyType: "V2",
  instantRpRetentionRangeInDays: 5,
  schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
  retentionPolicy: { dailySchedule: { retentionDuration: { count } } },
});

function program(count = 30, item: Inputs = {}, policy: Inputs = {}) {
  return [
    declare("db", "compute:VirtualMachine", { ...place, vmName: "db" }),
    declare("vault", "recoveryservices:Vault", { ...place, vaultName: "backups" }),
    declare("daily", "recoveryservices:ProtectionPolicy", { ...keeping(count), ...policy }),
    declare("short", "recoveryservices:ProtectionPolicy", keeping(10)),
    declare("item", "recoveryservices:ProtectedItem", {
      vaultId: new Reference("vault", "vaultId"),
      sourceResourceId: new Reference("db", "vmId"),
      policyId: new Reference("daily", "policyId"),
      ...item,
    }),
  ];
}

describe("points that a change makes live shorter", () => {
  let engine: TestEngine;
  let pulumi: FakePulumi;
  let state: State;

  /** What a preview says of shorter lives, and what it changes. */
  async function preview(declarations: ReturnType<typeof program>): Promise<[string[], string[]]> {
    const before = engine.log.length;
    const changes = changesOf(await pulumi.preview(declarations, state));
    const told = engine.log.slice(before).filter((line) => /live shorter/.test(line));
    return [told, changes.map(({ operation }) => operation)];
  }

  beforeEach(async () => {
    engine = await TestEngine.inMemory();
    pulumi = new FakePulumi(() => engine.open());
    state = (await pulumi.up(program(), emptyState)).state;
    await engine.advance(20 * day);
  });

  it("under a shorter retention: counted in the preview, also those that end at once", async () => {
    const [[told, ...others], changes] = await preview(program(7));
    expect(told).to.include(
      "retentionPolicy: Z-27: 20 recovery points of 1 machine will live shorter than now, and 13 of them end at once",
    );
    expect([others, changes]).to.deep.equal([[], ["update"]]);
    state = (await pulumi.up(program(7), state)).state;
    await engine.advance(0);
    expect(await preview(program(7))).to.deep.equal([[], []]);
  });

  it("under another policy: the machine's item tells it", async () => {
    const [[told]] = await preview(program(30, { policyId: new Reference("short", "policyId") }));
    expect(told).to.include("policyId: Z-27: 20 recovery points of 1 machine will live shorter");
    expect(told).to.include("10 of them end at once");
  });

  it("when those of a stopped protection are no longer kept for ever", async () => {
    state = (await pulumi.up(program(30, { protectionState: "ProtectionStopped" }), state)).state;
    await engine.advance(365 * day);
    const [[told]] = await preview(program());
    expect(told).to.include("Z-33: 20 recovery points of 1 machine will live shorter than now, and end at once");
  });

  it("not under a longer retention, another time of day or another clock", async () => {
    const times = { schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["05:30"] } };
    for (const changed of [
      program(60),
      program(30, {}, times),
      program(30, {}, { timeZone: "Tokyo Standard Time" }),
      program(30, {}, { instantRpRetentionRangeInDays: 1 }),
    ]) {
      expect(await preview(changed)).to.deep.equal([[], ["update"]]);
    }
  });

  it("not in an immutable vault, which refuses", async () => {
    const immutable = program(7).map((each) =>
      each.name === "vault" ? { ...each, inputs: { ...each.inputs, immutability: "Unlocked" } } : each,
    );
    const kept = program().map((each) =>
      each.name === "vault" ? { ...each, inputs: { ...each.inputs, immutability: "Unlocked" } } : each,
    );
    state = (await pulumi.up(kept, state)).state;
    const run = await pulumi.preview(immutable, state);
    expect(run.failure?.failures[0]?.reason).to.include("Z-30");
    expect(engine.log.filter((line) => /live shorter/.test(line))).to.deep.equal([]);
  });
});
