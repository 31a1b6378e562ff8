import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import { putKey } from "../../provider/engine/alibaba/kms-key";
import type { Replica } from "../../provider/engine/alibaba/replication";
import { isoTime } from "../../provider/engine/core/time";
import { effect, expectError, expectRefusal, expectTold, type Row, refused } from "./row";
import { daily, day, type World } from "./world";

export const machineTarget = {
  instanceType: "ecs.g7.large",
  restoredNetwork: "vsw-1",
  securityGroup: "sg-1",
  restoredName: "again",
  restoredHostName: "again",
};

const replicated = (replicationRegionId: string, retention?: number) => {
  const copy = { ruleType: "REPLICATION", replicationRegionId };
  return { rules: [daily, retention === undefined ? copy : { ...copy, retention }] };
};

/** A plain protection whose points are copied to Shanghai. */
export function copying(world: World): World {
  Object.assign(world.plain().policy, replicated("cn-shanghai"));
  return world;
}

const withKey = (kmsKeyId: string) => ({ replicationEncryption: { mode: "KMS", kmsKeyId } });

/** With a key that Cloud Backup may use there. */
async function withKms(world: World): Promise<World> {
  Object.assign(copying(world).protection, withKey("key-1"));
  await world.start();
  for (const id of ["key-1", "key-2"]) {
    await world.engine.run(putUsableKey, id);
  }
  return world;
}

export const copies = (world: World): Promise<readonly Replica[]> =>
  world.engine.ask(
    ({ store }) => store.find("replica", {}, { order: { column: "createTime", direction: "ascending" } }),
    undefined,
  );

const encryption: readonly Row[] = [
  effect("A-44", "AUTO: a plain disk has a plain copy", async (world) => {
    await copying(world).done();
    await world.advance(day);
    expect((await copies(world)).map(({ kmsKeyId }) => kmsKeyId)).to.deep.equal([null]);
  }),
  effect("A-44", "AUTO: an encrypted disk's copy has the default service key", async (world) => {
    Object.assign(world.disks[1] ?? {}, { Encrypted: true, KMSKeyId: "key-at-home" });
    await copying(world).done();
    await world.advance(day);
    expect((await copies(world)).map(({ kmsKeyId }) => kmsKeyId)).to.deep.equal(["Default Service CMK"]);
  }),
  effect("A-44", "KMS: the named key, whatever the disk", async (world) => {
    await (await withKms(world)).done();
    await world.advance(day);
    const [copy] = await copies(world);
    expect([copy?.kmsKeyId, copy?.status]).to.deep.equal(["key-1", "COMPLETE"]);
  }),
  effect("A-44", "before the first copy the key changes in place", async (world) => {
    await (await withKms(world)).done();
    Object.assign(world.protection, withKey("key-2"));
    const run = await world.done();
    expect(run.steps.find(({ urn }) => urn.endsWith("::protection"))?.operation).to.equal("update");
  }),
  ...[withKey("key-2"), { replicationEncryption: undefined }, { replicationEncryption: { mode: "AUTO" } }].map(
    (change, index) =>
      effect(
        "A-44",
        `a key that was used stays: another, none or AUTO is refused (${index + 1} of 3)`,
        async (world) => {
          await (await withKms(world)).done();
          await world.advance(day);
          Object.assign(world.protection, change);
          for (const run of [await world.preview(), await world.up()]) {
            const message = "copies were encrypted with KMS key key-1 already: the key can't be changed any more";
            expectRefusal(
              run,
              "protection",
              "A-44",
              message,
              "keep the key; or destroy the protection and create it anew",
            );
            expect(run.failure?.failures[0]?.reason).to.contain("leaves the machine unprotected meanwhile");
            expect(run.steps.map(({ operation }) => operation)).to.not.include.members(["replace", "delete"]);
          }
        },
      ),
  ),
  effect("A-44", "behind the program's back the key stays as well", async (world) => {
    await (await withKms(world)).done();
    await world.advance(day);
    const AdvancedOptions = JSON.stringify({ UdmDetail: { DestinationKmsKeyId: "key-2" } });
    const given = { PolicyId: world.text("policy", "policyId"), DataSourceId: "i-1", AdvancedOptions };
    expectError(await world.refusedCall("UpdatePolicyBinding", given), {
      rule: "A-44",
      code: "Engine.KeyInUse",
      message: "copies are encrypted with key-1 already: the key can't be changed",
      remedy: "keep it, or take the protection away and make it anew",
    });
  }),
  effect("A-43", "the copy of an immutable point is immutable too", async (world) => {
    const copy = { ruleType: "REPLICATION", replicationRegionId: "cn-shanghai" };
    const rules = [daily, copy, { ruleType: "SECURITY", immutable: true }];
    Object.assign(world.plain().policy, { rules });
    await world.done();
    await world.advance(day + 3600);
    const [replica] = await copies(world);
    const SnapshotId = replica?.id ?? "";
    const refusal = await world.refusedCall("DeleteSnapshot", { SnapshotId, SourceType: "UDM_ECS" });
    expect([refusal.rule, refusal.code]).to.deep.equal(["A-43", "Engine.PointImmutable"]);
  }),
  effect("A-44", "the second way out: destroyed and created anew it takes another key", async (world) => {
    await (await withKms(world)).done();
    await world.advance(day);
    world.omitted.add("protection");
    await world.done();
    world.omitted.delete("protection");
    Object.assign(world.protection, withKey("key-2"));
    await world.done();
    await world.advance(day);
    expect((await copies(world)).map(({ kmsKeyId }) => kmsKeyId)).to.deep.equal(["key-1", "key-2"]);
  }),
  refused(
    "A-64",
    "encryption without replication",
    "protection",
    (world) => void Object.assign(world.plain().protection, withKey("key-1")),
    "replicationEncryption is set, but nothing is replicated",
    "replicate (a REPLICATION rule, or doCopy), or leave replicationEncryption out",
  ),
  refused(
    "A-64",
    "KMS without a key",
    "protection",
    (world) => void Object.assign(copying(world).protection, { replicationEncryption: { mode: "KMS" } }),
    "mode KMS needs a kmsKeyId",
    "name the destination region's key",
  ),
  effect(
    "A-64",
    "a key that isn't in the destination region: a warning before, and copies that fail",
    async (world) => {
      Object.assign(copying(world).protection, withKey("key-none"));
      await world.done();
      const message = "there is no KMS key key-none in the destination region cn-shanghai";
      expectTold(world, "warning", "replicationEncryption.kmsKeyId: A-64", message, "create the key");
      await world.advance(day);
      expect(await world.points()).to.have.length(1);
      const [copy] = await copies(world);
      expect([copy?.status, copy?.errorCode]).to.deep.equal(["FAILED", "InvalidParameter.KMSKeyId.NotFound"]);
    },
  ),
];

async function putUsableKey(context: Parameters<typeof putKey>[0], id: string): Promise<void> {
  await putKey(context, { id, regionId: "cn-shanghai", keyState: "Enabled", granted: true });
}

/** The disaster recovery of the oldest point. */
async function recover(world: World, more: object = {}): Promise<World> {
  const { id } = await world.point();
  const inputs = { recoveryPointId: id, regionId: "cn-shanghai", ...machineTarget, ...more };
  return world.declare("restore", "hbr:Restore", inputs);
}

/** What a copy is so many seconds after its point was made, and what a disaster recovery then says. */
const states: readonly (readonly [seconds: number, status: string])[] = [
  [0, "CREATED"],
  [600, "RUNNING"],
];

const places: readonly Row[] = [
  effect(
    "A-65",
    "another destination: in place, for later points; old copies stay until they expire",
    async (world) => {
      Object.assign(world.plain().policy, replicated("cn-shanghai", 10));
      await world.done();
      await world.advance(day);
      Object.assign(world.policy, replicated("eu-central-1", 10));
      const run = await world.done();
      expect(run.steps.find(({ urn }) => urn.endsWith("::policy"))?.operation).to.equal("update");
      await world.advance(day);
      expect((await copies(world)).map(({ regionId }) => regionId)).to.deep.equal(["cn-shanghai", "eu-central-1"]);
      await world.advance(9 * day);
      expect((await copies(world)).map(({ regionId }) => regionId)).not.to.include("cn-shanghai");
    },
  ),
  effect("A-65", "an override of the source does not extend the copy", async (world) => {
    await copying(world).done();
    await world.advance(day);
    const target = { recoveryPointId: (await world.point()).id };
    await world.declare("override", "hbr:RetentionOverride", { target, retentionDays: 365 }).done();
    expect(isoTime((await world.point()).expireTime ?? 0)).to.equal("2027-01-02T00:00:00Z");
    expect(isoTime((await copies(world))[0]?.expireTime ?? 0)).to.equal("2026-02-01T00:00:00Z");
  }),
  ...states.map(([seconds, status]) =>
    effect("A-65", `disaster recovery while the replication is ${status}: refused`, async (world) => {
      await copying(world).done();
      await world.advance(day + seconds);
      await recover(world);
      const message = `in cn-shanghai is ${status}; disaster recovery needs a replication that is completed`;
      expectRefusal(await world.up(), "restore", "A-65", message, "wait until it is done");
    }),
  ),
  effect("A-65", "disaster recovery where there is no copy: refused", async (world) => {
    await copying(world).done();
    await world.advance(day + 3600);
    await recover(world, { regionId: "eu-central-1" });
    expectRefusal(
      await world.up(),
      "restore",
      "A-65",
      "has no copy in region eu-central-1",
      "replicate it there first",
    );
  }),
  effect("A-51", "disaster recovery makes a machine in the destination region, from the copy", async (world) => {
    await copying(world).done();
    await world.advance(day + 3600);
    await (await recover(world)).done();
    expect(world.outputs("restore")).to.include({ restoredRegionId: "cn-shanghai", instanceChargeType: "PostPaid" });
    const [id] = world.outputs("restore").newInstanceIds as readonly string[];
    const found = await world.engine.call("DescribeInstances", { InstanceIds: JSON.stringify([id]) });
    const [machine] = (found.Instances as PropertyMap).Instance as readonly PropertyMap[];
    expect(machine).to.include({ RegionId: "cn-shanghai", InstanceType: "ecs.g7.large", InstanceName: "again" });
  }),
  effect("A-51", "the copy survives its point, and the machine", async (world) => {
    Object.assign(world.plain().policy, replicated("cn-shanghai", 60));
    await world.done();
    await world.advance(day + 3600);
    await recover(world);
    await world.engine.call("DeleteInstance", { InstanceId: "i-1", Force: "true" });
    world.omitted.add("protection");
    world.omitted.add("restore");
    await world.done();
    await world.advance(40 * day);
    expect(await world.points()).to.deep.equal([]);
    world.omitted.delete("restore");
    await world.done();
    expect(world.text("restore", "restoredRegionId")).to.equal("cn-shanghai");
  }),
  effect("A-51", "network, security group and instance type are needed", async (world) => {
    await copying(world).done();
    await world.advance(day + 3600);
    await recover(world, { restoredNetwork: undefined, securityGroup: undefined, instanceType: undefined });
    const reasons = (await world.up()).failure?.failures.map(({ reason }) => reason).join("\n") ?? "";
    for (const name of ["restoredNetwork", "securityGroup", "instanceType"])
      expect(reasons).to.contain(`needs ${name}`);
  }),
  effect("A-51", "a machine is not rolled back in another region", async (world) => {
    await copying(world).done();
    await world.advance(day + 3600);
    const { id } = await world.point();
    const rollback = { restoreType: "UDM_ECS_ROLLBACK", sourceInstanceId: "i-1", forceRestore: true };
    world.declare("restore", "hbr:Restore", { recoveryPointId: id, regionId: "cn-shanghai", ...rollback });
    const remedy = "use restoreType UDM_ECS with regionId";
    expectRefusal(await world.up(), "restore", "A-51", "takes a machine back where it is", remedy);
  }),
  effect("A-57", "a failed replication: the point is usable, no copy, and the next run copies again", async (world) => {
    await copying(world).done();
    await world.engine.call("setFault", { kind: "METADATA_SYNC", regionId: "cn-shanghai", seconds: `${day + 3600}` });
    await world.advance(day + 3600);
    const { id } = await world.point();
    const { jobs } = await world.call("hbr:getBackupJobs", { instanceId: "i-1" });
    const [job] = jobs as readonly PropertyMap[];
    expect(job?.status).to.equal("COMPLETE");
    const [copy] = (job?.replicas ?? []) as readonly PropertyMap[];
    expect(copy?.status).to.equal("FAILED");
    await recover(world);
    const message = "couldn't be synchronised (network jitter)";
    const remedy = "the point itself stays usable (A-57): retry, or change the destination region";
    expectRefusal(await world.up(), "restore", "A-65", message, remedy);
    world.declare("restore", "hbr:Restore", { recoveryPointId: id, ...machineTarget });
    await world.done();
    await world.advance(day);
    expect((await copies(world)).map(({ status }) => status)).to.deep.equal(["FAILED", "COMPLETE"]);
  }),
];

export const replicationRows: readonly Row[] = [...encryption, ...places];
