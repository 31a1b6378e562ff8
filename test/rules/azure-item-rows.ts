import { expect } from "chai";
import { Reference } from "../support/program";
import { machine, plainly, protection } from "./azure-change";
import { type AzureRow, effect, refused } from "./azure-row";
import { immutable, states } from "./azure-vault-rows";
import { type AzureWorld, machineIdOf } from "./azure-world";
import { expectRefusal, reasonsOf } from "./row";
import { day } from "./world";

/** A second vault, with a policy of its own. */
function secondVault(world: AzureWorld, location = "westeurope"): void {
  world.plain();
  world.declare("vault2", "recoveryservices:Vault", { ...world.vault, vaultName: "vault2", location });
  const vaultId = new Reference("vault2", "vaultId");
  world.declare("policy2", "recoveryservices:ProtectionPolicy", { ...world.policy, vaultId });
}

const inSecondVault = {
  vaultId: new Reference("vault2", "vaultId"),
  policyId: new Reference("policy2", "policyId"),
};

const places: readonly AzureRow[] = [
  refused(
    "Z-32",
    "a second vault for one VM",
    "again",
    (world) => {
      secondVault(world);
      world.declare("again", "recoveryservices:ProtectedItem", { ...world.protection, ...inSecondVault });
    },
    "the VM is protected in another vault already",
    "pulumi import cloudbackup:recoveryservices:ProtectedItem",
  ),
  refused(
    "Z-32",
    "a vault in another region than the VM",
    "protection",
    (world) => {
      secondVault(world, "northeurope");
      protection(inSecondVault)(world);
    },
    "the VM lies in westeurope, the vault in northeurope: not the same region",
    "use a vault in westeurope",
  ),
  refused(
    "Z-32",
    "a policy of another vault",
    "protection",
    (world) => {
      secondVault(world);
      protection({ policyId: inSecondVault.policyId })(world);
    },
    "policy daily belongs to another vault than vault",
    "use a policy of the same vault",
  ),
  refused(
    "Z-32",
    "something that is no VM",
    "protection",
    plainly(protection({ sourceResourceId: "db" })),
    "is not the ARM id of a virtual machine",
    "take it from the output vmId of compute:VirtualMachine",
  ),
  effect("Z-32", "once the first protection is stopped, a second vault may take over", async (world) => {
    secondVault(world);
    await world.done();
    await world.advance(day);
    protection({ protectionState: "ProtectionStopped" })(world);
    await world.done();
    world.declare("again", "recoveryservices:ProtectedItem", { ...world.protection, ...inSecondVault, ...running });
    await world.done();
    expect((await states(world)).toSorted()).to.deep.equal(["Protected", "ProtectionStopped"]);
  }),
  effect("Z-32", "the region's name may be written either way", async (world) => {
    plainly(machine({ location: "West Europe" }))(world);
    await world.done();
    expect(world.text("protection", "itemId")).to.contain("iaasvmcontainerv2;prod;db");
  }),
];

const running = { protectionState: "Protected" };

const stops: readonly AzureRow[] = [
  effect("Z-33", "ProtectionStopped: no backup, and the points are kept for ever", async (world) => {
    await world.plain().done();
    await world.advance(day);
    protection({ protectionState: "ProtectionStopped" })(world);
    await world.done();
    await world.advance(400 * day);
    expect((await world.points()).map(({ expireTime }) => expireTime)).to.deep.equal([null]);
    const [reason] = reasonsOf(world);
    expect([world.outputs("protection").achievedLevel, reason?.rule]).to.deep.equal(["NONE", "Z-33"]);
    expect(reason?.message).to.contain("no backup runs, points are kept for ever");
    protection(running)(world);
    await world.done();
    // Resumed, the point lives by its policy again, and that is over.
    await world.advance(day);
    expect((await world.points()).map(({ expireTime }) => expireTime !== null)).to.deep.equal([true]);
  }),
  effect("Z-33", "BackupsSuspended: no backup, and the points expire by the policy", async (world) => {
    plainly(immutable)(world);
    await world.done();
    await world.advance(day);
    protection({ protectionState: "BackupsSuspended" })(world);
    await world.done();
    await world.advance(29 * day);
    expect(await world.points()).to.have.length(1);
    expect(reasonsOf(world)[0]?.message).to.contain("points are kept as the policy says");
    await world.advance(2 * day);
    expect(await world.points()).to.deep.equal([]);
  }),
  refused(
    "Z-33",
    "BackupsSuspended in a vault that is not immutable",
    "protection",
    plainly(protection({ protectionState: "BackupsSuspended" })),
    "BackupsSuspended keeps points by policy, which only an immutable vault offers",
    "use ProtectionStopped",
  ),
  refused(
    "Z-33",
    "a protection without a policy",
    "protection",
    plainly(protection({ policyId: undefined })),
    "an item that is Protected needs a policy",
    "name a policy of the same vault",
  ),
  effect("Z-33", "a backup on demand of what is stopped: refused", async (world) => {
    plainly(protection({ protectionState: "ProtectionStopped" }))(world);
    await world.done();
    world.declare("backup", "recoveryservices:Backup", { itemId: new Reference("protection", "itemId") });
    const message = "the item is ProtectionStopped: it can't be backed up";
    expectRefusal(await world.preview(), "backup", "Z-33", message, "resume its protection first");
    expectRefusal(await world.up(), "backup", "Z-33", message, "resume its protection first");
  }),
  effect("Z-33", "a protection that is destroyed retains its points for ever", async (world) => {
    await world.plain().done();
    await world.advance(day);
    world.omitted.add("protection");
    await world.done();
    await world.advance(100 * day);
    expect([await states(world), (await world.points()).length]).to.deep.equal([["ProtectionStopped"], 1]);
    expect((await world.point()).vmId).to.equal(machineIdOf("db").toLowerCase());
  }),
];

export const azureItemRows: readonly AzureRow[] = [...places, ...stops];
