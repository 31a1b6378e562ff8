import { expect } from "chai";
import type { PropertyMap } from "../../../provider/definition/value";
import { armKey, itemIdOf } from "../../../provider/engine/azure/arm-id";
import { removeMachine } from "../../../provider/engine/azure/virtual-machine";
import type { Row } from "../../../provider/store/tables";
import { Estate } from "./estate";

interface Answer {
  readonly virtualMachines: readonly {
    readonly vmId: string;
    readonly vmName: string;
    readonly powerState?: string;
    readonly disks: readonly { lun: number; name: string; sizeGiB?: number }[];
    readonly scriptFrameworkSetUp: boolean;
    readonly protectedItem?: { readonly itemId: string; readonly protectionState: string };
  }[];
  readonly total: number;
}

const token = "compute:getVirtualMachines";

async function estateOf(): Promise<Estate> {
  const place = { resourceGroupName: "Prod", location: "West Europe" };
  return (await Estate.make())
    .declare("a", "compute:VirtualMachine", { vmName: "Alpha", ...place, dataDisks: [{ lun: 3, sizeGiB: 8 }] })
    .declare("b", "compute:VirtualMachine", { vmName: "beta", ...place, powerState: "VM stopped" })
    .declare("c", "compute:VirtualMachine", {
      vmName: "gamma",
      resourceGroupName: "test",
      location: "northeurope",
      osType: "Windows",
    })
    .up();
}

function itemRow(vmId: string, state: string, vaultName = "v"): Row<"protectedItem"> {
  const vaultId = `/subscriptions/s/resourceGroups/backup/providers/Microsoft.RecoveryServices/vaults/${vaultName}`;
  return {
    id: armKey(itemIdOf(vaultId, vmId)),
    armId: itemIdOf(vaultId, vmId),
    account: "1000000000000001",
    urn: null,
    vaultId: armKey(vaultId),
    vmId: armKey(vmId),
    sourceResourceId: vmId,
    policyId: null,
    protectionState: state,
    diskExclusion: null,
    createTime: 0,
    scheduledUntil: 0,
    lastStartTime: null,
    lastCompleteTime: null,
    lastVaultedTime: null,
    lastTransferTime: null,
    runs: 0,
    deferredDeleteTime: null,
  };
}

describe("getVirtualMachines", () => {
  it("filters: group, region, system and name; by name, the limit leaves the total", async () => {
    const estate = await estateOf();
    const rows = [
      [{}, ["Alpha", "beta", "gamma"]],
      [{ resourceGroupName: "pROD" }, ["Alpha", "beta"]],
      [{ location: "West Europe" }, ["Alpha", "beta"]],
      [{ location: "northeurope", resourceGroupName: "prod" }, []],
      [{ osType: "Windows" }, ["gamma"]],
      [{ nameContains: "ALPH" }, ["Alpha"]],
      [{ nameContains: "a", osType: "Linux" }, ["Alpha", "beta"]],
    ] as const;
    for (const [args, names] of rows) {
      const { virtualMachines, total } = await estate.call<Answer>(token, args);
      expect(
        virtualMachines.map(({ vmName }) => vmName),
        JSON.stringify(args),
      ).to.deep.equal(names);
      expect(total).to.equal(names.length);
    }
    const limits: readonly PropertyMap[] = [{ limit: 1 }, { nameContains: "a", limit: 1 }];
    for (const args of limits) {
      const limited = await estate.call<Answer>(token, args);
      expect([limited.virtualMachines.length, limited.total]).to.deep.equal([1, 3]);
    }
    await estate.engine.run(removeMachine, estate.output("a", "vmId"));
    expect((await estate.call<Answer>(token)).total).to.equal(2);
    expect(await estate.refusal(token, { location: "westeurop" })).to.contain("did you mean westeurope?");
  });

  it("the facts that decide, and what protects it", async () => {
    const estate = await estateOf();
    const [protectedId, deletedId] = [estate.output("a", "vmId"), estate.output("b", "vmId")];
    const items = [itemRow(protectedId, "ProtectionStopped"), itemRow(deletedId, "SoftDeleted")];
    await estate.engine.run(({ store }) => store.put("protectedItem", items), undefined);
    const [alpha, beta, gamma] = (await estate.call<Answer>(token)).virtualMachines;
    expect(alpha).to.deep.include({ powerState: "VM running", scriptFrameworkSetUp: false });
    expect(alpha?.disks).to.deep.equal([
      { lun: -1, name: "Alpha_OsDisk", sizeGiB: 30, encrypted: false },
      { lun: 3, name: "Alpha_DataDisk_3", sizeGiB: 8, encrypted: false },
    ]);
    expect(alpha?.protectedItem).to.deep.include({ itemId: items[0]?.armId, protectionState: "ProtectionStopped" });
    expect(beta).to.not.have.property("protectedItem");
    expect(beta?.powerState).to.equal("VM stopped");
    expect(gamma).to.not.have.property("protectedItem");
  });

  it("a machine that moved to another vault is told by what protects it now", async () => {
    const estate = await estateOf();
    const vmId = estate.output("a", "vmId");
    const items = [itemRow(vmId, "ProtectionStopped", "a"), itemRow(vmId, "Protected", "b")];
    await estate.engine.run(({ store }) => store.put("protectedItem", items), undefined);
    const [alpha] = (await estate.call<Answer>(token)).virtualMachines;
    expect(alpha?.protectedItem).to.deep.include({ itemId: items[1]?.armId, protectionState: "Protected" });
  });

  it("what the inventory doesn't tell is absent, and a framework is told of", async () => {
    const vmId = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/db";
    const inventory = [{ id: vmId, location: "westeurope", scriptFramework: { config: null } }];
    const estate = await (await Estate.make({ inventory })).declare("other", "ecs:Instance").up();
    const [machine] = (await estate.call<Answer>(token)).virtualMachines;
    expect(machine).to.include({ vmId, scriptFrameworkSetUp: true });
    for (const name of ["osType", "osName", "powerState", "guestAgent", "vssHealthy", "extension"]) {
      expect(machine).to.not.have.property(name);
    }
    expect(machine?.disks[0]).to.not.have.any.keys("sizeGiB", "usedGiB");
  });
});
