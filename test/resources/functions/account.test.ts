import { expect } from "chai";
import { openPolicyCenter } from "../../../provider/engine/alibaba/catalogue";
import { setActivated } from "../../../provider/engine/alibaba/service";
import { Reference } from "../../support/program";
import { backupRule, day, Estate } from "./estate";

const GiB = 1024 ** 3;
const machineId = new Reference("machine", "instanceId");

interface Statistics {
  readonly asOf: string;
  readonly machines: readonly { instanceId: string; points: number; bytesTotal: number }[];
  readonly points: number;
  readonly bytesTotal: number;
}

describe("getStorageStatistics", () => {
  async function estateOf(): Promise<Estate> {
    return (await Estate.make())
      .declare("machine", "ecs:Instance", { systemDisk: { usedGiB: 10 }, changeRatePercentPerDay: 10 })
      .declare("policy", "hbr:Policy", { rules: [backupRule("P1D", 3)] })
      .declare("protection", "hbr:InstanceProtection", {
        instanceId: machineId,
        policyId: new Reference("policy", "policyId"),
      })
      .up();
  }

  it("whole chains: all blocks of the oldest point, then what changed", async () => {
    const estate = await estateOf();
    await estate.engine.advance(6 * day);
    const instanceId = estate.output("machine", "instanceId");
    const chain = { instanceId, points: 3, bytesTotal: 12 * GiB };
    const all = await estate.call<Statistics>("hbr:getStorageStatistics");
    expect(all).to.deep.equal({ asOf: "2026-01-07T00:00:00Z", machines: [chain], points: 3, bytesTotal: 12 * GiB });
    expect(await estate.call("hbr:getStorageStatistics", { instanceId })).to.deep.equal(all);
    const unknown = await estate.refusal("hbr:getStorageStatistics", { instanceId: "i-none" });
    expect(unknown).to.match(/^instanceId: InvalidInstanceId.NotFound/);
  });

  it("figures are at most 24 hours old, and never of the future (A-46)", async () => {
    const estate = await estateOf();
    let newest = 0;
    for (let hours = 0; hours < 80; hours += 5) {
      const { asOf, points } = await estate.call<Statistics>("hbr:getStorageStatistics");
      const now = await estate.engine.ask(async (context) => context.now, undefined);
      const age = now - Date.parse(asOf) / 1000;
      expect(age).to.be.within(0, day);
      const counted = await estate.engine.ask(
        ({ store }) => store.count("recoveryPoint", { createTime: { lte: now - age } }),
        undefined,
      );
      expect(points).to.equal(counted);
      newest = Math.max(newest, points);
      await estate.engine.advance(5 * 3600);
    }
    expect(newest).to.equal(3);
  });
});

interface Service {
  readonly activated: boolean;
  readonly serviceLinkedRole: { readonly roleName: string; readonly exists: boolean; readonly arn?: string };
  readonly snapshotServiceSince?: string;
}

describe("getService", () => {
  it("a new account: activated, without the role and unbilled", async () => {
    const estate = await Estate.make({ edition: "2021", region: "us-east-1" });
    expect(await estate.call("hbr:getService")).to.deep.equal({
      account: "1000000000000001",
      regionId: "us-east-1",
      edition: "2021",
      activated: true,
      serviceLinkedRole: { roleName: "AliyunServiceRoleForHbrEcsBackup", exists: false },
      clock: { mode: "manual", now: "2026-01-01T00:00:00Z" },
      quotas: { snapshotsPerDisk: 256, longestExtensionInDays: 65_536, jobHistoryInDays: 90 },
    });
    await estate.engine.run(setActivated, false);
    expect((await estate.call<Service>("hbr:getService")).activated).to.equal(false);
  });

  it("the first binding makes the role, the first backup opens the snapshot service (A-32)", async () => {
    const estate = await (await Estate.make())
      .declare("machine", "ecs:Instance")
      .declare("policy", "hbr:Policy", { rules: [backupRule("P1D", 3)] })
      .declare("protection", "hbr:InstanceProtection", {
        instanceId: machineId,
        policyId: new Reference("policy", "policyId"),
      })
      .up();
    const bound = await estate.call<Service>("hbr:getService");
    expect(bound.serviceLinkedRole).to.deep.equal({
      roleName: "AliyunServiceRoleForHbrEcsBackup",
      exists: true,
      arn: "acs:ram::1000000000000001:role/AliyunServiceRoleForHbrEcsBackup",
    });
    expect(bound).to.not.have.property("snapshotServiceSince");
    await estate.engine.advance(3 * day);
    const { snapshotServiceSince } = await estate.call<Service>("hbr:getService");
    expect(snapshotServiceSince).to.equal("2026-01-02T00:00:00Z");
  });
});

interface Regions {
  readonly regions: readonly {
    readonly regionId: string;
    readonly appConsistent: boolean;
    readonly policyCenter: boolean;
    readonly groupDiskLimit: number;
    readonly sources: Readonly<Record<string, string>>;
  }[];
}

describe("getRegions", () => {
  it("the catalogue, with the source of every mark", async () => {
    const estate = await Estate.make();
    const { regions } = await estate.call<Regions>("hbr:getRegions");
    expect(regions.length).to.equal(25);
    expect(regions.filter(({ appConsistent }) => !appConsistent).map(({ regionId }) => regionId)).to.deep.equal([
      "me-central-1",
    ]);
    for (const { sources } of regions) expect(Object.values(sources)).to.not.include("");
    const riyadh = regions.find(({ regionId }) => regionId === "me-central-1");
    expect(riyadh?.sources.appConsistent).to.match(/2025-11.*prerequisites/);
    expect(riyadh?.sources.policyCenter).to.match(/^ENGINE/);
    const hangzhou = regions.find(({ regionId }) => regionId === "cn-hangzhou");
    expect(hangzhou).to.include({ policyCenter: true, groupDiskLimit: 128 });
    expect(hangzhou?.sources.groupDiskLimit).to.match(/CreateSnapshotGroup/);
    expect(hangzhou?.sources.appConsistent).to.match(/^ENGINE/);
  });

  it("edition 2021 knows three regions with application-consistent backup (A-60)", async () => {
    const estate = await Estate.make({ edition: "2021" });
    const { regions } = await estate.call<Regions>("hbr:getRegions");
    const able = regions.filter(({ appConsistent }) => appConsistent).map(({ regionId }) => regionId);
    expect(able.sort()).to.deep.equal(["ap-southeast-1", "cn-hongkong", "us-east-1"]);
    expect(regions[0]?.sources.appConsistent).to.match(/2021/);
  });

  it("a Policy Center that came later is there (A-31); an unknown region is refused with a suggestion", async () => {
    const estate = await Estate.make();
    const regionId = "me-central-1";
    const policyCenter = async () => {
      const { regions } = await estate.call<Regions>("hbr:getRegions", { regionId });
      return regions[0]?.policyCenter;
    };
    expect(await policyCenter()).to.equal(false);
    await estate.engine.run(openPolicyCenter, regionId);
    expect(await policyCenter()).to.equal(true);
    const refused = await estate.refusal("hbr:getRegions", { regionId: "cn-hangzou" });
    expect(refused).to.match(/^regionId: InvalidRegionId.NotFound: .*did you mean cn-hangzhou\?/s);
  });
});
