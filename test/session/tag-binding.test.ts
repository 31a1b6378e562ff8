import { expect } from "chai";
import { day, World } from "../rules/world";
import { Reference } from "../support/program";

const daily = { ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 30 };
const locked = { ruleType: "SECURITY", immutable: true };
const machineId = new Reference("machine", "instanceId");
const target = {
  instanceType: "ecs.g7.large",
  restoredNetwork: "vsw-1",
  securityGroup: "sg-1",
  restoredName: "again",
  restoredHostName: "again",
};

const tagged = { tags: { backup: "daily" } };
const untagged = { tags: {} };

/** A machine, a policy for machines that are tagged, and another policy. */
function world(machine: typeof tagged | typeof untagged = tagged, operator = "EQUAL"): World {
  return new World()
    .bare()
    .declare("machine", "ecs:Instance", machine)
    .declare("tags", "hbr:Policy", {
      rules: [daily, locked, { ruleType: "TAG", tagFilters: [{ key: "backup", operator, value: "daily" }] }],
    })
    .declare("other", "hbr:Policy", { rules: [daily] });
}

function drop(program: World, ...names: string[]): void {
  for (const name of names) program.omitted.add(name);
}

/** What protects which machine: `machine tags`, by the names of the program. */
async function bindings(program: World): Promise<string[]> {
  const found = await program.engine.ask(({ store }) => store.find("protection"), undefined);
  const names = new Map<unknown, string>();
  for (const { name } of program.program()) {
    const { instanceId, policyId, groupId, newInstanceIds } = program.outputs(name);
    // What a resource names but didn't make was named before by the one that did.
    for (const id of [instanceId, policyId, groupId, ...((newInstanceIds as string[] | undefined) ?? [])]) {
      if (!names.has(id)) names.set(id, name);
    }
  }
  const told = found.map(({ instanceId, policyId }) => `${names.get(instanceId) ?? instanceId} ${names.get(policyId)}`);
  return told.filter((binding) => !binding.startsWith("i-1 ")).sort();
}

describe("what TAG rules bind", () => {
  it("leaves the points of an earlier binding alone when it is bound again", async () => {
    const program = world();
    await program.done();
    await program.advance(3 * day);
    const before = (await program.points()).map(({ id }) => id);
    program.declare("machine", "ecs:Instance", untagged);
    await program.done();
    program.declare("machine", "ecs:Instance", tagged);
    await program.done();
    await program.advance(2 * day);
    const after = (await program.points()).map(({ id }) => id);
    expect(after).to.have.length(5).and.to.include.members(before);
  });

  it("is bound again once the program's own protection is gone", async () => {
    const program = world();
    program.declare("own", "hbr:InstanceProtection", {
      instanceId: machineId,
      policyId: new Reference("other", "policyId"),
    });
    await program.done();
    expect(await bindings(program)).to.deep.equal(["machine other"]);
    drop(program, "own");
    await program.done();
    expect(await bindings(program)).to.deep.equal(["machine tags"]);
  });

  it("goes to the next policy when its own is gone", async () => {
    const program = world();
    program.declare("more", "hbr:Policy", {
      rules: [daily, { ruleType: "TAG", tagFilters: [{ key: "backup", value: "daily" }] }],
    });
    await program.done();
    const [binding] = await bindings(program);
    const [first, second] = binding === "machine tags" ? ["tags", "more"] : ["more", "tags"];
    drop(program, first as string);
    await program.done();
    expect(await bindings(program)).to.deep.equal([`machine ${second}`]);
  });

  it("gives way to the group that takes it in, and comes back after it", async () => {
    const program = world().declare("mate", "ecs:Instance", untagged);
    const group = (...ids: Reference[]) => program.declare("group", "hbr:ConsistencyGroup", { instanceIds: ids });
    group(new Reference("mate", "instanceId")).declare("own", "hbr:InstanceProtection", {
      groupId: new Reference("group", "groupId"),
      policyId: new Reference("other", "policyId"),
    });
    await program.done();
    expect(await bindings(program)).to.deep.equal(["group other", "machine tags"]);
    group(new Reference("mate", "instanceId"), machineId);
    await program.done();
    expect(await bindings(program)).to.deep.equal(["group other"]);
    group(new Reference("mate", "instanceId"));
    await program.done();
    expect(await bindings(program)).to.deep.equal(["group other", "machine tags"]);
  });

  it("takes in machines that a clone or a restore makes", async () => {
    const program = world(untagged, "NOT");
    program
      .declare("clone", "hbr:Clone", { instanceId: machineId, ...target })
      .declare("backup", "hbr:Backup", { instanceId: machineId, retention: { value: 7 } })
      .declare("restore", "hbr:Restore", { recoveryPointId: new Reference("backup", "recoveryPointId"), ...target });
    await program.done();
    expect(await bindings(program)).to.deep.equal(["clone tags", "machine tags", "restore tags"]);
  });
});
