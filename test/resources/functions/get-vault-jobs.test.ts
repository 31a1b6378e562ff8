import { expect } from "chai";
import { Reference } from "../../support/program";
import { day, type Estate } from "./estate";
import { protectedVm } from "./vault-estate";

interface Job {
  readonly jobId: string;
  readonly operation: string;
  readonly status: string;
  readonly progressPercentage: number;
  readonly isUserTriggered: boolean;
  readonly startTime: string;
  readonly endTime?: string;
  readonly durationSeconds: number;
  readonly recoveryPointType?: string;
  readonly installedExtension?: string;
  readonly attempts: readonly { outcome: string }[];
  readonly guestRun?: { preScript: { tries: number } };
  readonly tasksList: readonly { taskId: string; status: string }[];
  readonly errorDetails: readonly { errorTitle: string; recommendations: readonly string[] }[];
}

interface Answer {
  readonly jobs: readonly Job[];
  readonly total: number;
}

const token = "recoveryservices:getJobs";

const jobsOf = async (estate: Estate, args: Record<string, string> = {}): Promise<readonly Job[]> =>
  (await estate.call<Answer>(token, { vmId: estate.output("vm", "vmId"), ...args })).jobs;

const backups = { operation: "Backup" };

describe("recoveryservices:getJobs", () => {
  it("tells a backup's tasks as the clock moves", async () => {
    const estate = await protectedVm();
    await estate.engine.advance(2 * 3600 + 30);
    const told: string[] = [];
    for (const step of [0, 60, day / 4]) {
      await estate.engine.advance(step);
      const [job] = await jobsOf(estate, backups);
      told.push([job?.status, ...(job?.tasksList ?? []).map(({ taskId, status }) => `${taskId} ${status}`)].join(", "));
    }
    expect(told).to.deep.equal([
      "InProgress, Take Snapshot InProgress, Transfer data to vault NotStarted",
      "InProgress, Take Snapshot Completed, Transfer data to vault InProgress",
      "Completed, Take Snapshot Completed, Transfer data to vault Completed",
    ]);
    const [job] = await jobsOf(estate, backups);
    expect(job).to.include({ isUserTriggered: false, progressPercentage: 100, installedExtension: "VMSnapshotLinux" });
    expect(job).to.include({ recoveryPointType: "FileSystemConsistent", startTime: "2026-01-01T02:00:00Z" });
    expect(job?.attempts.map(({ outcome }) => outcome)).to.deep.equal(["Succeeded"]);
    expect(Date.parse(job?.endTime ?? "") - Date.parse(job?.startTime ?? "")).to.equal(
      (job?.durationSeconds ?? 0) * 1000,
    );
    expect(job?.errorDetails).to.deep.equal([]);
  });

  it("tells backups on demand and restores, and filters by kind, status and time", async () => {
    const estate = await protectedVm();
    await estate.engine.advance(day);
    const group = estate.output("vm", "vmId").replace(/\/providers\/.*$/, "");
    await estate
      .declare("backup", "recoveryservices:Backup", { itemId: new Reference("item", "itemId") })
      .declare("restore", "recoveryservices:Restore", {
        recoveryPointId: new Reference("backup", "recoveryPointId"),
        recoveryType: "RestoreDisks",
        targetResourceGroupId: group,
        storageAccountId: `${group}/providers/Microsoft.Storage/storageAccounts/staging`,
      })
      .up();
    const restores = await jobsOf(estate, { operation: "Restore" });
    expect(restores.map(({ jobId }) => jobId)).to.deep.equal([estate.output("restore", "jobId")]);
    expect(restores[0]).to.include({ status: "InProgress", isUserTriggered: true });
    expect(restores[0]?.tasksList.map(({ taskId }) => taskId)).to.deep.equal(["Restore from snapshot"]);
    const made = await jobsOf(estate, backups);
    expect(made.map(({ isUserTriggered }) => isUserTriggered)).to.deep.equal([true, false]);
    expect(await jobsOf(estate, { ...backups, status: "Completed" })).to.have.lengthOf(1);
    expect(await jobsOf(estate, { ...backups, status: "InProgress" })).to.have.lengthOf(1);
    expect(await jobsOf(estate, { ...backups, since: "2026-01-02T00:00:00Z" })).to.have.lengthOf(1);
    await estate.engine.advance(day);
    expect((await jobsOf(estate, { operation: "Restore" }))[0]?.status).to.equal("Completed");
  });
});
