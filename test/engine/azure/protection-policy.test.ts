import { expect } from "chai";
import { advance } from "../../../provider/engine/advance";
import { armKey, policyIdOf } from "../../../provider/engine/azure/arm-id";
import { findPolicy, type PolicyProperties, propertiesOf } from "../../../provider/engine/azure/policy";
import { deletePolicy, listPolicies, putPolicy } from "../../../provider/engine/azure/protection-policy";
import { createVault } from "../../../provider/engine/azure/vault-change";
import { isoTime } from "../../../provider/engine/core/time";
import { EngineError } from "../../../provider/engine/error";
import type { Row } from "../../../provider/store/tables";
import { TestEngine, testSettings } from "../../support/test-engine";
import { hourly, policyWith, seconds, thirtyDays } from "./policies";
import { day, itemRow, pointRow, start, vaultId, vaultWith } from "./vault-rows";

const armId = policyIdOf(vaultId, "nightly");
const users = "1 item: db (protected)";

/** An engine with a vault, whose policy protects a machine unless it is said otherwise. */
class World {
  private constructor(readonly engine: TestEngine) {}

  static async make(
    properties: PolicyProperties,
    immutability: "Disabled" | "Unlocked" = "Disabled",
    item: Partial<Row<"protectedItem">> | null = {},
  ): Promise<World> {
    const world = new World(await TestEngine.inMemory());
    await world.engine.run(createVault, vaultWith({ immutability }));
    await world.put(properties);
    if (item !== null) await world.write("protectedItem", itemRow("db", { policyId: armKey(armId), ...item }));
    return world;
  }

  write<T extends "protectedItem" | "vaultPoint">(table: T, ...rows: Row<T>[]): Promise<void> {
    return this.engine.run(({ store }) => store.put(table, rows), undefined);
  }

  put(properties: PolicyProperties): Promise<unknown> {
    return this.engine.run(putPolicy, { vaultId, policyName: "nightly", urn: null, properties });
  }

  /** What a change, or whatever else, is refused with. */
  async refusal(work: Promise<unknown>): Promise<string> {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(EngineError);
    const { rule, code, property, message } = error as EngineError;
    return `${rule || code} ${property}: ${message}`;
  }

  point(number: number): Promise<Row<"vaultPoint"> | undefined> {
    return this.engine.ask(({ store }) => store.get("vaultPoint", pointRow("db", number).id), undefined);
  }

  /** Rule and ends of a point in days from its making; null for never. */
  async life(number: number): Promise<readonly unknown[]> {
    const point = await this.point(number);
    if (point === undefined) return [];
    const days = (time: number | null) => (time === null ? null : (time - point.createTime) / day);
    return [point.ruleName, days(point.snapshotUntil), days(point.expireTime), days(point.policyExpireTime)];
  }
}

const keeping = (count: number, change: Partial<PolicyProperties> = {}) =>
  policyWith({ ...change, retentionPolicy: { ...thirtyDays, daily: { count } } });

describe("writing a protection policy", () => {
  it("makes it, changes it, and lists it by name", async () => {
    const { engine } = await World.make(keeping(30), "Disabled", null);
    await engine.run(putPolicy, {
      vaultId: vaultId.toUpperCase(),
      policyName: "NIGHTLY",
      urn: null,
      properties: keeping(40),
    });
    await engine.run(putPolicy, { vaultId, policyName: "daily", urn: null, properties: keeping(50) });
    const policies = await engine.ask(listPolicies, vaultId);
    expect(policies.map(({ policyName, properties }) => [policyName, properties])).to.deep.equal([
      ["daily", keeping(50)],
      ["nightly", keeping(40)],
    ]);
    expect((await engine.ask(findPolicy, armId.toLowerCase()))?.armId).to.equal(armId);
  });

  it("refuses what is wrong, a vault that is not there, and a caller without the role", async () => {
    const world = await World.make(keeping(30), "Disabled", null);
    expect(await world.refusal(world.put(keeping(3)))).to.match(/^Z-27 retentionPolicy\.dailySchedule/);
    const elsewhere = { vaultId: `${vaultId}2`, policyName: "nightly", urn: null, properties: keeping(30) };
    expect(await world.refusal(world.engine.run(putPolicy, elsewhere))).to.match(/^ResourceNotFound vaultId/);
    const reader = new TestEngine(world.engine.store, {}, { ...testSettings, caller: "reader" });
    const input = { ...elsewhere, vaultId, properties: keeping(40) };
    expect(await world.refusal(reader.run(putPolicy, input))).to.match(/^Z-20 .*ProtectionPolicies_CreateOrUpdate/);
    // What is there already takes no more than a reader's role.
    const same = { ...input, properties: keeping(30) };
    expect(await world.refusal(reader.run(putPolicy, same))).to.match(/^Z-20 .*ProtectionPolicies_Get/);
    const roleAssignments = [{ principalId: "reader", roleDefinitionName: "Backup Reader" }];
    await world.engine.run(async ({ store }) => {
      await store.put(
        "vault",
        (await store.find("vault")).map((vault) => ({ ...vault, roleAssignments })),
      );
    }, undefined);
    await reader.run(putPolicy, same);
    expect(await world.refusal(reader.run(deletePolicy, armId))).to.match(/^Z-20 .*ProtectionPolicies_Delete/);
    expect(propertiesOf((await world.engine.ask(findPolicy, armId)) as never)).to.deep.equal(keeping(30));
  });

  it("lets V2 go back to V1 only while it protects nothing", async () => {
    const enhanced = keeping(30, { policyType: "V2" });
    const used = await World.make(enhanced);
    const message = `the enhanced policy (V2) protects ${users}; a VM can't go back to a standard one (V1)`;
    expect(await used.refusal(used.put(keeping(30)))).to.equal(`Z-21 policyType: ${message}`);
    const free = await World.make(enhanced, "Disabled", null);
    await free.put(keeping(30));
    expect(propertiesOf((await free.engine.ask(findPolicy, armId)) as never).policyType).to.equal("V1");
    const standard = await World.make(keeping(30));
    await standard.put(enhanced);
  });

  it("lets retention only grow in an immutable vault", async () => {
    const world = await World.make(keeping(30), "Unlocked");
    expect(await world.refusal(world.put(keeping(20)))).to.match(
      /^Z-30 retentionPolicy: .*Daily points would live 20 days instead of 30 days/,
    );
    await world.put(keeping(40));
    const open = await World.make(keeping(30));
    await open.put(keeping(20));
  });

  it("is not deleted while an item uses it, and deleted twice is fine", async () => {
    const world = await World.make(keeping(30));
    expect(await world.refusal(world.engine.run(deletePolicy, armId))).to.equal(
      `BMSUserErrorPolicyInUse policyId: policy nightly is used by ${users}`,
    );
    await world.write("protectedItem", itemRow("db", { policyId: null, protectionState: "ProtectionStopped" }));
    await world.engine.run(deletePolicy, armId);
    await world.engine.run(deletePolicy, armId);
    expect(await world.engine.ask(findPolicy, armId)).to.equal(undefined);
  });
});

describe("a changed retention and the points that there are", () => {
  it("reaches all of the policy's points, and no others", async () => {
    const world = await World.make(keeping(30));
    await world.write(
      "vaultPoint",
      pointRow("db", 1),
      pointRow("db", 2, { ruleName: "OnDemand" }),
      pointRow("db", 3, { ruleName: "Snapshot", vaultTime: null, expireTime: start + 2 * day }),
      pointRow("db", 4, { expireTime: null }),
      pointRow("web", 5),
    );
    const weekly = { count: 12, daysOfTheWeek: ["Thursday" as const] };
    await world.put(
      policyWith({
        instantRpRetentionRangeInDays: 4,
        retentionPolicy: { ...thirtyDays, daily: { count: 60 }, weekly },
      }),
    );
    expect(await world.life(1)).to.deep.equal(["Weekly", 4, 84, 84]);
    expect(await world.life(2)).to.deep.equal(["OnDemand", 2, 30, 30]);
    expect(await world.life(3)).to.deep.equal(["Snapshot", 4, 4, 4]);
    expect(await world.life(4)).to.deep.equal(["Weekly", 4, null, 84]);
    const other = await world.engine.ask(({ store }) => store.get("vaultPoint", pointRow("web", 5).id), undefined);
    expect(other).to.deep.equal(pointRow("web", 5));
  });

  it("ends now what is over by it, and brings nothing back", async () => {
    const world = await World.make(keeping(30));
    await world.write("vaultPoint", pointRow("db", 1), pointRow("db", 2, { expireTime: start + day }));
    await moveClock(world.engine, 10 * day);
    await world.put(keeping(7, { instantRpRetentionRangeInDays: 5 }));
    expect(await world.life(1)).to.deep.equal(["Daily", 2, 10, 10]);
    await world.engine.advance(3600);
    expect(await world.point(1)).to.equal(undefined);
    expect(await world.point(2)).to.equal(undefined);
  });

  it("keeps the day on which a point was made, and the expiry of one whose day has no retention any more", async () => {
    const sundays = { count: 12, daysOfTheWeek: ["Sunday" as const] };
    const old = policyWith({
      policyType: "V2",
      instantRpRetentionRangeInDays: 7,
      schedulePolicy: hourly("20:00", 4, 12),
      retentionPolicy: { ...thirtyDays, weekly: sundays },
    });
    const world = await World.make(old);
    const sunday = seconds("2026-01-05T04:00:00Z");
    const monday = seconds("2026-01-06T04:00:00Z");
    const made = (createTime: number) => ({
      createTime,
      snapshotUntil: createTime + 7 * day,
      vaultTime: createTime + 60,
    });
    await world.write(
      "vaultPoint",
      pointRow("db", 1, { ...made(sunday), expireTime: sunday + 84 * day, policyExpireTime: sunday + 84 * day }),
      pointRow("db", 2, { ...made(monday), expireTime: monday + 30 * day, policyExpireTime: monday + 30 * day }),
    );
    const weekly = { ...sundays, count: 20 };
    await world.put({
      ...old,
      schedulePolicy: { ...policyWith().schedulePolicy, scheduleRunFrequency: "Weekly", scheduleRunDays: ["Sunday"] },
      retentionPolicy: { ...thirtyDays, daily: null, weekly },
    });
    expect(await world.life(1)).to.deep.equal(["Weekly", 7, 140, 140]);
    expect(await world.life(2)).to.deep.equal(["Daily", 7, 30, 30]);
  });

  it("archives what may be archived from now on, and leaves the archive alone", async () => {
    const monthly = {
      count: 24,
      retentionScheduleFormatType: "Daily" as const,
      daysOfTheMonth: [{ date: 1, isLast: false }],
      daysOfTheWeek: [],
      weeksOfTheMonth: [],
    };
    const retentionPolicy = { ...thirtyDays, monthly };
    const world = await World.make(policyWith({ retentionPolicy }));
    const expireTime = start + 730 * day;
    const life = { ruleName: "Monthly", expireTime, policyExpireTime: expireTime };
    await world.write(
      "vaultPoint",
      pointRow("db", 1, life),
      pointRow("db", 2, { ...life, archiveTime: start + 100 * day }),
      pointRow("db", 3, { ...life, archiveTime: start + 300 * day }),
    );
    await moveClock(world.engine, 200 * day);
    const archived = async () =>
      Promise.all(
        [1, 2, 3].map(async (number) => {
          const { archiveTime } = (await world.point(number)) ?? {};
          return archiveTime == null ? null : isoTime(archiveTime).slice(0, 10);
        }),
      );
    const tier = (tieringMode: "TierRecommended" | "DoNotTier") =>
      world.put(policyWith({ retentionPolicy, tieringPolicy: { tieringMode, duration: null, durationType: null } }));
    await tier("DoNotTier");
    expect(await archived()).to.deep.equal([null, "2026-04-11", null]);
    await tier("TierRecommended");
    expect(await archived()).to.deep.equal(["2026-07-20", "2026-04-11", "2026-07-20"]);
  });
});

/** The clock goes on while no backup runs. */
async function moveClock(engine: TestEngine, secondsOn: number): Promise<void> {
  await engine.run(async (context) => {
    const items = await context.store.find("protectedItem");
    await context.store.put(
      "protectedItem",
      items.map((item) => ({ ...item, protectionState: "BackupsSuspended" })),
    );
    await advance(context, { until: context.now + secondsOn });
  }, undefined);
}
