import { expect } from "chai";
import { armKey, itemIdOf, pointIdOf } from "../../../provider/engine/azure/arm-id";
import { assessRestore } from "../../../provider/engine/azure/restore";
import type { RestoreInput } from "../../../provider/engine/azure/restore-request";
import { setKeyEnabled } from "../../../provider/engine/azure/vault-key";
import { removeMachine } from "../../../provider/engine/azure/virtual-machine";
import { SimulatedEngine } from "../../../provider/engine/engine";
import { preparationFor } from "../../../provider/engine/prepare";
import type { Row } from "../../../provider/store/tables";
import { testSettings } from "../../support/test-engine";
import {
  dataDisk,
  logDisk,
  newVmId,
  osDisk,
  pointId,
  RestoreWorld,
  toAlternate,
  toDisks,
  toOriginal,
  vmId,
  webPoint,
} from "./restore-world";
import { day, itemRow, start, vaultId } from "./vault-rows";

const archived = { archiveTime: start + 100 * day, expireTime: null };
const farLater = start + 120 * day;
const identity = { type: "SystemAssigned", userAssignedIdentities: [] } as const;
const encryption = {
  keyUri: "https://keys.vault.azure.net/keys/backup",
  useSystemAssignedIdentity: true,
  userAssignedIdentity: null,
};

interface Spoiled {
  readonly what: string;
  readonly point?: Partial<Row<"vaultPoint">>;
  readonly input: RestoreInput;
  readonly now?: number;
  spoil?(world: RestoreWorld): Promise<unknown>;
  /** How each refusal begins and what it holds, in their order. */
  readonly refusals: readonly (readonly string[])[];
}

const spoiled: readonly Spoiled[] = [
  {
    what: "a point of an item that never was",
    input: toOriginal({ recoveryPointId: pointIdOf(itemIdOf(vaultId, `${vmId}2`), "1") }),
    refusals: [["recoveryPointId BMSUserErrorObjectNotFound", "its vault holds no such item"]],
  },
  {
    what: "a point that never was",
    input: toOriginal({ recoveryPointId: pointIdOf(itemRow("web").armId, "7") }),
    refusals: [["recoveryPointId BMSUserErrorObjectNotFound", "there is no recovery point 7: it never was", pointId]],
  },
  {
    what: "an expired point whose row is still there",
    input: toOriginal(),
    now: start + 30 * day,
    refusals: [["recoveryPointId Z-27", "of 2026-01-01 00:00 UTC has expired", "no other point that can be restored"]],
  },
  {
    what: "an expired point that is remembered by its job alone",
    input: toOriginal({ recoveryPointId: webPoint(2).armId }),
    spoil: (world) =>
      world.put("vaultJob", [
        {
          ...{ id: "job", account: testSettings.account, armId: "job", itemId: itemRow("web").id, operation: "Backup" },
          ...{ vmId: armKey(vmId), vaultId: armKey(vaultId), status: "Completed", level: "CRASH", reasons: [] },
          ...{ startTime: start - 40 * day, completeTime: start - 39 * day, bytesTotal: 0, userTriggered: false },
          ...{ recoveryPointId: webPoint(2).armId, detail: {}, errorCode: null, errorMessage: null },
        },
      ]),
    refusals: [["recoveryPointId Z-27", "of 2025-11-22 00:00 UTC has expired", pointId]],
  },
  {
    what: "a point that an outsider deleted",
    point: { damaged: true },
    input: toOriginal(),
    refusals: [["recoveryPointId Z-37", "was deleted: its data is gone"]],
  },
  {
    what: "a point that is soft-deleted with its item",
    input: toOriginal(),
    spoil: (world) =>
      world.change("protectedItem", itemRow("web").id, {
        protectionState: "SoftDeleted",
        deferredDeleteTime: start + 14 * day,
      }),
    refusals: [["recoveryPointId Z-29", "its data is kept until 2026-01-15 00:00 UTC", "undelete the item first"]],
  },
  {
    what: "a vault that isn't there",
    input: toOriginal({ recoveryPointId: pointId.replace("/vaults/vault/", "/vaults/other/") }),
    refusals: [["recoveryPointId ResourceNotFound", "there is no Recovery Services vault"]],
  },
  {
    what: "a machine that was released",
    input: toOriginal(),
    spoil: (world) => world.engine.run(removeMachine, vmId),
    refusals: [["recoveryType Z-35", "is there no more", "use AlternateLocation"]],
  },
  {
    what: "a machine with unmanaged disks",
    input: toOriginal(),
    spoil: (world) => world.change("virtualMachine", vmId, { managedDisks: false }),
    refusals: [["recoveryType Z-35", "web has unmanaged disks: its disks can't be replaced"]],
  },
  {
    what: "a classic machine",
    input: toOriginal(),
    spoil: (world) => world.change("virtualMachine", vmId, { deploymentModel: "Classic" }),
    refusals: [["recoveryType Z-35", "web is a classic one"]],
  },
  {
    what: "a new machine where there is one",
    input: toAlternate({ targetVirtualMachineId: vmId.toUpperCase() }),
    refusals: [["targetVirtualMachineId Z-35", "there is a machine", "choose another name"]],
  },
  {
    what: "a subnet of another network, a group of another machine, another subscription",
    input: toAlternate({
      targetVirtualMachineId: newVmId.replace(testSettings.subscriptionId, "elsewhere"),
      targetResourceGroupId: `/subscriptions/${testSettings.subscriptionId}/resourceGroups/machines`,
      subnetId: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/other/subnets/default",
    }),
    refusals: [
      ["targetVirtualMachineId Engine.OtherSubscription", "lies in subscription elsewhere"],
      ["targetResourceGroupId InvalidParameter", "is not the group of"],
      ["subnetId UserErrorSubnetNotFound", "is not in the virtual network"],
    ],
  },
  {
    what: "targets that are missing, and targets of another kind",
    input: { ...toDisks({ targetResourceGroupId: null }), targetVirtualMachineId: newVmId, virtualNetworkId: "net" },
    refusals: [
      ["targetResourceGroupId MissingParameter", "recoveryType RestoreDisks needs targetResourceGroupId"],
      ["targetVirtualMachineId InvalidParameter", "has no use for targetVirtualMachineId"],
      ["virtualNetworkId InvalidParameter", "has no use for virtualNetworkId"],
    ],
  },
  {
    what: "a machine of some disks",
    input: toAlternate({ restoreDiskLunList: [-1] }),
    refusals: [["restoreDiskLunList InvalidParameter", "has no use for restoreDiskLunList"]],
  },
  {
    what: "no disks",
    input: toDisks({ restoreDiskLunList: [] }),
    refusals: [["restoreDiskLunList InvalidParameter", "nothing would come back"]],
  },
  {
    what: "disks that the point doesn't hold",
    point: { disks: [osDisk] as never, excludedDisks: [dataDisk] as never },
    input: toDisks({ restoreDiskLunList: [-1, 0, 5] }),
    refusals: [
      ["restoreDiskLunList[1] Z-35", "holds no disk of LUN 0: it was excluded from the backup", "it holds: -1 os"],
      ["restoreDiskLunList[2] Z-35", "holds no disk of LUN 5; it holds: -1 os"],
    ],
  },
  {
    what: "a machine of a point that leaves disks out",
    point: { disks: [osDisk] as never, excludedDisks: [dataDisk, logDisk] as never },
    input: toAlternate(),
    refusals: [
      ["recoveryType Z-26", "leaves out 2 of the machine's disks (0 data, 3 logs): only RestoreDisks is offered"],
    ],
  },
  {
    what: "the archive without a priority",
    point: archived,
    input: toDisks(),
    now: farLater,
    refusals: [["rehydrationPriority Z-35", "has to be rehydrated first", "Standard (up to 15 hours)"]],
  },
  {
    what: "another region, where the vault has none, to the machine itself, of a snapshot",
    input: toOriginal({ region: "eastus" }),
    refusals: [
      ["region Z-35", "vault vault (GeoRedundant) has no cross-region restore"],
      ["region Z-35", "eastus is not the paired region of westeurope", "set region to northeurope"],
      ["recoveryType Z-35", "OriginalLocation takes a machine back where it is"],
      ["recoveryPointId Z-35", "is not in the vault tier but: Snapshot", "in the vault from 2026-01-01 01:00 UTC"],
    ],
  },
];

describe("a restore from a vault is refused", () => {
  for (const { what, point = {}, input, now, spoil, refusals } of spoiled) {
    it(what, async () => {
      const world = await RestoreWorld.make({}, {}, [webPoint(1, point)]);
      await spoil?.(world);
      const told = await world.refusals(input, now);
      expect(told).to.have.lengthOf(refusals.length);
      for (const [index, parts] of refusals.entries()) {
        expect(told[index]).to.satisfy((text: string) => text.startsWith(parts[0] ?? ""), parts[0]);
        for (const part of parts.slice(1)) expect(told[index]).to.contain(part);
      }
    });
  }

  it("while the vault's key is disabled (Z-28), and no longer", async () => {
    const world = await RestoreWorld.make({ identity, encryption });
    await world.engine.run(setKeyEnabled, { vaultId, isEnabled: false });
    expect((await world.refusals(toOriginal()))[0]).to.match(/^recoveryPointId Z-28: vault vault is encrypted with/);
    await world.engine.run(setKeyEnabled, { vaultId, isEnabled: true });
    expect(await world.refusals(toOriginal())).to.deep.equal([]);
  });

  for (const [role, isRefused] of [
    ["Backup Reader", true],
    ["Backup Operator", false],
    ["Backup Contributor", false],
  ] as const) {
    it(`to nobody else but by role: ${role} ${isRefused ? "may not" : "may"} restore (Z-20)`, async () => {
      const world = await RestoreWorld.make(
        {},
        { roleAssignments: [{ principalId: "ops", roleDefinitionName: role }] },
      );
      const settings = { ...testSettings, caller: "ops" };
      const engine = new SimulatedEngine(settings, world.engine.store, preparationFor({ instances: [], disks: [] }));
      const { refusals } = await engine.ask(assessRestore, toOriginal({ recoveryPointId: `${pointId}0` }));
      const message = isRefused ? "Restores_Trigger is refused" : "there is no recovery point";
      expect(refusals.map((error) => error.message).join()).to.contain(message);
      if (isRefused) expect(refusals).to.have.lengthOf(1);
    });
  }

  it("and then nothing has happened", async () => {
    const world = await RestoreWorld.make();
    const before = await world.engine.export();
    const done = await world.restore(toAlternate({ targetVirtualMachineId: vmId })).then(
      () => "done",
      () => "refused",
    );
    expect(done).to.equal("refused");
    expect(await world.engine.export()).to.equal(before);
  });
});
