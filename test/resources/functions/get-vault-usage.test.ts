import { expect } from "chai";
import type { PropertyMap } from "../../../provider/definition/value";
import { itemRow, pointRow, policyRow, softDeletedRow, start, vaultId } from "../../engine/azure/vault-rows";
import { day, Estate } from "./estate";

interface Usage {
  readonly asOf: string;
  readonly vaults: readonly (PropertyMap & { vaultId: string; tiers: unknown; recoveryPoints: number })[];
}

const roleAssignments = [{ principalId: "reader", roleDefinitionName: "Backup Reader" }];
const place = { resourceGroupName: "backup", location: "West Europe" };

async function estateWith(): Promise<Estate> {
  const estate = await (await Estate.make())
    .declare("vault", "recoveryservices:Vault", { vaultName: "vault", ...place, roleAssignments })
    .declare("empty", "recoveryservices:Vault", { vaultName: "empty", ...place })
    .up();
  const daily = policyRow("daily");
  await estate.engine.run(async ({ store }) => {
    await store.put("protectionPolicy", [policyRow("weekly"), daily]);
    await store.put("protectedItem", [
      itemRow("web", { policyId: daily.id }),
      itemRow("db", { policyId: daily.id }),
      itemRow("old", { protectionState: "ProtectionStopped" }),
      itemRow("idle", { protectionState: "BackupsSuspended" }),
      softDeletedRow("gone", start + 14 * day),
    ]);
    await store.put("vaultPoint", [
      pointRow("web", 1),
      pointRow("web", 2, { vaultTime: null }),
      pointRow("db", 1, { archiveTime: start + 3 * day, bytesTotal: 7 }),
      pointRow("db", 2, { damaged: true }),
      pointRow("gone", 1, { expireTime: null, bytesTotal: 11 }),
      pointRow("nobody", 1),
    ]);
  }, undefined);
  return estate;
}

const tiersOf = (points: readonly (readonly [recoveryPoints: number, bytesTotal: number])[]) =>
  ["InstantRP", "HardenedRP", "ArchivedRP"].map((type, index) => {
    const [recoveryPoints, bytesTotal] = points[index] ?? [0, 0];
    return { type, recoveryPoints, bytesTotal };
  });

const tokens = "recoveryservices:getVaultUsage";

describe("getVaultUsage", () => {
  it("tells all of one vault", async () => {
    const estate = await estateWith();
    const { asOf, vaults } = await estate.call<Usage>(tokens, { vaultId: vaultId.toUpperCase() });
    expect(asOf).to.equal("2026-01-01T00:00:00Z");
    const [usage] = vaults;
    const { deletionProblem, ...facts } = usage as PropertyMap;
    const gone = softDeletedRow("gone", start + 14 * day);
    const vault = vaultId;
    expect(facts).to.deep.equal({
      vaultId,
      vaultName: "vault",
      location: "westeurope",
      items: { protected: 2, protectionStopped: 1, backupsSuspended: 1, softDeleted: 1 },
      softDeletedItems: [
        {
          itemId: gone.armId,
          sourceResourceId: gone.sourceResourceId,
          deferredDeleteTimeInUTC: "2026-01-15T00:00:00Z",
        },
      ],
      recoveryPoints: 4,
      damagedPoints: 1,
      tiers: tiersOf([[4, 218]]),
      policies: [
        { policyId: `${vault}/backupPolicies/daily`, policyName: "daily", protectedItemsCount: 2 },
        { policyId: `${vault}/backupPolicies/weekly`, policyName: "weekly", protectedItemsCount: 0 },
      ],
      roleAssignments,
    });
    expect(deletionProblem).to.include({ code: "ServiceResourceNotEmptyWithContainerDetails" });
    expect((deletionProblem as PropertyMap).message).to.contain("holds 5 items: db (protected), ");
    expect((deletionProblem as PropertyMap).remedy).to.contain("pulumi state delete 'urn:pulumi:");
  });

  it("follows the points through the tiers, until they are gone", async () => {
    const estate = await estateWith();
    const at = async (seconds: number) => {
      const now = await estate.engine.ask(async (context) => context.now, undefined);
      await estate.engine.run(({ store }) => store.put("setting", [clockAt(start + seconds)]), undefined);
      expect(now).to.be.lessThan(start + seconds);
      const { vaults } = await estate.call<Usage>(tokens, { vaultId });
      return { points: vaults[0]?.recoveryPoints, tiers: vaults[0]?.tiers };
    };
    const hour = 3600;
    expect(await at(hour)).to.deep.equal({
      points: 4,
      tiers: tiersOf([
        [4, 218],
        [3, 118],
        [0, 0],
      ]),
    });
    expect(await at(2 * day)).to.deep.equal({
      points: 4,
      tiers: tiersOf([
        [0, 0],
        [3, 118],
        [0, 0],
      ]),
    });
    expect(await at(3 * day)).to.deep.equal({
      points: 4,
      tiers: tiersOf([
        [0, 0],
        [2, 111],
        [1, 7],
      ]),
    });
    expect(await at(14 * day)).to.deep.equal({
      points: 3,
      tiers: tiersOf([
        [0, 0],
        [1, 100],
        [1, 7],
      ]),
    });
    expect(await at(30 * day)).to.deep.equal({ points: 0, tiers: tiersOf([]) });
  });

  it("tells of all vaults that the caller may read, and refuses one that it may not", async () => {
    const estate = await estateWith();
    const all = await estate.call<Usage>(tokens);
    expect(all.vaults.map((each) => each.vaultName)).to.deep.equal(["empty", "vault"]);
    expect(all.vaults[0]).to.not.have.property("deletionProblem");
    const reader = estate.as({ caller: "reader" });
    expect((await reader.call<Usage>(tokens)).vaults.map((each) => each.vaultId)).to.deep.equal([vaultId]);
    const other = vaultId.replace(/vault$/, "empty");
    expect(await reader.refusal(tokens, { vaultId: other })).to.match(
      /AuthorizationFailed: reader has no role on vault empty.*Vaults_Get/,
    );
    expect(await estate.refusal(tokens, { vaultId: `${vaultId}s` })).to.match(/^vaultId: ResourceNotFound/);
  });
});

/** The clock as a row: nothing is run on the way there. */
function clockAt(now: number) {
  return { id: "clock", value: { mode: "manual", now } };
}
