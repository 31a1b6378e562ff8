import { expect } from "chai";
import { armKey, policyIdOf } from "../../provider/engine/azure/arm-id";
import { itemRow, vaultId } from "../engine/azure/vault-rows";
import { changesOf, emptyState, FakePulumi, type Run, type State } from "../support/fake-pulumi";
import { Reference } from "../support/program";
import { TestEngine } from "../support/test-engine";
import { declare, type Inputs } from "./life";

const program = (inputs: Inputs) => [
  declare("vault", "recoveryservices:Vault", {
    vaultName: "vault",
    resourceGroupName: "backup",
    location: "westeurope",
  }),
  declare("nightly", "recoveryservices:ProtectionPolicy", {
    policyName: "nightly",
    vaultId: new Reference("vault", "vaultId"),
    ...inputs,
  }),
];

const retentionPolicy = { dailySchedule: { retentionDuration: { count: 30 } } };
const daily: Inputs = {
  schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:30"] },
  retentionPolicy,
};
const sundays: Inputs = {
  schedulePolicy: {
    scheduleRunFrequency: "Weekly",
    scheduleRunTimes: ["02:30"],
    scheduleRunDays: ["Sunday", "Friday"],
  },
  retentionPolicy: {
    weeklySchedule: { daysOfTheWeek: ["Sunday", "Friday"], retentionDuration: { count: 12 } },
    monthlySchedule: {
      retentionScheduleFormatType: "Daily",
      retentionScheduleDaily: { daysOfTheMonth: [{ date: 1 }, { isLast: true }] },
      retentionDuration: { count: 12 },
    },
  },
};
const hourlySchedule = { interval: 4, scheduleWindowStartTime: "08:00", scheduleWindowDuration: 24 };
const hourly: Inputs = {
  policyType: "V2",
  schedulePolicy: { scheduleRunFrequency: "Hourly", hourlySchedule },
  retentionPolicy,
};

class World {
  state: State = emptyState;
  private constructor(readonly engine: TestEngine) {}

  static async make(inputs: Inputs): Promise<World> {
    const world = new World(await TestEngine.inMemory());
    await world.up(inputs);
    return world;
  }

  get #pulumi(): FakePulumi {
    return new FakePulumi(() => this.engine.open());
  }

  preview(inputs: Inputs): Promise<Run> {
    return this.#pulumi.preview(program(inputs), this.state);
  }

  async up(inputs: Inputs): Promise<Run> {
    const run = await this.#pulumi.up(program(inputs), this.state);
    expect(run.failure).to.equal(undefined);
    this.state = run.state;
    return run;
  }
}

const failures = ({ failure }: Run) => (failure?.failures ?? []).map(({ property, reason }) => `${property} ${reason}`);

/** Each row: two ways to say the same. */
const same: readonly (readonly [what: string, first: Inputs, second: Inputs])[] = [
  [
    "a time with a date",
    daily,
    { ...daily, schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["2026-01-01T02:30:00Z"] } },
  ],
  [
    "the form of an enhanced policy",
    daily,
    {
      ...daily,
      schedulePolicy: { scheduleRunFrequency: "Daily", dailySchedule: { scheduleRunTimes: ["2024-02-29T02:30:00Z"] } },
    },
  ],
  [
    "that of a weekly one, in another order",
    sundays,
    {
      schedulePolicy: {
        scheduleRunFrequency: "Weekly",
        weeklySchedule: { scheduleRunTimes: ["02:30"], scheduleRunDays: ["Friday", "Sunday"] },
      },
      retentionPolicy: {
        weeklySchedule: {
          daysOfTheWeek: ["Friday", "Sunday"],
          retentionDuration: { count: 12, durationType: "Weeks" },
        },
        monthlySchedule: {
          retentionScheduleFormatType: "Daily",
          retentionScheduleDaily: {
            daysOfTheMonth: [
              { date: 0, isLast: true },
              { date: 1, isLast: false },
            ],
          },
          retentionDuration: { count: 12 },
        },
      },
    },
  ],
  ["defaults written out", daily, { ...daily, policyType: "V1", timeZone: "UTC", instantRpRetentionRangeInDays: 2 }],
  ["those of a weekly policy", sundays, { ...sundays, instantRpRetentionRangeInDays: 5 }],
  ["those of an enhanced policy", hourly, { ...hourly, instantRpRetentionRangeInDays: 7 }],
  [
    "a window that opens on some date",
    hourly,
    {
      ...hourly,
      schedulePolicy: {
        scheduleRunFrequency: "Hourly",
        hourlySchedule: { ...hourlySchedule, scheduleWindowStartTime: "2026-06-01T08:00:00.000Z" },
      },
    },
  ],
  ["names without case", daily, { ...daily, policyName: "Nightly", vaultId: vaultId.toUpperCase() }],
];

const wrong: readonly (readonly [what: string, inputs: Inputs, parts: readonly string[]])[] = [
  [
    "casing and units",
    {
      policyType: "v2",
      schedulePolicy: { scheduleRunFrequency: "daily", scheduleRunTimes: ["02:30"] },
      retentionPolicy: { dailySchedule: { retentionDuration: { count: 30, durationType: "Weeks" } } },
    },
    ['"V2"', '"Daily"', "durationType"],
  ],
  [
    "every rule at once",
    {
      timeZone: "Pacific",
      instantRpRetentionRangeInDays: 9,
      snapshotConsistencyType: "OnlyCrashConsistent",
      schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:20"] },
      retentionPolicy: { dailySchedule: { retentionDuration: { count: 2 } } },
    },
    [
      "timeZone Z-21",
      "snapshotConsistencyType Z-08",
      "schedulePolicy.scheduleRunTimes[0]: Z-21",
      "instantRpRetentionRangeInDays Z-22",
      "retentionPolicy.dailySchedule.retentionDuration.count: Z-27",
    ],
  ],
  [
    "a schedule said twice",
    {
      ...daily,
      schedulePolicy: {
        scheduleRunFrequency: "Daily",
        scheduleRunTimes: ["02:30"],
        dailySchedule: { scheduleRunTimes: ["02:30"] },
      },
    },
    ["schedulePolicy.dailySchedule: Z-21"],
  ],
  [
    "the form of another frequency",
    {
      ...daily,
      schedulePolicy: { scheduleRunFrequency: "Daily", weeklySchedule: { scheduleRunTimes: ["02:30"] } },
    },
    ["schedulePolicy.weeklySchedule: Z-21"],
  ],
  ["a vault that is not there", { ...daily, vaultId: `${vaultId}2` }, ["vaultId ResourceNotFound"]],
  ["a name", { ...daily, policyName: "1" }, ["policyName"]],
];

describe("a protection policy in a program", () => {
  for (const [what, first, second] of same) {
    it(`${what}: the same, and no change`, async () => {
      const world = await World.make(first);
      expect(changesOf(await world.preview(second))).to.deep.equal([]);
      expect(changesOf(await world.up(second))).to.deep.equal([]);
    });
  }

  for (const [what, inputs, parts] of wrong) {
    it(`${what}: refused by the preview, all at once`, async () => {
      const world = await World.make(daily);
      const found = failures(await world.preview(inputs));
      expect(found).to.have.length(parts.length);
      for (const [index, part] of parts.entries()) expect(found[index]).to.include(part);
    });
  }

  it("says once what is not as the document has it", async () => {
    const world = await World.make(daily);
    await world.up(hourly);
    const told = world.engine.log.filter((line) => /Z-2[25]/.test(line));
    expect(told.map((line) => /Z-2\d/.exec(line)?.[0])).to.deep.equal(["Z-22", "Z-25"]);
    await world.up(hourly);
    expect(world.engine.log.filter((line) => /Z-2[25]/.test(line))).to.have.length(2);
  });

  it("can't go back to V1 while it protects something; nothing is replaced", async () => {
    const world = await World.make({ ...daily, policyType: "V2" });
    const item = itemRow("db", { policyId: armKey(policyIdOf(vaultId, "nightly")) });
    await world.engine.run(({ store }) => store.put("protectedItem", [item]), undefined);
    const [refusal] = failures(await world.preview(daily));
    expect(refusal).to.include("policyType Z-21");
    const both = failures(await world.preview({ ...daily, timeZone: "Pacific" }));
    expect(both.map((each) => /^\w+/.exec(each)?.[0])).to.deep.equal(["timeZone", "policyType"]);
    await world.engine.run(({ store }) => store.remove("protectedItem", [item.id]), undefined);
    const run = await world.up(daily);
    expect(changesOf(run).map(({ operation }) => operation)).to.deep.equal(["update"]);
  });

  it("is not taken from another program", async () => {
    const world = await World.make(daily);
    world.state = { ...world.state, resources: world.state.resources.filter(({ type }) => !/Policy$/.test(type)) };
    const pulumi = new FakePulumi(() => world.engine.open());
    const [vault, policy] = program(daily);
    if (vault === undefined || policy === undefined) throw new Error("the program has two resources");
    const run = await pulumi.preview([vault, { ...policy, name: "other" }], world.state);
    expect(failures(run)[0]).to.include("already has a protection policy named nightly");
  });

  it("tells schedule and retention in words", async () => {
    const world = await World.make({ ...hourly, timeZone: "Tokyo Standard Time" });
    const policy = world.state.resources.find(({ type }) => /Policy$/.test(type));
    expect(policy?.outputs.summary).to.equal(
      "every 4 hours from 08:00 for 24 hours, Tokyo Standard Time; snapshots 7 days; kept: daily 30 days",
    );
  });
});
