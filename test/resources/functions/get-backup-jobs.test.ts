import { expect } from "chai";
import * as fc from "fast-check";
import { type JobStatus, jobStateAt, jobStatuses, jobsWithStatus } from "../../../provider/engine/alibaba/job-state";
import { releaseMachine } from "../../../provider/engine/alibaba/machine";
import { job } from "../../store/rows";
import { Reference } from "../../support/program";
import { memoryStore } from "../../support/test-engine";
import { backupRule, day, Estate } from "./estate";

interface Job {
  readonly jobId: string;
  readonly kind: string;
  readonly instanceId?: string;
  readonly groupId?: string;
  readonly parentJobId?: string;
  readonly memberJobIds: readonly string[];
  readonly status: string;
  readonly progress: number;
  readonly startTime: string;
  readonly completeTime?: string;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly consistentLevel?: string;
  readonly reasons: readonly { rule: string; remedy: string; source: string }[];
  readonly errorCode?: string;
  readonly guestRun?: unknown;
  readonly diskJobs: readonly object[];
  readonly replicas: readonly { status: string; errorCode?: string; reason?: { rule: string } }[];
}

interface Answer {
  readonly jobs: readonly Job[];
  readonly total: number;
}

const token = "hbr:getBackupJobs";
const GiB = 1024 ** 3;
const machineId = new Reference("machine", "instanceId");
const trust = {
  Version: "1",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["ecs.aliyuncs.com"] } }],
};

/** A machine of two disks, its policy and protection. */
async function protectedMachine(rules: readonly object[], settings: object = {}): Promise<Estate> {
  return (await Estate.make())
    .declare("machine", "ecs:Instance", { systemDisk: { usedGiB: 10 } })
    .declare("disk", "ecs:Disk", { instanceId: machineId, sizeGiB: 100, usedGiB: 40 })
    .declare("policy", "hbr:Policy", { rules: rules as never })
    .declare("protection", "hbr:InstanceProtection", {
      instanceId: machineId,
      policyId: new Reference("policy", "policyId"),
      ...settings,
    });
}

describe("getBackupJobs", () => {
  it("a running job and its disks side by side: the small one is done before the large one", async () => {
    const estate = await (await protectedMachine([backupRule("P1D", 30)])).up();
    await estate.engine.advance(day + 200);
    const { jobs, total } = await estate.call<Answer>(token);
    expect(total).to.equal(1);
    // 40 GiB at 100 MiB a second are 410 seconds, 10 GiB are 103.
    expect(jobs[0]).to.deep.include({ kind: "SCHEDULED", status: "RUNNING", progress: 4878, bytesTotal: 50 * GiB });
    expect(jobs[0]).to.not.have.property("completeTime");
    const [small, large] = jobs[0]?.diskJobs ?? [];
    expect(small).to.deep.equal({
      diskId: estate.output("machine", "systemDiskId"),
      status: "COMPLETE",
      progress: 10_000,
      bytesTotal: 10 * GiB,
      bytesDone: 10 * GiB,
      completeTime: "2026-01-02T00:01:43Z",
    });
    expect(large).to.deep.include({ diskId: estate.output("disk", "diskId"), status: "RUNNING", progress: 4878 });
    await estate.engine.advance(210);
    const [done] = (await estate.call<Answer>(token)).jobs;
    expect(done).to.deep.include({ status: "COMPLETE", progress: 10_000, completeTime: "2026-01-02T00:06:50Z" });
  });

  it("filters: machine, protection, status and time; newest first, the limit leaves the total", async () => {
    const estate = await (await protectedMachine([backupRule("P1D", 30)]))
      .declare("backup", "hbr:Backup", { instanceId: machineId, retention: { value: 7 } })
      .up();
    await estate.engine.advance(5 * day);
    const instanceId = estate.output("machine", "instanceId");
    const rows = [
      [{ instanceId }, 6],
      [{ instanceId: estate.output("machine", "instanceId"), status: "FAILED" }, 0],
      [{ protectionId: estate.output("protection", "protectionId") }, 5],
      [{ protectionId: "pd-none" }, 0],
      [{ status: "RUNNING" }, 1],
      [{ status: "COMPLETE" }, 5],
      [{ since: "2026-01-04T00:00:00Z" }, 3],
    ] as const;
    for (const [args, total] of rows) {
      const answer = await estate.call<Answer>(token, args);
      expect([answer.total, answer.jobs.length], JSON.stringify(args)).to.deep.equal([total, total]);
    }
    const newest = await estate.call<Answer>(token, { limit: 2 });
    const starts = newest.jobs.map(({ startTime }) => startTime);
    expect([newest.total, ...starts]).to.deep.equal([6, "2026-01-06T00:00:00Z", "2026-01-05T00:00:00Z"]);
    const oldest = (await estate.call<Answer>(token)).jobs.at(-1);
    expect(oldest).to.deep.include({ kind: "MANUAL", jobId: estate.output("backup", "jobId") });
  });

  it("a job of less than was asked for names every rule; what ran in the guest is told", async () => {
    const appConsistent = { appConsistent: true, ramRoleName: new Reference("attachment", "ramRoleName") };
    const estate = (await protectedMachine([backupRule("P1D", 30)]))
      .declare("role", "ram:Role", { assumeRolePolicyDocument: trust, roleName: "Snapshots" })
      .declare("attachment", "ecs:RamRoleAttachment", {
        ramRoleName: new Reference("role", "roleName"),
        instanceIds: [machineId],
      })
      .declare("app", "hbr:Backup", { instanceId: machineId, retention: { value: 1 }, ...appConsistent });
    await estate.up();
    const [without] = (await estate.call<Answer>(token)).jobs;
    expect(without).to.include({ consistentLevel: "CRASH", status: "RUNNING" });
    expect(without).to.not.have.property("guestRun");
    expect(without?.reasons.map(({ rule }) => rule)).to.include("A-10");
    for (const { remedy, source } of without?.reasons ?? []) expect([remedy, source]).to.not.include("");

    const document = { Version: "1", Statement: [{ Effect: "Allow", Action: "ecs:*", Resource: "*" }] };
    const simulate = { exitCode: 3, durationSeconds: 2 };
    await estate
      .declare("actions", "ram:Policy", { policyDocument: document })
      .declare("grant", "ram:RolePolicyAttachment", {
        policyName: new Reference("actions", "policyName"),
        roleName: new Reference("role", "roleName"),
      })
      .declare("scripts", "ecs:ScriptDeployment", {
        instanceIds: [machineId],
        preScript: { content: "sync\nexit 3\n", simulate },
        postScript: { content: "sync\n" },
      })
      .declare("later", "hbr:Backup", {
        instanceId: machineId,
        retention: { value: 1 },
        ...appConsistent,
        scriptDeploymentId: new Reference("scripts", "id"),
      })
      .up();
    const { jobs } = await estate.call<Answer>(token);
    const failing = jobs.find(({ jobId }) => jobId === estate.output("later", "jobId"));
    expect(failing?.consistentLevel).to.equal("FILE_SYSTEM");
    expect(failing?.guestRun).to.deep.equal({
      preScript: { path: "/tmp/prescript.sh", outcome: "FAILED", exitCode: 3, durationSeconds: 2 },
      frozen: true,
      postScript: { path: "/tmp/postscript.sh", outcome: "SUCCESS", exitCode: 0, durationSeconds: 1 },
    });
  });

  it("a copy that failed is told with its reason, and the job is none the worse (A-57, A-78)", async () => {
    const replication = { ruleType: "REPLICATION", replicationRegionId: "cn-shanghai", retention: 90 };
    const encryption = { replicationEncryption: { mode: "KMS", kmsKeyId: "key-none" } };
    const estate = await (await protectedMachine([backupRule("P1D", 30), replication], encryption)).up();
    await estate.engine.advance(2 * day - 1);
    const [done] = (await estate.call<Answer>(token)).jobs;
    expect(done?.status).to.equal("COMPLETE");
    expect(done?.replicas[0]).to.include({ status: "FAILED", errorCode: "InvalidParameter.KMSKeyId.NotFound" });
    expect(done?.replicas[0]?.reason?.rule).to.equal("A-78");
  });

  it("the job of a group has those of its machines; one that was released lets it fail in part", async () => {
    const estate = await (await Estate.make())
      .declare("machine", "ecs:Instance", {})
      .declare("other", "ecs:Instance", {})
      .declare("group", "hbr:ConsistencyGroup", { instanceIds: [machineId, new Reference("other", "instanceId")] })
      .declare("policy", "hbr:Policy", { rules: [backupRule("P1D", 30)] })
      .declare("protection", "hbr:InstanceProtection", {
        groupId: new Reference("group", "groupId"),
        policyId: new Reference("policy", "policyId"),
      })
      .up();
    await estate.engine.run(releaseMachine, estate.output("other", "instanceId"));
    await estate.engine.advance(2 * day - 1);
    const groupId = estate.output("group", "groupId");
    const { jobs, total } = await estate.call<Answer>(token, { groupId });
    expect(total).to.equal(1);
    expect(jobs[0]).to.deep.include({ groupId, status: "PARTIAL_COMPLETE", errorCode: "Engine.InstanceReleased" });
    const all = await estate.call<Answer>(token, { protectionId: estate.output("protection", "protectionId") });
    const members = all.jobs.filter(({ parentJobId }) => parentJobId === jobs[0]?.jobId);
    expect(members.map(({ jobId }) => jobId).sort()).to.deep.equal([...(jobs[0]?.memberJobIds ?? [])].sort());
    expect(members.map(({ status }) => status).sort()).to.deep.equal(["COMPLETE", "FAILED"]);
    expect(members.find(({ status }) => status === "FAILED")?.reasons[0]?.rule).to.equal("A-72");
  });

  it("the store finds the jobs of a status at a moment as their state says", async () => {
    const store = await memoryStore();
    const times = fc.integer({ min: 0, max: 100 });
    const ends = fc.constantFrom<JobStatus>("COMPLETE", "PARTIAL_COMPLETE", "FAILED", "CANCELED");
    const rows = fc.array(fc.tuple(ends, times, times), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(rows, times, async (described, now) => {
        const jobs = described.map(([status, startTime, seconds], index) =>
          job(`job-${index}`, { status, startTime, completeTime: startTime + seconds, bytesTotal: 1000 }),
        );
        await store.write(async (writer) => {
          await writer.removeWhere("job", {});
          await writer.put("job", jobs);
        });
        for (const status of jobStatuses) {
          const found = await store.read((reader) => reader.find("job", jobsWithStatus(status, now)));
          const expected = jobs.filter((each) => jobStateAt(each, now).status === status).map(({ id }) => id);
          expect(found.map(({ id }) => id).sort()).to.deep.equal(expected.sort());
        }
        for (const { progress, bytesDone } of jobs.map((each) => jobStateAt(each, now))) {
          expect(progress).to.be.within(0, 10_000);
          expect(bytesDone).to.be.within(0, 1000);
        }
      }),
    );
    await store.close();
  });
});
