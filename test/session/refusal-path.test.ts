import { expect } from "chai";
import { putKey } from "../../provider/engine/alibaba/kms-key";
import { daily, day, World } from "../rules/world";
import type { Run } from "../support/fake-pulumi";

/** Property and rule of each refusal; what lies deeper than a property is told in the text. */
function paths({ failure }: Run): string[] {
  return (failure?.failures ?? []).map(({ property, reason }) => {
    const [head = ""] = reason.split("\n");
    const [, inside = property, rule] = /^(?:(\S+): )?(A-\d\d|[A-Z]\w+(?:\.\w+)?): /.exec(head) ?? [];
    return `${inside} ${rule}`;
  });
}

const start = "I|1767225600|P1D";
const away = { RegionId: "me-central-1", ZoneId: "me-central-1a" };

const plan = (inputs: object) => (world: World) => {
  world.bare().addMachine("i-9", away);
  world.declare("it", "hbr:BackupPlan", { instanceId: "i-9", retention: 7, rules: [{ schedule: start }], ...inputs });
};

const table: readonly (readonly [what: string, make: (world: World) => void, expected: readonly string[]])[] = [
  [
    "a plan that copies home",
    plan({ doCopy: true, destinationRegionId: "me-central-1" }),
    ["destinationRegionId A-34"],
  ],
  ["a plan that copies nowhere", plan({ doCopy: true }), ["destinationRegionId A-34"]],
  [
    "a plan that names a region for nothing",
    plan({ destinationRegionId: "cn-shanghai" }),
    ["destinationRegionId A-34"],
  ],
  ["a key for no copies", plan({ replicationEncryption: { mode: "AUTO" } }), ["replicationEncryption A-64"]],
  ["the second schedule", plan({ rules: [{ schedule: start }, { schedule: "C|x" }] }), ["rules[1].schedule A-35"]],
  [
    "a backup that copies home",
    (world) =>
      world.bare().declare("it", "hbr:Backup", {
        instanceId: "i-1",
        retention: { value: 7 },
        doCopy: true,
        destinationRegionId: "us-east-1",
      }),
    ["destinationRegionId A-34"],
  ],
];

describe("where a refusal points to", () => {
  for (const [what, make, expected] of table) {
    it(`${what}: ${expected.join(", ")}`, async () => {
      const world = new World();
      make(world);
      expect(paths(await world.preview())).to.deep.equal(expected);
    });
  }

  it("a held point: the property that would delete it", async () => {
    const world = new World().plain();
    Object.assign(world.policy, { rules: [daily, { ruleType: "SECURITY", immutable: true }] });
    Object.assign(world.protection, { onDestroy: "delete" });
    await world.done();
    await world.advance(2 * day);
    const { failure } = await world.destroy();
    expect(failure?.error).to.include({ property: "onDestroy", rule: "A-43" });
    expect(await world.points()).to.have.length(2);
  });
});

describe("the key of copies", () => {
  it("may be left out with the copies, and then comes back or stays out", async () => {
    const world = new World().plain();
    const key = { mode: "KMS", kmsKeyId: "key-1" };
    const copied = [daily, { ruleType: "REPLICATION", replicationRegionId: "cn-shanghai" }];
    await world.start();
    await world.engine.run(putKey, { id: "key-1", regionId: "cn-shanghai", keyState: "Enabled", granted: true });
    const apply = (rules: object[], replicationEncryption: object | undefined) => {
      Object.assign(world.policy, { rules });
      Object.assign(world.protection, { replicationEncryption });
    };
    apply(copied, key);
    await world.done();
    await world.advance(2 * day);
    apply([daily], undefined);
    await world.done();
    apply(copied, undefined);
    expect(paths(await world.preview())).to.deep.equal(["replicationEncryption A-44"]);
    apply(copied, { mode: "KMS", kmsKeyId: "key-2" });
    expect(paths(await world.preview())).to.deep.equal(["replicationEncryption A-44"]);
    apply(copied, key);
    await world.done();
  });
});
