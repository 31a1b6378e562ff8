import { expect } from "chai";
import { armKey, guidOf } from "../../../provider/engine/azure/arm-id";
import { assessRestore, findRestore, removeRestore } from "../../../provider/engine/azure/restore";
import type { RestoreInput } from "../../../provider/engine/azure/restore-request";
import { detailOfVaultJob } from "../../../provider/engine/azure/vault-job";
import { disksOf, findMachine, removeMachine } from "../../../provider/engine/azure/virtual-machine";
import type { Row } from "../../../provider/store/tables";
import { testSettings } from "../../support/test-engine";
import {
  dataDisk,
  logDisk,
  newVmId,
  osDisk,
  pointId,
  RestoreWorld,
  toAlternate,
  toDisks,
  toOriginal,
  vmId,
  webPoint,
} from "./restore-world";
import { day, start } from "./vault-rows";

const GiB = 1024 ** 3;
const archived = { archiveTime: start + 100 * day, expireTime: null };
const later = start + 3 * day;
const farLater = start + 120 * day;
const crossRegion = { crossRegionRestore: true } as const;

describe("a restore from a vault reads", () => {
  /** The largest disk, 100 GiB, sets how long it takes; that of unknown size counts as 128 GiB. */
  const seconds = { snapshot: 128, vault: Math.ceil((128 * GiB) / (100 * 1024 ** 2)) };
  const rows = [
    ["the snapshot before the point is in the vault", {}, start, {}, "InstantRP", seconds.snapshot],
    ["the snapshot while the point has both", {}, start + day, {}, "InstantRP", seconds.snapshot],
    ["the vault afterwards", {}, later, {}, "HardenedRP", seconds.vault],
    ["the vault, whatever the priority", {}, later, { rehydrationPriority: "High" }, "HardenedRP", seconds.vault],
    [
      "the archive, rehydrated in 15 hours",
      archived,
      farLater,
      { rehydrationPriority: "Standard" },
      "ArchivedRP",
      15 * 3600 + seconds.vault,
    ],
    [
      "the archive, rehydrated in an hour",
      archived,
      farLater,
      { rehydrationPriority: "High" },
      "ArchivedRP",
      3600 + seconds.vault,
    ],
    ["the smallest disk in a minute", {}, start, { restoreDiskLunList: [-1] }, "InstantRP", 60],
    ["less when less comes back", {}, later, { restoreDiskLunList: [0, -1] }, "HardenedRP", 1024],
  ] as const;
  for (const [what, point, now, change, tier, duration] of rows) {
    it(`${what} (Z-35)`, async () => {
      const world = await RestoreWorld.make({}, {}, [webPoint(1, point)]);
      const plan = await world.plan(toDisks(change as Partial<RestoreInput>), now);
      expect([plan.tier, plan.completeTime - now, plan.location]).to.deep.equal([tier, duration, "westeurope"]);
      expect(plan.tasks.at(-1)?.completeTime).to.equal(plan.completeTime);
      expect(plan.tasks[0]?.startTime).to.equal(now);
    });
  }

  it("the same disks in both tiers (Z-35)", async () => {
    const world = await RestoreWorld.make();
    for (const now of [start, later]) {
      const { disks } = await world.plan(toDisks(), now);
      expect(disks.map(({ lun }) => lun)).to.deep.equal([-1, 0, 3]);
    }
  });

  it("the vault's copy in the paired region, though there is a snapshot at home", async () => {
    const world = await RestoreWorld.make(crossRegion);
    const plan = await world.plan(toDisks({ region: "North Europe" }), start + day);
    expect([plan.tier, plan.location, plan.isCrossRegion]).to.deep.equal(["HardenedRP", "northeurope", true]);
    const home = await world.plan(toDisks({ region: "West Europe" }), start + day);
    expect([home.tier, home.location, home.isCrossRegion]).to.deep.equal(["InstantRP", "westeurope", false]);
  });

  it("nothing from the archive in the paired region", async () => {
    const world = await RestoreWorld.make(crossRegion, {}, [webPoint(1, archived)]);
    const [told] = await world.refusals(toDisks({ region: "northeurope", rehydrationPriority: "High" }), farLater);
    expect(told).to.match(/^recoveryPointId Z-35: .* is not in the vault tier but: Archive/);
  });

  it("a snapshot that is still being taken once it is", async () => {
    const world = await RestoreWorld.make();
    const first = await world.restore(toDisks());
    const job = await world.get("vaultJob", first.jobId);
    const tasks = [{ taskId: "Take Snapshot", startTime: start, completeTime: start + 600 }];
    const backup = { ...job, id: "job", armId: "job", detail: { attempts: [], guestRun: null, tasks, diskBytes: [] } };
    await world.put("vaultJob", [backup as Row<"vaultJob">]);
    const plan = await world.plan(toDisks(), start);
    expect(plan.tasks).to.deep.equal([
      { taskId: "Restore from snapshot", startTime: start + 600, completeTime: plan.completeTime },
    ]);
    expect([first.startTime, plan.startTime]).to.deep.equal([start, start + 600]);
    expect(plan.completeTime - plan.startTime).to.equal(first.completeTime - first.startTime);
    const { jobId, startTime } = await world.restore(toDisks({ id: `${first.jobId}2` }));
    expect([startTime, (await world.get("vaultJob", jobId))?.startTime]).to.deep.equal([start + 600, start]);
  });

  it("the archive with a warning that tells how long", async () => {
    const world = await RestoreWorld.make({}, {}, [webPoint(1, archived)]);
    const input = toDisks({ rehydrationPriority: "Standard" });
    const { warnings } = await world.setClock(farLater)(assessRestore, input);
    expect(warnings.map(({ message }) => message).join()).to.contain(
      "comes back from the archive: that takes 16 hours",
    );
    expect((await world.setClock(later)(assessRestore, input)).warnings).to.deep.equal([]);
  });
});

describe("a restore from a vault leaves", () => {
  it("a new machine with the data, its scripts, and nothing else of its source", async () => {
    const world = await RestoreWorld.make();
    const script = { account: testSettings.account, urn: "urn", createTime: start };
    const files = { config: { present: true }, preScript: {}, postScript: {} };
    await world.put("scriptFramework", [{ id: armKey(vmId), ...script, ...files }]);
    await world.change("virtualMachine", vmId, { extension: "VMSnapshotLinux", tags: { team: "web" } });
    const restore = await world.restore(toAlternate());
    const machine = await world.engine.ask(findMachine, newVmId);
    expect(machine).to.include({ origin: "RESTORE", vmName: "again", location: "westeurope", osType: "Linux" });
    expect(machine).to.include({ extension: null, powerState: "VM running" });
    expect(machine?.tags).to.deep.equal({});
    const disks = machine === undefined ? [] : disksOf(machine);
    expect(disks.map(({ lun, sizeGiB }) => [lun, sizeGiB])).to.deep.equal([
      [-1, 30],
      [0, 100],
      [3, null],
    ]);
    expect(restore.diskIds.map((id) => id.slice(id.lastIndexOf("/") + 1))).to.deep.equal(disks.map(({ name }) => name));
    expect(await world.get("scriptFramework", newVmId)).to.deep.include({ urn: null, ...files });
    expect(restore.vmIds).to.deep.equal([newVmId]);
    expect(restore.level).to.equal("APPLICATION");
  });

  it("a new machine even though its source was released", async () => {
    const world = await RestoreWorld.make();
    await world.engine.run(removeMachine, vmId);
    await world.restore(toAlternate());
    expect(await world.engine.ask(findMachine, newVmId)).to.include({ osType: "Linux", released: false });
  });

  it("the machine in the paired region", async () => {
    const world = await RestoreWorld.make(crossRegion);
    await world.change("vaultPoint", pointId, { vaultTime: start });
    const { jobId } = await world.restore(toAlternate({ region: "North Europe" }));
    expect((await world.engine.ask(findMachine, newVmId))?.location).to.equal("northeurope");
    expect(await world.get("vaultJob", jobId)).to.include({ operation: "CrossRegionRestore" });
  });

  it("the machine itself with the point's disks, no more and no fewer, under the names that it knows", async () => {
    const world = await RestoreWorld.make({}, {}, [
      webPoint(1, { disks: [osDisk, { ...logDisk, sizeGiB: 7 }] as never }),
    ]);
    const restore = await world.restore(toOriginal());
    const machine = await world.engine.ask(findMachine, vmId);
    expect(machine === undefined ? [] : disksOf(machine)).to.deep.equal([
      { lun: -1, name: "web-os", sizeGiB: 30, usedGiB: 10, encrypted: false },
      { lun: 3, name: "logs", sizeGiB: 7, usedGiB: null, encrypted: false },
    ]);
    expect([restore.vmIds, restore.diskIds]).to.deep.equal([[vmId], []]);
  });

  it("disks with ids of their own, and no machine", async () => {
    const world = await RestoreWorld.make();
    const { vmIds, diskIds, disks } = await world.restore(toDisks({ restoreDiskLunList: [0] }));
    expect(vmIds).to.deep.equal([]);
    expect(diskIds).to.have.lengthOf(1);
    expect(diskIds[0]).to.match(
      /\/resourceGroups\/machines\/providers\/Microsoft\.Compute\/disks\/web-datadisk-0-\w{8}$/,
    );
    expect(disks).to.deep.equal([dataDisk]);
    const id = toDisks().id.replace(guidOf("restore"), guidOf("another"));
    expect((await world.restore(toDisks({ id, restoreDiskLunList: [0] }))).diskIds).to.not.deep.equal(diskIds);
  });

  it("a job that tells of it", async () => {
    const world = await RestoreWorld.make();
    const restore = await world.restore(toDisks());
    const job = await world.get("vaultJob", restore.jobId);
    expect(job).to.include({
      operation: "Restore",
      status: "Completed",
      userTriggered: true,
      recoveryPointId: pointId,
    });
    expect(job?.bytesTotal).to.equal((30 + 100 + 128) * GiB);
    expect(job && detailOfVaultJob(job).diskBytes).to.deep.equal([30 * GiB, 100 * GiB, 128 * GiB]);
  });

  it("nothing when it is forgotten, but what it made unless that is asked away", async () => {
    const world = await RestoreWorld.make();
    for (const deleteMade of [false, true]) {
      if (deleteMade) await world.engine.run(removeMachine, newVmId);
      const { jobId } = await world.restore(toAlternate());
      await world.engine.run(removeRestore, { id: jobId, deleteMade });
      expect(await world.engine.ask(findRestore, jobId)).to.equal(undefined);
      expect(await world.get("vaultJob", jobId)).to.equal(undefined);
      expect((await world.engine.ask(findMachine, newVmId)) === undefined).to.equal(deleteMade);
      await world.engine.run(removeRestore, { id: jobId, deleteMade });
    }
  });

  it("a machine alone that a program made in the place of the restored one", async () => {
    const world = await RestoreWorld.make();
    const { jobId } = await world.restore(toAlternate());
    await world.change("virtualMachine", newVmId, { origin: "PROGRAM" });
    await world.engine.run(removeRestore, { id: jobId, deleteMade: true });
    expect(await world.engine.ask(findMachine, newVmId)).to.not.equal(undefined);
  });
});

describe("a restore's request", () => {
  it("doesn't touch what is of another account", async () => {
    const world = await RestoreWorld.make();
    const { jobId } = await world.restore(toDisks());
    await world.change("vaultRestore", jobId, { account: "other" });
    expect(await world.engine.ask(findRestore, jobId)).to.equal(undefined);
    await world.engine.run(removeRestore, { id: jobId, deleteMade: true });
    expect(await world.get("vaultRestore", jobId)).to.not.equal(undefined);
  });
});
