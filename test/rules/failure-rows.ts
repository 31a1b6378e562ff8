import { expect } from "chai";
import { changeKey, putKey } from "../../provider/engine/alibaba/kms-key";
import { copyFailureReason } from "../../provider/engine/alibaba/replication";
import type { Reason, RuleId } from "../../provider/engine/alibaba/rule";
import type { EngineError } from "../../provider/engine/error";
import { Reference } from "../support/program";
import { script, trustOther } from "./change";
import { copies, copying, machineTarget } from "./replication-rows";
import { effect, expectError, expectReason, expectRefusal, type Row, reasonsOf } from "./row";
import { daily, day, type World } from "./world";

/** The messages that seed 001 prints, each in the source of its failure. */
export const printed: Readonly<Partial<Record<RuleId, string>>> = {
  "A-70": "ポリシーには永続的な保持ルールが含まれており、ECS インスタンスのバックアップには適用できません。",
  "A-71": "バックアップ先リージョンが指定されていません。",
  "A-72": "この ECS は既にリリースされています",
  "A-73": "バックアップ計画は中断されました。",
  "A-74": "失敗-メタデータを同期できませんでした。",
};

const instanceId = "i-1";
const group = new Reference("group", "groupId");

interface Expected {
  readonly code: string;
  readonly message: string | readonly string[];
  readonly remedy: string;
}

/** A request that is refused with the code and words of a failure; nothing is left. */
function request(
  rule: RuleId,
  what: string,
  ask: (world: World) => Promise<EngineError>,
  expected: Expected & { readonly as?: RuleId },
): Row {
  return effect(rule, `${what}: refused, no point`, async (world) => {
    const error = await ask(world);
    expectError(error, { rule, ...expected, ...(expected.as === undefined ? {} : { rule: expected.as }) });
    expect(error.source).to.contain(printed[rule] ?? "");
    expect(await world.points()).to.deep.equal([]);
  });
}

/** A job that fails with the code and words of a failure; no point is left. */
function failedJob(rule: RuleId, what: string, run: (world: World) => Promise<unknown>, expected: Expected): Row {
  return effect(rule, `${what}: the job fails, no point`, async (world) => {
    const before = await run(world);
    const job = (await world.jobs()).findLast(({ status }) => status === "FAILED");
    expect([job?.errorCode, job?.recoveryPointId, job?.level]).to.deep.equal([expected.code, null, null]);
    const [reason] = (job?.reasons ?? []) as unknown as readonly Reason[];
    const { code: told, ...words } = expected;
    expectReason(reason, { rule, ...words, ...(reason?.code === told ? { code: told } : {}) });
    expect(reason?.source).to.contain(printed[rule] ?? "");
    expect(await world.points()).to.have.length(typeof before === "number" ? before : 0);
  });
}

/** A copy that fails: the point is there and restores at home, the copy isn't. */
function failedCopy(rule: RuleId, what: string, run: (world: World) => Promise<void>, expected: Expected): Row {
  return effect(rule, `${what}: the copy fails, the point stays`, async (world) => {
    await run(world);
    await world.advance(day + 3600);
    const [copy, ...others] = await copies(world);
    expect([copy?.status, copy?.errorCode, others]).to.deep.equal(["FAILED", expected.code, []]);
    const reason = copy === undefined ? undefined : copyFailureReason(copy);
    const { code: told, ...words } = expected;
    expectReason(reason, { rule, ...words, ...(reason?.code === told ? { code: told } : {}) });
    expect(reason?.source).to.contain(printed[rule] ?? "");
    const { id } = await world.point();
    await world.declare("restore", "hbr:Restore", { recoveryPointId: id, ...machineTarget }).done();
  });
}

const permanent = JSON.stringify([{ RuleType: "BACKUP", Schedule: "I|1767225600|P1D", Retention: -1 }]);
const nowhere = JSON.stringify([
  { RuleType: "BACKUP", Schedule: "I|1767225600|P1D", Retention: 30 },
  { RuleType: "REPLICATION" },
]);

async function createPolicy(world: World, Rules: string): Promise<EngineError> {
  await world.bare().start();
  const given = { PolicyName: "daily", PolicyType: "UDM_ECS_ONLY", Rules };
  return world.refusedCall("CreatePolicyV2", given);
}

async function runNow(world: World): Promise<EngineError> {
  return world.refusedCall("ExecutePolicyV2", {
    PolicyId: world.text("policy", "policyId"),
    DataSourceId: instanceId,
  });
}

async function release(world: World, id: string): Promise<void> {
  await world.engine.call("DeleteInstance", { InstanceId: id, Force: "true" });
}

const requests: readonly Row[] = [
  request("A-70", "a policy with permanent retention", (world) => createPolicy(world, permanent), {
    as: "A-33",
    code: "Engine.PermanentRetention",
    message: ["the policy contains a permanent retention rule", "can't be applied to ECS instance backup", "A-70"],
    remedy: "change the retention to a specified number of days",
  }),
  request("A-71", "a replication without destination", (world) => createPolicy(world, nowhere), {
    as: "A-34",
    code: "Engine.DestinationRegionMissing",
    message: ["the destination region isn't specified", "A-71"],
    remedy: "name the destination region, or turn replication off",
  }),
  request(
    "A-72",
    "running the policy of a released machine now",
    async (world) => {
      await world.plain().done();
      await release(world, instanceId);
      return runNow(world);
    },
    {
      code: "Engine.InstanceReleased",
      message: "machine i-1 was released",
      remedy: "cancel its protection, or restore it from one of its recovery points",
    },
  ),
  request(
    "A-73",
    "running a suspended protection now",
    async (world) => {
      world.plain().protection.disabled = true;
      await world.done();
      return runNow(world);
    },
    {
      code: "Engine.PlanSuspended",
      message: "the backups of i-1 are suspended",
      remedy: "resume them: EnableBackupPlan",
    },
  ),
  request(
    "A-73",
    "running a suspended plan now",
    async (world) => {
      Object.assign(world.instance, { RegionId: "me-central-1", ZoneId: "me-central-1a" });
      const plan = { instanceId, rules: [{ schedule: "I|1767225600|P1D" }], retention: 30, disabled: true };
      await world.bare().declare("plan", "hbr:BackupPlan", plan).done();
      return world.refusedCall("ExecuteBackupPlan", { PlanId: world.text("plan", "planId") });
    },
    { code: "Engine.PlanSuspended", message: "suspended", remedy: "EnableBackupPlan" },
  ),
  effect("A-72", "a manual backup of a released machine: refused at check", async (world) => {
    world.bare().omitted.delete("policy");
    await world.done();
    await release(world, instanceId);
    world.declare("backup", "hbr:Backup", { instanceId, retention: { value: 1 } });
    expectRefusal(await world.up(), "backup", "A-72", "machine i-1 was released", "restore it from a recovery point");
  }),
  effect("A-73", "a suspended protection runs nothing by its schedule either", async (world) => {
    world.plain().protection.disabled = true;
    await world.done();
    await world.advance(3 * day);
    expect(await world.jobs()).to.deep.equal([]);
  }),
];

/** A group whose second machine is gone. */
async function halfReleased(world: World): Promise<number> {
  world.bare().addMachine("i-2").omitted.delete("policy");
  world.declare("group", "hbr:ConsistencyGroup", { instanceIds: [instanceId, "i-2"] });
  world.declare("together", "hbr:InstanceProtection", {
    groupId: group,
    policyId: new Reference("policy", "policyId"),
  });
  await world.done();
  await release(world, "i-2");
  await world.advance(day);
  return 1;
}

async function busyDisk(world: World): Promise<void> {
  await world.plain().done();
  await world.advance(day - 10);
  await world.engine.call("CreateSnapshot", { DiskId: "d-1" });
  await world.advance(10);
}

async function fullDisk(world: World): Promise<number> {
  Object.assign(world.plain().policy, { rules: [{ ...daily, schedule: "I|1767225600|PT1H" }] });
  await world.done();
  await world.advance(257 * 3600);
  return 256;
}

async function throttledFor(world: World, seconds: number): Promise<void> {
  await world.plain().done();
  await world.advance(day - 1);
  await world.engine.call("setFault", { kind: "THROTTLING", seconds: String(seconds) });
  await world.advance(60);
}

const jobs: readonly Row[] = [
  failedJob("A-72", "one machine of a group was released", halfReleased, {
    code: "Engine.InstanceReleased",
    message: "the machine was released",
    remedy: "cancel its protection, or restore it from one of its recovery points",
  }),
  failedJob("A-76", "a disk has as many snapshots as it may have", fullDisk, {
    code: "QuotaExceed.Snapshot",
    message: "disk d-0 has 256 manual snapshots, as many as a disk may have (A-55)",
    remedy: "a shorter retention, a longer interval, or delete points that nobody needs",
  }),
  failedJob("A-77", "a snapshot of the disk is in progress", busyDisk, {
    code: "IncorrectDiskStatus.CreatingSnapshot",
    message: "a snapshot of disk d-1 is being made by the snapshot service",
    remedy: "don't use the snapshot service beside Cloud Backup on one disk (A-47)",
  }),
  failedJob("A-80", "throttled at every try", (world) => throttledFor(world, 40), {
    code: "Throttling.User",
    message: "the request was throttled 6 times, with growing pauses",
    remedy: "run it again later",
  }),
  effect("A-80", "throttled for a while: the job starts late, and is made", async (world) => {
    await throttledFor(world, 6);
    const [job] = await world.jobs();
    // Tried after 0, 1, 3 and 7 seconds; the fault ended five seconds after the slot.
    expect(job?.startTime).to.equal((await world.now()) - 59 + 7);
    expect(await world.points()).to.have.length(1);
  }),
  effect("A-80", "an update that is throttled fails whole", async (world) => {
    world.bare().omitted.delete("policy");
    await world.done();
    await world.engine.call("setFault", { kind: "THROTTLING", seconds: "3600" });
    world.declare("backup", "hbr:Backup", { instanceId, retention: { value: 1 } });
    const { failure } = await world.up();
    expectError(failure?.error, {
      rule: "A-80",
      code: "Throttling.User",
      message: "the request was throttled 6 times, with growing pauses",
      remedy: "run it again later, or ask for a higher API quota",
    });
    expect(await world.jobs()).to.deep.equal([]);
    expect(await world.points()).to.deep.equal([]);
  }),
  ...(["preScript", "postScript"] as const).map((name) =>
    effect("A-75", `the ${name} fails: the point is there, at a lower level`, async (world) => {
      world.scripts[name] = { content: "x", simulate: { exitCode: 1 } };
      await world.done();
      await world.advance(day);
      const point = await world.point();
      expect([point.level, point.damaged]).to.deep.equal(["FILE_SYSTEM", false]);
      const [reason] = point.reasons as unknown as readonly Reason[];
      expectReason(reason, { rule: "A-14", message: "ends with exit code 1", remedy: "it must end with 0" });
      const [job] = await world.jobs();
      expect([job?.status, job?.level]).to.deep.equal(["COMPLETE", "FILE_SYSTEM"]);
    }),
  ),
  effect("A-75", "a script that times out: the point is there, at a lower level", async (world) => {
    script(world, { simulate: { durationSeconds: 31 } });
    await world.done();
    await world.advance(day);
    const point = await world.point();
    expect(point.level).to.equal("FILE_SYSTEM");
    expect(JSON.stringify(point.reasons)).to.contain("longer than its time-out of 30 s");
  }),
];

const key = { id: "key-1", regionId: "cn-shanghai", keyState: "Enabled", granted: true } as const;

/** A key that was usable once: what was done to it, and what the copy then says. */
const keys: readonly (readonly [what: string, spoil: (world: World) => Promise<unknown>, expected: Expected])[] = [
  [
    "a KMS key that isn't there",
    async () => undefined,
    {
      code: "InvalidParameter.KMSKeyId.NotFound",
      message: "there is no KMS key key-1 in the destination region cn-shanghai",
      remedy: "make the key usable in the destination region",
    },
  ],
  [
    "a KMS key of another region",
    (world) => world.engine.run(putKey, { ...key, regionId: "us-east-1" }),
    { code: "InvalidParameter.KMSKeyId.NotFound", message: "it lies in us-east-1", remedy: "the next run copies anew" },
  ],
  [
    "a KMS key that was disabled",
    async (world) => {
      await world.engine.run(putKey, key);
      await world.engine.run(changeKey, { keyId: key.id, change: { keyState: "Disabled" } });
    },
    { code: "Engine.KMSKeyDisabled", message: "KMS key key-1 is Disabled", remedy: "make the key usable" },
  ],
  [
    "a KMS key that was not granted",
    (world) => world.engine.run(putKey, { ...key, granted: false }),
    {
      code: "InvalidParameter.KMSKeyId.KMSUnauthorized",
      message: "Cloud Backup may not use KMS key key-1 yet",
      remedy: "make the key usable",
    },
  ],
];

const failedCopies: readonly Row[] = [
  failedCopy(
    "A-74",
    "metadata that can't be synchronised",
    async (world) => {
      await copying(world).done();
      await world.engine.call("setFault", { kind: "METADATA_SYNC", seconds: String(2 * day) });
    },
    {
      code: "Engine.MetadataSyncFailed",
      message: "the metadata of the destination region cn-shanghai couldn't be synchronised (network jitter)",
      remedy: "retry, or change the destination region, and run the plan again",
    },
  ),
  ...keys.map(([what, spoil, expected]) =>
    failedCopy(
      "A-78",
      what,
      async (world) => {
        Object.assign(copying(world).protection, { replicationEncryption: { mode: "KMS", kmsKeyId: key.id } });
        await world.start();
        await spoil(world);
        await world.done();
      },
      expected,
    ),
  ),
];

const attachments: readonly Row[] = [
  effect("A-79", "a role that does not trust ECS: refused at attachment, with the API's code", async (world) => {
    trustOther(world);
    const message = "role Snapshots does not trust ecs.aliyuncs.com, so it can't be attached to a machine";
    expectRefusal(await world.up(), "attachment", "A-79", message, "allow sts:AssumeRole to Service ecs.aliyuncs.com");
    const given = { RamRoleName: "Snapshots", InstanceIds: '["i-1"]' };
    const { rule, code } = await world.refusedCall("AttachInstanceRamRole", given);
    expect([rule, code]).to.deep.equal(["A-79", "InvalidRamRole.NotEcsRole"]);
  }),
  effect("A-79", "a role that is not there", async (world) => {
    world.attachment.ramRoleName = "Nobody";
    const remedy = "take ramRoleName from the output of ram:Role";
    expectRefusal(await world.up(), "attachment", "A-79", "there is no RAM role Nobody", remedy);
    const given = { RamRoleName: "Nobody", InstanceIds: '["i-1"]' };
    expect((await world.refusedCall("AttachInstanceRamRole", given)).code).to.equal("InvalidRamRole.NotFound");
  }),
  effect("A-79", "a machine that carries another role", async (world) => {
    world.instance.ramRoleName = "Other";
    const message = "machine i-1 carries RAM role Other already; a machine has one role at most";
    expectRefusal(await world.up(), "attachment", "A-79", message, "detach it first: DetachInstanceRamRole");
  }),
  effect("A-79", "a role that is taken off leaves the backups crash-consistent", async (world) => {
    await world.done();
    await world.engine.call("DetachInstanceRamRole", { RamRoleName: "Snapshots", InstanceIds: '["i-1"]' });
    await world.refresh();
    expect(reasonsOf(world)[0]).to.include({ rule: "A-08", code: "HBR.NoRamRoleBound" });
  }),
];

export const failureRows: readonly Row[] = [...requests, ...jobs, ...failedCopies, ...attachments];
