import { expect } from "chai";
import { armKey, guidOf, jobIdOf } from "../../provider/engine/azure/arm-id";
import { createVault } from "../../provider/engine/azure/vault-change";
import type { VaultJob, VaultJobDetail } from "../../provider/engine/azure/vault-job";
import { SimulatedEngine } from "../../provider/engine/engine";
import { preparationFor } from "../../provider/engine/prepare";
import { openStore } from "../../provider/store/open";
import { webPoint } from "../engine/azure/restore-world";
import { itemRow, start, vaultId, vaultWith } from "../engine/azure/vault-rows";
import { testSettings } from "../support/test-engine";
import { Folder, mysql } from "./cli";

interface Listed {
  readonly recoveryPointId?: string;
  readonly jobId?: string;
  readonly vmName?: string;
  readonly vaultName?: string;
  readonly tier?: string;
  readonly instanceId?: string;
  readonly status?: string;
  readonly completeTime?: string | null;
}

const item = itemRow("web");
const jobId = jobIdOf(vaultId, guidOf("restore"));
const detail: VaultJobDetail = {
  attempts: [],
  guestRun: null,
  tasks: [{ taskId: "Restore from snapshot", startTime: start, completeTime: start + 120 }],
  diskBytes: [],
};
const job: VaultJob = {
  ...{ id: armKey(jobId), account: testSettings.account, armId: jobId, itemId: item.id, vmId: item.vmId },
  ...{ vaultId: item.vaultId, operation: "Restore", status: "Failed", startTime: start, completeTime: start + 120 },
  ...{ bytesTotal: 1024, level: "CRASH", reasons: [], recoveryPointId: null, userTriggered: true },
  ...{ detail: detail as never, errorCode: "UserErrorX", errorMessage: "x" },
};

describe("points and jobs of Azure", () => {
  let folder: Folder;
  beforeEach(async () => {
    folder = new Folder();
    await folder.run("advance", "0s");
    const store = await openStore(undefined, { projectDirectory: folder.path });
    const engine = new SimulatedEngine(testSettings, store, preparationFor({ instances: [], disks: [] }));
    await engine.run(createVault, vaultWith());
    await engine.run(async (context) => {
      await context.store.put("protectedItem", [item]);
      const damaged = webPoint(2, { createTime: start - 60, damaged: true });
      // Over by a changed policy: its row goes when the clock moves, and nobody is to see it until then.
      const over = webPoint(3, { createTime: start - 120, expireTime: start });
      await context.store.put("vaultPoint", [webPoint(1), damaged, over]);
      await context.store.put("vaultJob", [job]);
      const machine = { account: testSettings.account, armId: item.sourceResourceId, vmName: "web", released: false };
      const unknown = { osType: null, osName: null, powerState: null, guestAgent: null, vssHealthy: null };
      const rest = { deploymentModel: "Arm", managedDisks: true, disks: [], extension: null, hostFile: "VALID" };
      const place = { resourceGroupName: "machines", location: "westeurope", origin: "INVENTORY", tags: {} };
      const more = { changeRatePercentPerDay: null, inventoryHash: null, createTime: start, id: item.vmId };
      await context.store.put("virtualMachine", [{ ...machine, ...unknown, ...rest, ...place, ...more }]);
    }, undefined);
    await store.close();
  });
  afterEach(() => folder.remove());

  it("are in one list with those of Alibaba Cloud, newest first", async () => {
    await folder.json("call", "CreateBackupJob", "--SourceType", "UDM_ECS", "--InstanceId", mysql, "--Retention", "30");
    const points = await folder.json<Listed[]>("points", "--json");
    expect(points.map(({ instanceId, vmName }) => instanceId ?? vmName)).to.deep.equal([mysql, "web", "web"]);
    const table = (await folder.run("points")).stdout.split("\n");
    expect(table[2]).to.match(
      /^[0-9a-f-]{36} +web +2026-01-01T00:00:00Z .* APPLICATION .* vault pending +usable, Snapshot$/,
    );
    expect(table[3]).to.match(/damaged \(Z-37\), Snapshot$/);
    const jobs = await folder.json<Listed[]>("jobs", "--json");
    expect(jobs.map(({ instanceId, vmName }) => instanceId ?? vmName)).to.have.members([mysql, "web"]);
  });

  it("follow the clock", async () => {
    expect((await folder.run("jobs")).stdout).to.match(/web +Restore +InProgress +0 % /);
    expect(await folder.json("jobs", "--status", "Failed", "--json")).to.deep.equal([]);
    await folder.run("advance", "2h");
    expect((await folder.run("jobs")).stdout).to.match(/web +Restore +Failed \(UserErrorX\) +100 % /);
    const [failed] = await folder.json<Listed[]>("jobs", "--status", "Failed", "--json");
    expect(failed).to.include({ jobId, vaultName: "vault", completeTime: "2026-01-01T00:02:00Z" });
    const [point] = await folder.json<Listed[]>("points", "--json");
    expect(point).to.include({ recoveryPointId: webPoint(1).armId, tier: "Snapshot and vault" });
    expect((await folder.run("points")).stdout).to.match(/ vault +usable, Snapshot and vault\n/);
  });

  it("are narrowed to one machine, by its name or id in any case", async () => {
    for (const machine of ["web", item.sourceResourceId, item.sourceResourceId.toUpperCase()]) {
      expect(await folder.json("points", "--machine", machine, "--json")).to.have.lengthOf(2);
      expect(await folder.json("jobs", "--machine", machine, "--json")).to.have.lengthOf(1);
    }
    for (const list of ["points", "jobs"]) {
      expect(await folder.json(list, "--machine", "mysql-primary", "--json")).to.deep.equal([]);
    }
    const { stderr } = await folder.run("points", "--machine", "wep");
    expect(stderr).to.contain("there is no machine wep").and.contain("did you mean web?");
  });
});
