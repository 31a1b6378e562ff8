import { expect } from "chai";
import { day, World } from "../rules/world";
import { changesOf, type Run } from "../support/fake-pulumi";
import { Reference } from "../support/program";

const recoveryPointId = new Reference("backup", "recoveryPointId");
const target = {
  instanceType: "ecs.g7.large",
  restoredNetwork: "vsw-1",
  securityGroup: "sg-1",
  restoredName: "again",
  restoredHostName: "again",
};
const rollback = { restoreType: "UDM_ECS_ROLLBACK", recoveryPointId, sourceInstanceId: "i-1", forceRestore: true };
const disk = { restoreType: "UDM_ECS_DISK", recoveryPointId, targetInstanceId: "i-1", diskId: "d-1" };
const diskBack = { ...rollback, restoreType: "UDM_ECS_DISK_ROLLBACK", diskId: "d-1" };

const refusals = ({ failure }: Run) => (failure?.failures ?? []).map(({ property }) => property);
const reasons = ({ failure }: Run) => (failure?.failures ?? []).map(({ reason }) => reason).join("\n");

const world = (more: object = {}) =>
  new World().bare().declare("backup", "hbr:Backup", { instanceId: "i-1", retention: { value: 30 }, ...more });

describe("a restore", () => {
  const strange: readonly (readonly [kind: object, more: Record<string, string | boolean>])[] = [
    [rollback, { restoredName: "again" }],
    [rollback, { allocatePublicIp: true }],
    [rollback, { privateIpAddress: "10.0.0.1" }],
    [disk, { instanceType: "ecs.g7.large" }],
    [disk, { sourceInstanceId: "i-1" }],
    [diskBack, { securityGroup: "sg-1" }],
    [{ recoveryPointId, ...target }, { diskId: "d-1" }],
  ];
  for (const [kind, more] of strange) {
    const { restoreType = "UDM_ECS" } = kind as { restoreType?: string };
    it(`${restoreType} has no use for ${Object.keys(more).join()}`, async () => {
      const program = world().declare("restore", "hbr:Restore", { ...kind, ...more });
      expect(refusals(await program.preview())).to.deep.equal(Object.keys(more));
    });
  }

  it("makes no machine of a point without the system disk, and a disk of it all the same", async () => {
    const data = () => world({ diskIdList: ["d-1"] });
    const machine = data().declare("restore", "hbr:Restore", { recoveryPointId, ...target });
    expect(reasons(await machine.preview())).to.contain("holds no system disk, only d-1");
    await data().declare("restore", "hbr:Restore", disk).done();
  });

  for (const kind of [rollback, diskBack, { recoveryPointId, ...target, allocatePublicIp: true }]) {
    it(`${(kind as { restoreType?: string }).restoreType ?? "UDM_ECS"} is at rest once it is done`, async () => {
      const program = world().declare("restore", "hbr:Restore", kind);
      await program.done();
      expect(changesOf(await program.refresh())).to.deep.equal([]);
      expect(changesOf(await program.preview())).to.deep.equal([]);
    });
  }

  describe("of a copy that is named itself", () => {
    const copied = async (): Promise<World> => {
      const program = world({ doCopy: true, destinationRegionId: "cn-shanghai" });
      await program.done();
      await program.advance(day);
      return program;
    };
    const copyOf = (program: World) => (program.outputs("backup").replicaIds as string[])[0] ?? "";

    it("makes the machine where the copy is", async () => {
      const program = await copied();
      program.declare("restore", "hbr:Restore", { recoveryPointId: copyOf(program), ...target });
      await program.done();
      expect(program.outputs("restore").restoredRegionId).to.equal("cn-shanghai");
    });

    it("takes no machine back", async () => {
      const program = await copied();
      program.declare("restore", "hbr:Restore", { ...rollback, recoveryPointId: copyOf(program) });
      const run = await program.preview();
      expect(refusals(run)).to.deep.equal(["recoveryPointId"]);
      expect(reasons(run)).to.contain("disaster recovery makes a new one");
    });

    it("gives no disk to a machine in another region", async () => {
      const program = await copied();
      program.declare("restore", "hbr:Restore", { ...disk, recoveryPointId: copyOf(program) });
      expect(reasons(await program.preview())).to.contain("machine i-1 lies in us-east-1, the data in cn-shanghai");
    });
  });
});

describe("the retention of a backup", () => {
  const backup = (program: World, value: number, unit: string, more: object = {}) =>
    program.declare("backup", "hbr:Backup", { instanceId: "i-1", retention: { value, unit }, ...more });

  /** A backup of 1 February that is kept for 30 days, on 1 March. */
  const inMarch = async (): Promise<World> => {
    const program = new World().bare();
    await program.start();
    await program.advance(31 * day);
    await backup(program, 30, "DAY").done();
    await program.advance(28 * day);
    return program;
  };

  it("is counted from its start, not from now: February is shorter than 30 days", async () => {
    const program = backup(await inMarch(), 1, "MONTH");
    expect(reasons(await program.preview())).to.match(/^retention: A-38: /);
  });

  it("is free for another backup in its place", async () => {
    const program = backup(await inMarch(), 3, "DAY", { excludeDiskIdList: ["d-1"] });
    await program.done();
    expect(program.text("backup", "expireTime")).to.equal("2026-03-04T00:00:00Z");
  });
});
