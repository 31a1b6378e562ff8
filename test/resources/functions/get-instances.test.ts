import { expect } from "chai";
import { releaseMachine } from "../../../provider/engine/alibaba/machine";
import { Reference } from "../../support/program";
import { backupRule, Estate } from "./estate";

interface Answer {
  readonly instances: readonly {
    readonly instanceId: string;
    readonly instanceName: string;
    readonly osType?: string;
    readonly cloudAssistantRunning?: boolean;
    readonly ramRoleName?: string;
    readonly ramRoleKnown: boolean;
    readonly tags: Readonly<Record<string, string>>;
    readonly disks: readonly { diskId: string; category?: string; fileSystem?: string }[];
    readonly scripts: readonly { path: string; fileMode?: string; fileOwner?: string }[];
    readonly protectionIds: readonly string[];
    readonly groupIds: readonly string[];
  }[];
  readonly total: number;
}

const token = "ecs:getInstances";
const of = (name: string) => new Reference(name, "instanceId");

async function estateOf(): Promise<Estate> {
  return (await Estate.make())
    .declare("a", "ecs:Instance", { instanceName: "alpha", tags: { tier: "db", env: "prod" } })
    .declare("b", "ecs:Instance", { instanceName: "beta", tags: { tier: "db" }, status: "Stopped" })
    .declare("c", "ecs:Instance", { instanceName: "gamma", regionId: "cn-shanghai", osName: "Windows Server 2019" })
    .up();
}

describe("getInstances", () => {
  it("filters: region, status, names and tags; by name, the limit leaves the total", async () => {
    const estate = await estateOf();
    const rows = [
      [{}, ["alpha", "beta", "gamma"]],
      [{ regionId: "cn-shanghai" }, ["gamma"]],
      [{ status: "Stopped" }, ["beta"]],
      [{ names: ["gamma", "alpha"] }, ["alpha", "gamma"]],
      [{ tags: { tier: "db" } }, ["alpha", "beta"]],
      [{ tags: { tier: "db", env: "prod" } }, ["alpha"]],
      [{ tags: { tier: "db" }, status: "Stopped" }, ["beta"]],
      [{ names: ["none"] }, []],
    ] as const;
    for (const [args, names] of rows) {
      const { instances, total } = await estate.call<Answer>(token, args);
      expect(
        instances.map(({ instanceName }) => instanceName),
        JSON.stringify(args),
      ).to.deep.equal(names);
      expect(total).to.equal(names.length);
    }
    const limited = await estate.call<Answer>(token, { limit: 1 });
    expect([limited.instances.length, limited.total]).to.deep.equal([1, 3]);
    const tagged = await estate.call<Answer>(token, { limit: 1, tags: { tier: "db" } });
    expect([tagged.instances.length, tagged.total]).to.deep.equal([1, 2]);
    await estate.engine.run(releaseMachine, estate.output("a", "instanceId"));
    expect((await estate.call<Answer>(token)).total).to.equal(2);
  });

  it("the facts that decide, what protects it, its groups and scripts", async () => {
    const estate = await (await estateOf())
      .declare("disk", "ecs:Disk", { instanceId: of("a"), category: "cloud_ssd", fileSystem: "xfs" })
      .declare("scripts", "ecs:ScriptDeployment", {
        instanceIds: [of("a")],
        preScript: { content: "sync\n" },
        postScript: { content: "sync\n" },
      })
      .declare("group", "hbr:ConsistencyGroup", { instanceIds: [of("a"), of("b")] })
      .declare("policy", "hbr:Policy", { rules: [backupRule("P1D", 3)] })
      .declare("protection", "hbr:InstanceProtection", {
        groupId: new Reference("group", "groupId"),
        policyId: new Reference("policy", "policyId"),
      })
      .up();
    const { instances } = await estate.call<Answer>(token);
    const [alpha, beta, gamma] = instances;
    expect(alpha).to.include({ osType: "linux", cloudAssistantRunning: true, ramRoleKnown: true });
    expect(alpha).to.not.have.property("ramRoleName");
    expect(alpha?.disks.map(({ diskId }) => diskId)).to.deep.equal([
      estate.output("a", "systemDiskId"),
      estate.output("disk", "diskId"),
    ]);
    expect(alpha?.disks[1]).to.include({ category: "cloud_ssd", fileSystem: "xfs" });
    expect(alpha?.scripts.map(({ path }) => path).sort()).to.deep.equal(["/tmp/postscript.sh", "/tmp/prescript.sh"]);
    expect(alpha?.scripts[0]).to.include({ fileMode: "0700", fileOwner: "root" });
    expect(alpha?.scripts[0]).to.not.have.property("content");
    const protectionIds = [estate.output("protection", "protectionId")];
    const groupIds = [estate.output("group", "groupId")];
    for (const member of [alpha, beta]) expect(member).to.deep.include({ protectionIds, groupIds });
    expect(gamma).to.deep.include({ protectionIds: [], groupIds: [], osType: "windows" });
  });

  it("what the inventory doesn't tell is absent (A-53)", async () => {
    const told = { InstanceId: "i-1", RegionId: "cn-hangzhou", ZoneId: "cn-hangzhou-a" };
    const inventory = { Instances: { Instance: [told] }, Disks: { Disk: [{ DiskId: "d-1", InstanceId: "i-1" }] } };
    const estate = await (await Estate.make({ inventory })).declare("other", "ecs:Instance").up();
    const { instances } = await estate.call<Answer>(token, { names: ["i-1"] });
    expect(instances[0]).to.include({ instanceId: "i-1", ramRoleKnown: false });
    for (const name of ["osName", "status", "cloudAssistantRunning", "ramRoleName", "vssWritersHealthy"]) {
      expect(instances[0]).to.not.have.property(name);
    }
    expect(instances[0]?.disks[0]).to.not.have.any.keys("category", "fileSystem", "sizeGiB");
  });
});
