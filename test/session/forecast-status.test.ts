import { expect } from "chai";
import { putFault } from "../../provider/engine/alibaba/fault";
import { setKeyEnabled } from "../../provider/engine/azure/vault-key";
import { emptyState, FakePulumi } from "../support/fake-pulumi";
import { type Program, Reference } from "../support/program";
import { TestEngine } from "../support/test-engine";
import { declare, type Inputs } from "./life";

const start = 1_767_225_600;
const instanceId = new Reference("db", "instanceId");

function protectedMachine(usedGiB: number, ...rules: Inputs[]): Program {
  return [
    declare("db", "ecs:Instance", { systemDisk: { sizeGiB: 1000, usedGiB } }),
    declare("policy", "hbr:Policy", { rules }),
    declare("protection", "hbr:InstanceProtection", { instanceId, policyId: new Reference("policy", "policyId") }),
  ];
}

const place = { resourceGroupName: "prod", location: "westeurope" };
const vaultId = new Reference("vault", "vaultId");

/** A VM in a vault with a key, under a daily policy. */
function azureProgram(policy: Inputs): Program {
  return [
    declare("vm", "compute:VirtualMachine", { ...place, vmName: "vm" }),
    declare("vault", "recoveryservices:Vault", {
      ...place,
      vaultName: "vault",
      identity: { type: "SystemAssigned" },
      encryption: { keyUri: "https://keys.vault.azure.net/keys/backup", useSystemAssignedIdentity: true },
    }),
    declare("policy", "recoveryservices:ProtectionPolicy", {
      vaultId,
      schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
      retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } } },
      ...policy,
    }),
    declare("item", "recoveryservices:ProtectedItem", {
      ...{ vaultId, policyId: new Reference("policy", "policyId") },
      sourceResourceId: new Reference("vm", "vmId"),
    }),
  ];
}

const every = (interval: string, retention: number): Inputs => ({
  ruleType: "BACKUP",
  schedule: `I|${start}|${interval}`,
  retention,
});

describe("what a preview tells of the days to come", () => {
  let engine: TestEngine;

  beforeEach(async () => {
    engine = await TestEngine.inMemory();
  });

  /** The status lines and the warnings of rules of a preview. */
  const told = async (program: Program): Promise<{ status: string[]; warnings: string[] }> => {
    const before = engine.told.length;
    const { failure } = await new FakePulumi(() => engine.open()).preview(program, emptyState);
    expect(failure).to.equal(undefined);
    const lines = engine.told.slice(before);
    const status = lines.filter((line) => /next backup|no backup/.test(line) && line.startsWith("info: "));
    const warnings = lines.filter((line) => line.startsWith("warning: "));
    return { status: status.map((line) => line.slice("info: ".length)), warnings };
  };

  it("a protection that does as its schedule says: no more than before", async () => {
    expect(await told(protectedMachine(10, every("P1D", 30)))).to.deep.equal({
      status: ["CRASH, next backup 2026-01-02 00:00 UTC, 30 points by 2026-01-31"],
      warnings: [],
    });
  });

  it("backups that take longer than their schedule leaves: the gap, the slots, and a warning (A-35)", async () => {
    const { status, warnings } = await told(protectedMachine(500, every("PT1H", 7)));
    expect(status).to.deep.equal([
      "CRASH, next backup 2026-01-01 01:00 UTC, 168 points by 2026-01-31; worst gap 2 h; " +
        "1 slot at risk by 2026-01-31 (A-35)",
    ]);
    const [warning, ...others] = warnings;
    expect(others).to.deep.equal([]);
    expect(warning).to.contain(
      "A-35: 1 slot is skipped by 2026-01-31, first 2026-01-01 02:00 UTC: the job before still runs, until ",
    );
    expect(warning).to.match(/\n {2}fix: .*\n {2}source: /);
  });

  it("copies that fail for a while: the slots, without a warning, as it passes by itself (A-74)", async () => {
    await engine.run(putFault, { kind: "METADATA_SYNC", regionId: null, until: start + 3 * 86_400 });
    const copied = protectedMachine(10, every("P1D", 30), {
      ruleType: "REPLICATION",
      replicationRegionId: "cn-shanghai",
    });
    expect(await told(copied)).to.deep.equal({
      status: [
        "CRASH, next backup 2026-01-02 00:00 UTC, 30 points by 2026-01-31; 2 slots at risk by 2026-01-31 (A-74)",
      ],
      warnings: [],
    });
  });

  it("backup plans, also when two of them come to the quota together (A-76)", async () => {
    const plan = (name: string) =>
      declare(name, "hbr:BackupPlan", { instanceId, rules: [{ schedule: `I|${start}|PT1H` }], retention: 6 });
    const machine = declare("db", "ecs:Instance", { regionId: "me-central-1", zoneId: "me-central-1a" });
    expect((await told([machine, plan("first")])).status).to.deep.equal([
      "CRASH, next backup 2026-01-01 01:00 UTC, 144 points by 2026-01-31",
    ]);
    const { status } = await told([machine, plan("first"), plan("second")]);
    const [alone, ...both] = status;
    expect(alone).to.match(/144 points by 2026-01-31$/);
    expect(both).to.have.lengthOf(1);
    expect(both[0]).to.match(/, 12\d points by 2026-01-31; worst gap \d+ h; \d+ slots at risk by 2026-01-31 \(A-76\)$/);
  });

  /** What the preview of a changed policy tells of what runs under it. */
  const toldOfPolicy = async (program: Program, changed: Program): Promise<string[]> => {
    const pulumi = new FakePulumi(() => engine.open());
    const { state } = await pulumi.up(program, emptyState);
    const before = engine.log.length;
    await pulumi.preview(changed, state);
    return engine.log.slice(before).filter((line) => /protections?, (next|no) backup/.test(line));
  };

  it("a changed policy: what is ahead of all that runs under it", async () => {
    const program = protectedMachine(10, every("P1D", 30));
    expect(await toldOfPolicy(program, protectedMachine(10, every("P1D", 7)))).to.deep.equal([
      "1 protection, next backup 2026-01-02 00:00 UTC, 7 points by 2026-01-31",
    ]);
    const vault = (count: number) =>
      azureProgram({ retentionPolicy: { dailySchedule: { retentionDuration: { count } } } });
    expect(await toldOfPolicy(vault(30), vault(7))).to.deep.equal([
      "1 protection, next backup 2026-01-01 02:00 UTC, 7 points by 2026-01-31",
    ]);
  });

  it("an item of which every backup fails (Z-28)", async () => {
    const program = azureProgram({});
    const pulumi = new FakePulumi(() => engine.open());
    const { state } = await pulumi.up(program.slice(0, 3), emptyState);
    const vault = state.resources.find(({ name }) => name === "vault")?.id ?? "";
    await engine.run(setKeyEnabled, { vaultId: vault, isEnabled: false });
    const before = engine.log.length;
    await pulumi.preview(program, state);
    expect(engine.log.slice(before).filter((line) => /no backup/.test(line) && !line.includes("\n"))).to.deep.equal([
      "no point (asked for FileSystemConsistent), no backup within 30 days; 30 slots at risk by 2026-01-31 (Z-28)",
    ]);
  });
});
