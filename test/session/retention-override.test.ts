import { expect } from "chai";
import { deletePoint } from "../../provider/engine/alibaba/point-deletion";
import { isoTime } from "../../provider/engine/core/time";
import { day, World } from "../rules/world";
import { changesOf, FakePulumi, type Run } from "../support/fake-pulumi";
import { Reference } from "../support/program";

const start = 1_767_225_600;
const recoveryPointId = new Reference("backup", "recoveryPointId");

const world = () => new World().bare().declare("backup", "hbr:Backup", { instanceId: "i-1", retention: { value: 7 } });

const override = (program: World, name: string, retentionDays: number, dimension = "INSTANCE") =>
  program.declare(name, "hbr:RetentionOverride", { target: { recoveryPointId }, dimension, retentionDays });

const reasons = ({ failure }: Run) => (failure?.failures ?? []).map(({ reason }) => reason).join("\n");

const expectRest = async (program: World): Promise<void> => {
  expect(changesOf(await program.done())).to.deep.equal([]);
  expect(changesOf(await program.refresh())).to.deep.equal([]);
};

describe("a retention override", () => {
  it("is at rest where another one gives more", async () => {
    const program = override(world(), "first", 60);
    await program.done();
    override(program, "second", 90);
    await program.done();
    await expectRest(program);
  });

  it("is at rest where a disk was made of the snapshot that it extends", async () => {
    const program = override(world(), "first", 60, "DISK");
    await program.done();
    await program.advance(3600);
    const SnapshotId = `${program.text("backup", "recoveryPointId")}-0`;
    await program.engine.call("CreateImage", { SnapshotId });
    await expectRest(program);
  });

  it("gives more without taking anything back from another one", async () => {
    const program = override(override(world(), "first", 60), "none", 60);
    await program.done();
    override(program, "second", 90);
    await program.done();
    override(program, "first", 80);
    await program.done();
    expect((await program.point()).expireTime).to.equal(start + 90 * day);
    override(program, "first", 100);
    await program.done();
    expect((await program.point()).expireTime).to.equal(start + 100 * day);
    expect(program.text("first", "expireTime")).to.equal(isoTime(start + 100 * day));
  });

  it("of disks is imported also when their point has expired", async () => {
    const program = override(world(), "first", 60, "DISK");
    await program.done();
    await program.advance(10 * day);
    const rows = await program.engine.ask(({ store }) => store.find("retentionOverride"), undefined);
    const id = rows[0]?.id ?? "";
    const imported = await new FakePulumi(() => program.engine.open()).import([
      { name: "first", type: "cloudbackup:hbr:RetentionOverride", id },
    ]);
    expect(reasons(imported)).to.equal("");
    expect(imported.state.resources.map((resource) => resource.id)).to.deep.equal([id]);
  });

  it("never takes back what it gave itself", async () => {
    const program = override(world(), "first", 60);
    await program.done();
    override(program, "first", 50);
    expect(reasons(await program.preview())).to.contain("an override never shortens");
  });

  it("finds nothing of a point that was deleted, while its snapshots are on their way out", async () => {
    const program = world();
    await program.done();
    await program.advance(3600);
    const id = program.text("backup", "recoveryPointId");
    await program.engine.run(deletePoint, id);
    const target = { recoveryPointId: `${id}-0` };
    program.declare("late", "hbr:RetentionOverride", { target, dimension: "DISK", retentionDays: 60 });
    expect(reasons(await program.preview())).to.contain(`recovery point ${id} was deleted at`);
  });
});
