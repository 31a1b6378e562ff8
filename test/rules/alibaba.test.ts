import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import { releaseMachine } from "../../provider/engine/alibaba/machine";
import { deleteNativeSnapshot } from "../../provider/engine/alibaba/recovery-point";
import { type RuleId, ruleSources } from "../../provider/engine/alibaba/rule";
import type { Run } from "../support/fake-pulumi";
import { Reference } from "../support/program";
import { snapshotActions, World } from "./world";

const [seed000, seed001, seed002, engine] = ["seed 000", "seed 001", "seed 002", "ENGINE"] as const;
const day = 86_400;

interface Row {
  readonly rule: RuleId;
  readonly what: string;
  readonly change: (world: World) => void;
  readonly source: string;
}

/** Changes of one part of the world. */
const machine = (facts: object) => (world: World) => void Object.assign(world.instance, facts);
const dataDisk = (facts: object) => (world: World) => void Object.assign(world.disks[1] ?? {}, facts);
const protection = (inputs: object) => (world: World) => void Object.assign(world.protection, inputs);
const policy = (inputs: object) => (world: World) => void Object.assign(world.policy, inputs);

/** What the machine's backups come down to when one thing is spoilt. */
const levels: readonly (Row & { readonly level: "FILE_SYSTEM" | "CRASH" })[] = [
  lost("A-04", "CentOS 7.5", machine({ OSName: "CentOS  7.5 64 bit" }), seed000),
  lost("A-05", "a disk that is no ESSD", dataDisk({ Category: "cloud_ssd" }), seed000),
  lost("A-06", "a file system that is not supported", dataDisk({ fileSystem: "btrfs" }), seed000),
  lost("A-08", "another role than the one attached", protection({ ramRoleName: "Other" }), seed000),
  lost("A-10", "a role without ecs:TagResources", (world) => grant(world, 2), seed000),
  lost("A-11", "Cloud Assistant does not run", (world) => stopAgent(world), seed000),
  lost("A-15", "no freeze of the file systems", protection({ enableFsFreeze: false }), engine),
  lost("A-61", "edition 2021 without a public address", without2021Address, seed002),
  weakened("A-12", "a VSS writer fails", (world) => windows(world, "failed"), seed002),
  weakened("A-13", "a script that others may read", (world) => script(world, { fileMode: "0755" }), seed000),
  weakened("A-13", "a script of somebody else", (world) => script(world, { fileOwner: "mysql" }), seed000),
  weakened("A-14", "a script that fails", (world) => script(world, { simulate: { exitCode: 1 } }), seed000),
  weakened(
    "A-14",
    "a script that takes too long",
    (world) => script(world, { simulate: { durationSeconds: 31 } }),
    seed000,
  ),
  lost("A-07", "the machine is stopped", stopped, engine),
  { ...lost("A-20", "a disk that several machines may attach", multiAttach, seed000), level: "CRASH" },
  { ...lost("A-24", "disks of several kinds in a plain backup", mixed, seed001), level: "CRASH" },
];

/** What is refused before anything happens. */
const refusals: readonly (Row & { readonly at: string })[] = [
  refused("A-01", "Riyadh", "protection", riyadh, seed000),
  refused("A-02", "both kinds of group", "protection", protection({ snapshotGroup: true }), seed000),
  refused("A-22", "a disk of another machine", "protection", (world) => limit(world, "d-9"), seed000),
  refused("A-30", "a second protection of a machine", "second", second, seed001),
  refused("A-33", "a permanent retention", "policy", (world) => backupRule(world, { retention: -1 }), seed001),
  refused(
    "A-35",
    "a BACKUP rule without a schedule",
    "policy",
    (world) => backupRule(world, { schedule: undefined }),
    seed001,
  ),
  refused("A-36", "two TRANSITION rules", "policy", twoTransitions, seed000),
  refused("A-38", "an override of a point that is not there", "override", override, seed001),
  refused(
    "A-52",
    "a deployment that is not there",
    "protection",
    protection({ scriptDeploymentId: "sd-none" }),
    seed000,
  ),
  refused("A-60", "edition 2021 in another region", "protection", (world) => elsewhere(world, "cn-hangzhou"), seed002),
  refused("A-63", "a region that nobody knows", "machine", unknownRegion, seed000),
  refused("A-66", "a script without content", "scripts", (world) => script(world, { content: undefined }), seed000),
  refused("A-67", "a policy for other data sources", "protection", policy({ policyType: "STANDARD" }), seed001),
  refused("A-79", "a role that does not trust ECS", "attachment", (world) => trustOther(world), "API reference"),
];

function lost(rule: RuleId, what: string, change: Row["change"], source: string) {
  return { rule, what, change, source, level: "CRASH" as const };
}

function weakened(rule: RuleId, what: string, change: Row["change"], source: string) {
  return { rule, what, change, source, level: "FILE_SYSTEM" as const };
}

function refused(rule: RuleId, what: string, at: string, change: Row["change"], source: string) {
  return { rule, what, change, source, at };
}

function grant(world: World, left: number): void {
  const [statement] = snapshotActions.Statement;
  const actions = statement?.Action.filter((_, index) => index !== left) ?? [];
  world.actions.policyDocument = { ...snapshotActions, Statement: [{ ...statement, Action: actions } as PropertyMap] };
}

function stopAgent(world: World): void {
  world.instance.cloudAssistant = { installed: true, running: false };
  world.scripts.transport = "FTP";
  script(world, { fileMode: "0700" });
}

function stopped(world: World): void {
  world.instance.Status = "Stopped";
  world.scripts.transport = "FTP";
  script(world, { fileMode: "0700" });
}

function script(world: World, change: PropertyMap | { content: undefined }): void {
  for (const name of ["preScript", "postScript"]) {
    const entries = Object.entries({ ...(world.scripts[name] as PropertyMap), ...change });
    world.scripts[name] = Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as PropertyMap;
  }
}

function windows(world: World, vssWriters: string): void {
  world.instance.OSName = "Windows Server  2019 Data Center 64 bit";
  world.instance.vssWriters = vssWriters;
}

function without2021Address(world: World): void {
  world.config.edition = "2021";
  world.instance.PublicIpAddress = { IpAddress: [] };
}

function plain(world: World): void {
  protection({ appConsistent: false, ramRoleName: undefined, scriptDeploymentId: undefined })(world);
}

function multiAttach(world: World): void {
  plain(world);
  dataDisk({ MultiAttach: "Enabled" })(world);
}

function mixed(world: World): void {
  plain(world);
  dataDisk({ Category: "cloud_efficiency" })(world);
}

function elsewhere(world: World, regionId: string): void {
  world.config.edition = "2021";
  world.instance.RegionId = regionId;
}

function riyadh(world: World): void {
  world.instance.RegionId = "me-central-1";
}

function limit(world: World, diskId: string): void {
  world.protection.allDisks = false;
  world.protection.diskIdList = [diskId];
}

function second(world: World): void {
  const instanceId = new Reference("protection", "instanceId");
  const inputs = { instanceId, policyId: new Reference("policy", "policyId") };
  world.more.push({ name: "second", type: "cloudbackup:hbr:InstanceProtection", inputs });
}

function backupRule(world: World, change: { retention?: number; schedule?: undefined }): void {
  const rule = { ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 30, ...change };
  world.policy.rules = [
    Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined)) as PropertyMap,
  ];
}

function twoTransitions(world: World): void {
  const transition = { ruleType: "TRANSITION", retention: 60 };
  world.policy.rules = [
    { ruleType: "BACKUP", schedule: "I|1767225600|P1D" },
    transition,
    { ...transition, retention: 90 },
  ];
}

function override(world: World): void {
  const inputs = { target: { recoveryPointId: "s-none" }, retentionDays: 90 };
  world.more.push({ name: "override", type: "cloudbackup:hbr:RetentionOverride", inputs });
}

function unknownRegion(world: World): void {
  world.more.push({ name: "machine", type: "cloudbackup:ecs:Instance", inputs: { regionId: "cn-atlantis" } });
}

function trustOther(world: World): void {
  const statement = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["fc.aliyuncs.com"] } };
  world.role.assumeRolePolicyDocument = { Version: "1", Statement: [statement] };
}

const reasonsOf = (world: World) => world.outputs("protection").reasons as readonly PropertyMap[];

function expectDone({ failure }: Run): void {
  expect(failure?.failures ?? failure?.error).to.equal(undefined);
}

/** What is no reason and no refusal: what happens. */
const effects: Readonly<Partial<Record<RuleId, readonly [what: string, test: (world: World) => Promise<void>]>>> = {
  "A-09": [
    "a role that stops trusting ECS leaves crash consistency",
    async (world) => {
      expectDone(await world.up());
      trustOther(world);
      await world.up();
      await world.refresh();
      expect(world.outputs("protection").achievedLevel).to.equal("CRASH");
      expect(reasonsOf(world).map(({ rule }) => rule)).to.include("A-09");
    },
  ],
  "A-21": [
    "a local disk is not backed up and says so",
    async (world) => {
      dataDisk({ Category: "local_ssd_pro" })(world);
      expectDone(await world.up());
      const [uncovered] = world.outputs("protection").uncoveredDisks as readonly PropertyMap[];
      expect(uncovered).to.include({ diskId: "d-1", rule: "A-21" });
    },
  ],
  "A-39": [
    "a snapshot deleted behind Cloud Backup's back is named until the point would have expired",
    async (world) => {
      expectDone(await world.up());
      await world.engine.advance(2 * day);
      const [point] = await world.engine.ask(({ store }) => store.find("recoveryPoint"), undefined);
      await world.engine.run(deleteNativeSnapshot, `${point?.id}-0`);
      await world.refresh();
      expect(world.outputs("protection").damagedPoints).to.deep.equal([point?.id]);
      await world.engine.advance(31 * day);
      await world.refresh();
      expect(world.outputs("protection").damagedPoints).to.deep.equal([]);
    },
  ],
  "A-53": [
    "a fact that nobody knows counts as not met",
    async (world) => {
      world.instance.OSName = undefined;
      expectDone(await world.up());
      expect(world.outputs("protection").achievedLevel).to.equal("CRASH");
      const [first] = reasonsOf(world);
      expect(first?.rule).to.equal("A-04");
      expect(first?.message).to.contain("A-53");
      expect(first?.remedy).to.equal("unknown: add OSName to the inventory");
    },
  ],
  "A-59": [
    "a released machine has no backups any more",
    async (world) => {
      expectDone(await world.up());
      await world.engine.run(releaseMachine, "i-1");
      await world.refresh();
      expect(world.outputs("protection")).to.include({ achievedLevel: "NONE", groupKind: "NONE" });
      expect(reasonsOf(world).map(({ rule }) => rule)).to.deep.equal(["A-59"]);
    },
  ],
  "A-62": [
    "edition 2021 installs Cloud Assistant by itself",
    async (world) => {
      world.config.edition = "2021";
      world.instance.cloudAssistant = { installed: false, running: false };
      expectDone(await world.up());
      expect(world.outputs("protection").achievedLevel).to.equal("APPLICATION");
    },
  ],
  "A-72": [
    "a released machine can't be backed up",
    async (world) => {
      expectDone(await world.up());
      await world.engine.run(releaseMachine, "i-1");
      const inputs = { instanceId: "i-1", retention: { value: 1 } };
      world.more.push({ name: "backup", type: "cloudbackup:hbr:Backup", inputs });
      const { failure } = await world.up();
      expect(failure?.failures[0]?.reason ?? String(failure?.error)).to.contain("released");
    },
  ],
  "A-73": [
    "a suspended protection runs nothing",
    async (world) => {
      world.protection.disabled = true;
      expectDone(await world.up());
      await world.engine.advance(3 * day);
      expect(await world.engine.ask(({ store }) => store.count("job"), undefined)).to.equal(0);
    },
  ],
  "A-75": [
    "a job whose script fails leaves a point of a lower level, with the reason",
    async (world) => {
      script(world, { simulate: { exitCode: 1 } });
      expectDone(await world.up());
      await world.engine.advance(1 * day);
      const points = await world.engine.ask(({ store }) => store.find("recoveryPoint"), undefined);
      expect(points.map(({ level }) => level)).to.deep.equal(["FILE_SYSTEM"]);
      expect(JSON.stringify(points[0]?.reasons)).to.contain("exit code 1");
    },
  ],
};

/** Nothing that the provider offers can break these yet: no resource takes several machines at once. */
const ofGroups: readonly RuleId[] = ["A-03", "A-49"];

describe("the rules of Alibaba Cloud", () => {
  it("a machine on which everything is right gets what it asks for", async () => {
    const world = new World();
    expectDone(await world.up());
    expect(world.outputs("protection")).to.deep.include({ achievedLevel: "APPLICATION", reasons: [] });
  });

  for (const { rule, what, change, level, source } of levels) {
    it(`${rule} ${what}: ${level}`, async () => {
      const world = new World();
      change(world);
      expectDone(await world.up());
      expect(world.outputs("protection").achievedLevel).to.equal(level);
      const why = reasonsOf(world).find((reason) => reason.rule === rule);
      expect(why, `a reason of ${rule}`).not.to.equal(undefined);
      expect(why?.source).to.contain(source);
      expect(why?.remedy).not.to.equal("");
    });
  }

  for (const { rule, what, at, change, source } of refusals) {
    it(`${rule} ${what}: refused`, async () => {
      const world = new World();
      change(world);
      const { failure } = await world.up();
      expect(failure?.urn.split("::").at(-1)).to.equal(at);
      const reasons = (failure?.failures ?? []).map(({ reason }) => reason).filter((reason) => reason.includes(rule));
      expect(reasons, `a failure of ${rule} in ${JSON.stringify(failure?.failures)}`).not.to.have.length(0);
      expect(reasons[0]).to.contain("fix: ");
      expect(/source: .*/.exec(reasons[0] ?? "")?.[0]).to.contain(source);
    });
  }

  for (const [rule, [what, test]] of Object.entries(effects)) it(`${rule} ${what}`, () => test(new World()));

  it("every rule of the engine has a row here, and every row is a rule of the engine", () => {
    const rows = new Set([...levels, ...refusals].map(({ rule }) => rule));
    const told = new Set([...rows, ...Object.keys(effects), ...ofGroups]);
    expect([...told].sort()).to.deep.equal(Object.keys(ruleSources).sort());
  });
});
