import { expect } from "chai";
import { changesOf, emptyState, FakePulumi, type Run, type State } from "../support/fake-pulumi";
import type { Declaration } from "../support/program";
import { Reference } from "../support/program";
import { TestEngine } from "../support/test-engine";

const day = 86_400;
const group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/prod";
const recoveryPointId = new Reference("backup", "recoveryPointId");
const storageAccountId = `${group}/providers/Microsoft.Storage/storageAccounts/staging`;

const declare = (name: string, type: string, inputs: Declaration["inputs"]): Declaration => ({
  name,
  type: `cloudbackup:${type}`,
  inputs,
});

const protection: readonly Declaration[] = [
  declare("vm", "compute:VirtualMachine", { resourceGroupName: "prod", location: "westeurope" }),
  declare("vault", "recoveryservices:Vault", { resourceGroupName: "backup", location: "westeurope" }),
  declare("policy", "recoveryservices:ProtectionPolicy", {
    vaultId: new Reference("vault", "vaultId"),
    schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
    retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } } },
  }),
  declare("item", "recoveryservices:ProtectedItem", {
    vaultId: new Reference("vault", "vaultId"),
    sourceResourceId: new Reference("vm", "vmId"),
    policyId: new Reference("policy", "policyId"),
  }),
  declare("backup", "recoveryservices:Backup", { itemId: new Reference("item", "itemId") }),
];

const restore = (inputs: Declaration["inputs"]): Declaration =>
  declare("restore", "recoveryservices:Restore", { recoveryPointId, storageAccountId, ...inputs });
const disks = { recoveryType: "RestoreDisks", targetResourceGroupId: group };

const reasons = ({ failure }: Run): string[] =>
  (failure?.failures ?? []).map(({ property, reason }) => `${property}: ${reason}`);

/** What lies deeper than a property is told in the text. */
const paths = ({ failure }: Run): (string | undefined)[] =>
  (failure?.failures ?? []).map(({ property, reason }) => property || /^(\S+): /.exec(reason)?.[1]);

describe("a restore from a vault in a program", () => {
  let engine: TestEngine;
  let pulumi: FakePulumi;
  let state: State;
  beforeEach(async () => {
    engine = await TestEngine.inMemory();
    pulumi = new FakePulumi(() => engine.open());
    state = (await pulumi.up(protection, emptyState)).state;
  });

  const up = async (inputs: Declaration["inputs"]): Promise<Run> => {
    const run = await pulumi.up([...protection, restore(inputs)], state);
    expect(reasons(run)).to.deep.equal([]);
    state = run.state;
    return run;
  };
  const outputs = () => state.resources.find(({ name }) => name === "restore")?.outputs;

  it("is at rest after its point has gone to the vault, and after it expired", async () => {
    await up(disks);
    const made = outputs();
    expect(made).to.include({ tier: "InstantRP", achievedLevel: "FILE_SYSTEM", durationSeconds: 60 });
    expect(made).to.not.have.property("vmId");
    for (const days of [3, 60]) {
      await engine.advance(days * day);
      const refreshed = await pulumi.refresh(state);
      expect(changesOf(refreshed)).to.deep.equal([]);
      const program = [...protection, restore({ ...disks, targetResourceGroupId: group.toUpperCase() })];
      expect(changesOf(await pulumi.preview(program, refreshed.state))).to.deep.equal([]);
    }
    const [reason] = reasons(
      await pulumi.preview([...protection, restore({ ...disks, restoreDiskLunList: [-1] })], state),
    );
    expect(reason).to.match(/^recoveryPointId: Z-27: recovery point .* of 2026-01-01 00:00 UTC has expired/);
    expect(reason).to.contain("restore the newest point that can be");
  });

  it("tells the tier and how long it takes, which differ once the snapshot is gone (Z-35)", async () => {
    await engine.advance(3 * day);
    await up(disks);
    expect(outputs()).to.include({ tier: "HardenedRP", durationSeconds: 308 });
  });

  it("takes a machine back and shows nothing else", async () => {
    const before = state.resources.find(({ name }) => name === "vm")?.outputs;
    await up({ recoveryType: "OriginalLocation" });
    expect(outputs()).to.deep.include({ vmId: before?.vmId, diskIds: [] });
    expect(changesOf(await pulumi.refresh(state))).to.deep.equal([]);
  });

  const wrong: readonly (readonly [inputs: Declaration["inputs"], ...properties: string[]])[] = [
    [{ recoveryType: "restoreDisks" }, "recoveryType", "targetResourceGroupId"],
    [{ ...disks, restoreDiskLunList: [-2, 0.5] }, "restoreDiskLunList[0]", "restoreDiskLunList[1]"],
    [{ ...disks, restoreDiskLunList: [4, 5] }, "restoreDiskLunList[0]", "restoreDiskLunList[1]"],
    [{ ...disks, recoveryPointId: "1", storageAccountId: "staging" }, "recoveryPointId", "storageAccountId"],
    [{ recoveryType: "AlternateLocation" }, "targetVirtualMachineId", "virtualNetworkId", "subnetId"],
    [{ ...disks, region: "northeurope", virtualNetworkId: "net" }, "virtualNetworkId", "region", "recoveryPointId"],
    [{ ...disks, rehydrationPriority: "high" }, "rehydrationPriority"],
  ];
  for (const [inputs, ...properties] of wrong) {
    it(`refuses ${JSON.stringify(inputs)} in a preview as in an update, all at once`, async () => {
      const program = [...protection, restore(inputs)];
      const preview = await pulumi.preview(program, state);
      expect(paths(preview)).to.deep.equal(properties);
      expect(reasons(await pulumi.up(program, state))).to.deep.equal(reasons(preview));
    });
  }
});
