import { expect } from "chai";
import { emptyState, FakePulumi, type State } from "../support/fake-pulumi";
import { Reference } from "../support/program";
import { TestEngine } from "../support/test-engine";
import { declare, type Inputs } from "./life";

const day = 86_400;
const place = { resourceGroupName: "prod", location: "westeurope" };
const group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/prod";

interface Given {
  readonly vm?: Inputs;
  readonly vault?: Inputs;
  readonly backup?: Inputs;
  readonly restore?: Inputs;
}

function program({ vm = {}, vault = {}, backup = {}, restore }: Given = {}) {
  return [
    declare("db", "compute:VirtualMachine", { ...place, vmName: "db", ...vm }),
    declare("vault", "recoveryservices:Vault", { ...place, vaultName: "backups", ...vault }),
    declare("daily", "recoveryservices:ProtectionPolicy", {
      vaultId: new Reference("vault", "vaultId"),
      schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
      retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } } },
    }),
    declare("item", "recoveryservices:ProtectedItem", {
      vaultId: new Reference("vault", "vaultId"),
      sourceResourceId: new Reference("db", "vmId"),
      policyId: new Reference("daily", "policyId"),
    }),
    declare("backup", "recoveryservices:Backup", { itemId: new Reference("item", "itemId"), ...backup }),
    ...(restore === undefined
      ? []
      : [
          declare("restore", "recoveryservices:Restore", {
            recoveryPointId: new Reference("backup", "recoveryPointId"),
            storageAccountId: `${group}/providers/Microsoft.Storage/storageAccounts/staging`,
            ...restore,
          }),
        ]),
  ];
}

describe("what a preview prints of Azure's resources", () => {
  let engine: TestEngine;
  let pulumi: FakePulumi;
  let state: State;

  beforeEach(async () => {
    engine = await TestEngine.inMemory();
    pulumi = new FakePulumi(() => engine.open());
    state = emptyState;
  });

  const up = async (given: Given = {}): Promise<void> => {
    state = (await pulumi.up(program(given), state)).state;
  };
  const printed = async (given: Given, pattern: RegExp): Promise<string[]> => {
    const before = engine.log.length;
    await pulumi.preview(program(given), state);
    return engine.log.slice(before).filter((line) => pattern.test(line));
  };

  it("an item: its level, its next backup, its points", async () => {
    expect(await printed({}, /next backup/)).to.deep.equal([
      "FileSystemConsistent, next backup 2026-01-01 02:00 UTC, 30 points by 2026-01-31",
    ]);
  });

  it("an item whose daily backup takes more than a day (Z-24)", async () => {
    const vm = { dataDisks: [{ lun: 0, sizeGiB: 32_000 }], changeRatePercentPerDay: 100 };
    const [line] = await printed({ vm }, /next backup/);
    expect(line).to.match(/; Z-24: a backup takes up to \d+(\.\d)? hours until it is in the vault/);
  });

  const restores: readonly (readonly [what: string, restore: Inputs, line: string])[] = [
    ["disks", { recoveryType: "RestoreDisks", targetResourceGroupId: group }, "makes 1 disk as of"],
    ["the machine itself", { recoveryType: "OriginalLocation" }, "sets 1 disk of db back to"],
    [
      "a new machine",
      {
        recoveryType: "AlternateLocation",
        targetVirtualMachineId: `${group}/providers/Microsoft.Compute/virtualMachines/db2`,
        virtualNetworkId: `${group}/providers/Microsoft.Network/virtualNetworks/net`,
        subnetId: `${group}/providers/Microsoft.Network/virtualNetworks/net/subnets/a`,
      },
      "makes machine db2 as of",
    ],
  ];
  for (const [what, restore, line] of restores) {
    it(`a restore of ${what}: what it does, from which time, from where and how fast`, async () => {
      await up();
      expect(await printed({ restore }, /read from/)).to.deep.equal([
        `${line} 2026-01-01 00:00 UTC, read from its snapshot in 1 min`,
      ]);
      await engine.advance(5 * day);
      expect(await printed({ restore }, /read from/)).to.deep.equal([
        `${line} 2026-01-01 00:00 UTC, read from the vault in 6 min`,
      ]);
    });
  }

  it("a vault's steps that nobody can take back, before they are taken and not after", async () => {
    await up();
    const vault = { softDelete: { state: "AlwaysON" }, immutability: "Locked", crossRegionRestore: true };
    const told = await printed({ vault }, /Z-\d+/);
    expect(told.map((line) => /^(\S+): (Z-\d+)/.exec(line)?.slice(1, 3).join(" "))).to.deep.equal([
      "softDelete.state Z-29",
      "immutability Z-30",
      "crossRegionRestore Z-31",
    ]);
    await up({ vault });
    expect(await printed({ vault }, /Z-\d+/)).to.deep.equal([]);
  });

  it("a backup's expiry that is no time: in words, without a pattern", async () => {
    const { failure } = await pulumi.preview(
      program({ backup: { recoveryPointExpiryTimeInUTC: "2026-02-01" } }),
      state,
    );
    expect(failure?.failures).to.deep.equal([
      { property: "recoveryPointExpiryTimeInUTC", reason: "a time such as 2026-01-31T00:00:00Z" },
    ]);
  });
});
