import { expect } from "chai";
import { deletePoint, deleteSnapshot } from "../../../provider/engine/azure/point-deletion";
import { listPoints } from "../../../provider/engine/azure/point-list";
import { pointTiers, tierDetailsAt, tiersAt, tierToRead, tierWordAt } from "../../../provider/engine/azure/point-tier";
import { pointRefusals } from "../../../provider/engine/azure/recovery-point";
import { SimulatedEngine } from "../../../provider/engine/engine";
import { EngineError } from "../../../provider/engine/error";
import { preparationFor } from "../../../provider/engine/prepare";
import { testSettings } from "../../support/test-engine";
import { pointId, RestoreWorld, webPoint } from "./restore-world";
import { day, start, vaultId } from "./vault-rows";

const hour = 3600;
const archived = { archiveTime: start + 100 * day, expireTime: null };
const onlySnapshot = { vaultTime: null, expireTime: start + 2 * day };

describe("the tiers of a point (Z-23)", () => {
  const rows: readonly (readonly [change: object, time: number, word: string, tiers: readonly string[]])[] = [
    [{}, 0, "Snapshot", ["InstantRP"]],
    [{}, hour - 1, "Snapshot", ["InstantRP"]],
    [{}, hour, "Snapshot and vault", ["InstantRP", "HardenedRP"]],
    [{}, 2 * day - 1, "Snapshot and vault", ["InstantRP", "HardenedRP"]],
    [{}, 2 * day, "Vault", ["HardenedRP"]],
    [archived, 100 * day - 1, "Vault", ["HardenedRP"]],
    [archived, 100 * day, "Archive", ["ArchivedRP"]],
    [onlySnapshot, day, "Snapshot", ["InstantRP"]],
  ];
  for (const [change, time, word, tiers] of rows) {
    it(`${word} after ${time} seconds: ${tiers.join(" + ")}`, () => {
      const point = webPoint(1, change);
      expect(tierWordAt(point, start + time)).to.equal(word);
      expect(tiersAt(point, start + time)).to.deep.equal(tiers);
      expect(tierToRead(point, start + time)).to.equal(tiers[0]);
      expect(tierDetailsAt(point, start + time)).to.deep.equal(tiers.map((type) => ({ type, status: "Valid" })));
    });
  }

  it("are all deleted once an outsider took the data away", () => {
    const details = tierDetailsAt(webPoint(1, { damaged: true }), start + hour);
    expect(details.map(({ status }) => status)).to.deep.equal(["Deleted", "Deleted"]);
  });

  it("filter a list of those that live as they are told of each point", async () => {
    const points = [
      webPoint(1),
      webPoint(2, archived),
      webPoint(3, onlySnapshot),
      webPoint(4, { createTime: start + 9 }),
    ];
    const world = await RestoreWorld.make({}, {}, points);
    const search = { vaultId, itemIds: null, level: null, createdAfter: null, createdBefore: null, limit: 100 };
    for (const time of [0, hour, 2 * day, 100 * day]) {
      const now = start + time;
      for (const tier of pointTiers) {
        const listed = await world.setClock(now)(listPoints, { ...search, tier });
        const alive = points.filter(({ expireTime }) => expireTime === null || expireTime > now);
        const expected = alive.filter((point) => tiersAt(point, now).includes(tier));
        expect(listed.points.map(({ id }) => id)).to.have.members(expected.map(({ id }) => id));
        expect(listed.total).to.equal(expected.length);
      }
    }
    const newest = await world.setClock(start)(listPoints, { ...search, tier: null, limit: 1 });
    expect([newest.points[0]?.createTime, newest.total]).to.deep.equal([start + 9, 4]);
  });
});

describe("a point that an outsider deletes (Z-37)", () => {
  const refused = (work: Promise<unknown>): Promise<EngineError> =>
    work.then(
      () => expect.fail("nothing was refused"),
      (error: unknown) => {
        if (!(error instanceof EngineError)) throw error;
        return error;
      },
    );

  it("can't be restored, and its story names the newest one that can", async () => {
    const world = await RestoreWorld.make({}, {}, [
      webPoint(1),
      webPoint(2, { createTime: start + 60 }),
      webPoint(3, { createTime: start + 120, damaged: true }),
    ]);
    await world.engine.run(deletePoint, pointId.toUpperCase());
    const [error] = await world.engine.ask(pointRefusals, { recoveryPointId: pointId, property: "recoveryPointId" });
    expect(error).to.include({ rule: "Z-37", property: "recoveryPointId" });
    expect((error as EngineError).remedy)
      .to.contain(webPoint(2).armId)
      .and.contain("2026-01-01 00:01 UTC");
    await world.engine.run(deletePoint, webPoint(2).armId);
    const [last] = await world.engine.ask(pointRefusals, { recoveryPointId: pointId, property: "recoveryPointId" });
    expect((last as EngineError).remedy).to.equal(
      "the machine has no other point that can be restored: back it up again",
    );
  });

  for (const immutability of ["Unlocked", "Locked"] as const) {
    it(`is held by a vault whose immutability is ${immutability}`, async () => {
      const world = await RestoreWorld.make({ immutability });
      expect(await refused(world.engine.run(deletePoint, pointId))).to.include({ rule: "Z-30" });
      expect((await world.get("vaultPoint", pointId))?.damaged).to.equal(false);
    });
  }

  it("takes a Contributor", async () => {
    const roleAssignments = [{ principalId: "operator", roleDefinitionName: "Backup Operator" as const }];
    const world = await RestoreWorld.make({}, { roleAssignments });
    const settings = { ...testSettings, caller: "operator" };
    const operator = new SimulatedEngine(settings, world.engine.store, preparationFor({ instances: [], disks: [] }));
    expect(await refused(operator.run(deletePoint, pointId))).to.include({ rule: "Z-20" });
  });

  it("leaves the vault's data where only the snapshot is deleted, and nothing before it is in the vault", async () => {
    const world = await RestoreWorld.make({ immutability: "Locked" }, {}, [
      webPoint(1, { vaultTime: start }),
      webPoint(2),
    ]);
    await world.engine.run(deleteSnapshot, pointId);
    const [inVault, pending] = [await world.get("vaultPoint", pointId), webPoint(2).armId];
    expect(inVault && [tiersAt(inVault, start), inVault.damaged]).to.deep.equal([["HardenedRP"], false]);
    expect(await refused(world.engine.run(deleteSnapshot, pointId))).to.include({ rule: "Z-23" });
    await world.engine.run(deleteSnapshot, pending);
    expect((await world.get("vaultPoint", pending))?.damaged).to.equal(true);
  });

  it("is refused when it is unknown", async () => {
    const world = await RestoreWorld.make();
    const error = await refused(world.engine.run(deletePoint, `${pointId}0`));
    expect(error).to.include({ code: "BMSUserErrorObjectNotFound", property: "recoveryPointId" });
  });
});
