import { expect } from "chai";
import { advance } from "../../provider/engine/advance";
import { evaluateConsistency } from "../../provider/engine/alibaba/consistency";
import { loadFacts } from "../../provider/engine/alibaba/fact";
import { defaultSettings } from "../../provider/engine/alibaba/protection-settings";
import { incarnationsOf } from "../../provider/engine/core/incarnation";
import { manualClockStart, secondsPerDay } from "../../provider/engine/core/time";
import { SimulatedEngine } from "../../provider/engine/engine";
import { callOperation, operations, requireOperation } from "../../provider/engine/operations";
import { preparationFor } from "../../provider/engine/prepare";
import { readInventory } from "../../provider/session/inventory-file";
import { memoryStore, testSettings } from "../support/test-engine";
import { cache, mysql, reporting } from "./cli";
import {
  cacheDisk,
  daily,
  grant,
  grants,
  hbr,
  machine,
  newMachine,
  newPlan,
  plan,
  riyadh,
  script,
  trust,
} from "./parameters";
import { azurePointStories } from "./stories-azure-point";
import { azureProtectionStories } from "./stories-azure-protection";
import { machineStories } from "./stories-machine";
import { pointStories } from "./stories-point";
import { protectionStories } from "./stories-protection";
import { serviceStories } from "./stories-service";
import { snapshotStories } from "./stories-snapshot";
import { vaultStories } from "./stories-vault";
import { virtualMachineStories } from "./stories-virtual-machine";
import { gives, openInventory, type Row, tell } from "./story";

const stories = [
  ...machineStories,
  ...snapshotStories,
  ...serviceStories,
  ...protectionStories,
  ...pointStories,
  ...vaultStories,
  ...virtualMachineStories,
  ...azureProtectionStories,
  ...azurePointStories,
];

/** Whether a row is one of a refusal. */
function isRefused([, , expected]: Row): boolean {
  return expected !== "done" && "code" in expected;
}

describe("the cloud's operations", () => {
  for (const { title, rows, inventory } of stories) {
    it(title, async () => {
      await tell(rows, await openInventory(inventory));
    });
  }

  it("each have a row that shows an effect and one of a refusal", () => {
    const rows = stories.flatMap((story) => story.rows);
    for (const { name } of operations) {
      const own = rows.filter(([operation]) => operation === name);
      expect(
        own.filter((row) => !isRefused(row)),
        `${name} done`,
      ).to.not.have.lengthOf(0);
      expect(own.filter(isRefused), `${name} refused`).to.not.have.lengthOf(0);
    }
  });

  for (const [name, remedy] of [
    ["StopInstanse", "did you mean StopInstance?"],
    ["DetachRamRole", "use one like DetachInstanceRamRole, "],
    ["SuspendPlan", "use one like CreateBackupPlan, "],
    ["Frobnicate", "cloudbackup call --list shows all"],
  ] as const) {
    it(`suggest for ${name}: ${remedy}`, () => {
      expect(() => requireOperation(name))
        .to.throw()
        .with.property("remedy")
        .that.satisfies((told: string) => told.startsWith(remedy));
    });
  }

  it("suggest the parameter that was meant", async () => {
    const call = callOperation(
      await openInventory(),
      requireOperation("StopInstance"),
      new Map([["instanceid", mysql]]),
    );
    const error = await call.then(
      () => undefined,
      (reason: Error & { remedy: string }) => reason,
    );
    expect(error?.remedy).to.contain("did you mean --InstanceId?");
  });

  it("answer the same on the same engine, request ids and all", async () => {
    const answers = await Promise.all(
      [1, 2].map(async () => {
        const parameters = new Map([...Object.entries(hbr), ["InstanceId", mysql], ["Retention", "5"]] as const);
        return callOperation(await openInventory(), requireOperation("CreateBackupJob"), parameters);
      }),
    );
    expect(answers[0]).to.deep.equal(answers[1]);
    expect(answers[0]?.RequestId).to.match(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
  });

  it("end the life of what they delete, also of what no program made", async () => {
    const rows: readonly Row[] = [
      ["CreateRole", { RoleName: "Snap", AssumeRolePolicyDocument: trust }, "done"],
      ["CreatePolicy", { PolicyName: "P", PolicyDocument: grants }, "done"],
      ["AttachPolicyToRole", grant, "done"],
      ["DetachPolicyFromRole", grant, "done"],
      ["DeletePolicy", { PolicyName: "P" }, "done"],
      ["DeleteRole", { RoleName: "Snap" }, "done"],
      ["DetachDisk", { ...machine, DiskId: "d-bp1mysqldata0000001" }, "done"],
      ["DeleteInstance", { ...machine, Force: "true" }, "done"],
    ];
    const engine = await tell(rows);
    const dead = [
      ["cloudbackup:ram:Role", "Snap"],
      ["cloudbackup:ram:Policy", "P"],
      ["cloudbackup:ram:RolePolicyAttachment", "role:P:Custom:Snap"],
      ["cloudbackup:ecs:Disk", "d-bp1mysqldata0000001"],
      ["cloudbackup:ecs:Disk", "d-bp1mysqlsystem00001"],
      ["cloudbackup:ecs:Instance", mysql],
    ] as const;
    for (const [resourceType, resourceId] of dead) {
      const lives = await engine.ask(incarnationsOf, { resourceType, resourceId });
      expect(
        lives.map((life) => life.live),
        `${resourceType} ${resourceId}`,
      ).to.deep.equal([false]);
    }
  });

  it("end the life of backups, restores, plans and bindings that they cancel", async () => {
    const running: readonly Row[] = [
      ["CreateBackupPlan", newPlan, "done"],
      ["DeleteUdmEcsInstance", { InstanceId: plan }, "done"],
      ["CreatePolicyV2", { PolicyName: "daily", Rules: daily }, "done"],
      ["CreatePolicyBindings", { PolicyId: "{PolicyId}", "PolicyBindingList.1.DataSourceId": mysql }, "done"],
      ["DescribePolicyBindings", {}, "done"],
      ["DeletePolicyBinding", { PolicyId: "{PolicyId}", DataSourceIds: mysql }, "done"],
      ["CreateBackupJob", { ...hbr, ...machine, Retention: "5" }, "done"],
      ["CreateRestoreJob", { SnapshotId: "{PointId}", RestoreType: "UDM_ECS", UdmDetail: newMachine }, "done"],
      ["CancelRestoreJob", { RestoreId: "{RestoreId}" }, "done"],
      ["CancelBackupJob", { JobId: "{JobId}" }, "done"],
      ["createConsistencyGroup", { groupName: "one", InstanceIds: cache }, "done"],
      ["deleteConsistencyGroup", { groupId: "{groupId}" }, "done"],
      ["cloneEcsInstance", { InstanceId: cache, UdmDetail: newMachine }, "done"],
      ["CancelRestoreJob", { RestoreId: "{RestoreId}" }, "done"],
    ];
    const engine = await tell(running, await openInventory(riyadh));
    const dead = await engine.ask(({ store }) => store.find("incarnation", { live: false }), undefined);
    expect(dead.map(({ resourceType }) => resourceType)).to.have.members([
      "cloudbackup:hbr:BackupPlan",
      "cloudbackup:hbr:InstanceProtection",
      "cloudbackup:hbr:Restore",
      "cloudbackup:hbr:Backup",
      "cloudbackup:hbr:ConsistencyGroup",
      "cloudbackup:hbr:Clone",
    ]);
  });

  it("leave the backups of a suspended machine out and its points in", async () => {
    const engine = await tell([
      ["CreatePolicyV2", { PolicyName: "daily", Rules: daily }, "done"],
      ["CreatePolicyBindings", { PolicyId: "{PolicyId}", "PolicyBindingList.1.DataSourceId": mysql }, "done"],
    ]);
    await engine.run(advance, { until: manualClockStart + 3 * secondsPerDay });
    const [{ policyId } = { policyId: "" }] = await engine.ask(({ store }) => store.find("protection"), undefined);
    await tell(
      [["UpdatePolicyBinding", { PolicyId: policyId, DataSourceId: mysql, Disabled: "true" }, "done"]],
      engine,
    );
    const summary = await engine.run(advance, { until: manualClockStart + 5 * secondsPerDay });
    expect(summary.backups).to.deep.equal({ APPLICATION: 0, FILE_SYSTEM: 0, CRASH: 0 });
    await tell([["DescribeUdmSnapshots", hbr, gives("TotalCount", 3)]], engine);
  });

  it("describe machines and disks as an inventory that means the same in another engine", async () => {
    const engine = await tell([
      ["SendFile", { ...script, FileMode: "0700", exitCode: "0", durationSeconds: "1.5" }, "done"],
      ["AttachDisk", { ...machine, Category: "cloud_ssd" }, "done"],
      ["StopInstance", { InstanceId: cache }, "done"],
      ["TagResources", { ResourceType: "instance", ResourceId: cache, Tag: '[{"Key":"tier","Value":"gold"}]' }, "done"],
      ["ApplyAutoSnapshotPolicy", { diskIds: cacheDisk, autoSnapshotPolicyId: "sp-1" }, "done"],
      ["CreateKey", { RegionId: "cn-beijing" }, "done"],
      ["CreateGrant", { KeyId: "{KeyId}" }, "done"],
    ]);
    const answers = [];
    for (const name of ["DescribeInstances", "DescribeDisks", "ListKeys"]) {
      answers.push(await callOperation(engine, requireOperation(name), new Map([["PageSize", "100"]])));
    }
    const copy = new SimulatedEngine(testSettings, await memoryStore(), preparationFor(readInventory(answers, ".")));
    const settings = { ...defaultSettings, appConsistent: true, ramRoleName: "Snap" };
    const ids = [mysql, cache, reporting];
    const judged = await Promise.all(
      [engine, copy].map((each) =>
        each.ask(async (context) => {
          const facts = await loadFacts(context.store, context.settings.account, ids);
          return [...facts.values()].map((machineFacts) =>
            evaluateConsistency(machineFacts, settings, context.settings),
          );
        }, undefined),
      ),
    );
    const steps = judged.map((list) => list.map((consistency) => consistency.steps));
    expect(steps[1]).to.deep.equal(steps[0]);
    expect(steps[0]).to.have.lengthOf(3);
    const others = await Promise.all(
      [engine, copy].map((each) =>
        each.ask(async ({ store }) => {
          const machines = await store.find("machine");
          const disks = await store.find("disk");
          const keys = await store.find("kmsKey");
          return [machines.map(({ tags }) => tags), disks.map((disk) => disk.autoSnapshotPolicyId), keys];
        }, undefined),
      ),
    );
    expect(others[1]).to.deep.equal(others[0]);
    expect(others[0]?.[0]).to.deep.include({ tier: "gold" });
  });
});
