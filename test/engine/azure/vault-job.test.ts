import { expect } from "chai";
import { armKey, guidOf, jobIdOf } from "../../../provider/engine/azure/arm-id";
import {
  detailOfVaultJob,
  listVaultJobs,
  type VaultJob,
  type VaultJobDetail,
  vaultJobStateAt,
  vaultJobStatuses,
} from "../../../provider/engine/azure/vault-job";
import { TestEngine } from "../../support/test-engine";
import { itemRow, start, vaultId } from "./vault-rows";

const detail: VaultJobDetail = {
  attempts: [{ startTime: start, outcome: "Succeeded" }],
  guestRun: null,
  tasks: [
    { taskId: "Take Snapshot", startTime: start, completeTime: start + 100 },
    { taskId: "Transfer data to vault", startTime: start + 200, completeTime: start + 400 },
  ],
  diskBytes: [100],
};

function jobRow(name: string, change: Partial<VaultJob> = {}): VaultJob {
  const item = itemRow("web");
  const armId = jobIdOf(vaultId, guidOf(name));
  return {
    id: armKey(armId),
    account: item.account,
    armId,
    itemId: item.id,
    vmId: item.vmId,
    vaultId: item.vaultId,
    operation: "Backup",
    status: "Completed",
    startTime: start,
    completeTime: start + 400,
    bytesTotal: 100,
    level: "CRASH",
    reasons: [],
    recoveryPointId: null,
    userTriggered: false,
    detail: detail as never,
    errorCode: null,
    errorMessage: null,
    ...change,
  };
}

describe("a job of a vault", () => {
  const told = (job: VaultJob, time: number): string => {
    const { status, progressPercentage, tasks } = vaultJobStateAt(job, start + time);
    const parts = tasks.map((task) => `${task.status} ${task.progressPercentage}`);
    return [`${status} ${progressPercentage}`, ...parts].join(" | ");
  };
  const rows = [
    ["Completed", 0, "InProgress 0 | InProgress 0 | NotStarted 0"],
    ["Completed", 50, "InProgress 12 | InProgress 50 | NotStarted 0"],
    ["Completed", 150, "InProgress 37 | Completed 100 | NotStarted 0"],
    ["Completed", 300, "InProgress 75 | Completed 100 | InProgress 50"],
    ["CompletedWithWarnings", 400, "CompletedWithWarnings 100 | Completed 100 | Completed 100"],
    ["Failed", 399, "InProgress 99 | Completed 100 | InProgress 99"],
    ["Failed", 400, "Failed 100 | Completed 100 | Failed 0"],
    ["Cancelled", 400, "Cancelled 100 | Completed 100 | Cancelled 0"],
  ] as const;
  for (const [status, time, state] of rows) {
    it(`that ends ${status} is after ${time} s: ${state}`, () => {
      expect(told(jobRow("job", { status }), time)).to.equal(state);
    });
  }

  it("that takes no time is over at once", () => {
    const failed = jobRow("job", { status: "Failed", completeTime: start, detail: { ...detail, tasks: [] } as never });
    expect(told(failed, 0)).to.equal("Failed 100");
    expect(detailOfVaultJob(failed).tasks).to.deep.equal([]);
  });

  it("is found by what it is doing now, its kind, its time and its item", async () => {
    const engine = await TestEngine.inMemory();
    const jobs = [
      jobRow("running", { completeTime: start + 10 }),
      jobRow("done", { startTime: start - 500, completeTime: start - 100 }),
      jobRow("failed", { startTime: start - 300, completeTime: start, status: "Failed" }),
      jobRow("restore", { startTime: start - 100, completeTime: start - 50, operation: "Restore", itemId: null }),
    ];
    await engine.run(({ store }) => store.put("vaultJob", jobs), undefined);
    const all = { vaultId, itemIds: null, operation: null, status: null, since: null, limit: 100 };
    const names = async (search: object): Promise<(string | undefined)[]> => {
      const found = await engine.ask(listVaultJobs, { ...all, ...search });
      return found.jobs.map(({ id }) =>
        ["running", "done", "failed", "restore"].find((name) => jobRow(name).id === id),
      );
    };
    expect(await names({})).to.deep.equal(["running", "restore", "failed", "done"]);
    expect(await names({ status: "InProgress" })).to.deep.equal(["running"]);
    expect(await names({ status: "Completed" })).to.deep.equal(["restore", "done"]);
    expect(await names({ status: "Failed" })).to.deep.equal(["failed"]);
    expect(await names({ operation: "Restore" })).to.deep.equal(["restore"]);
    expect(await names({ since: start - 300 })).to.deep.equal(["running", "restore", "failed"]);
    expect(await names({ itemIds: [itemRow("web").armId] })).to.deep.equal(["running", "failed", "done"]);
    expect(await names({ vaultId: `${vaultId}2` })).to.deep.equal([]);
    expect((await engine.ask(listVaultJobs, { ...all, limit: 1 })).total).to.equal(4);
    for (const status of vaultJobStatuses) {
      const found = await engine.ask(listVaultJobs, { ...all, status });
      for (const job of found.jobs) expect(vaultJobStateAt(job, start).status).to.equal(status);
    }
  });
});
