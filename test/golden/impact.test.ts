import type { PropertyMap } from "../../provider/definition/value";
import { Reference } from "../support/program";
import { expectGolden } from "./golden";
import { declare, type ImpactCase, type ImpactWorld, tellCase } from "./impact-world";

type Inputs = ReturnType<typeof declare>["inputs"];

const place = { RegionId: "cn-hangzhou", ZoneId: "cn-hangzhou-b" };
const riyadh = { RegionId: "me-central-1", ZoneId: "me-central-1a" };
const machine = (name: string, where = place) => ({
  InstanceId: `i-${name}`,
  InstanceName: name,
  ...where,
  OSName: "CentOS  7.9 64 bit",
  Status: "Running",
});
const disk = (name: string) => ({
  DiskId: `d-${name}`,
  InstanceId: `i-${name}`,
  Type: "system",
  Category: "cloud_essd",
  Size: 40,
  fileSystem: "xfs",
});
const names = ["db", "cache", "web", "old"];
const inventory: PropertyMap = {
  Instances: { Instance: names.map((name) => machine(name, name === "old" ? riyadh : place)) },
  Disks: { Disk: names.map(disk) },
};

const daily = (retention: number, hours = 2) => ({
  ruleType: "BACKUP",
  schedule: `I|${1_767_225_600 + hours * 3600}|P1D`,
  retention,
});
const weekly = (retention: number) => ({
  ruleType: "TRANSITION",
  retentionRules: [{ advancedRetentionType: "WEEKLY", retention }],
});
const policy = (rules: readonly object[], name = "daily") =>
  declare(name, "hbr:Policy", { policyName: name, rules: rules as never });
const protect = (name: string, more: Inputs = {}, of = "daily") =>
  declare(name, "hbr:InstanceProtection", {
    instanceId: `i-${name}`,
    policyId: new Reference(of, "policyId"),
    ...more,
  });
const onTwo = (...rules: readonly object[]) => [policy(rules), protect("db"), protect("cache")];
const onOne = (...rules: readonly object[]) => [policy(rules), protect("db")];

/** The point of a machine, counted from the oldest one. */
async function pointOf({ engine }: ImpactWorld, instanceId: string, index: number): Promise<string> {
  const order = { column: "createTime", direction: "ascending" } as const;
  const points = await engine.ask(({ store }) => store.find("recoveryPoint", { instanceId }, { order }), undefined);
  return points[index]?.id ?? "";
}

const extend = (index: number, RetentionDays: number) => async (world: ImpactWorld) => {
  const SnapshotId = await pointOf(world, "i-db", index);
  await world.engine.call("extendUdmSnapshot", { SnapshotId, RetentionDays: String(RetentionDays) });
};

/** Somebody suspends the backups of a machine, and its points grow old. */
async function idle(world: ImpactWorld): Promise<void> {
  await world.engine.run(async ({ store }) => {
    const [bound] = await store.find("protection", { instanceId: "i-db" });
    if (bound !== undefined) await store.put("protection", [{ ...bound, disabled: true }]);
  }, undefined);
  await world.advance(10);
}

const policies: readonly ImpactCase[] = [
  { what: "30 → 7 days, 60 points on 2 machines", before: onTwo(daily(30)), days: 60, after: onTwo(daily(7)) },
  { what: "7 → 30 days", before: onTwo(daily(7)), days: 60, after: onTwo(daily(30)) },
  { what: "another hour alone", before: onTwo(daily(7)), days: 60, after: onTwo(daily(7, 5)) },
  { what: "no point yet", before: onTwo(daily(30)), days: 0, after: onTwo(daily(7)) },
  {
    what: "a description alone",
    before: onTwo(daily(7)),
    days: 9,
    after: [declare("daily", "hbr:Policy", { policyName: "daily", policyDescription: "nightly", rules: [daily(7)] })],
  },
  {
    what: "the first of each week is kept longer",
    before: onOne(daily(10)),
    days: 60,
    after: onOne(daily(3), weekly(28)),
  },
  {
    what: "the first of each week no longer is",
    before: onOne(daily(3), weekly(28)),
    days: 60,
    after: onOne(daily(3)),
  },
  {
    what: "a point that is extended, and one that is damaged",
    before: onOne(daily(10)),
    days: 20,
    meanwhile: async (world) => {
      await extend(1, 40)(world);
      await world.engine.call("DeleteSnapshot", { SnapshotId: `${await pointOf(world, "i-db", 9)}-0` });
    },
    after: onOne(daily(4)),
  },
  {
    what: "immutable points",
    before: onOne(daily(10), { ruleType: "SECURITY", immutable: true }),
    days: 20,
    after: onOne(daily(4)),
  },
  {
    what: "nothing is left of a machine whose backups somebody suspended",
    before: onTwo(daily(30)),
    days: 20,
    meanwhile: idle,
    after: onTwo(daily(7)),
  },
  {
    what: "nothing is left of it but a backup by hand",
    before: [...onTwo(daily(30)), declare("hand", "hbr:Backup", { instanceId: "i-db", retention: { value: 90 } })],
    days: 20,
    meanwhile: idle,
    after: [...onTwo(daily(7)), declare("hand", "hbr:Backup", { instanceId: "i-db", retention: { value: 90 } })],
  },
];

const group = declare("pair", "hbr:ConsistencyGroup", { groupName: "pair", instanceIds: ["i-db", "i-web"] });
const groupProtection = declare("group", "hbr:InstanceProtection", {
  groupId: new Reference("pair", "groupId"),
  policyId: new Reference("daily", "policyId"),
});
const plan = (retention: number, more: Inputs = {}) => [
  declare("plan", "hbr:BackupPlan", {
    planName: "nightly",
    instanceId: "i-old",
    rules: [{ schedule: "I|1767232800|P1D" }],
    retention,
    ...more,
  }),
];
const short = policy([daily(5)], "short");

const protections: readonly ImpactCase[] = [
  {
    what: "a group",
    before: [policy([daily(10)]), group, groupProtection],
    days: 20,
    after: [policy([daily(4)]), group, groupProtection],
  },
  {
    what: "another policy for one machine",
    before: [...onTwo(daily(10)), short],
    days: 20,
    after: [policy([daily(10)]), short, protect("db", {}, "short"), protect("cache")],
  },
  {
    what: "another policy and suspended at once",
    before: [...onOne(daily(10)), short],
    days: 20,
    after: [policy([daily(10)]), short, protect("db", { disabled: true }, "short")],
  },
  {
    what: "suspended",
    before: onOne(daily(10)),
    days: 20,
    after: [policy([daily(10)]), protect("db", { disabled: true })],
  },
  {
    what: "a destroy is to take the points",
    before: onOne(daily(10)),
    days: 20,
    meanwhile: extend(0, 99),
    after: [policy([daily(10)]), protect("db", { onDestroy: "delete" })],
  },
  {
    what: "another machine in its place, whose points are not to stay",
    before: [policy([daily(10)]), protect("db", { onDestroy: "delete" })],
    days: 20,
    after: [
      policy([daily(10)]),
      declare("db", "hbr:InstanceProtection", {
        instanceId: "i-web",
        policyId: new Reference("daily", "policyId"),
        onDestroy: "delete",
      }),
    ],
  },
  { what: "a plan keeps less", before: plan(10), days: 20, after: plan(4) },
  {
    what: "a plan becomes a policy and keeps more",
    before: plan(10),
    days: 20,
    meanwhile: async (world) => void (await world.engine.call("openPolicyCenter", { regionId: "me-central-1" })),
    after: plan(20),
  },
  { what: "a plan is suspended", before: plan(10), days: 20, after: plan(10, { disabled: true }) },
  {
    what: "an override of one point",
    before: onOne(daily(10)),
    days: 20,
    after: async (world) => [
      ...onOne(daily(10)),
      declare("keep", "hbr:RetentionOverride", {
        target: { recoveryPointId: await pointOf(world, "i-db", 0) },
        retentionDays: 100,
      }),
    ],
  },
  {
    what: "an override of all disks of a machine's points",
    before: onOne(daily(10)),
    days: 20,
    after: [
      ...onOne(daily(10)),
      declare("keep", "hbr:RetentionOverride", {
        target: { select: { instanceId: "i-db" } },
        dimension: "DISK",
        neverExpire: true,
      }),
    ],
  },
];

describe("what a change means for points that are there", () => {
  it("Alibaba Cloud", async function () {
    this.timeout(60_000);
    const texts: string[] = [];
    for (const each of [...policies, ...protections]) texts.push(await tellCase(each, { inventory }));
    expectGolden("impact-alibaba", texts.join("\n"));
  });
});
