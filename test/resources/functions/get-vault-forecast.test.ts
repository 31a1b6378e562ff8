import { expect } from "chai";
import { isoTime } from "../../../provider/engine/core/time";
import { Reference } from "../../support/program";
import { day, start } from "./estate";
import { protectedVm } from "./vault-estate";

interface Forecast {
  readonly firstBackup?: string;
  readonly points: number;
  readonly snapshots: number;
  readonly vaulted: number;
  readonly archived: number;
  readonly bytesTotal: number;
  readonly horizons: readonly { readonly days: number; readonly points: number }[];
  readonly firstPrune?: { readonly time: string; readonly recoveryPointId: string; readonly createdTime: string };
  readonly worstGap?: object;
  readonly hoursToFirstPoint?: number;
  readonly highWater: { readonly bytes: number; readonly time: string };
  readonly longestBackupInHours?: number;
  readonly replicationLag?: object;
  readonly pairedRegion?: { readonly location: string; readonly replicationLag: string };
  readonly slotsAtRisk: { readonly count: number; readonly first: readonly object[] };
}

const token = "recoveryservices:getForecast";
const gib = 1024 ** 3;
const vmItem = {
  vaultId: new Reference("vault", "vaultId"),
  sourceResourceId: new Reference("vm", "vmId"),
  policyId: new Reference("policy", "policyId"),
};
const at = (hours: number) => isoTime(start + hours * 3600);

describe("recoveryservices:getForecast", () => {
  it("a year of nights: tiers, horizons, the first point that goes, the way to the vault", async () => {
    const estate = await protectedVm();
    const itemId = estate.output("item", "itemId");
    const told = await estate.call<Forecast>(token, { itemId, days: 40 });
    // Half of 30 GiB and of 64 GiB are taken to be used, of which 5 % change in a day.
    const daily = Math.round(0.05 * 15 * gib) + Math.round(0.05 * 32 * gib);
    expect(told).to.include({ firstBackup: at(2), hoursToFirstPoint: 2, points: 30, bytesTotal: 30 * daily });
    expect(told).to.include({ snapshots: 2, vaulted: 30, archived: 0, longestBackupInHours: 0.38 });
    expect(told.horizons.map(({ days, points }) => [days, points])).to.deep.equal([
      [30, 30],
      [90, 30],
      [365, 30],
    ]);
    expect(told.firstPrune).to.include({ time: at(30 * 24 + 2), createdTime: at(2) });
    expect(told.highWater).to.deep.equal({ bytes: 47 * gib + 29 * daily, time: at(29 * 24 + 2) });
    expect(told.worstGap).to.deep.equal({
      ...{ hours: 24, from: at(2), until: at(26), open: false, longerThanScheduled: false },
    });
    // The first point's 32 GiB go to the vault at 25 MiB/s once the snapshot is taken, 02:01.
    expect(told.replicationLag).to.deep.equal({
      ...{ hours: 0.38, destination: "vault", createdTime: at(2) },
      completeTime: isoTime(start + 7200 + 60 + Math.ceil((32 * 1024) / 25)),
    });
    expect(told.pairedRegion?.location).to.equal("northeurope");
    expect(told.pairedRegion?.replicationLag).to.match(/^not simulated: /);
    expect(told.slotsAtRisk).to.deep.equal({ count: 0, first: [] });
    // The point that is yet to be made is made with that id.
    await estate.engine.advance(day);
    const made = await estate.engine.ask(({ store }) => store.find("vaultPoint"), undefined);
    expect(made.map(({ armId }) => armId)).to.deep.equal([told.firstPrune?.recoveryPointId]);
  });

  it("nothing goes to another region from a vault that keeps its data in its own", async () => {
    const estate = await protectedVm({ vault: { redundancy: "LocallyRedundant" } });
    const itemId = estate.output("item", "itemId");
    expect((await estate.call<Forecast>(token, { itemId })).pairedRegion).to.equal(undefined);
  });

  it("every slot is at risk while the vault's key is disabled (Z-28), and the gap is open", async () => {
    const encryption = { keyUri: "https://keys.vault.azure.net/keys/backup", useSystemAssignedIdentity: true };
    const estate = await protectedVm({ vault: { identity: { type: "SystemAssigned" }, encryption } });
    await estate.engine.advance(2 * day);
    const vaultId = estate.output("vault", "vaultId");
    await estate.engine.call("setVaultKey", { vaultId, enabled: "false" });
    const itemId = estate.output("item", "itemId");
    const { slotsAtRisk, worstGap, firstBackup } = await estate.call<Forecast>(token, { itemId, days: 7 });
    expect([slotsAtRisk.count, slotsAtRisk.first.length, firstBackup]).to.deep.equal([7, 5, undefined]);
    expect(slotsAtRisk.first[0]).to.deep.include({ time: at(50), kind: "FAILED" });
    expect(slotsAtRisk.first[0]).to.have.nested.property("reason.rule", "Z-28");
    expect(worstGap).to.deep.equal({
      ...{ hours: 7 * 24 + 22, from: at(26), until: at(9 * 24), open: true, longerThanScheduled: true },
    });
  });

  it("a suspended item: its points go by their policy, and nothing comes", async () => {
    const estate = await protectedVm({ vault: { immutability: "Unlocked" } });
    await estate.engine.advance(3 * day);
    const suspend = { ...vmItem, protectionState: "BackupsSuspended" };
    await estate.declare("item", "recoveryservices:ProtectedItem", suspend).up();
    const told = await estate.call<Forecast>(token, { itemId: estate.output("item", "itemId"), days: 40 });
    expect(told).to.include({ points: 0 });
    expect([told.firstBackup, told.hoursToFirstPoint]).to.deep.equal([undefined, undefined]);
    expect(told.firstPrune).to.include({ time: at(30 * 24 + 2), createdTime: at(2) });
    expect(told.highWater.time).to.equal(at(72));
    expect(told.worstGap).to.deep.include({ hours: 40 * 24 + 22, from: at(50), open: true, longerThanScheduled: true });
  });
});
