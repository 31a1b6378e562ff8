import { expect } from "chai";
import type { z } from "zod";
import { diffInputs } from "../../provider/definition/diff";
import { markedNames, markOf } from "../../provider/definition/mark";
import { changeInWords, replacementSentence } from "../../provider/definition/replacement";
import { Secret } from "../../provider/definition/value";
import { secondsPerDay } from "../../provider/engine/core/time";
import { resources } from "../../provider/registry";
import { emptyState, FakePulumi } from "../support/fake-pulumi";
import type { Program } from "../support/program";
import { TestEngine } from "../support/test-engine";
import { declare, of } from "./life";

/** Ids that follow other inputs, which an update may change. */
const followInputs: Readonly<Record<string, readonly string[]>> = {
  "cloudbackup:hbr:Policy": ["ruleIds"],
  "cloudbackup:hbr:BackupPlan": ["convertedPolicyId"],
  "cloudbackup:ecs:Disk": ["regionId"],
};

describe("session/replacement", () => {
  for (const { token, inputs, outputs, stables, update } of resources) {
    const marked = markedNames(inputs, "replaceOnChanges");
    for (const name of marked) {
      it(`says why ${token} is replaced when ${name} changes`, () => {
        const { replaces, replacements } = diffInputs(inputs, { [name]: "before" }, { [name]: "after" }, []);
        const why = markOf(inputs.shape[name] as z.ZodType).replaceOnChanges;
        expect(replaces).to.deep.equal([name]);
        expect(replacements.map(replacementSentence)).to.deep.equal([
          `replaced because ${name} changes from before to after: ${why}`,
        ]);
        expect(why, "follows a colon").to.match(/^[a-z].+[^.]$/);
      });
    }

    it(`${token} without an update says of every property why it replaces`, () => {
      if (update === undefined) expect(marked).to.have.members(Object.keys(inputs.shape));
    });

    it(`${token} names every id that it gives as stable`, () => {
      const ids = Object.keys(outputs.shape).filter((name) => /(Ids?|^arn)$/.test(name));
      const expected = ids.filter((name) => followInputs[token]?.includes(name) !== true);
      expect(stables).to.include.members(expected);
      const live = markedNames(outputs, "live");
      expect(stables.filter((name) => live.includes(name) || !(name in outputs.shape))).to.deep.equal([]);
    });
  }

  it("shows of long ids the part that differs", () => {
    const subscription = "/subscriptions/00000000-0000-0000-0000-000000000001";
    const id = (group: string, name: string) =>
      `${subscription}/resourceGroups/${group}/providers/X.Y/virtualMachines/${name}`;
    const rows = [
      [id("a", "web"), id("a", "app"), "changes from …/virtualMachines/web to …/virtualMachines/app"],
      [id("a", "web"), id("b", "web"), "changes from …/resourceGroups/a/… to …/resourceGroups/b/…"],
      [id("a", "web"), "i-1", "changes from …oups/a/providers/X.Y/virtualMachines/web to i-1"],
      [id("a", "x".repeat(80)), id("a", "y".repeat(80)), `changes from …${"x".repeat(40)} to …${"y".repeat(40)}`],
    ] as const;
    for (const [before, after, words] of rows) expect(changeInWords(before, after, false)).to.equal(words);
    expect(changeInWords(id("a", "web"), id("b", "web"), true)).to.equal("changes");
  });

  it("is told of each resource by itself, without the value of a secret", async () => {
    const engine = await TestEngine.inMemory();
    const pulumi = new FakePulumi(() => engine.open());
    const program = (zone: string | Secret) =>
      ["a", "b"].map((name) => declare(name, "ecs:Instance", { osName: "CentOS  7.9 64 bit", zoneId: zone }));
    const { state } = await pulumi.up(program("cn-hangzhou-a"), emptyState);
    const told = async (zone: string | Secret) => {
      const before = engine.told.length;
      await pulumi.preview(program(zone), state);
      return engine.told.slice(before).filter((text) => text.includes("replaced because"));
    };
    const plain = "info: replaced because zoneId changes from cn-hangzhou-a to cn-hangzhou-b";
    expect(await told("cn-hangzhou-b")).to.deep.equal(Array(2).fill(`${plain}: a machine can't move to another zone`));
    const secret = await told(new Secret("cn-hangzhou-b"));
    expect(secret).to.deep.equal(
      Array(2).fill("info: replaced because zoneId changes: a machine can't move to another zone"),
    );
  });

  const place = { vaultName: "vault", resourceGroupName: "backup", location: "westeurope" };
  const machines = ["db", "cache"].map((name) => declare(name, "ecs:Instance", { instanceName: name }));
  const schedule = { ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 7 };
  const policy = declare("policy", "hbr:Policy", { rules: [schedule, { ruleType: "SECURITY", immutable: true }] });
  const moving = (machine: string, onDestroy: string) => [
    ...machines,
    policy,
    declare("it", "hbr:InstanceProtection", {
      instanceId: of(machine, "instanceId"),
      policyId: of("policy", "policyId"),
      onDestroy,
    }),
  ];
  const backup = (machine: string, onDestroy: string) => [
    ...machines,
    declare("it", "hbr:Backup", { instanceId: of(machine, "instanceId"), retention: { value: 7 }, onDestroy }),
  ];
  const estate = (machineName: string) => {
    const vms = ["web", "app"].map((vmName) =>
      declare(vmName, "compute:VirtualMachine", { vmName, resourceGroupName: "prod", location: "westeurope" }),
    );
    const vaultPolicy = declare("policy", "recoveryservices:ProtectionPolicy", {
      vaultId: of("vault", "vaultId"),
      schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
      retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } } },
    });
    const item = declare("it", "recoveryservices:ProtectedItem", {
      vaultId: of("vault", "vaultId"),
      sourceResourceId: of(machineName, "vmId"),
      policyId: of("policy", "policyId"),
      onDestroy: "delete",
    });
    const vault = declare("vault", "recoveryservices:Vault", { ...place, immutability: "Unlocked" });
    return [vault, ...vms, vaultPolicy, item];
  };
  const emptyVault = (resourceGroupName: string) => [
    declare("it", "recoveryservices:Vault", { ...place, resourceGroupName }),
  ];
  const roles = (suffix: string) => {
    const principal = { Service: ["ecs.aliyuncs.com"] };
    const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: principal };
    const assumeRolePolicyDocument = { Version: "1", Statement: [trust] };
    const policyDocument = { Version: "1", Statement: [{ Effect: "Allow", Action: "ecs:*", Resource: "*" }] };
    return [
      declare("it", "ram:Role", { roleName: `Role${suffix}`, assumeRolePolicyDocument }),
      declare("grants", "ram:Policy", { policyName: "Grants", policyDocument }),
      declare("grant", "ram:RolePolicyAttachment", {
        policyName: of("grants", "policyName"),
        roleName: of("it", "roleName"),
      }),
    ];
  };
  const copies: Readonly<Record<string, readonly [Program, Program, RegExp | undefined]>> = {
    "immutable points that are to go": [
      moving("db", "delete"),
      moving("cache", "delete"),
      /A-43: once it is replaced, the old copy can't be deleted: .*immutable.*\n {2}fix: set onDestroy to "retain"/,
    ],
    "immutable points that stay": [moving("db", "retain"), moving("cache", "retain"), undefined],
    "a backup whose point goes": [
      backup("db", "delete"),
      backup("cache", "delete"),
      /its replacement deletes 1 recovery point of db/,
    ],
    "a backup whose point stays": [backup("db", "retain"), backup("cache", "retain"), undefined],
    "an item of an immutable vault": [
      estate("web"),
      estate("app"),
      /Z-30: once it is replaced, the old copy can't be deleted/,
    ],
    "a vault without points": [emptyVault("backup"), emptyVault("other"), undefined],
    "a role whose attachments are replaced too": [roles("A"), roles("B"), undefined],
  };
  for (const [what, [before, after, expected]] of Object.entries(copies)) {
    it(`tells in a preview what becomes of the old copy: ${what}`, async () => {
      const engine = await TestEngine.inMemory();
      const pulumi = new FakePulumi(() => engine.open());
      const { state, failure } = await pulumi.up(before, emptyState);
      expect(failure?.failures ?? failure?.error).to.equal(undefined);
      await engine.advance(3 * secondsPerDay);
      const [bytes, from] = [await engine.export(), engine.told.length];
      await pulumi.preview(after, state);
      const warnings = engine.told.slice(from).filter((text) => /old copy|its replacement deletes/.test(text));
      expect(warnings).to.have.length(expected === undefined ? 0 : 1);
      if (expected !== undefined) expect(warnings[0]).to.match(expected);
      expect(await engine.export()).to.equal(bytes);
    });
  }
});
