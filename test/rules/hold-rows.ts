import { expect } from "chai";
import { override, protectedFor, snapshotIds } from "./retention-rows";
import { effect, expectError, type Row } from "./row";
import { daily, day, type World } from "./world";

const instanceId = "i-1";
const immutable = { ruleType: "SECURITY", immutable: true };

/** Destroys are refused as a whole: every point is there as before, and so is the protection. */
async function expectHeld(world: World, rule: "A-43" | "A-56", code: string, message: string): Promise<void> {
  const before = await world.points();
  const { failure } = await world.destroy();
  expectError(failure?.error, { rule, code, message, remedy: 'set onDestroy to "retain"' });
  expect(await world.points()).to.deep.equal(before);
}

export const holdRows: readonly Row[] = [
  effect("A-43", "nobody deletes an immutable point before its expiry", async (world) => {
    await protectedFor(world, 1, 30, immutable);
    const { id } = await world.point();
    expectError(await world.refusedCall("DeleteSnapshot", { SnapshotId: id, SourceType: "UDM_ECS" }), {
      rule: "A-43",
      code: "Engine.PointImmutable",
      message: `recovery point ${id} is immutable; it expires at 2026-02-01T00:00:00Z`,
      remedy: "nobody can delete it before it expires",
    });
    expectError(await world.refusedCall("DeleteSnapshot", { SnapshotId: `${id}-0`, Force: "true" }), {
      rule: "A-43",
      code: "Engine.SnapshotHeld",
      message: `snapshot ${id}-0 belongs to the immutable recovery point ${id}`,
      remedy: "deleted by itself when the point expires",
    });
    expect(await snapshotIds(world, id)).to.have.length(2);
    await world.advance(30 * day);
    expect((await world.points()).some((point) => point.id === id)).to.equal(false);
  }),
  effect("A-43", "points from before the rule can be deleted", async (world) => {
    await protectedFor(world, 1);
    Object.assign(world.policy, { rules: [daily, immutable] });
    await world.done();
    const { id } = await world.point();
    await world.engine.call("DeleteSnapshot", { SnapshotId: id, SourceType: "UDM_ECS" });
    expect(await world.points()).to.deep.equal([]);
  }),
  effect("A-43", 'onDestroy: "delete" is refused as a whole while one point is immutable', async (world) => {
    world.protection.onDestroy = "delete";
    await protectedFor(world, 2);
    Object.assign(world.policy, { rules: [daily, immutable] });
    await world.done();
    await world.advance(day);
    await expectHeld(world, "A-43", "Engine.PointImmutable", "is immutable; it expires at 2026-02-03T00:00:00Z");
    expect((await world.engine.ask(({ store }) => store.find("protection"), undefined)).length).to.equal(1);
  }),
  effect("A-56", "an extended point refuses deletion through Cloud Backup and ECS until its expiry", async (world) => {
    override({ retentionDays: 60 })(world);
    await world.done();
    const { id } = await world.point();
    expectError(await world.refusedCall("DeleteSnapshot", { SnapshotId: id, SourceType: "UDM_ECS" }), {
      rule: "A-56",
      code: "Engine.PointExtended",
      message: "was extended; it expires at 2026-03-02T00:00:00Z",
      remedy: "nobody can delete it before it expires",
    });
    expectError(await world.refusedCall("DeleteSnapshot", { SnapshotId: `${id}-1` }), {
      rule: "A-56",
      code: "Engine.SnapshotHeld",
      message: `belongs to the extended recovery point ${id}`,
      remedy: "deleted by itself when the point expires",
    });
  }),
  effect("A-56", '"never" ends by an explicit delete of the point, and never by onDestroy', async (world) => {
    override({ neverExpire: true })(world);
    world.declare("backup", "hbr:Backup", { instanceId, retention: { value: 30 }, onDestroy: "delete" });
    await world.done();
    const { id } = await world.point();
    await expectHeld(world, "A-56", "Engine.PointExtended", "was extended; it never expires");
    await world.engine.call("DeleteSnapshot", { SnapshotId: id, SourceType: "UDM_ECS" });
    expect(await world.points()).to.deep.equal([]);
  }),
  effect("A-56", '"never" does not end by the deletion of a period, which leaves all points', async (world) => {
    await protectedFor(world, 3);
    const before = await world.points();
    const SnapshotId = before[1]?.id ?? "";
    await world.engine.call("extendUdmSnapshot", { SnapshotId, neverExpire: "true" });
    expectError(await world.refusedCall("deleteUdmSnapshots", { InstanceId: instanceId }), {
      rule: "A-56",
      code: "Engine.PointExtended",
      message: `the retention of recovery point ${SnapshotId} was extended; it never expires`,
      remedy: "choose a period without it",
    });
    expect(await world.points()).to.have.length(before.length);
  }),
  effect("A-56", "the snapshots of a point that lives for ever refuse ECS", async (world) => {
    override({ neverExpire: true })(world);
    await world.done();
    const { id } = await world.point();
    const refusal = await world.refusedCall("DeleteSnapshot", { SnapshotId: `${id}-0`, Force: "true" });
    expect([refusal.rule, refusal.code]).to.deep.equal(["A-56", "Engine.SnapshotHeld"]);
  }),
];
