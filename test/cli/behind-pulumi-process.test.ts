import { join } from "node:path";
import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import { createSession } from "../../provider/session/session";
import { ProviderClient, urnOf } from "../support/provider-client";
import { Folder, mysql } from "./cli";

const trust =
  '{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",' +
  '"Principal":{"Service":["ecs.aliyuncs.com"]}}]}';
const grants = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"ecs:*","Resource":"*"}]}';

/** A resource as the stack's state has it. */
interface Kept {
  readonly urn: string;
  readonly id: string;
  readonly properties: PropertyMap;
  readonly inputs: PropertyMap;
}

describe("what the operator's command does behind Pulumi's back", () => {
  let folder: Folder;
  let client: ProviderClient;
  beforeEach(async () => {
    folder = new Folder();
    client = await ProviderClient.serve((host) => createSession(host, () => 0));
    await client.handshake();
    const inventory = join(folder.path, "inventory.json");
    await client.configure({ engineUrl: join(folder.path, ".cloudbackup", "engine.db"), inventory });
  });
  afterEach(async () => {
    await client.close();
    folder.remove();
  });

  const call = (operation: string, parameters: Readonly<Record<string, string>>): Promise<Record<string, string>> =>
    folder.json("call", operation, ...Object.entries(parameters).flatMap(([name, value]) => [`--${name}`, value]));
  const create = async (type: string, name: string, news: PropertyMap): Promise<Kept> => {
    const urn = urnOf(`cloudbackup:${type}`, name);
    const { inputs, failures } = await client.check({ urn, news });
    expect(failures).to.deep.equal([]);
    return { urn, inputs, ...(await client.create({ urn, properties: inputs })) };
  };
  /** An application-consistent protection whose role came from the API and whose scripts from Pulumi. */
  const protect = async (): Promise<Kept> => {
    await call("CreateRole", { RoleName: "Snap", AssumeRolePolicyDocument: trust });
    await call("CreatePolicy", { PolicyName: "P", PolicyDocument: grants });
    await call("AttachPolicyToRole", { PolicyType: "Custom", PolicyName: "P", RoleName: "Snap" });
    await call("AttachInstanceRamRole", { RamRoleName: "Snap", InstanceIds: mysql });
    const scripts = await create("ecs:ScriptDeployment", "mysql", {
      instanceIds: [mysql],
      preScript: { path: "/tmp/prescript.sh", content: "freeze" },
      postScript: { path: "/tmp/postscript.sh", content: "thaw" },
    });
    const rules = [{ ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 30 }];
    const policy = await create("hbr:Policy", "daily", { policyName: "daily", rules });
    return create("hbr:InstanceProtection", "db", {
      instanceId: mysql,
      policyId: policy.id,
      appConsistent: true,
      ramRoleName: "Snap",
      scriptDeploymentId: scripts.id,
    });
  };
  const readLevel = async (kept: Kept): Promise<unknown> => (await client.read(kept))?.properties.achievedLevel;

  const weakening: Readonly<Record<string, readonly [string, Readonly<Record<string, string>>, string]>> = {
    "a chmod": ["RunCommand", { InstanceId: mysql, CommandContent: "chmod 755 /tmp/prescript.sh" }, "FILE_SYSTEM"],
    "a deleted script": ["RunCommand", { InstanceId: mysql, CommandContent: "rm /tmp/postscript.sh" }, "FILE_SYSTEM"],
    "a stopped agent": ["RunCommand", { InstanceId: mysql, CommandContent: "systemctl stop aliyun.service" }, "CRASH"],
    "a stopped machine": ["StopInstance", { InstanceId: mysql }, "CRASH"],
    "a detached role": ["DetachInstanceRamRole", { RamRoleName: "Snap", InstanceIds: mysql }, "CRASH"],
    "a detached policy": ["DetachPolicyFromRole", { PolicyType: "Custom", PolicyName: "P", RoleName: "Snap" }, "CRASH"],
    "another category of disk": ["AttachDisk", { InstanceId: mysql, Category: "cloud_ssd" }, "CRASH"],
    "a released machine": ["DeleteInstance", { InstanceId: mysql, Force: "true" }, "NONE"],
  };
  for (const [title, [operation, parameters, level]] of Object.entries(weakening)) {
    it(`${title} leaves a protection ${level}`, async () => {
      const protection = await protect();
      expect(await readLevel(protection)).to.equal("APPLICATION");
      await call(operation, parameters);
      expect(await readLevel(protection)).to.equal(level);
    });
  }

  it("a deleted binding and a deleted snapshot are drift", async () => {
    const protection = await protect();
    await folder.run("advance", "2d");
    const [point] = await folder.json<{ recoveryPointId: string }[]>("points", "--json");
    await call("DeleteSnapshot", { SnapshotId: `${point?.recoveryPointId}-1` });
    expect((await client.read(protection))?.properties.damagedPoints).to.deep.equal([point?.recoveryPointId]);
    const policyId = String(protection.inputs.policyId);
    await call("DeletePolicyBinding", { PolicyId: policyId, DataSourceIds: mysql });
    expect(await client.read(protection)).to.equal(undefined);
  });

  it("a backup and a restore that were cancelled are gone, and so is a machine's protection", async () => {
    const protection = await protect();
    const retention = { value: 5, unit: "DAY" };
    const backup = await create("hbr:Backup", "now", { instanceId: mysql, retention });
    const restore = await create("hbr:Restore", "disk", {
      restoreType: "UDM_ECS_DISK",
      recoveryPointId: String(backup.properties.recoveryPointId),
      diskId: "d-bp1mysqlsystem00001",
      targetInstanceId: mysql,
    });
    for (const kept of [protection, backup, restore]) expect(await client.read(kept)).to.not.equal(undefined);
    await call("CancelRestoreJob", { RestoreId: restore.id });
    await call("CancelBackupJob", { JobId: backup.id });
    await call("DeleteUdmEcsInstance", { InstanceId: mysql });
    for (const kept of [protection, backup, restore]) expect(await client.read(kept)).to.equal(undefined);
    // What is gone is deleted without a word.
    for (const kept of [protection, backup, restore]) await client.delete(kept);
  });

  it("what was made through the API is imported, and gone for a refresh once it was deleted there", async () => {
    await call("CreateRole", { RoleName: "Snap", AssumeRolePolicyDocument: trust });
    const urn = urnOf("cloudbackup:ram:Role", "snap");
    const found = await client.read({ urn, id: "Snap" });
    expect(found?.inputs).to.deep.include({ roleName: "Snap" });
    await call("DeleteRole", { RoleName: "Snap" });
    const { properties = {}, inputs } = found ?? {};
    expect(await client.read({ urn, id: "Snap", properties, inputs })).to.equal(undefined);
  });
});
