import { readFileSync } from "node:fs";
import { expect } from "chai";
import { findProtection, removeProtection } from "../../provider/engine/alibaba/protection";
import { settingsOf } from "../../provider/engine/alibaba/protection-row";
import { findItem } from "../../provider/engine/azure/item-row";
import { describeItem } from "../../provider/engine/azure/protected-item";
import { SimulatedEngine } from "../../provider/engine/engine";
import { EngineError } from "../../provider/engine/error";
import { callOperation, requireOperation } from "../../provider/engine/operations";
import { preparationFor } from "../../provider/engine/prepare";
import { readInventory } from "../../provider/session/inventory-file";
import { exportText } from "../../provider/store/export";
import type { Store } from "../../provider/store/store";
import { memoryStore, testSettings } from "../support/test-engine";

const example = JSON.parse(readFileSync("examples/adoption/inventory.json", "utf8")) as readonly object[];
const instance = (id: string) => ({ InstanceId: id, RegionId: "cn-hangzhou", ZoneId: "cn-hangzhou-a" });
const machines = { Instances: { Instance: [instance("i-1"), instance("i-2")] } };
const rules = [{ RuleType: "BACKUP", BackupType: "COMPLETE", Schedule: "I|1762300800|P1D", Retention: 30 }];
const policy = { PolicyId: "po-1", PolicyName: "daily", Rules: rules };
const binding = { PolicyBindingId: "pd-1", PolicyId: "po-1", SourceType: "UDM_ECS", DataSourceId: "i-1" };
const bound = { ...machines, Policies: [policy], PolicyBindings: [binding] };

const group = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/prod/providers";
const vaultId = `${group}/Microsoft.RecoveryServices/vaults/safe`;
const vault = { id: vaultId, location: "westeurope", properties: {} };
const schedule = { scheduleRunFrequency: "Daily", scheduleRunTimes: ["2025-11-05T02:00:00+00:00"] };
const retention = { dailySchedule: { retentionDuration: { count: 30, durationType: "Days" } } };
const vaultPolicy = {
  id: `${vaultId}/backupPolicies/daily`,
  properties: { schedulePolicy: schedule, retentionPolicy: retention, resourceGuardOperationRequests: null },
};
const machineId = `${group}/Microsoft.Compute/virtualMachines/db`;
const machine = { id: machineId, location: "westeurope" };
const tail = "iaasvmcontainerv2;prod;db";
const item = {
  id: `${vaultId}/backupFabrics/Azure/protectionContainers/IaasVMContainer;${tail}/protectedItems/VM;${tail}`,
  properties: { sourceResourceId: machineId, policyId: vaultPolicy.id, protectionState: "Protected" },
};

function refusalOf(inventory: unknown): EngineError {
  try {
    readInventory(inventory, ".");
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("the inventory was taken");
}

describe("protection of an inventory", () => {
  let store: Store;
  beforeEach(async () => {
    store = await memoryStore();
  });

  const engineWith = (inventory: unknown) =>
    new SimulatedEngine(testSettings, store, preparationFor(readInventory(inventory, ".")));
  const load = async (inventory: unknown) => {
    const engine = engineWith(inventory);
    await engine.run(async () => undefined, undefined);
    return engine;
  };
  const listed = async (engine: SimulatedEngine, operation: string, key: string) =>
    (await callOperation(engine, requireOperation(operation), new Map()))[key] as readonly Record<string, unknown>[];

  it("is there as the APIs tell it, on both clouds", async () => {
    const engine = await load(example);
    const bindings = await listed(engine, "DescribePolicyBindings", "PolicyBindings");
    expect(bindings.map((each) => [each.PolicyId, each.DataSourceId, each.Disabled])).to.deep.equal([
      ["po-000shopdaily000000001", "i-bp1shopdatabase0001", false],
      ["po-000shopweb00000000001", "i-bp1shopweb000000001", false],
      ["po-000shopweb00000000001", "i-bp1shopweb000000002", true],
    ]);
    expect(JSON.stringify(bindings[0])).to.contain('"TimeoutInSeconds":60,"RamRoleName":"AppSnapshotRoleName"');
    const policies = await listed(engine, "DescribePoliciesV2", "Policies");
    expect(policies.map((each) => [each.PolicyName, each.CreatedTime])).to.deep.equal([
      ["daily", 1_762_300_800],
      ["web", 1_762_300_800],
    ]);
    const items = await listed(engine, "ProtectedItems_List", "value");
    const states = items.map(({ properties }) => properties as Record<string, unknown>);
    expect(states.map((each) => [each.protectionState, each.isScheduledForDeferredDelete])).to.deep.equal([
      ["Protected", false],
      ["Protected", false],
      ["ProtectionStopped", true],
    ]);
    const [vaultRow] = await listed(engine, "Vaults_ListBySubscriptionId", "value");
    expect(JSON.stringify(vaultRow)).to.contain('"crossRegionRestore":"Enabled"').and.contain('"state":"Unlocked"');
    const first = await engine.ask(findItem, String(items[1]?.id));
    const state = first && (await engine.ask(describeItem, first));
    expect([state?.achievedLevel, state?.excludedDisks.map(({ lun }) => lun)]).to.deep.equal(["APPLICATION", [1]]);
  });

  it("is the same in every engine", async () => {
    await load(example);
    const first = await exportText(store);
    store = await memoryStore();
    await load(example);
    expect(await exportText(store)).to.equal(first);
  });

  it("stays as it became in the engine, until its record changes", async () => {
    const engine = await load(bound);
    await engine.run(removeProtection, { id: "pd-1", deletePoints: false });
    expect(await (await load(bound)).ask(findProtection, "pd-1")).to.equal(undefined);
    const changed = { ...bound, PolicyBindings: [{ ...binding, Disabled: true }] };
    expect((await (await load(changed)).ask(findProtection, "pd-1"))?.disabled).to.equal(true);
  });

  it("may be told in the SDK's spelling, and need not name the binding", async () => {
    const details = { udmDetail: { preScriptPath: "/opt/pre.sh", diskIdList: ["d-1"], unknown: 1 } };
    const told = { policyId: "po-1", sourceType: "UDM_ECS", dataSourceId: "i-2", advancedOptions: details };
    const engine = await load({
      ...bound,
      PolicyBindings: [told, { ...binding, SourceType: "OSS", DataSourceId: "b" }],
    });
    const [row] = await engine.ask(({ store: rows }) => rows.find("protection"), undefined);
    expect(row?.id).to.match(/^pd-[a-z2-7]{20}$/);
    expect(row && settingsOf(row)).to.deep.include({
      preScriptPath: "/opt/pre.sh",
      diskIdList: ["d-1"],
      allDisks: false,
    });
  });

  it("may hold plans and consistency groups", async () => {
    const detail = JSON.stringify({ doCopy: true, destinationRegionId: "eu-central-1" });
    const plan = { PlanId: "plan-1", PlanName: "own", InstanceId: "i-1", Retention: 7, Detail: detail };
    const engine = await load({
      ...machines,
      BackupPlans: { BackupPlan: [{ ...plan, Rules: { Rule: [{ Schedule: "I|1762300800|P1D" }] } }] },
      groups: [{ groupId: "cg-1", groupName: "both", InstanceIds: ["i-2", "i-1"] }],
      Policies: [policy],
      PolicyBindings: [{ ...binding, DataSourceId: "cg-1" }],
    });
    const [found] = await listed(engine, "DescribeBackupPlans", "BackupPlans");
    expect(JSON.stringify(found)).to.contain('"DoCopy":true,"DestinationRegionId":"eu-central-1"');
    expect((await listed(engine, "describeConsistencyGroups", "groups"))[0]?.InstanceIds).to.deep.equal(["i-1", "i-2"]);
  });

  it("leaves a machine alone that the engine has bound otherwise since", async () => {
    await load({ ...bound, PolicyBindings: [] });
    const other = { ...policy, PolicyId: "po-2" };
    const both = { ...bound, Policies: [policy, other] };
    const engine = await load({ ...both, PolicyBindings: [{ ...binding, PolicyId: "po-2", PolicyBindingId: "pd-2" }] });
    expect(await engine.ask(findProtection, "pd-2")).to.not.equal(undefined);
    expect(await (await load(both)).ask(findProtection, "pd-1")).to.equal(undefined);
  });

  const bad: readonly (readonly [what: string, inventory: unknown, parts: readonly string[]])[] = [
    [
      "a policy that the service would never have taken",
      { ...machines, Policies: [{ ...policy, Rules: [{ RuleType: "BACKUP", Schedule: "daily", Retention: 30 }] }] },
      ["$.Policies[0].Rules[0].Schedule: A-35 ", 'write "I|'],
    ],
    [
      "all that is wrong, of both clouds",
      [machines, { Policies: [{}] }, { PolicyBindings: [{ ...binding, Disabled: "no" }] }, { ...vault, location: 1 }],
      [
        "$[1].Policies[0]: PolicyId is missing",
        '$[2].PolicyBindings[0].Disabled: must be true or false, but is "no"',
        "$[3].location: ",
      ],
    ],
    [
      "bindings of what is not there",
      { ...bound, PolicyBindings: [{ ...binding, PolicyId: "po-9", DataSourceId: "i-9" }] },
      [
        "PolicyBindings[0].PolicyId: the inventory has no policy po-9",
        "DataSourceId: the inventory has no machine i-9",
      ],
    ],
    [
      "a machine under two policies",
      { ...bound, PolicyBindings: [binding, { ...binding, PolicyBindingId: "pd-2" }] },
      ["$.PolicyBindings[1].DataSourceId: i-1 is told by $.PolicyBindings[0] too"],
    ],
    [
      "two bindings of one id",
      { ...bound, PolicyBindings: [binding, binding] },
      ["$.PolicyBindings[1].PolicyBindingId: "],
    ],
    [
      "a machine that two vaults protect, with a policy of the wrong one",
      [
        machine,
        vault,
        { ...vault, id: `${vaultId}2` },
        vaultPolicy,
        item,
        { ...item, id: item.id.replace(vaultId, `${vaultId}2`) },
      ],
      [
        "$[5].properties.sourceResourceId: Z-32 $[4] protects the machine",
        "$[5].properties.policyId: Z-32 the policy is of",
      ],
    ],
    [
      "deleted data that would go too soon",
      [{ ...vault, properties: { securitySettings: { softDeleteSettings: { softDeleteRetentionPeriodInDays: 3 } } } }],
      [
        "$[0].properties.securitySettings.softDeleteSettings.softDeleteRetentionPeriodInDays: Z-29 ",
        "; give 14 to 180 days",
      ],
    ],
    [
      "a role's policy that is not there, and a document that is none",
      {
        ...machines,
        Roles: { Role: [{ RoleName: "r", AssumeRolePolicyDocument: "{", policies: ["p"] }] },
        RamPolicies: [{ PolicyName: "q" }],
      },
      [
        '$.Roles.Role[0].AssumeRolePolicyDocument: must be an object, but is "{"',
        "$.RamPolicies[0]: PolicyDocument is missing",
      ],
    ],
    [
      "a vault's setting that Azure doesn't have",
      [machine, { ...vault, properties: { securitySettings: { immutabilitySettings: { state: "Invalid" } } } }],
      ["$[1].properties.securitySettings.immutabilitySettings.state: must be one of Disabled, Unlocked, Locked"],
    ],
    [
      "a vault policy that Azure would never have taken",
      [machine, vault, { ...vaultPolicy, properties: { ...vaultPolicy.properties, timeZone: "Mars" } }],
      ["$[2].properties.timeZone: "],
    ],
    [
      "an item of nothing",
      [vault, vaultPolicy, { ...item, properties: { ...item.properties, policyId: `${vaultId}/backupPolicies/none` } }],
      ["the inventory has no virtual machine", "$[2].properties.policyId: the inventory has no policy"],
    ],
    [
      "an item in a vault that is not there, with another machine's id",
      { VirtualMachines: [machine], ProtectedItems: [{ ...item, id: item.id.replace(/db/g, "web") }] },
      ["$.ProtectedItems[0].id: the inventory has no vault", "$.ProtectedItems[0].id: the item of "],
    ],
    [
      "a policy of a vault that is none",
      { ...machines, BackupPolicies: [{ ...vaultPolicy, id: "x" }] },
      ["[0].id: must"],
    ],
    [
      "deleted data without its end",
      [vault, { ...item, properties: { sourceResourceId: machineId, isScheduledForDeferredDelete: true } }],
      ["deferredDeleteTimeInUTC: must be the time"],
    ],
  ];
  for (const [what, inventory, parts] of bad) {
    it(`is refused: ${what}`, () => {
      const { code, message } = refusalOf(inventory);
      expect(code).to.equal("Engine.InvalidInventory");
      for (const part of parts) expect(message).to.contain(part);
    });
  }

  it("that isn't of machines is passed over", async () => {
    const other = { ...vaultPolicy, properties: { backupManagementType: "AzureWorkload", settings: {} } };
    const database = { ...item, properties: { protectedItemType: "AzureVmWorkloadSQLDatabase" } };
    const { vaults } = readInventory([vault, machine, vaultPolicy, item, other, database], ".");
    expect([vaults?.policies.length, vaults?.items.length]).to.deep.equal([1, 1]);
  });
});
