import { expect } from "chai";
import { deletePoint } from "../../provider/engine/alibaba/point-deletion";
import { absenceOf } from "../../provider/engine/alibaba/point-life";
import { openPoint } from "../../provider/engine/alibaba/restore-point";
import { daily, day, World } from "../rules/world";

/** A protection whose points live a day, after so many of its runs. */
async function runs(count: number): Promise<World> {
  const world = new World().plain();
  Object.assign(world.policy, { rules: [{ ...daily, retention: 1 }] });
  await world.done();
  await world.advance(count * day);
  return world;
}

const absence = (world: World, id: string) => world.engine.ask(absenceOf, { id, property: "recoveryPointId" });

describe("the story of a point that isn't there", () => {
  for (const suffix of ["", "-0", "r"]) {
    it(`is told whatever its id ends with, also of ${suffix === "" ? "the point itself" : suffix}`, async () => {
      // The 27th run's number is r: the letter with which the ids of copies end.
      const world = await runs(27);
      const { id } = await world.point();
      await world.advance(day);
      expect(id).to.match(/r$/);
      expect((await absence(world, `${id}${suffix}`)).message).to.contain("of 2026-01-28T00:00:00Z has expired");
    });
  }

  it("is told of a deleted point's disks, which can't be restored in the minutes that they still have", async () => {
    const world = await runs(1);
    const { id } = await world.point();
    await world.engine.run(deletePoint, id);
    const input = { recoveryPointId: `${id}-0`, diskId: null, replicaRegionId: null };
    const { sources, refusals } = await world.engine.ask(openPoint, input);
    expect(sources).to.deep.equal([]);
    expect(refusals.map(({ message }) => message)).to.deep.equal([
      `recovery point ${id} was deleted at 2026-01-02T00:00:00Z`,
    ]);
  });
});
