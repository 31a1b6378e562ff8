import { expect } from "chai";
import * as fc from "fast-check";
import { isPropertyMap, type PropertyMap, type Value } from "../../provider/definition/value";
import { EngineError } from "../../provider/engine/error";
import { resources } from "../../provider/registry";
import { anyValue } from "../definition/arbitrary";
import { all, config, enhanced, machine, plainly, policy, protection, vault } from "../rules/azure-change";
import { AzureWorld, days, everyHours, groupId, storageAccountId } from "../rules/azure-world";
import type { Run } from "../support/fake-pulumi";
import { Reference } from "../support/program";
import { urnOf } from "../support/provider-client";

type Change = (world: AzureWorld) => void;

/** What is wrong in a program: at which resource, and its failures as `path rule: words`, all of them and no others. */
interface Mistake {
  readonly what: string;
  /** What has been there for a while; absent: nothing. */
  readonly before?: Change;
  readonly change: Change;
  readonly at: string;
  readonly told: readonly string[];
}

const hourly = (interval: number, scheduleWindowDuration: number, scheduleWindowStartTime = "08:00") => ({
  scheduleRunFrequency: "Hourly",
  hourlySchedule: { interval, scheduleWindowStartTime, scheduleWindowDuration },
});

function secondVault(world: AzureWorld): void {
  world.plain();
  world.declare("vault2", "recoveryservices:Vault", { ...world.vault, vaultName: "vault2" });
  const vaultId = new Reference("vault2", "vaultId");
  world.declare("policy2", "recoveryservices:ProtectionPolicy", { ...world.policy, vaultId });
  const policyId = new Reference("policy2", "policyId");
  world.declare("again", "recoveryservices:ProtectedItem", { ...world.protection, vaultId, policyId });
}

const mistakes: readonly Mistake[] = [
  {
    what: "an enum's wrong casing, one in each of a vault's settings",
    change: vault({
      redundancy: "georedundant",
      softDelete: { state: "AlwaysOn" },
      immutability: "locked",
      roleAssignments: [{ principalId: "eve", roleDefinitionName: "backup reader" }],
    }),
    at: "vault",
    told: [
      'redundancy Z-31: must be one of LocallyRedundant, GeoRedundant, ZoneRedundant|write "GeoRedundant"',
      'softDelete.state Z-29: must be one of Enabled, Disabled, AlwaysON|write "AlwaysON"',
      'immutability Z-30: must be one of Disabled, Unlocked, Locked|write "Locked"',
      'roleAssignments[0].roleDefinitionName Z-20: must be one of Backup Reader|write "Backup Reader"',
    ],
  },
  {
    what: "an enum's wrong casing in a policy",
    change: policy({ policyType: "v2" }),
    at: "policy",
    told: ['policyType Z-21: must be one of V1, V2|write "V2"'],
  },
  {
    what: "a wrong casing, an interval of 5 hours and a retention below the floor together",
    change: policy({ policyType: "v2", schedulePolicy: hourly(5, 20), retentionPolicy: days(6) }),
    at: "policy",
    told: [
      'policyType Z-21: must be one of V1, V2|write "V2"',
      "schedulePolicy.hourlySchedule.interval Z-21: every 4, 6, 8, 12 hours, not every 5|give one of 4, 6, 8, 12",
      "retentionPolicy.dailySchedule.retentionDuration.count Z-27: 7 to 9999 days, not 6|give 7 to 9999 days",
    ],
  },
  {
    what: "an interval of 5 hours",
    change: policy({ policyType: "V2", schedulePolicy: hourly(5, 20) }),
    at: "policy",
    told: ["schedulePolicy.hourlySchedule.interval Z-21: every 4, 6, 8, 12 hours, not every 5|give one of 4, 6, 8, 12"],
  },
  {
    what: "a retention below the floor",
    change: policy({ retentionPolicy: days(6) }),
    at: "policy",
    told: ["retentionPolicy.dailySchedule.retentionDuration.count Z-27: 7 to 9999 days, not 6|give 7 to 9999 days"],
  },
  {
    what: "a poll time of 2.5 and a relative script path",
    change: config({ ScriptsExecutionPollTimeSeconds: 2.5, preScriptLocation: "backup/pre.sh" }),
    at: "framework",
    told: [
      "config.preScriptLocation Z-11: must be the full path of the pre-script on the VM|write the path from the root",
      "config.ScriptsExecutionPollTimeSeconds Z-12: must be an integer, got the number 2.5|use 1, 2, 3, 4 or 5",
    ],
  },
  {
    what: "a Windows VM with a framework, whose scripts have no place either",
    change: all(machine({ osType: "Windows" }), config({ postScriptLocation: "" })),
    at: "framework",
    told: [
      "vmId Z-09: db runs Windows; the pre/post-script framework is for Linux VMs|drop the framework",
      "config.postScriptLocation Z-11: postScriptLocation is still empty|fill in postScriptLocation",
    ],
  },
  {
    what: "V2 to V1, with snapshots longer than V1 has them",
    before: plainly(enhanced()),
    change: policy({ policyType: "V1", instantRpRetentionRangeInDays: 7 }),
    at: "policy",
    told: [
      "instantRpRetentionRangeInDays Z-22: keeps snapshots for 1 to 5 days, not 7|give 1 to 5 days",
      "policyType Z-21: a VM can't go back to a standard one (V1)|keep policyType",
    ],
  },
  {
    what: "V2 to V1",
    before: plainly(enhanced()),
    change: policy({ policyType: "V1" }),
    at: "policy",
    told: ["policyType Z-21: a VM can't go back to a standard one (V1)|keep policyType"],
  },
  {
    what: "a second vault for one VM",
    change: secondVault,
    at: "again",
    told: ["sourceResourceId Z-32: the VM is protected in another vault already|import it"],
  },
  {
    what: "a vault that is unlocked after Locked, and everything else that goes one way, while it holds data",
    before: plainly(vault({ immutability: "Locked", softDelete: { state: "AlwaysON" }, crossRegionRestore: true })),
    change: vault({
      immutability: "Unlocked",
      softDelete: { state: "Enabled" },
      crossRegionRestore: false,
      redundancy: "ZoneRedundant",
    }),
    at: "vault",
    told: [
      "softDelete.state Z-29: soft delete is AlwaysON|set softDelete.state to AlwaysON",
      "immutability Z-30: immutability is Locked, which is for ever|set immutability to Locked",
      "crossRegionRestore Z-31: can't be turned off again|set crossRegionRestore to true",
      "redundancy Z-31: while the vault holds data|keep GeoRedundant",
    ],
  },
  {
    what: "all that can be wrong with a schedule and a retention",
    change: policy({
      schedulePolicy: hourly(5, 3, "08:10"),
      timeZone: "Berlin",
      instantRpRetentionRangeInDays: 40,
      snapshotConsistencyType: "OnlyCrashConsistent",
      retentionPolicy: days(6),
      tieringPolicy: { ArchivedRP: { tieringMode: "TierAfter" } },
    }),
    at: "policy",
    told: [
      'timeZone Z-21: there is no Windows time zone "Berlin"|',
      'snapshotConsistencyType Z-08: needs an enhanced policy|set policyType: "V2"',
      'schedulePolicy.scheduleRunFrequency Z-21: runs daily or weekly, not hourly|set policyType: "V2"',
      "schedulePolicy.hourlySchedule.scheduleWindowStartTime Z-21: not at 08:10|give a time on the hour or half past",
      "schedulePolicy.hourlySchedule.interval Z-21: not every 5|give one of 4, 6, 8, 12",
      "schedulePolicy.hourlySchedule.scheduleWindowDuration Z-21: not 3 hours|give one of 4",
      "instantRpRetentionRangeInDays Z-22: not 40|give 1 to 5 days",
      "retentionPolicy.dailySchedule.retentionDuration.count Z-27: not 6|give 7 to 9999 days",
      "tieringPolicy.ArchivedRP Z-27: needs duration and durationType|give duration: 3",
    ],
  },
  {
    what: "all that can be wrong with a protection",
    change: all(
      plainly(machine({ location: "northeurope" })),
      protection({
        protectionState: "BackupsSuspended",
        diskExclusionProperties: { diskLunList: [0, 9], isInclusionList: true },
      }),
    ),
    at: "protection",
    told: [
      "vaultId Z-32: the VM lies in northeurope, the vault in westeurope|use a vault in northeurope",
      "diskExclusionProperties Z-26: needs an enhanced policy|set the policy's policyType to V2",
      "diskExclusionProperties.diskLunList[1] Z-26: no data disk is attached at LUN 9|attached are the LUNs: 0",
      "protectionState Z-33: only an immutable vault offers|turn the vault's immutability on",
    ],
  },
];

/** The failures of a run, with their paths in front. */
function failuresOf({ failure }: Run): readonly string[] {
  return (failure?.failures ?? []).map(({ property, reason }) => (property === "" ? reason : `${property}: ${reason}`));
}

function expectTold(failures: readonly string[], told: readonly string[]): void {
  expect(failures, failures.join("\n")).to.have.length(told.length);
  for (const line of told) {
    const [, path = "", rule = "", words = "", fix = ""] = /^(\S+) (Z-\d\d): (.*)\|(.*)$/.exec(line) ?? [];
    const found = failures.find((each) => each.startsWith(`${path}: ${rule}: `) && each.includes(words));
    expect(found, `${line}\nin\n${failures.join("\n")}`)
      .to.contain(`\n  fix: ${fix}`)
      .and.to.contain("\n  source: ");
  }
}

describe("bad input for Azure", () => {
  for (const { what, before, change, at, told } of mistakes) {
    it(`is told all at once, and nothing happens: ${what}`, async () => {
      const world = new AzureWorld();
      if (before !== undefined) {
        before(world);
        await world.done();
        await world.advance(86_400);
      }
      change(world);
      const previewed = await world.preview();
      expect(previewed.failure?.urn.split("::").at(-1)).to.equal(at);
      expectTold(failuresOf(previewed), told);
      const run = await world.up();
      expect(failuresOf(run)).to.deep.equal(failuresOf(previewed));
      expect(run.steps.map(({ urn }) => urn.split("::").at(-1))).not.to.include(at);
    });
  }
});

/** A world in which everything is there, with what a program could say of each kind of resource. */
async function fullWorld() {
  const world = new AzureWorld();
  enhanced()(world);
  world.declare("backup", "recoveryservices:Backup", { itemId: new Reference("protection", "itemId") });
  await world.done();
  const text = (name: string, output: string) => world.text(name, output);
  const vaultId = text("vault", "vaultId");
  const vmId = text("machine", "vmId");
  const policyId = text("policy", "policyId");
  const { schedulePolicy, retentionPolicy } = world.policy as PropertyMap;
  const right: Readonly<Record<string, PropertyMap>> = {
    "compute:VirtualMachine": { ...(world.machine as PropertyMap), vmName: "other" },
    "compute:ScriptFramework": { ...(world.framework as PropertyMap), vmId },
    "recoveryservices:Vault": { ...(world.vault as PropertyMap), vaultName: "other" },
    "recoveryservices:ProtectionPolicy": {
      vaultId,
      schedulePolicy: schedulePolicy ?? null,
      retentionPolicy: retentionPolicy ?? null,
    },
    "recoveryservices:ProtectedItem": { vaultId, policyId, sourceResourceId: vmId },
    "recoveryservices:Backup": { itemId: text("protection", "itemId") },
    "recoveryservices:Restore": {
      recoveryPointId: text("backup", "recoveryPointId"),
      recoveryType: "RestoreDisks",
      targetResourceGroupId: groupId,
      storageAccountId,
    },
  };
  const ids: Value[] = [vaultId, vmId, policyId, text("protection", "itemId"), groupId];
  return { world, right, ids };
}

/** Every place in a value, as a way to put something else there. */
function places(value: Value): readonly ((other: Value) => Value)[] {
  const own = (other: Value) => other;
  if (Array.isArray(value)) {
    const inside = value.flatMap((member: Value, index) =>
      places(member).map((put) => (other: Value) => value.with(index, put(other)) as Value),
    );
    return [own, (other) => [...value, other], ...inside];
  }
  if (!isPropertyMap(value)) return [own];
  const inside = Object.entries(value).flatMap(([name, member]) =>
    places(member).map((put) => (other: Value) => ({ ...value, [name]: put(other) }) as Value),
  );
  return [own, ...inside];
}

describe("garbage for Azure", () => {
  for (const { token, inputs: shape } of resources.filter(({ token }) => /:(compute|recoveryservices):/.test(token))) {
    it(`${token}: 300 programs that are nearly right are refused in words, or right after all`, async () => {
      const { world, right, ids } = await fullWorld();
      const base = right[token.replace("cloudbackup:", "")];
      if (base === undefined) throw new Error(`nobody says what is right for ${token}`);
      const words = [
        "V1",
        "V2",
        "Hourly",
        "Windows",
        "Locked",
        "ProtectionStopped",
        "OriginalLocation",
        "UTC",
        "02:30",
      ];
      const near = fc.constantFrom<Value>(
        ...ids,
        ...words,
        -1,
        0,
        1,
        5,
        9999,
        1e300,
        2.5,
        true,
        false,
        null,
        [],
        {},
        "",
      );
      const names = Object.keys(shape.shape);
      const given: PropertyMap = Object.fromEntries(names.map((name) => [name, base[name] ?? everyHours(4)]));
      const spoil = fc.record({
        place: fc.nat(),
        value: fc.oneof(near, anyValue),
        among: fc.constantFrom(base, given),
      });
      const session = await world.engine.open();
      const signal = new AbortController().signal;
      const bytes = await world.engine.export();
      const urn = urnOf(token, "x");
      await fc.assert(
        fc.asyncProperty(fc.array(spoil, { minLength: 1, maxLength: 3 }), async (spoils) => {
          let news: Value = base;
          for (const { place, value, among } of spoils) {
            const all = places(news === base ? among : news);
            const put = all[1 + (place % (all.length - 1))];
            if (put !== undefined) news = put(value);
          }
          const request = { urn, type: token, name: "x", olds: {}, randomSeed: undefined, autonaming: undefined };
          const { inputs, failures } = await session.check({ ...request, news: news as PropertyMap });
          for (const { reason } of failures) expect(reason).to.match(/\w/);
          if (failures.length > 0) return;
          const create = { urn, type: token, properties: inputs, preview: true, timeoutInSeconds: 0, signal };
          await session.create(create).catch((error: unknown) => {
            if (!(error instanceof EngineError)) throw error;
            expect([error.message, error.remedy, error.source]).not.to.include("");
          });
        }),
        { numRuns: 300 },
      );
      await session.close();
      expect(await world.engine.export(), "what is in the engine").to.equal(bytes);
    });
  }
});
