import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import {
  byFtp,
  crash,
  dataDisk,
  machine,
  protection,
  script,
  statement,
  stopAgent,
  trustOther,
  windows,
} from "./change";
import { effect, expectRefusal, expectTold, level, type Row, reasonsOf, refused, rulesOf } from "./row";
import { day, snapshotActions, type World } from "./world";

/** What leaves no application-consistent group at all. */
const prerequisites: readonly Row[] = [
  level("A-04", "CentOS 7.5", machine({ OSName: "CentOS  7.5 64 bit" }), crash("CentOS  7.5 64 bit", "CentOS 7.6")),
  level("A-04", "Ubuntu 16.04", machine({ OSName: "Ubuntu  16.04 64 bit" }), crash("not supported", "Ubuntu 18.04")),
  level(
    "A-05",
    "a disk that is no ESSD",
    dataDisk({ Category: "cloud_ssd" }),
    crash(["disk d-1 is cloud_ssd", "also those left out"], "change disk d-1 to cloud_essd"),
  ),
  level(
    "A-05",
    "a disk that is no ESSD and is left out of the backup",
    (world) => {
      dataDisk({ Category: "cloud_ssd" })(world);
      protection({ excludeDiskIdList: ["d-1"] })(world);
    },
    crash("every attached disk must be an ESSD", "or detach it"),
  ),
  level("A-05", "a local disk", dataDisk({ Category: "local_ssd_pro" }), crash("disk d-1 is local_ssd_pro", "d-1")),
  level("A-06", "btrfs", dataDisk({ fileSystem: "btrfs" }), crash("disk d-1 has file system btrfs", "reformat")),
  level(
    "A-07",
    "the machine is stopped",
    (world) => {
      machine({ Status: "Stopped" })(world);
      byFtp(world);
    },
    crash("the machine is Stopped", "start the machine"),
  ),
  level(
    "A-08",
    "another role than the one attached",
    protection({ ramRoleName: "Other" }),
    crash("RAM role Snapshots is attached to the machine, not Other", "ecs:RamRoleAttachment", "HBR.NoRamRoleBound"),
  ),
  level(
    "A-10",
    "a role without ecs:TagResources",
    statement({ Action: ["ecs:DescribeSnapshot*", "ecs:CreateSnapshot*", "ecs:DescribeDisks"] }),
    crash("role Snapshots lacks ecs:TagResources on the machine's disks", "allow ecs:TagResources on the disks"),
  ),
  level(
    "A-10",
    "an Allow with a condition",
    statement({ Condition: { IpAddress: { "acs:SourceIp": "10.0.0.0/8" } } }),
    crash("ecs:DescribeDisks", "without a condition"),
  ),
  level("A-10", "other disks", statement({ Resource: ["acs:ecs:*:*:disk/d-0"] }), crash("ecs:TagResources", "allow")),
  level(
    "A-10",
    "a Deny with a condition beside the Allow",
    (world) => {
      const deny = { Effect: "Deny", Action: "ecs:Create*", Resource: "*", Condition: { Bool: { "acs:x": "true" } } };
      const document = { ...snapshotActions, Statement: [...snapshotActions.Statement, deny] };
      world.actions.policyDocument = document as unknown as PropertyMap;
    },
    crash("lacks ecs:CreateSnapshot", "allow ecs:CreateSnapshot"),
  ),
  level("A-11", "Cloud Assistant stopped", stopAgent, crash("(aliyun.service) is not running", "start aliyun.service")),
  level(
    "A-11",
    "Cloud Assistant stopped on Windows",
    windows({ cloudAssistant: { installed: true, running: false } }),
    crash("(AliyunService) is not running", "start AliyunService"),
  ),
  effect("A-09", "a role that stops trusting ECS leaves crash consistency", async (world) => {
    await world.done();
    trustOther(world);
    await world.up();
    await world.refresh();
    expect(world.outputs("protection").achievedLevel).to.equal("CRASH");
    const own = reasonsOf(world).find(({ rule }) => rule === "A-09");
    expect(own?.message).to.equal("role Snapshots does not trust ecs.aliyuncs.com");
    expect(own?.remedy).to.contain("assumeRolePolicyDocument");
  }),
];

function seventeenDisks(world: World): void {
  world.plain();
  for (let number = 2; number < 17; number++) {
    const disk = { DiskId: `d-${number}`, InstanceId: "i-1", Type: "data", Category: "cloud_essd", Size: 20 };
    world.disks.push({ ...disk, fileSystem: "ext4" });
  }
}

const kinds = (world: World) => {
  const { achievedLevel, groupKind } = world.outputs("protection");
  return [achievedLevel, groupKind, ...rulesOf(world)];
};

/** The ladder, from an application-consistent group down to single disks. */
const ladder: readonly Row[] = [
  effect("A-20", "all prerequisites met: an application-consistent group", async (world) => {
    await world.done();
    expect(kinds(world)).to.deep.equal(["APPLICATION", "GROUP"]);
  }),
  effect("A-20", "one prerequisite missing: a snapshot-consistent group, with every unmet rule", async (world) => {
    machine({ OSName: "CentOS  7.5 64 bit" })(world);
    dataDisk({ fileSystem: "btrfs" })(world);
    script(world, { fileMode: "0755" });
    await world.done();
    expect(kinds(world)).to.deep.equal(["CRASH", "GROUP", "A-04", "A-06", "A-13", "A-13"]);
  }),
  level(
    "A-20",
    "a disk that several machines may attach",
    (world) => dataDisk({ MultiAttach: "Enabled" })(world.plain()),
    crash("a group can't hold multi-attach disks: d-1 (cloud_essd)", "exclude them from the backup"),
  ),
  level(
    "A-20",
    "a disk in another zone",
    (world) => dataDisk({ ZoneId: "us-east-1b" })(world.plain()),
    crash("a group lies in one zone", "move the disks to one zone"),
  ),
  level(
    "A-20",
    "a machine that is starting",
    (world) => machine({ Status: "Starting" })(world.plain()),
    crash("a group needs a machine that is Running or Stopped; it is Starting", "start the machine"),
  ),
  level("A-20", "17 disks", seventeenDisks, crash("a group in us-east-1 holds 16 disks at most", "exclude disks")),
  effect("A-20", "17 disks are each for themselves; where the API says 128 they are a group", async (world) => {
    seventeenDisks(world);
    await world.done();
    expect(kinds(world)).to.deep.equal(["CRASH", "DISK", "A-20"]);
  }),
  effect("A-20", "17 disks in cn-hangzhou are one group", async (world) => {
    seventeenDisks(world);
    machine({ RegionId: "cn-hangzhou", ZoneId: "cn-hangzhou-a" })(world);
    await world.done();
    expect(kinds(world)).to.deep.equal(["CRASH", "GROUP"]);
  }),
  effect("A-21", "a local disk is not backed up and says so", async (world) => {
    dataDisk({ Category: "local_ssd_pro" })(world);
    await world.done();
    const [uncovered] = world.outputs("protection").uncoveredDisks as readonly PropertyMap[];
    expect(uncovered).to.include({ diskId: "d-1", rule: "A-21" });
    expect(uncovered?.message).to.contain("local disks can't be backed up");
    await world.advance(day);
    expect((await world.point()).diskIds).to.deep.equal(["d-0"]);
  }),
  refused("A-22", "a disk of another machine", "protection", limitTo("d-9"), "disk d-9 is not attached", "d-0, d-1"),
  refused(
    "A-22",
    "no disk at all",
    "protection",
    protection({ allDisks: false }),
    "no disk is covered",
    "set allDisks to true",
  ),
  effect("A-22", "a disk that is attached later is covered by all disks, with exclusions, but not by a list", later),
  effect("A-24", "mixed categories: the ESSD disks as one group, the rest singly", async (world) => {
    world.disks.push({ DiskId: "d-2", InstanceId: "i-1", Type: "data", Category: "cloud_efficiency", Size: 40 });
    await world.plain().done();
    expect(kinds(world)).to.deep.equal(["CRASH", "MIXED", "A-24"]);
    expect(reasonsOf(world)[0]?.message).to.equal(
      "not consistent across disks: d-0 (cloud_essd), d-1 (cloud_essd) as one group, " +
        "d-2 (cloud_efficiency) each for itself",
    );
    expect(reasonsOf(world)[0]?.remedy).to.contain("move every disk to ESSD");
  }),
];

function limitTo(diskId: string) {
  return protection({ allDisks: false, diskIdList: [diskId] });
}

async function later(world: World): Promise<void> {
  await world.plain().done();
  world.declare("late", "ecs:Disk", { instanceId: "i-1", sizeGiB: 20 });
  await world.done();
  const takesIt = async (change: object) => {
    Object.assign(world.protection, { allDisks: undefined, diskIdList: undefined, excludeDiskIdList: undefined });
    Object.assign(world.protection, change);
    await world.done();
    await world.advance(day);
    return (await world.points()).at(-1)?.diskIds.includes(world.text("late", "diskId"));
  };
  expect(await takesIt({})).to.equal(true);
  expect(await takesIt({ excludeDiskIdList: ["d-1"] })).to.equal(true);
  expect(await takesIt({ allDisks: false, diskIdList: ["d-0"] })).to.equal(false);
}

const refusals: readonly Row[] = [
  refused(
    "A-01",
    "Riyadh",
    "protection",
    machine({ RegionId: "me-central-1" }),
    "region me-central-1 (SAU (Riyadh - Partner Region)) has no application-consistent backup",
    "set appConsistent to false",
  ),
  refused(
    "A-02",
    "both kinds of group",
    "protection",
    protection({ snapshotGroup: true }),
    "appConsistent and snapshotGroup can't both be on",
    "leave snapshotGroup out",
  ),
  refused(
    "A-08",
    "no role is named",
    "protection",
    protection({ ramRoleName: undefined }),
    "appConsistent needs the RAM role that takes the snapshots",
    "from the output of ecs:RamRoleAttachment",
  ),
  refused(
    "A-52",
    "a deployment that is not there",
    "protection",
    protection({ scriptDeploymentId: "sd-none" }),
    "there is no script deployment sd-none",
    "take scriptDeploymentId from the id of ecs:ScriptDeployment",
  ),
  effect("A-52", "a role that is named but not attached: a warning, with the order as its remedy", async (world) => {
    world.protection.ramRoleName = "Snapshots";
    world.omitted.add("attachment");
    await world.done();
    expectTold(world, "warning", "A-08  RAM role Snapshots is not attached", "(A-52)", "ecs:RamRoleAttachment");
    expect(reasonsOf(world)[0]).to.include({ rule: "A-08", code: "HBR.NoRamRoleBound" });
  }),
];

/** Facts that nobody told the engine, the key that tells them, and the rule that needs them. */
const unknownFacts: readonly (readonly [rule: string, key: string, (world: World) => void])[] = [
  ["A-04", "OSName", machine({ OSName: undefined })],
  ["A-05", "Category", (world) => void delete world.disks[1]?.Category],
  ["A-06", "fileSystem", (world) => void delete world.disks[1]?.fileSystem],
  ["A-07", "Status", machine({ Status: undefined })],
  ["A-11", "cloudAssistant", machine({ cloudAssistant: undefined })],
  ["A-12", "vssWriters", windows({ vssWriters: undefined })],
];

const facts: readonly Row[] = unknownFacts.map(([rule, key, change]) =>
  effect("A-53", `${rule}: ${key} that nobody knows counts as not met`, async (world) => {
    change(world);
    byFtp(world);
    await world.done();
    expect(world.outputs("protection").achievedLevel).to.equal(rule === "A-12" ? "FILE_SYSTEM" : "CRASH");
    const own = reasonsOf(world).find((reason) => reason.rule === rule);
    expect(own?.message).to.contain("unknown (A-53)");
    expect(own?.remedy).to.equal(`unknown: add ${key} to the inventory`);
  }),
);

/** The very same world under the other edition. */
const editions: readonly Row[] = [
  effect("A-60", "edition 2021 knows three regions", async (world) => {
    world.config.edition = "2021";
    machine({ RegionId: "cn-hangzhou", ZoneId: "cn-hangzhou-a" })(world);
    const message = "region cn-hangzhou (China (Hangzhou)) has no application-consistent backup";
    expectRefusal(await world.up(), "protection", "A-60", message, "set appConsistent to false");
  }),
  level(
    "A-61",
    "edition 2021 without a public address",
    (world) => {
      world.config.edition = "2021";
      machine({ PublicIpAddress: { IpAddress: [] } })(world);
    },
    crash("neither a public IP address nor an EIP (edition 2021)", "bind an EIP, or use edition 2025-11"),
  ),
  effect("A-62", "edition 2021 installs Cloud Assistant by itself", async (world) => {
    world.config.edition = "2021";
    machine({ cloudAssistant: { installed: false, running: false } })(world);
    await world.done();
    expect(kinds(world)).to.deep.equal(["APPLICATION", "GROUP"]);
  }),
];

export const consistencyRows: readonly Row[] = [...prerequisites, ...ladder, ...refusals, ...facts, ...editions];
