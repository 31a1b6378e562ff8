import { expect } from "chai";
import { advance } from "../../provider/engine/alibaba/advance";
import { evaluateConsistency } from "../../provider/engine/alibaba/consistency";
import { loadFacts } from "../../provider/engine/alibaba/fact";
import { callOperation, operations, requireOperation } from "../../provider/engine/alibaba/operations";
import { defaultSettings } from "../../provider/engine/alibaba/protection-settings";
import { incarnationsOf } from "../../provider/engine/core/incarnation";
import { manualClockStart, secondsPerDay } from "../../provider/engine/core/time";
import { SimulatedEngine } from "../../provider/engine/engine";
import { preparationFor } from "../../provider/engine/prepare";
import { readInventory } from "../../provider/session/inventory-file";
import { memoryStore, testSettings } from "../support/test-engine";
import { cache, mysql, reporting } from "./cli";
import { gives, openInventory, type Row, refused, tell } from "./story";

const trust = JSON.stringify({
  Version: "1",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["ecs.aliyuncs.com"] } }],
});
const untrusting = JSON.stringify({
  Version: "1",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["fc.aliyuncs.com"] } }],
});
const grants = JSON.stringify({ Version: "1", Statement: { Effect: "Allow", Action: "ecs:*", Resource: "*" } });
const others = JSON.stringify({ Version: "1", Statement: { Effect: "Allow", Action: "oss:*", Resource: "*" } });
const daily = JSON.stringify([{ RuleType: "BACKUP", Schedule: "I|1767225600|P1D", Retention: 7 }]);
const weekly = JSON.stringify([{ RuleType: "BACKUP", Schedule: "I|1767225600|P7D", Retention: 30 }]);
const one = { InstanceIds: JSON.stringify([mysql]) };
const machine = { InstanceId: mysql };
const sh = (CommandContent: string, InstanceId = mysql) => ({ InstanceId, CommandContent });
const script = { Name: "prescript.sh", TargetDir: "/tmp", Content: "sync", InstanceId: mysql };
const scripts = "Instances.Instance.0.scripts";
const attached = { RamRoleName: "Snap", ...one };
const grant = { PolicyType: "Custom", PolicyName: "P", RoleName: "Snap" };
const bound = { PolicyId: "{PolicyId}", SourceType: "UDM_ECS", DataSourceId: mysql };
const hbr = { SourceType: "UDM_ECS" };

/** Each story is one engine; each row one call with what comes of it. */
const stories: Readonly<Record<string, readonly Row[]>> = {
  "machines stop, start and go": [
    ["DescribeInstances", { RegionId: "cn-hangzhou" }, gives("TotalCount", 3)],
    ["DescribeInstances", { RegionId: "cn-beijing" }, gives("TotalCount", 0)],
    ["DescribeInstances", { InstanceName: "cache" }, gives("Instances.Instance.0.InstanceId", cache)],
    ["DescribeInstances", { PageSize: "2", PageNumber: "2" }, gives("Instances.Instance.length", 1)],
    ["DescribeInstances", { PageSize: "many" }, refused("InvalidParameter.PageSize")],
    ["StopInstance", machine, "done"],
    ["DescribeInstances", one, gives("Instances.Instance.0.Status", "Stopped")],
    ["StopInstance", machine, refused("IncorrectInstanceStatus")],
    ["StartInstance", machine, "done"],
    ["DescribeInstances", one, gives("Instances.Instance.0.Status", "Running")],
    ["StartInstance", machine, refused("IncorrectInstanceStatus")],
    ["DeleteInstance", machine, refused("IncorrectInstanceStatus")],
    ["DeleteInstance", { ...machine, Force: "true" }, "done"],
    ["DescribeInstances", {}, gives("TotalCount", 2)],
    ["DescribeDisks", machine, gives("TotalCount", 0)],
    ["StartInstance", machine, refused("Engine.InstanceReleased")],
    ["StopInstance", { InstanceId: "i-none" }, refused("InvalidInstanceId.NotFound")],
  ],
  "disks come and go": [
    ["DescribeDisks", machine, gives("TotalCount", 2)],
    ["AttachDisk", { ...machine, Category: "cloud_ssd", Size: "100", fileSystem: "xfs" }, "done"],
    ["DescribeDisks", { DiskIds: '["{DiskId}"]' }, gives("Disks.Disk.0.Category", "cloud_ssd")],
    ["DescribeDisks", { DiskIds: "[1]" }, refused("InvalidParameter.DiskIds")],
    ["AttachDisk", { ...machine, DiskId: "{DiskId}" }, refused("IncorrectDiskStatus")],
    ["AttachDisk", { ...machine, Category: "floppy" }, refused("InvalidParameter.Category")],
    ["AttachDisk", { ...machine, Size: "0" }, refused("InvalidParameter.Size")],
    ["AttachDisk", { ...machine, DiskId: "disk" }, refused("InvalidDiskId.Malformed")],
    ["DetachDisk", { ...machine, DiskId: "{DiskId}" }, "done"],
    ["DescribeDisks", machine, gives("TotalCount", 2)],
    ["DetachDisk", { ...machine, DiskId: "{DiskId}" }, refused("InvalidDiskId.NotFound")],
    ["DetachDisk", { ...machine, DiskId: "d-bp1mysqlsystem00001" }, refused("OperationDenied.SystemDisk")],
  ],
  "roles and policies of RAM": [
    ["CreateRole", { RoleName: "Snap", AssumeRolePolicyDocument: trust }, gives("Role.RoleName", "Snap")],
    ["CreateRole", { RoleName: "Snap", AssumeRolePolicyDocument: trust }, refused("EntityAlreadyExists.Role")],
    [
      "CreateRole",
      { RoleName: "A B", AssumeRolePolicyDocument: trust },
      refused("InvalidParameter.RoleName.InvalidChars"),
    ],
    [
      "CreateRole",
      { RoleName: "X", AssumeRolePolicyDocument: "{}" },
      refused("InvalidParameter.AssumeRolePolicyDocument"),
    ],
    ["AttachInstanceRamRole", attached, gives("FailCount", 0)],
    ["DescribeInstances", one, gives("Instances.Instance.0.ramRoleName", "Snap")],
    ["UpdateRole", { RoleName: "Snap", NewAssumeRolePolicyDocument: untrusting }, "done"],
    ["AttachInstanceRamRole", attached, refused("InvalidRamRole.NotEcsRole")],
    ["UpdateRole", { RoleName: "None" }, refused("EntityNotExist.Role")],
    ["CreatePolicy", { PolicyName: "P", PolicyDocument: grants }, gives("Policy.DefaultVersion", "v1")],
    ["CreatePolicy", { PolicyName: "P", PolicyDocument: grants }, refused("EntityAlreadyExists.Policy")],
    ["AttachPolicyToRole", grant, "done"],
    ["AttachPolicyToRole", grant, refused("EntityAlreadyExists.Role.Policy")],
    ["AttachPolicyToRole", { ...grant, PolicyName: "None" }, refused("EntityNotExist.Policy")],
    [
      "CreatePolicyVersion",
      { PolicyName: "P", PolicyDocument: others },
      gives("PolicyVersion.IsDefaultVersion", false),
    ],
    [
      "CreatePolicyVersion",
      { PolicyName: "P", PolicyDocument: others, SetAsDefault: "true" },
      gives("PolicyVersion.VersionId", "v3"),
    ],
    ["CreatePolicyVersion", { PolicyName: "P", PolicyDocument: "ecs:*" }, refused("InvalidParameter.PolicyDocument")],
    ["DeleteRole", { RoleName: "Snap" }, refused("DeleteConflict.Role.Policy")],
    ["DeletePolicy", { PolicyName: "P" }, refused("DeleteConflict.Policy.User")],
    ["DetachPolicyFromRole", grant, "done"],
    ["DetachPolicyFromRole", grant, refused("EntityNotExist.Role.Policy")],
    ["DeletePolicy", { PolicyName: "P" }, "done"],
    ["DeletePolicy", { PolicyName: "P" }, refused("EntityNotExist.Policy")],
    ["DetachInstanceRamRole", attached, gives("FailCount", 0)],
    ["DescribeInstances", one, gives("Instances.Instance.0.ramRoleName", null)],
    [
      "DetachInstanceRamRole",
      attached,
      gives("DetachInstanceRamRoleResults.DetachInstanceRamRoleResult.0.Code", "InvalidInstanceRamRole.NotFound"),
    ],
    ["DetachInstanceRamRole", { RamRoleName: "Snap", InstanceIds: "[]" }, refused("InvalidParameter.InstanceIds")],
    ["DeleteRole", { RoleName: "Snap" }, "done"],
    ["DeleteRole", { RoleName: "Snap" }, refused("EntityNotExist.Role")],
    ["AttachInstanceRamRole", attached, refused("InvalidRamRole.NotFound")],
  ],
  "one machine of a list may fail by itself": [
    ["CreateRole", { RoleName: "A", AssumeRolePolicyDocument: trust }, "done"],
    ["CreateRole", { RoleName: "B", AssumeRolePolicyDocument: trust }, "done"],
    ["AttachInstanceRamRole", { RamRoleName: "A", InstanceIds: cache }, gives("FailCount", 0)],
    [
      "AttachInstanceRamRole",
      { RamRoleName: "B", "InstanceIds.1": cache, "InstanceIds.2": mysql },
      gives("AttachInstanceRamRoleResults.AttachInstanceRamRoleResult.0.Code", "OperationDenied.RamRoleAttached"),
    ],
    ["DescribeInstances", one, gives("Instances.Instance.0.ramRoleName", "B")],
  ],
  "files and commands in the guest": [
    ["RunCommand", sh("chmod 755 /tmp/prescript.sh"), refused("Engine.NoSuchFile")],
    ["SendFile", script, "done"],
    ["DescribeInstances", one, gives(`${scripts}.0.fileMode`, "0644")],
    ["SendFile", script, refused("FileAlreadyExists")],
    ["SendFile", { ...script, Overwrite: "true", FileMode: "0700", exitCode: "0" }, "done"],
    ["DescribeInstances", one, gives(`${scripts}.0.exitCode`, 0)],
    ["SendFile", { ...script, FileMode: "rwx" }, refused("InvalidParameter.FileMode")],
    ["SendFile", { ...script, Content: "x".repeat(25_000) }, refused("FileContent.ExceedLimit")],
    ["SendFile", { ...script, Content: "%", ContentType: "Base64" }, refused("InvalidParameter.Content")],
    ["RunCommand", sh("chmod 755 /tmp/prescript.sh && chown bin:bin '/tmp/prescript.sh'"), "done"],
    ["DescribeInstances", one, gives(`${scripts}.0.fileMode`, "0755")],
    ["DescribeInstances", one, gives(`${scripts}.0.fileOwner`, "bin")],
    ["RunCommand", { ...sh("sudo chown root prescript.sh"), WorkingDir: "/tmp" }, "done"],
    ["DescribeInstances", one, gives(`${scripts}.0.fileOwner`, "root")],
    ["DescribeInstances", one, gives(`${scripts}.0.fileGroup`, "bin")],
    ["RunCommand", sh("chmod 700 /tmp/prescript.sh; reboot"), refused("Engine.CommandNotUnderstood")],
    ["DescribeInstances", one, gives(`${scripts}.0.fileMode`, "0755")],
    ["RunCommand", sh("rm -f /tmp/none.sh"), "done"],
    ["RunCommand", sh("rm /tmp/prescript.sh"), "done"],
    ["DescribeInstances", one, gives(scripts, [])],
    ["RunCommand", sh("systemctl stop aliyun.service"), "done"],
    ["DescribeInstances", one, gives("Instances.Instance.0.cloudAssistant", { installed: true, running: false })],
    ["SendFile", script, refused("ClientNotRunning")],
    ["RunCommand", sh("rm -f /tmp/none.sh"), refused("ClientNotRunning")],
    ["RunCommand", sh("systemctl start aliyun.service"), "done"],
    ["RunCommand", sh("systemctl stop aliyun.service", reporting), refused("InvalidParameter.Type")],
    ["RunCommand", { ...sh("Stop-Service AliyunService", reporting), Type: "RunPowerShellScript" }, "done"],
    ["StopInstance", machine, "done"],
    ["RunCommand", sh("rm -f /tmp/none.sh"), refused("IncorrectInstanceStatus")],
  ],
  "backup policies and bindings": [
    ["CreatePolicyV2", { PolicyName: "daily", Rules: daily }, "done"],
    ["CreatePolicyV2", { PolicyName: "x", Rules: "[]" }, refused("MissingParameter")],
    ["CreatePolicyV2", { PolicyName: "x", Rules: '[{"RuleTyp":"BACKUP"}]' }, refused("InvalidParameter")],
    [
      "CreatePolicyV2",
      {
        PolicyName: "x",
        "Rules.1.RuleType": "BACKUP",
        "Rules.1.Schedule": "I|1767225600|P1D",
        "Rules.1.Retention": "-1",
      },
      refused("Engine.PermanentRetention"),
    ],
    ["DescribePoliciesV2", { PolicyId: "{PolicyId}" }, gives("Policies.0.Rules.0.Retention", 7)],
    ["DescribePoliciesV2", { PolicyId: "po-none" }, refused("EntityNotExist.Policy")],
    ["UpdatePolicyV2", { PolicyId: "{PolicyId}", Rules: weekly }, "done"],
    ["DescribePoliciesV2", {}, gives("Policies.0.Rules.0.Retention", 30)],
    ["UpdatePolicyV2", { PolicyId: "po-none" }, refused("EntityNotExist.Policy")],
    ["CreatePolicyBindings", { PolicyId: "{PolicyId}", "PolicyBindingList.1.DataSourceId": mysql }, "done"],
    [
      "CreatePolicyBindings",
      { PolicyId: "{PolicyId}", PolicyBindingList: JSON.stringify([{ DataSourceId: mysql }]) },
      refused("Engine.InstanceAlreadyBound"),
    ],
    ["DescribePoliciesV2", {}, gives("Policies.0.PolicyBindingCount", 1)],
    ["DescribePolicyBindings", {}, gives("PolicyBindings.0.Disabled", false)],
    ["DescribePolicyBindings", { PolicyId: "po-none" }, refused("EntityNotExist.Policy")],
    ["UpdatePolicyBinding", { ...bound, Disabled: "true" }, "done"],
    ["DescribePolicyBindings", {}, gives("PolicyBindings.0.Disabled", true)],
    ["UpdatePolicyBinding", { ...bound, AdvancedOptions: '{"UdmDetail":{"EnableFsFreeze":false}}' }, "done"],
    ["DescribePolicyBindings", {}, gives("PolicyBindings.0.AdvancedOptions.UdmDetail.EnableFsFreeze", false)],
    ["DescribePolicyBindings", {}, gives("PolicyBindings.0.Disabled", true)],
    ["UpdatePolicyBinding", { ...bound, DataSourceId: cache }, refused("EntityNotExist.PolicyBinding")],
    ["UpdatePolicyBinding", { ...bound, Disabled: "yes" }, refused("InvalidParameter.Disabled")],
    ["DeletePolicyV2", { PolicyId: "{PolicyId}" }, refused("Engine.PolicyInUse")],
    ["DeletePolicyBinding", { PolicyId: "{PolicyId}", DataSourceIds: mysql }, "done"],
    ["DeletePolicyBinding", { PolicyId: "{PolicyId}", DataSourceIds: mysql }, refused("EntityNotExist.PolicyBinding")],
    ["DescribePolicyBindings", {}, gives("PolicyBindings", [])],
    ["DeletePolicyV2", { PolicyId: "{PolicyId}" }, "done"],
    ["DescribePoliciesV2", {}, gives("Policies", [])],
  ],
  "backups, jobs and points": [
    ["CreateBackupJob", { ...hbr, ...machine, Retention: "5" }, "done"],
    ["CreateBackupJob", { ...hbr, ...machine, Retention: "0" }, refused("InvalidRetentionDays.Malformed")],
    [
      "CreateBackupJob",
      { ...hbr, ...machine, Retention: "5", Detail: '{"appConsistent":true}' },
      refused("MissingParameter"),
    ],
    ["DescribeBackupJobs2", hbr, gives("BackupJobs.0.Status", "RUNNING")],
    ["DescribeBackupJobs2", hbr, gives("BackupJobs.0.Progress", 0)],
    ["DescribeBackupJobs2", { ...hbr, Filters: '[{"Key":"Status","Values":["COMPLETE"]}]' }, gives("TotalCount", 0)],
    ["DescribeBackupJobs2", {}, refused("MissingSourceType")],
    ["DescribeUdmSnapshots", { ...hbr, JobId: "{JobId}" }, gives("UdmSnapshots.0.Detail.consistentLevel", "CRASH")],
    ["DescribeUdmSnapshots", { ...hbr, InstanceId: cache }, gives("TotalCount", 0)],
    ["DescribeUdmSnapshots", { SourceType: "OSS" }, refused("InvalidParameter.SourceType")],
    ["DeleteSnapshot", { SnapshotId: "s-none" }, refused("InvalidSnapshotId.NotFound")],
    ["DeleteSnapshot", { SnapshotId: "s-none", ...hbr }, refused("EntityNotExist.Snapshot")],
    ["DeleteSnapshot", { SnapshotId: "{PointId}" }, refused("InvalidSnapshotId.NotFound")],
    ["DeleteSnapshot", { SnapshotId: "{PointId}-0" }, "done"],
    ["DescribeUdmSnapshots", hbr, gives("UdmSnapshots.0.Status", "PARTIAL_COMPLETE")],
    ["DeleteSnapshot", { SnapshotId: "{PointId}", ...hbr }, "done"],
    ["DescribeUdmSnapshots", hbr, gives("TotalCount", 0)],
  ],
};

/** Whether a row is one of a refusal. */
function isRefused([, , expected]: Row): boolean {
  return expected !== "done" && "code" in expected;
}

describe("the cloud's operations", () => {
  for (const [title, rows] of Object.entries(stories)) {
    it(title, async () => {
      await tell(rows);
    });
  }

  it("each have a row that shows an effect and one of a refusal", () => {
    const rows = Object.values(stories).flat();
    for (const { name } of operations) {
      const own = rows.filter(([operation]) => operation === name);
      expect(
        own.filter((row) => !isRefused(row)),
        `${name} done`,
      ).to.not.have.lengthOf(0);
      expect(own.filter(isRefused), `${name} refused`).to.not.have.lengthOf(0);
    }
  });

  it("suggest the operation and the parameter that were meant", async () => {
    expect(() => requireOperation("StopInstanse"))
      .to.throw()
      .with.property("remedy", "did you mean StopInstance?");
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
    ]);
    const answers = [];
    for (const name of ["DescribeInstances", "DescribeDisks"]) {
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
  });
});
