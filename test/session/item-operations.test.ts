import { expect } from "chai";
import { emptyState, FakePulumi } from "../support/fake-pulumi";
import { Reference } from "../support/program";
import { TestEngine } from "../support/test-engine";
import { declare } from "./life";

const day = 86_400;
const place = { resourceGroupName: "prod", location: "westeurope" };
const named = { resourceGroupName: "prod", vmName: "db" };

const program = [
  declare("db", "compute:VirtualMachine", { ...place, vmName: "db" }),
  declare("vault", "recoveryservices:Vault", { ...place, vaultName: "backups" }),
  declare("daily", "recoveryservices:ProtectionPolicy", {
    vaultId: new Reference("vault", "vaultId"),
    schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
    retentionPolicy: { dailySchedule: { retentionDuration: { count: 10 } } },
  }),
  declare("item", "recoveryservices:ProtectedItem", {
    vaultId: new Reference("vault", "vaultId"),
    sourceResourceId: new Reference("db", "vmId"),
    policyId: new Reference("daily", "policyId"),
  }),
];

interface Listed {
  readonly value: readonly { readonly id: string; readonly properties: Readonly<Record<string, unknown>> }[];
}

describe("what happens to a protected Azure machine behind a program's back", () => {
  let engine: TestEngine;
  let pulumi: FakePulumi;
  let state: Awaited<ReturnType<FakePulumi["up"]>>["state"];

  const call = (name: string, given: Readonly<Record<string, string>> = {}) =>
    engine.call(name, { ...named, ...given });
  const points = async () => ((await call("RecoveryPoints_List")) as unknown as Listed).value;
  const refreshed = async () => {
    const { state: found } = await pulumi.refresh(state);
    return found.resources.find(({ name }) => name === "item");
  };

  beforeEach(async () => {
    engine = await TestEngine.inMemory();
    pulumi = new FakePulumi(() => engine.open());
    state = (await pulumi.up(program, emptyState)).state;
  });

  it("a backup is triggered: point and job are listed, its tier follows the clock", async () => {
    await call("Backups_Trigger", { recoveryPointExpiryTimeInUTC: "2026-01-05T00:00:00Z" });
    const [point] = await points();
    expect(point?.properties).to.deep.include({
      recoveryPointType: "FileSystemConsistent",
      recoveryPointTierDetails: [{ type: "InstantRP", status: "Valid" }],
      recoveryPointProperties: { expiryTime: "2026-01-05T00:00:00Z", ruleName: "OnDemand" },
    });
    const jobs = (await call("BackupJobs_List")) as unknown as Listed;
    expect(jobs.value.map(({ properties }) => properties.status)).to.deep.equal(["InProgress"]);
    await engine.advance(3 * day);
    const listed = await points();
    const tiers = listed.map(({ properties }) => properties.recoveryPointTierDetails);
    expect(tiers.at(-1)).to.deep.equal([{ type: "HardenedRP", status: "Valid" }]);
    await engine.advance(day);
    expect((await points()).map(({ id }) => id)).not.to.include(point?.id);
  });

  it("protection is stopped: the program's refresh tells it, and the points are kept for ever", async () => {
    await engine.advance(3 * day);
    await call("ProtectedItems_CreateOrUpdate", { protectionState: "ProtectionStopped" });
    const item = await refreshed();
    expect(item?.outputs).to.include({ protectionState: "ProtectionStopped", achievedLevel: "NONE" });
    await engine.advance(100 * day);
    expect(await points()).to.have.length(3);
    const { state: mended } = await pulumi.up(program, (await pulumi.refresh(state)).state);
    expect(mended.resources.find(({ name }) => name === "item")?.outputs).to.include({ protectionState: "Protected" });
    await engine.advance(day);
    expect(await points(), "the old ones' time is over").to.have.length(1);
  });

  it("an item is deleted: gone for the program, undeleted within 14 days, and gone for good after them", async () => {
    await engine.advance(3 * day);
    const deleted = await call("ProtectedItems_Delete");
    expect(deleted).to.include({ deferredDeleteTimeInUTC: "2026-01-18T00:00:00Z", vault: "backups" });
    expect(await refreshed()).to.equal(undefined);
    const again = await pulumi.preview(program, (await pulumi.refresh(state)).state);
    expect(again.failure?.failures?.[0]?.reason).to.contain("Z-29").and.contain('set createMode to "Recover"');
    await engine.advance(10 * day);
    await call("ProtectedItems_CreateOrUpdate", { isRehydrate: "true" });
    expect((await call("ProtectedItems_Get")).item).to.have.nested.property(
      "properties.protectionState",
      "ProtectionStopped",
    );
    expect(await points()).to.have.length(3);
    await call("ProtectedItems_Delete");
    await engine.advance(14 * day);
    const listed = (await engine.call("ProtectedItems_List", {})) as unknown as Listed;
    expect(listed.value).to.deep.equal([]);
  });

  it("a point is deleted, or its snapshot before it is in the vault: the item tells which are lost", async () => {
    await engine.advance(2 * day);
    const [newest, older] = await points();
    await engine.call("deleteRecoveryPoint", { recoveryPointId: older?.id ?? "" });
    await engine.call("deleteInstantSnapshot", { recoveryPointId: newest?.id ?? "" });
    expect((await refreshed())?.outputs.damagedPoints).to.deep.equal([older?.id]);
    await call("Backups_Trigger");
    const [fresh] = await points();
    await engine.call("deleteInstantSnapshot", { recoveryPointId: fresh?.id ?? "" });
    expect((await refreshed())?.outputs.damagedPoints).to.have.members([older?.id, fresh?.id]);
    await engine.advance(10 * day);
    expect((await refreshed())?.outputs.damagedPoints).to.deep.equal([fresh?.id]);
  });
});
