import { expect } from "chai";
import { secondsPerDay } from "../../provider/engine/core/time";
import { emptyState, FakePulumi, type Run } from "../support/fake-pulumi";
import type { Program } from "../support/program";
import { TestEngine } from "../support/test-engine";
import { declare, type Inputs, of } from "./life";

interface Row {
  readonly before: Program;
  readonly days?: number;
  /** What somebody does before the preview: an operation with its parameters. */
  readonly meanwhile?: readonly [string, Readonly<Record<string, string>>];
  readonly after: Program;
  /** What each warning about unprotected time says, with its fix. */
  readonly warnings: readonly RegExp[];
}

const start = 1_767_225_600;
const daily = (first = start) => [{ ruleType: "BACKUP", schedule: `I|${first}|P1D`, retention: 30 }];
const machine = (name: string, more: Inputs = {}) => declare(name, "ecs:Instance", { instanceName: name, ...more });
const policy = (first = start) => declare("policy", "hbr:Policy", { rules: daily(first) });
const protection = (instance: string, more: Inputs = {}, name = "protection") =>
  declare(name, "hbr:InstanceProtection", {
    instanceId: of(instance, "instanceId"),
    policyId: of("policy", "policyId"),
    ...more,
  });
const disk = (name: string) => declare(name, "ecs:Disk", { instanceId: of("db", "instanceId"), sizeGiB: 20 });
const listing = (...names: readonly string[]) =>
  protection("db", {
    diskIdList: [of("db", "systemDiskId"), ...names.map((name) => of(name, "diskId"))],
    allDisks: false,
  });
const away = (name: string) => machine(name, { regionId: "me-central-1" });
const plan = (instance: string, more: Inputs = {}) =>
  declare("plan", "hbr:BackupPlan", {
    instanceId: of(instance, "instanceId"),
    rules: [{ schedule: `I|${start}|P1D` }],
    retention: 30,
    ...more,
  });

const every = (interval: string, retention = 30) =>
  declare("policy", "hbr:Policy", { rules: [{ ruleType: "BACKUP", schedule: `I|${start}|${interval}`, retention }] });
const other = (interval: string) => ({ ...every(interval), name: "other" });
const place = { resourceGroupName: "backup", location: "westeurope" };
const vault = (name = "vault", more: Inputs = {}) =>
  declare(name, "recoveryservices:Vault", { ...place, vaultName: name, ...more });
const vm = (name: string, luns: readonly number[] = [], more: Inputs = {}) =>
  declare(name, "compute:VirtualMachine", {
    vmName: name,
    resourceGroupName: "prod",
    location: "westeurope",
    dataDisks: luns.map((lun) => ({ lun, sizeGiB: 64 })),
    ...more,
  });
const weekly = {
  schedulePolicy: { scheduleRunFrequency: "Weekly", scheduleRunDays: ["Sunday"], scheduleRunTimes: ["02:00"] },
  retentionPolicy: { weeklySchedule: { daysOfTheWeek: ["Sunday"], retentionDuration: { count: 30 } } },
};
const vaultPolicy = (vaultName = "vault", name = "policy", more: Inputs = {}) =>
  declare(name, "recoveryservices:ProtectionPolicy", {
    vaultId: of(vaultName, "vaultId"),
    policyType: "V2",
    schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
    retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } } },
    ...more,
  });
const item = (machineName: string, more: Inputs = {}, name = "item") =>
  declare(name, "recoveryservices:ProtectedItem", {
    vaultId: of("vault", "vaultId"),
    sourceResourceId: of(machineName, "vmId"),
    policyId: of("policy", "policyId"),
    ...more,
  });
const locked = vault("vault", { immutability: "Unlocked" });
const including = (...luns: readonly number[]) =>
  item("web", { diskExclusionProperties: { diskLunList: luns, isInclusionList: true } });
const pair = [machine("db"), machine("cache"), policy()];
const estate = [vault(), vm("web"), vm("app"), vaultPolicy()];

const rows: Readonly<Record<string, Row>> = {
  "a protection that moves to another machine": {
    before: [...pair, protection("db")],
    days: 3,
    after: [...pair, protection("cache")],
    warnings: [
      /A-45: machine db is left without protection: no backup from 2026-01-04 00:00 UTC on; its newest .*; 3 in/,
    ],
  },
  "backups that are suspended": {
    before: [...pair, protection("db")],
    days: 3,
    after: [...pair, protection("db", { disabled: true })],
    warnings: [/A-59: machine db has no backup from 2026-01-04 00:00 UTC on; .*\n {2}fix: set disabled to false/],
  },
  "backups that stay suspended": {
    before: [...pair, protection("db", { disabled: true })],
    days: 3,
    after: [...pair, protection("db", { disabled: true, timeoutInSeconds: 60 })],
    warnings: [],
  },
  "a machine that is made anew": {
    before: [...pair, protection("db")],
    days: 3,
    after: [machine("db", { zoneId: "cn-hangzhou-b" }), machine("cache"), policy(), protection("db")],
    warnings: [
      /A-59: machine db is made anew: the new one has no recovery point until 2026-01-05 00:00 UTC; the 3 of .* stay/,
    ],
  },
  "a first backup within an interval": {
    before: pair,
    after: [...pair, protection("db")],
    warnings: [],
  },
  "a first backup that is farther away than an interval": {
    before: [machine("db")],
    after: [machine("db"), policy(start + 10 * secondsPerDay), protection("db")],
    warnings: [/A-35: machine db is unprotected until 2026-01-11 00:00 UTC, .*\n {2}fix: take a backup now/],
  },
  "a disk that comes to a machine whose protection lists its disks": {
    before: [machine("db"), disk("one"), policy(), listing("one")],
    after: [machine("db"), disk("one"), disk("two"), policy(), listing("one")],
    warnings: [/A-22: disk \S+ of machine \S+ is new and not backed up: diskIdList doesn't name it\n {2}fix: add it/],
  },
  "such a disk that is made after the protection was looked at": {
    before: [machine("db"), disk("one"), policy(), listing("one")],
    after: [machine("db"), disk("one"), policy(), listing("one"), disk("two")],
    warnings: [/A-22: disk two of machine db is new and not backed up/],
  },
  "such a disk that the list names": {
    before: [machine("db"), disk("one"), policy(), listing("one")],
    after: [machine("db"), disk("one"), disk("two"), policy(), listing("one", "two")],
    warnings: [],
  },
  "a disk of a machine of which all disks are taken": {
    before: [machine("db"), policy(), protection("db")],
    after: [machine("db"), policy(), protection("db"), disk("two")],
    warnings: [],
  },
  "a plan that moves to another machine": {
    before: [away("db"), away("cache"), plan("db")],
    days: 3,
    after: [away("db"), away("cache"), plan("cache")],
    warnings: [/A-45: machine db is left without protection: no backup from 2026-01-04/],
  },
  "a plan that is suspended": {
    before: [away("db"), plan("db")],
    days: 3,
    after: [away("db"), plan("db", { disabled: true })],
    warnings: [/A-59: machine db has no backup from 2026-01-04/],
  },
  "a plan whose place a protection takes, with a first backup that comes later than the plan's": {
    before: [away("db"), plan("db")],
    days: 3,
    meanwhile: ["openPolicyCenter", { regionId: "me-central-1" }],
    after: [away("db"), policy(start + 5 * secondsPerDay), protection("db")],
    warnings: [
      /A-35: without plan plan machine db is unprotected until 2026-01-06 00:00 UTC, .*\n {2}fix: keep plan plan until/,
    ],
  },
  "a plan whose place a protection takes in time": {
    before: [away("db"), plan("db")],
    days: 3,
    meanwhile: ["openPolicyCenter", { regionId: "me-central-1" }],
    after: [away("db"), policy(), protection("db")],
    warnings: [],
  },
  "a policy whose schedule becomes rarer": {
    before: [machine("db"), policy(), protection("db")],
    days: 3,
    after: [machine("db"), every("P2D"), protection("db")],
    warnings: [/rules: A-35: backups are rarer: from one point to the next it takes up to 48 h instead of 24 h/],
  },
  "a policy whose schedule becomes denser": {
    before: [machine("db"), every("P2D"), protection("db")],
    days: 3,
    after: [machine("db"), policy(), protection("db")],
    warnings: [],
  },
  "a protection that comes under a rarer policy": {
    before: [machine("db"), policy(), protection("db")],
    days: 3,
    after: [machine("db"), policy(), other("P1W"), protection("db", { policyId: of("other", "policyId") })],
    warnings: [/policyId: A-35: backups are rarer: from one point to the next it takes up to 168 h instead of 24 h/],
  },
  "an item that moves to another machine": {
    before: [...estate, item("web")],
    days: 3,
    after: [...estate, item("app")],
    warnings: [/Z-33: machine web is left without protection: no backup from 2026-01-04 00:00 UTC on/],
  },
  "an item that moves to another vault": {
    before: [...estate, item("web")],
    days: 3,
    after: [
      ...estate,
      vault("other"),
      vaultPolicy("other", "theirs"),
      item("web", { vaultId: of("other", "vaultId"), policyId: of("theirs", "policyId") }),
    ],
    warnings: [
      /Z-32: .* moves to another vault, where it has no recovery point until 2026-01-04 02:00 UTC; the 3 in vault/,
    ],
  },
  "a virtual machine that is made anew": {
    before: [...estate, item("web")],
    days: 3,
    after: [vault(), vm("web", [], { resourceGroupName: "other" }), vm("app"), vaultPolicy(), item("web")],
    warnings: [
      /Z-32: machine web is made anew: the new one has no recovery point until 2026-01-04 02:00 UTC; the 3 of the/,
    ],
  },
  "a virtual machine that is made anew under its name, where its item goes on": {
    before: [...estate, item("web")],
    days: 3,
    after: [vault(), vm("web", [], { osType: "Windows" }), vm("app"), vaultPolicy(), item("web")],
    warnings: [],
  },
  "a virtual machine without points that is made anew": {
    before: estate,
    after: [vault(), vm("web", [], { resourceGroupName: "other" }), vm("app"), vaultPolicy()],
    warnings: [],
  },
  "a policy of Azure whose schedule becomes rarer": {
    before: [...estate, item("web")],
    days: 3,
    after: [vault(), vm("web"), vm("app"), vaultPolicy("vault", "policy", weekly), item("web")],
    warnings: [
      /schedulePolicy: Z-21: backups are rarer: from one point to the next it takes up to 168 h instead of 24 h/,
    ],
  },
  "an item that comes under a rarer policy": {
    before: [...estate, item("web")],
    days: 3,
    after: [...estate, vaultPolicy("vault", "other", weekly), item("web", { policyId: of("other", "policyId") })],
    warnings: [/policyId: Z-21: backups are rarer/],
  },
  "an item whose protection is stopped": {
    before: [...estate, item("web")],
    days: 3,
    after: [...estate, item("web", { protectionState: "ProtectionStopped" })],
    warnings: [
      /Z-33: machine web has no backup from 2026-01-04 00:00 UTC on; .*\n {2}fix: set protectionState to "Protected"/,
    ],
  },
  "an item whose backups are suspended": {
    before: [locked, vm("web"), vaultPolicy(), item("web")],
    days: 3,
    after: [locked, vm("web"), vaultPolicy(), item("web", { protectionState: "BackupsSuspended" })],
    warnings: [/Z-33: machine web has no backup from/],
  },
  "a disk that comes to a VM of which some disks are taken": {
    before: [vault(), vm("web", [0]), vaultPolicy(), including(0)],
    after: [vault(), vm("web", [0, 1]), vaultPolicy(), including(0)],
    warnings: [/Z-26: disk \S+ \(LUN 1\) of machine web is new and not backed up/],
  },
  "such a disk of a VM that the list names": {
    before: [vault(), vm("web", [0]), vaultPolicy(), including(0)],
    after: [vault(), vm("web", [0, 1]), vaultPolicy(), including(0, 1)],
    warnings: [],
  },
};

const aboutTime =
  /^warning: .*(is left without|has no backup from|no recovery point|is unprotected|is new and not|are rarer)/s;

const failed = ({ failure }: Run) => failure?.failures.map(({ reason }) => reason).join("\n") ?? "";

describe("session/unprotected-time", () => {
  for (const [what, { before, days = 0, meanwhile, after, warnings }] of Object.entries(rows)) {
    it(`is told of ${what}`, async () => {
      const engine = await TestEngine.inMemory();
      const pulumi = new FakePulumi(() => engine.open());
      const { state, failure } = await pulumi.up(before, emptyState);
      expect(failure?.failures ?? failure?.error).to.equal(undefined);
      await engine.advance(days * secondsPerDay);
      if (meanwhile !== undefined) await engine.call(...meanwhile);
      const from = engine.told.length;
      const preview = await pulumi.preview(after, state);
      expect(preview.failure?.failures ?? preview.failure?.error).to.equal(undefined);
      const told = engine.told.slice(from).filter((text) => aboutTime.test(text));
      expect(told, told.join("\n")).to.have.length(warnings.length);
      for (const [index, warning] of warnings.entries()) expect(told[index]).to.match(warning);
    });
  }

  it("names the alias with which a renamed protection has no gap", async () => {
    const engine = await TestEngine.inMemory();
    const pulumi = new FakePulumi(() => engine.open());
    const programs: readonly (readonly [Program, Program])[] = [
      [
        [...pair, protection("db")],
        [...pair, protection("db", {}, "renamed")],
      ],
      [
        [...estate, item("web")],
        [...estate, item("web", {}, "renamed")],
      ],
    ];
    for (const [before, after] of programs) {
      const { state } = await pulumi.up(before, emptyState);
      const preview = await pulumi.preview(after, state);
      expect(failed(preview)).to.match(/was it only renamed\? .*aliases: \[\{ name: "(protection|item)" \}\]/);
    }
  });
});
