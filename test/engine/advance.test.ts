import { expect } from "chai";
import * as fc from "fast-check";
import { deletePoint } from "../../provider/engine/alibaba/point-deletion";
import { isoTime } from "../../provider/engine/core/time";
import { World } from "../rules/world";

const day = 86_400;

/** The points and jobs that are there, a line each, oldest first. */
async function timeline(world: World): Promise<string[]> {
  return world.engine.ask(async ({ store, now }) => {
    const points = await store.find("recoveryPoint", {}, { order: { column: "createTime", direction: "ascending" } });
    const lines = points.map(
      ({ createTime, expireTime, level }) =>
        `${isoTime(createTime)} ${level} until ${expireTime === null ? "never" : isoTime(expireTime)}`,
    );
    return [`now ${isoTime(now)}, ${await store.count("job")} jobs, ${points.length} points`, ...lines];
  }, undefined);
}

async function started(rules: readonly object[]): Promise<World> {
  const world = new World();
  world.policy.rules = rules as World["policy"]["rules"];
  const { failure } = await world.up();
  expect(failure?.failures).to.equal(undefined);
  return world;
}

describe("advance", () => {
  it("a daily backup kept for three days: five days, point by point", async () => {
    const world = await started([{ ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 3 }]);
    expect(await timeline(world)).to.deep.equal(["now 2026-01-01T00:00:00Z, 0 jobs, 0 points"]);
    await world.engine.advance(2 * day);
    expect(await timeline(world)).to.deep.equal([
      "now 2026-01-03T00:00:00Z, 2 jobs, 2 points",
      "2026-01-02T00:00:00Z APPLICATION until 2026-01-05T00:00:00Z",
      "2026-01-03T00:00:00Z APPLICATION until 2026-01-06T00:00:00Z",
    ]);
    await world.engine.advance(3 * day);
    expect(await timeline(world)).to.deep.equal([
      "now 2026-01-06T00:00:00Z, 5 jobs, 3 points",
      "2026-01-04T00:00:00Z APPLICATION until 2026-01-07T00:00:00Z",
      "2026-01-05T00:00:00Z APPLICATION until 2026-01-08T00:00:00Z",
      "2026-01-06T00:00:00Z APPLICATION until 2026-01-09T00:00:00Z",
    ]);
  });

  it("a TRANSITION rule's retention beats the BACKUP rule's", async () => {
    const backup = { ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 3 };
    const world = await started([backup, { ruleType: "TRANSITION", retention: 10 }]);
    await world.engine.advance(day);
    expect((await timeline(world))[1]).to.equal("2026-01-02T00:00:00Z APPLICATION until 2026-01-12T00:00:00Z");
  });

  it("two schedules that meet at one slot are one job", async () => {
    const world = await started([
      { ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 30 },
      { ruleType: "BACKUP", schedule: "C|1767225600|0 0 0 ? * 6", retention: 30 },
    ]);
    await world.engine.advance(7 * day);
    expect((await timeline(world))[0]).to.equal("now 2026-01-08T00:00:00Z, 7 jobs, 7 points");
  });

  it("a slot is skipped while the job before it still runs", async () => {
    const world = new World();
    const disk = world.disks[1] ?? {};
    // 4 TiB at 100 MiB a second take more than eleven hours.
    Object.assign(disk, { Size: 8192, usedGiB: 4096 });
    world.policy.rules = [{ ruleType: "BACKUP", schedule: "I|1767225600|PT1H", retention: 30 }];
    await world.up();
    await world.engine.advance(12 * 3600);
    expect(await timeline(world)).to.deep.equal([
      "now 2026-01-01T12:00:00Z, 1 jobs, 1 points",
      "2026-01-01T01:00:00Z APPLICATION until 2026-01-31T01:00:00Z",
    ]);
  });

  it("kept, expired and deleted points are all that there were, however the way is split", async () => {
    const steps = fc.array(fc.integer({ min: 0, max: 12 * day }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 20 }), async (pauses, retention) => {
        const world = await started([{ ruleType: "BACKUP", schedule: "I|1767225600|PT12H", retention }]);
        let deleted = 0;
        for (const pause of pauses) {
          await world.engine.advance(pause);
          const [oldest] = await world.engine.ask(
            ({ store }) => store.find("recoveryPoint", {}, { limit: 1 }),
            undefined,
          );
          if (oldest === undefined) continue;
          await world.engine.run(deletePoint, oldest.id);
          deleted += 1;
        }
        const passed = pauses.reduce((sum, pause) => sum + pause, 0);
        const made = Math.floor(passed / (day / 2));
        const [points, runs, now] = await world.engine.ask(
          async ({ store, now: time }) =>
            [await store.find("recoveryPoint"), (await store.find("protection"))[0]?.runs, time] as const,
          undefined,
        );
        expect(runs).to.equal(made);
        const expected = Array.from({ length: made }, (_, index) => now - passed + (index + 1) * (day / 2));
        const alive = expected.filter((created) => created + retention * day > now);
        expect(points.length).to.be.within(alive.length - deleted, alive.length);
        for (const { createTime, expireTime } of points) {
          expect(alive).to.include(createTime);
          expect(expireTime).to.equal(createTime + retention * day);
        }
      }),
      { numRuns: 40 },
    );
  });
});
