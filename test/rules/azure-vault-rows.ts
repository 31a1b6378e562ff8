import { expect } from "chai";
import { setKeyEnabled } from "../../provider/engine/azure/vault-key";
import { Reference } from "../support/program";
import { all, plainly, policy, protection, vault } from "./azure-change";
import { type AzureRow, effect, refused, refusedLater } from "./azure-row";
import { type AzureWorld, days } from "./azure-world";
import { expectError, expectRefusal } from "./row";
import { day } from "./world";

const keyUri = "https://keys.vault.azure.net/keys/backup";
const ownKey = { identity: { type: "SystemAssigned" }, encryption: { keyUri, useSystemAssignedIdentity: true } };
const nothing = (): void => undefined;

const encryption: readonly AzureRow[] = [
  refusedLater(
    "Z-28",
    "a vault's own key goes away",
    "vault",
    [plainly(vault(ownKey)), vault({ encryption: undefined })],
    "a vault that is encrypted with a customer-managed key never goes back to the platform's keys",
    "keep encryption; its keyUri may be another key's",
  ),
  refusedLater(
    "Z-28",
    "a key for a vault that holds data",
    "vault",
    [plainly(nothing), vault(ownKey)],
    ["a customer-managed key can't be turned on while the vault holds data", "1 item: db (protected)"],
    "make another vault with it and protect new machines there",
  ),
  refused(
    "Z-28",
    "a key that no identity of the vault unwraps",
    "vault",
    vault({ ...ownKey, identity: undefined }),
    "the vault's own identity is to unwrap the key, but identity.type is None",
    "add SystemAssigned to identity.type",
  ),
  effect("Z-28", "another key takes the old one's place, and an empty vault gets one in place", async (world) => {
    for (const name of ["policy", "framework", "protection"]) world.omitted.add(name);
    await world.done();
    vault(ownKey)(world);
    const turned = await world.done();
    vault({ encryption: { ...ownKey.encryption, keyUri: `${keyUri}2` } })(world);
    const rolled = await world.done();
    const steps = [turned, rolled].map(({ steps }) => steps.map(({ operation }) => operation));
    expect(steps).to.deep.equal([
      ["update", "same"],
      ["update", "same"],
    ]);
  }),
  effect("Z-28", "while the key is disabled, backups fail and no point is left", async (world) => {
    plainly(vault(ownKey))(world);
    await world.done();
    await world.engine.run(setKeyEnabled, { vaultId: world.text("vault", "vaultId"), isEnabled: false });
    world.declare("backup", "recoveryservices:Backup", { itemId: new Reference("protection", "itemId") });
    const message = `vault vault is encrypted with ${keyUri}, which is disabled`;
    expectRefusal(await world.preview(), "backup", "Z-28", message, "enable the key in Key Vault");
    expectRefusal(await world.up(), "backup", "Z-28", message, "enable the key in Key Vault");
    await world.advance(day);
    const [job] = await world.jobs();
    expect([job?.status, job?.errorCode]).to.deep.equal(["Failed", "Engine.VaultKeyDisabled"]);
    expect(await world.points()).to.deep.equal([]);
    await world.engine.run(setKeyEnabled, { vaultId: world.text("vault", "vaultId"), isEnabled: true });
    await world.advance(day);
    expect(await world.points()).to.have.length(1);
  }),
];

/** A protection whose points are deleted with it, after a day of backups. */
async function deleted(world: AzureWorld): Promise<void> {
  plainly(protection({ onDestroy: "delete" }))(world);
  await world.done();
  await world.advance(day);
  world.omitted.add("protection");
  await world.done();
}

/** The protection states of all items. */
export const states = async (world: AzureWorld) =>
  (await world.engine.ask(({ store }) => store.find("protectedItem"), undefined)).map((item) => item.protectionState);

/** A destroy that fails: what holds the vault, until when, and how it is kept or released. */
async function expectHeld(world: AzureWorld, message: string, ...remedies: readonly string[]): Promise<void> {
  const { failure } = await world.destroy();
  const code = "ServiceResourceNotEmptyWithContainerDetails";
  for (const remedy of [...remedies, "pulumi state delete"]) {
    expectError(failure?.error, { rule: "Z-29", code, message, remedy });
  }
}

const softDelete: readonly AzureRow[] = [
  effect("Z-29", "deleted data stays 14 days, and then is gone", async (world) => {
    await deleted(world);
    expect([await states(world), (await world.points()).length]).to.deep.equal([["SoftDeleted"], 1]);
    await world.advance(14 * day - 1);
    expect((await world.points()).length).to.equal(1);
    await world.advance(1);
    expect([await states(world), await world.points()]).to.deep.equal([[], []]);
  }),
  effect("Z-29", "the days that hold when it is deleted count", async (world) => {
    vault({ softDelete: { retentionDays: 30 } })(world);
    await deleted(world);
    vault({ softDelete: { retentionDays: 14 } })(world);
    await world.done();
    await world.advance(29 * day);
    expect((await world.points()).length).to.equal(1);
    await world.advance(day);
    expect(await world.points()).to.deep.equal([]);
  }),
  effect("Z-29", "soft delete that is off: deleted data is gone at once", async (world) => {
    vault({ softDelete: { state: "Disabled" } })(world);
    await deleted(world);
    expect([await states(world), await world.points()]).to.deep.equal([[], []]);
  }),
  effect(
    "Z-29",
    "creating again: refused, with undelete as its remedy; undeleted, the points are there",
    async (world) => {
      await deleted(world);
      world.omitted.delete("protection");
      const message = "the vault still holds deleted points of this VM until 2026-01-16 00:00 UTC";
      const remedy = 'set createMode to "Recover" to undelete them and go on';
      expectRefusal(await world.preview(), "protection", "Z-29", message, remedy);
      expectRefusal(await world.up(), "protection", "Z-29", message, remedy);
      protection({ createMode: "Recover" })(world);
      await world.done();
      await world.advance(day);
      expect([await states(world), (await world.points()).length]).to.deep.equal([["Protected"], 2]);
    },
  ),
  ...[13, 181].map((retentionDays) =>
    refused(
      "Z-29",
      `soft delete for ${retentionDays} days`,
      "vault",
      vault({ softDelete: { retentionDays } }),
      ["softDelete.retentionDays", String(retentionDays)],
      "14 to 180",
    ),
  ),
  refusedLater(
    "Z-29",
    "soft delete that is always on is turned off",
    "vault",
    [plainly(vault({ softDelete: { state: "AlwaysON" } })), vault({ softDelete: { state: "Disabled" } })],
    "soft delete is AlwaysON, which can't be turned off: not to Disabled either",
    "set softDelete.state to AlwaysON",
  ),
  effect("Z-29", "a vault with an item can't be deleted", async (world) => {
    await world.plain().done();
    await world.advance(day);
    await expectHeld(
      world,
      "vault vault can't be deleted, as it holds 1 item: db (protection stopped",
      'onDestroy "delete"',
    );
  }),
  effect("Z-29", "nor can one with soft-deleted items, until they are gone", async (world) => {
    await deleted(world);
    await expectHeld(
      world,
      "db (soft-deleted, goes for good at 2026-01-16 00:00 UTC)",
      "wait until 2026-01-16 00:00 UTC",
    );
    await world.advance(14 * day);
    expect((await world.destroy()).failure).to.equal(undefined);
  }),
  refusedLater(
    "Z-29",
    "a change that would replace a vault that holds data",
    "vault",
    [plainly(nothing), vault({ resourceGroupName: "other" })],
    ["only another vault can have this", "1 item: db (protected)"],
    "turn it back; a second vault with a name of its own may stand beside this one",
  ),
];

export const immutable = vault({ immutability: "Unlocked" });

const immutability: readonly AzureRow[] = [
  refusedLater(
    "Z-30",
    "a shorter retention in an immutable vault",
    "policy",
    [plainly(immutable), policy({ retentionPolicy: days(29) })],
    "vault vault is immutable: retention may only grow, but Daily points would live 29 days instead of 30 days",
    "keep the retention, or lengthen it",
  ),
  refusedLater(
    "Z-30",
    "a swap to a policy that keeps less",
    "protection",
    [
      (world) => {
        plainly(immutable)(world);
        const vaultId = new Reference("vault", "vaultId");
        world.declare("shorter", "recoveryservices:ProtectionPolicy", {
          ...world.policy,
          vaultId,
          policyName: "shorter",
          retentionPolicy: days(7),
        });
      },
      protection({ policyId: new Reference("shorter", "policyId") }),
    ],
    "the vault is immutable, and the new policy keeps less: Daily points would live 7 days instead of 30 days",
    "use a policy that keeps as long",
  ),
  effect("Z-30", "a longer retention, and another schedule, are no harm", async (world) => {
    plainly(immutable)(world);
    await world.done();
    policy({
      retentionPolicy: days(60),
      schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["23:30"] },
    })(world);
    await world.done();
  }),
  effect("Z-30", "a stop that deletes the points: refused, and nothing is lost", async (world) => {
    plainly(all(immutable, protection({ onDestroy: "delete" })))(world);
    await world.done();
    await world.advance(day);
    const before = await world.points();
    const { failure } = await world.destroy();
    expectError(failure?.error, {
      rule: "Z-30",
      code: "UserErrorImmutableVault",
      message: "the vault is immutable (Unlocked): 1 recovery point can't be deleted; the last one expires at ",
      remedy: 'destroy with onDestroy "retain"',
    });
    expect([await states(world), await world.points()]).to.deep.equal([["Protected"], before]);
  }),
  ...(["Disabled", "Unlocked"] as const).map((immutability) =>
    refusedLater(
      "Z-30",
      `Locked becomes ${immutability}`,
      "vault",
      [plainly(vault({ immutability: "Locked" })), vault({ immutability })],
      `the vault's immutability is Locked, which is for ever: it can't become ${immutability}`,
      "set immutability to Locked",
    ),
  ),
  effect("Z-30", "Unlocked is turned off again, and then everything may shrink", async (world) => {
    plainly(immutable)(world);
    await world.done();
    all(vault({ immutability: "Disabled" }), policy({ retentionPolicy: days(7) }))(world);
    await world.done();
  }),
];

const redundancy: readonly AzureRow[] = [
  refusedLater(
    "Z-31",
    "another redundancy for a vault that holds data",
    "vault",
    [plainly(nothing), vault({ redundancy: "LocallyRedundant" })],
    ["redundancy can't change from GeoRedundant to LocallyRedundant while the vault holds data", "db (protected)"],
    "keep GeoRedundant, or make another vault",
  ),
  effect("Z-31", "an empty vault changes its redundancy in place", async (world) => {
    for (const name of ["policy", "framework", "protection"]) world.omitted.add(name);
    await world.done();
    vault({ redundancy: "ZoneRedundant" })(world);
    expect((await world.done()).steps.map(({ operation }) => operation)).to.deep.equal(["update", "same"]);
  }),
  refusedLater(
    "Z-31",
    "cross-region restore is turned off",
    "vault",
    [plainly(vault({ crossRegionRestore: true })), vault({ crossRegionRestore: false })],
    "crossRegionRestore can't be turned off again",
    "set crossRegionRestore to true, with redundancy GeoRedundant",
  ),
  refused(
    "Z-31",
    "cross-region restore without GeoRedundant",
    "vault",
    vault({ redundancy: "ZoneRedundant", crossRegionRestore: true }),
    "crossRegionRestore needs redundancy GeoRedundant, not ZoneRedundant",
    "set redundancy to GeoRedundant, or leave crossRegionRestore out",
  ),
];

export const azureVaultRows: readonly AzureRow[] = [...encryption, ...softDelete, ...immutability, ...redundancy];
