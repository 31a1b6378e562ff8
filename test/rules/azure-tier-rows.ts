import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import { isoTime } from "../../provider/engine/core/time";
import { Reference } from "../support/program";
import type { Inputs } from "./any-world";
import { all, enhanced, machine, plainly, policy, protection } from "./azure-change";
import { type AzureRow, effect, refused, refusedLater } from "./azure-row";
import { type AzureWorld, groupId, machineIdOf, networkId, storageAccountId } from "./azure-world";
import { expectRefusal, expectTold, record } from "./row";
import { day } from "./world";

const vmId = machineIdOf("db");
const hour = 3600;
const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

/** What the list of points says, oldest first. */
async function points(world: AzureWorld): Promise<readonly PropertyMap[]> {
  const { recoveryPoints } = await world.call("recoveryservices:getRecoveryPoints", { vmId });
  return (recoveryPoints as readonly PropertyMap[]).toReversed();
}

/** Where the points are, oldest first, with the API's words for it. */
async function tiers(world: AzureWorld): Promise<readonly unknown[]> {
  return (await points(world)).map(({ tier, recoveryPointTierDetails }) => [
    tier,
    ...(recoveryPointTierDetails as readonly PropertyMap[]).map(({ type }) => type),
  ]);
}

const monthlyForYears = {
  retentionPolicy: {
    dailySchedule: { retentionDuration: { count: 7 } },
    monthlySchedule: {
      retentionScheduleFormatType: "Daily",
      retentionScheduleDaily: { daysOfTheMonth: [{ date: 1 }] },
      retentionDuration: { count: 36 },
    },
  },
  tieringPolicy: { ArchivedRP: { tieringMode: "TierAfter", duration: 3, durationType: "Months" } },
};

const tierRows: readonly AzureRow[] = [
  effect("Z-23", "a snapshot first, then snapshot and vault, then vault alone, then nowhere", async (world) => {
    await world.plain().done();
    await world.advance(2 * hour);
    expect(await tiers(world)).to.deep.equal([["Snapshot", "InstantRP"]]);
    const { vaultTime, createTime, expireTime } = await world.point();
    await world.advance((vaultTime ?? 0) - createTime - 1);
    expect(await tiers(world)).to.deep.equal([["Snapshot", "InstantRP"]]);
    await world.advance(1);
    expect(await tiers(world)).to.deep.equal([["Snapshot and vault", "InstantRP", "HardenedRP"]]);
    await world.advance(2 * day);
    expect((await tiers(world))[0]).to.deep.equal(["Vault", "HardenedRP"]);
    await world.advance((expireTime ?? 0) - (await world.now()));
    expect((await points(world)).map((point) => point.recoveryPointTime)).not.to.include(isoTime(createTime));
  }),
  effect("Z-23", "at peak the transfer waits for hours", async (world) => {
    plainly(policy({ schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["20:00"] } }))(world);
    await world.done();
    await world.advance(21 * hour);
    const { vaultTime, createTime } = await world.point();
    expect(isoTime(createTime)).to.equal("2026-01-01T20:00:00Z");
    expect(isoTime(vaultTime ?? 0).slice(0, 13)).to.equal("2026-01-02T02");
  }),
  effect("Z-23", "what is monthly and old enough goes to the archive", async (world) => {
    plainly(policy(monthlyForYears))(world);
    await world.done();
    await world.advance(89 * day);
    expect((await tiers(world))[0]).to.deep.equal(["Vault", "HardenedRP"]);
    await world.advance(5 * day);
    expect((await tiers(world))[0]).to.deep.equal(["Archive", "ArchivedRP"]);
  }),
];

/** Seconds from the snapshot to the vault, of each point. */
async function transfers(world: AzureWorld): Promise<readonly number[]> {
  const jobs = await world.jobs();
  return jobs.map(({ detail }) => {
    const task = (record(detail).tasks as readonly PropertyMap[])[1];
    return Number(task?.completeTime) - Number(task?.startTime);
  });
}

const disk = (lun: number, usedGiB: number) => ({ lun, sizeGiB: 4096, usedGiB });
const rate = { changeRatePercentPerDay: 10, osDisk: { usedGiB: 10 } };

const transferRows: readonly AzureRow[] = [
  effect("Z-24", "disks are moved side by side: the fullest sets the time, however many there are", async (world) => {
    plainly(machine({ ...rate, dataDisks: [disk(0, 500), disk(1, 500), disk(2, 200)] }))(world);
    await world.done();
    await world.advance(hour * 3);
    expect(await transfers(world)).to.deep.equal([Math.ceil((500 * GiB) / (25 * MiB))]);
  }),
  effect("Z-24", "only changed blocks are moved after the first backup", async (world) => {
    plainly(machine({ ...rate, dataDisks: [disk(0, 500)] }))(world);
    await world.done();
    await world.advance(2 * day);
    const bytes = (await world.points()).map(({ bytesTotal }) => bytesTotal);
    expect(bytes).to.deep.equal([510 * GiB, 51 * GiB]);
    expect(await transfers(world)).to.deep.equal([500, 50].map((size) => Math.ceil((size * GiB) / (25 * MiB))));
  }),
  effect("Z-24", "a daily backup of 24 hours or more: a warning in the forecast", async (world) => {
    plainly(machine({ ...rate, dataDisks: [disk(0, 3000)] }))(world);
    await world.done();
    const forecast = await world.call("recoveryservices:getForecast", { sourceResourceId: vmId, days: 7 });
    const [warning] = forecast.warnings as readonly PropertyMap[];
    expect(Number(forecast.longestBackupInHours)).to.be.greaterThan(24);
    expect(warning?.rule).to.equal("Z-24");
    expect(warning?.message).to.contain("a daily policy counts on less than 24");
    expect(warning?.remedy).to.contain("leave disks out, split the machine");
    expect(warning?.source).to.contain("(seed 004)");
  }),
  effect("Z-24", "less than 24 hours: no warning", async (world) => {
    plainly(machine({ ...rate, dataDisks: [disk(0, 1000)] }))(world);
    await world.done();
    const { warnings } = await world.call("recoveryservices:getForecast", { sourceResourceId: vmId, days: 7 });
    expect(warnings).to.deep.equal([]);
  }),
];

const lastOfDay: readonly AzureRow[] = [
  effect("Z-25", "one backup a day: all of them go to the vault", async (world) => {
    await world.plain().done();
    await world.advance(3 * day);
    expect((await world.points()).map(({ vaultTime }) => vaultTime !== null)).to.deep.equal([true, true, true]);
  }),
  effect("Z-25", "several a day: only the last goes there, the others end with the snapshot tier", async (world) => {
    plainly(enhanced(6))(world);
    await world.done();
    await world.advance(day + 8 * hour - 1);
    const told = (await world.points()).map(({ createTime, vaultTime, expireTime }) => [
      isoTime(createTime).slice(11, 16),
      vaultTime !== null,
      ((expireTime ?? 0) - createTime) / day,
    ]);
    expect(told).to.deep.equal([
      ["02:00", true, 30],
      ["08:00", false, 7],
      ["14:00", false, 7],
      ["20:00", false, 7],
      ["02:00", true, 30],
    ]);
  }),
  effect("Z-25", "the preview says so", async (world) => {
    plainly(enhanced(6))(world);
    await world.preview();
    const words = ["schedulePolicy.hourlySchedule", "Z-25", "of 4 backups a day only the last goes to the vault"];
    expectTold(world, "warning", ...words, "the others live 7 days", "fix: give more days");
  }),
  effect("Z-25", "the forecast says so", async (world) => {
    plainly(enhanced(6))(world);
    await world.done();
    const { warnings } = await world.call("recoveryservices:getForecast", { sourceResourceId: vmId });
    const [warning] = (warnings as readonly PropertyMap[]).filter(({ rule }) => rule === "Z-25");
    expect(warning?.message).to.contain("only the last of 4 points a day goes to the vault");
    expect(warning?.remedy).to.contain("raise instantRpRetentionRangeInDays");
  }),
];

const threeDisks = machine({
  dataDisks: [
    { lun: 0, sizeGiB: 64 },
    { lun: 3, sizeGiB: 64 },
  ],
});
const only = (diskLunList: number[], isInclusionList = true) =>
  all(enhanced(), threeDisks, protection({ diskExclusionProperties: { diskLunList, isInclusionList } }));

const luns = (disks: unknown) => (disks as readonly PropertyMap[]).map(({ lun }) => lun);

const restore = (recoveryType: string, inputs: Inputs = {}): Inputs => ({
  recoveryPointId: new Reference("backup", "recoveryPointId"),
  storageAccountId,
  recoveryType,
  ...inputs,
});
const backup = (world: AzureWorld) =>
  world.declare("backup", "recoveryservices:Backup", { itemId: new Reference("protection", "itemId") });
const asDisks = (inputs: Inputs = {}) => restore("RestoreDisks", { targetResourceGroupId: groupId, ...inputs });
const restores = (inputs: Inputs) => (world: AzureWorld) =>
  void world.declare("restore", "recoveryservices:Restore", inputs);

const selective: readonly AzureRow[] = [
  ...(
    [
      ["a list of those that are taken", only([3]), [-1, 3], [0]],
      ["a list of those that are left out", only([3], false), [-1, 0], [3]],
      ["an empty list: the OS disk alone", only([]), [-1], [0, 3]],
      ["no list: all of them", all(enhanced(), threeDisks), [-1, 0, 3], []],
    ] as const
  ).map(([what, change, covered, excluded]) =>
    effect("Z-26", `${what}, in protection and point`, async (world) => {
      plainly(change)(world);
      await world.done();
      const { coveredDisks, excludedDisks } = world.outputs("protection");
      expect([luns(coveredDisks), luns(excludedDisks)]).to.deep.equal([covered, excluded]);
      await world.advance(day);
      const { disks, excludedDisks: left } = await world.point();
      expect([luns(disks), luns(left)]).to.deep.equal([covered, excluded]);
    }),
  ),
  refused(
    "Z-26",
    "selective disks under a standard policy",
    "protection",
    plainly(all(only([3]), policy({ policyType: "V1" }))),
    "selective disk backup needs an enhanced policy; this one is standard (V1)",
    "set the policy's policyType to V2",
  ),
  refused(
    "Z-26",
    "a disk that is not attached",
    "protection",
    plainly(only([7])),
    "no data disk is attached at LUN 7",
    "attached are the LUNs: 0, 3",
  ),
  effect("Z-26", "a policy under which disks are selected can't become a standard one", async (world) => {
    plainly(only([3]))(world);
    await world.done();
    policy({ policyType: "V1" })(world);
    expectRefusal(await world.up(), "policy", "Z-21", "can't go back to a standard one", 'keep policyType: "V2"');
  }),
  refusedLater(
    "Z-26",
    "a machine made of a part of its disks",
    "restore",
    [(world) => backup(threeWithout(world)), restores(restore("OriginalLocation"))],
    ["leaves out 1 of the machine's disks", "only RestoreDisks is offered"],
    "use recoveryType RestoreDisks",
  ),
  effect("Z-26", "a restore offers the subset that the point has", async (world) => {
    backup(threeWithout(world));
    await world.done();
    restores(asDisks())(world);
    await world.done();
    expect(luns(world.outputs("restore").restoredDisks)).to.deep.equal([-1, 3]);
  }),
];

/** Three disks, of which the second is left out. */
function threeWithout(world: AzureWorld): AzureWorld {
  plainly(only([3]))(world);
  return world;
}

/** A restore after a time: the tier that it reads and how long it takes, seconds. */
async function read(world: AzureWorld, seconds: number, inputs: Inputs): Promise<readonly unknown[]> {
  await world.done();
  await world.advance(seconds);
  const { recoveryPointId = "" } = (await points(world))[0] ?? {};
  restores({ ...asDisks(inputs), recoveryPointId })(world);
  await world.done();
  const { tier, durationSeconds } = world.outputs("restore");
  return [tier, durationSeconds];
}

const restoreRows: readonly AzureRow[] = [
  effect("Z-35", "the snapshot tier while the point has it", async (world) => {
    world.plain();
    // The snapshot takes a minute; a disk of 64 GiB is made from it at 1 GiB a second.
    expect(await read(world, day, {})).to.deep.equal(["InstantRP", 64]);
  }),
  effect("Z-35", "the vault when it has left", async (world) => {
    world.plain();
    const [tier, seconds] = await read(world, 3 * day, {});
    expect([tier, Number(seconds) > 64]).to.deep.equal(["HardenedRP", true]);
  }),
  effect("Z-35", "the archive, which is rehydrated first", async (world) => {
    plainly(policy(monthlyForYears))(world);
    const [tier, seconds] = await read(world, 94 * day, { rehydrationPriority: "High" });
    expect([tier, Number(seconds) > hour]).to.deep.equal(["ArchivedRP", true]);
    expectTold(world, "warning", "Z-35", "comes back from the archive", "restore a younger point");
  }),
  refusedLater(
    "Z-35",
    "the archive, and nobody says how urgently",
    "restore",
    [
      plainly(policy(monthlyForYears)),
      async (world) => {
        await world.advance(94 * day);
        const { recoveryPointId = "" } = (await points(world))[0] ?? {};
        restores({ ...asDisks(), recoveryPointId })(world);
      },
    ],
    "is in the archive: it has to be rehydrated first",
    "set rehydrationPriority",
  ),
  ...([0, 3] as const).map((wait) =>
    effect("Z-35", `some of the point's disks, from the ${wait === 0 ? "snapshot" : "vault"} tier`, async (world) => {
      plainly(all(enhanced(undefined, { instantRpRetentionRangeInDays: 1 }), threeDisks))(world);
      await world.done();
      await world.advance((wait + 1) * day);
      const { recoveryPointId = "" } = (await points(world))[0] ?? {};
      const inputs = asDisks({ recoveryPointId, restoreDiskLunList: [3] });
      restores(inputs)(world);
      await world.done();
      expect(world.outputs("restore").tier).to.equal(wait === 0 ? "InstantRP" : "HardenedRP");
      expect(luns(world.outputs("restore").restoredDisks)).to.deep.equal([3]);
    }),
  ),
  refusedLater(
    "Z-35",
    "a disk that the point does not hold",
    "restore",
    [(world) => backup(threeWithout(world)), restores(asDisks({ restoreDiskLunList: [0] }))],
    "holds no disk of LUN 0: it was excluded from the backup",
    "it holds: -1 db_OsDisk, 3 db_DataDisk_3",
  ),
  refusedLater(
    "Z-35",
    "a new machine where there is one",
    "restore",
    [
      (world) => backup(world.plain()),
      restores(
        restore("AlternateLocation", {
          targetVirtualMachineId: vmId,
          virtualNetworkId: networkId,
          subnetId: `${networkId}/subnets/default`,
        }),
      ),
    ],
    "there is a machine",
    "choose another name, or use OriginalLocation",
  ),
  refusedLater(
    "Z-35",
    "another region, of a vault without cross-region restore",
    "restore",
    [(world) => backup(world.plain()), restores(asDisks({ region: "northeurope" }))],
    "has no cross-region restore",
    "set crossRegionRestore on a GeoRedundant vault, or leave region out",
  ),
];

export const azureTierRows: readonly AzureRow[] = [
  ...tierRows,
  ...transferRows,
  ...lastOfDay,
  ...selective,
  ...restoreRows,
];
