import { expect } from "chai";
import { snapshotsPerDisk } from "../../provider/engine/alibaba/snapshot-quota";
import { day, World } from "../rules/world";

const hour = 3600;
const start = 1_767_225_600;

/** Two plans of one machine that together want more snapshots than its disks may have. */
async function twoPlans(): Promise<World> {
  const world = new World().bare().addMachine("i-9", { RegionId: "me-central-1", ZoneId: "me-central-1a" });
  const plan = (name: string, first: number, retention: number) =>
    world.declare(name, "hbr:BackupPlan", {
      instanceId: "i-9",
      retention,
      rules: [{ schedule: `I|${start + first}|P1D` }],
    });
  plan("morning", 6 * hour, 200);
  plan("evening", 18 * hour, 100);
  // What nobody is bound to needs no retention, and is none of the clock's business.
  world.declare("others", "hbr:Policy", {
    policyType: "STANDARD",
    rules: [{ ruleType: "BACKUP", schedule: `I|${start}|P1D`, retention: -1 }],
  });
  await world.done();
  return world;
}

describe("plans that have a machine in common", () => {
  it("share its quota in the order of their runs, however the way is split", async () => {
    const exports: string[] = [];
    for (const steps of [[220], [1, 149, 10, 60], Array<number>(220).fill(1)]) {
      const world = await twoPlans();
      for (const days of steps) await world.advance(days * day);
      exports.push(await world.engine.export());
      const failed = (await world.jobs()).filter(({ status }) => status === "FAILED");
      expect((await world.points()).length).to.equal(snapshotsPerDisk);
      expect(new Set(failed.map(({ errorCode }) => errorCode))).to.deep.equal(new Set(["QuotaExceed.Snapshot"]));
    }
    expect(new Set(exports).size).to.equal(1);
  });
});
