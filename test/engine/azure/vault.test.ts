import { expect } from "chai";
import type { RoleAssignment, VaultSettings } from "../../../provider/engine/azure/vault";
import { assessVault, createVault, updateVault, type VaultInput } from "../../../provider/engine/azure/vault-change";
import { keyProblem, setKeyEnabled } from "../../../provider/engine/azure/vault-key";
import { EngineError } from "../../../provider/engine/error";
import { TestEngine } from "../../support/test-engine";
import { itemRow, plainSettings, softDeletedRow, start, vaultId, vaultWith } from "./vault-rows";

const identities = ["/subscriptions/s/identities/unwrap"];
const systemKey = {
  keyUri: "https://k.vault.azure.net/keys/a",
  useSystemAssignedIdentity: true,
  userAssignedIdentity: null,
};
const userKey = { ...systemKey, useSystemAssignedIdentity: false, userAssignedIdentity: identities[0] ?? null };
const both = { type: "SystemAssigned, UserAssigned", userAssignedIdentities: identities } as const;

/** Path, rule or code, of each refusal. */
const named = (refusals: readonly EngineError[]) =>
  refusals.map((each) => `${each.property} ${each.rule || each.code}`);

/** What a command throws; it must be a refusal. */
async function refusalOf(work: Promise<unknown>): Promise<EngineError> {
  const thrown = await work.then(
    () => new Error("nothing was refused"),
    (error: Error) => error,
  );
  if (!(thrown instanceof EngineError)) throw thrown;
  return thrown;
}

describe("a vault by itself", () => {
  const reader = (principalId: string): RoleAssignment => ({ principalId, roleDefinitionName: "Backup Reader" });
  const table: readonly (readonly [what: string, input: VaultInput, expected: readonly string[]])[] = [
    ["all of it plain", vaultWith(), []],
    ["an unknown location", vaultWith({}, { location: "westeurop" }), ["location LocationNotAvailableForResourceType"]],
    ["a location as people write it", vaultWith({}, { location: "West  Europe" }), []],
    ["geo-redundancy without a paired region", vaultWith({}, { location: "Italy North" }), ["redundancy Z-31"]],
    ["another redundancy there", vaultWith({ redundancy: "ZoneRedundant" }, { location: "italynorth" }), []],
    [
      "restores from a region that has no copy",
      vaultWith({ redundancy: "ZoneRedundant", crossRegionRestore: true }),
      ["crossRegionRestore Z-31"],
    ],
    [
      "a user identity that is not named",
      vaultWith({ identity: { type: "UserAssigned", userAssignedIdentities: [] } }),
      ["identity.userAssignedIdentities InvalidIdentityValues"],
    ],
    [
      "an identity for nothing",
      vaultWith({ identity: { type: "SystemAssigned", userAssignedIdentities: identities } }),
      ["identity.userAssignedIdentities InvalidIdentityValues"],
    ],
    ["a key and no identity", vaultWith({ encryption: systemKey }), ["encryption.useSystemAssignedIdentity Z-28"]],
    [
      "a key with another identity than the vault's",
      vaultWith({ encryption: { ...userKey, userAssignedIdentity: "/other" }, identity: both }),
      ["encryption.userAssignedIdentity Z-28"],
    ],
    [
      "a key with both identities",
      vaultWith({ encryption: { ...userKey, useSystemAssignedIdentity: true }, identity: both }),
      ["encryption.useSystemAssignedIdentity Z-28"],
    ],
    [
      "a key with neither",
      vaultWith({ encryption: { ...systemKey, useSystemAssignedIdentity: false }, identity: both }),
      ["encryption.useSystemAssignedIdentity Z-28"],
    ],
    [
      "a key and its identity, in another case",
      vaultWith({
        encryption: { ...userKey, userAssignedIdentity: "/SUBSCRIPTIONS/s/identities/Unwrap" },
        identity: both,
      }),
      [],
    ],
    [
      "13 days of soft delete, which the schema lets nobody say",
      vaultWith({ softDelete: { state: "Enabled", retentionDays: 13 } }),
      ["softDelete.retentionDays Z-29"],
    ],
    [
      "a role twice",
      vaultWith({}, { roleAssignments: [reader("a"), reader("b"), reader("a")] }),
      ["roleAssignments[2] RoleAssignmentExists"],
    ],
    [
      "all that is wrong, at once",
      vaultWith(
        { redundancy: "LocallyRedundant", crossRegionRestore: true, encryption: systemKey },
        { location: "mars" },
      ),
      [
        "location LocationNotAvailableForResourceType",
        "encryption.useSystemAssignedIdentity Z-28",
        "crossRegionRestore Z-31",
      ],
    ],
  ];
  for (const [what, input, expected] of table) {
    it(`${expected.length === 0 ? "takes" : "refuses"} ${what}`, async () => {
      const engine = await TestEngine.inMemory();
      const refusals = await engine.ask(assessVault, { input, old: undefined, ownIds: [] });
      expect(named(refusals)).to.deep.equal(expected);
      for (const { remedy, source } of refusals) expect([remedy, source]).to.satisfy((t: string[]) => t.every(Boolean));
      if (expected.length > 0) {
        expect(named([await refusalOf(engine.run(createVault, input))])).to.deep.equal(expected.slice(0, 1));
        expect(await engine.ask(({ store }) => store.count("vault"), undefined)).to.equal(0);
      }
    });
  }

  it("a location that is almost one is suggested", async () => {
    const engine = await TestEngine.inMemory();
    const input = vaultWith({}, { location: "Wst Europe" });
    expect((await refusalOf(engine.run(createVault, input))).remedy).to.equal("did you mean westeurope?");
  });
});

const keyed = { encryption: systemKey, identity: both };
const swapped = { ...systemKey, keyUri: "https://k.vault.azure.net/keys/b" };

describe("a change of a vault", () => {
  const softDelete = (state: VaultSettings["softDelete"]["state"], retentionDays = 14) => ({
    softDelete: { state, retentionDays },
  });
  type Row = readonly [
    what: string,
    before: Partial<VaultSettings>,
    after: Partial<VaultSettings>,
    empty: readonly string[],
    held?: readonly string[],
  ];
  const table: readonly Row[] = [
    ["Disabled to Unlocked", {}, { immutability: "Unlocked" }, []],
    ["Unlocked to Disabled", { immutability: "Unlocked" }, {}, []],
    ["Unlocked to Locked", { immutability: "Unlocked" }, { immutability: "Locked" }, []],
    ["Locked to Unlocked", { immutability: "Locked" }, { immutability: "Unlocked" }, ["immutability Z-30"]],
    ["Locked to Disabled", { immutability: "Locked" }, {}, ["immutability Z-30"]],
    ["soft delete off", softDelete("Enabled"), softDelete("Disabled"), []],
    ["soft delete on for ever", softDelete("Disabled"), softDelete("AlwaysON"), []],
    ["soft delete on, no more for ever", softDelete("AlwaysON"), softDelete("Enabled"), ["softDelete.state Z-29"]],
    ["soft delete off after AlwaysON", softDelete("AlwaysON"), softDelete("Disabled"), ["softDelete.state Z-29"]],
    ["other days under AlwaysON", softDelete("AlwaysON", 90), softDelete("AlwaysON", 14), []],
    ["a key", { identity: both }, keyed, [], ["encryption Z-28"]],
    ["no key any more", keyed, { identity: both }, ["encryption Z-28"]],
    ["another key", keyed, { ...keyed, encryption: swapped }, []],
    [
      "a user identity for the key",
      keyed,
      { ...keyed, encryption: userKey },
      [],
      ["encryption.useSystemAssignedIdentity Z-28"],
    ],
    ["the vault's identity for the key", { ...keyed, encryption: userKey }, keyed, []],
    ["cross-region restore", {}, { crossRegionRestore: true }, []],
    ["no cross-region restore any more", { crossRegionRestore: true }, {}, ["crossRegionRestore Z-31"]],
    ["another redundancy", {}, { redundancy: "ZoneRedundant" }, [], ["redundancy Z-31"]],
    [
      "double encryption",
      keyed,
      { ...keyed, infrastructureEncryption: true },
      ["encryption.infrastructureEncryption Z-28"],
    ],
    [
      "all of it back at once",
      { ...keyed, crossRegionRestore: true, immutability: "Locked", ...softDelete("AlwaysON") },
      { redundancy: "LocallyRedundant" },
      ["encryption Z-28", "softDelete.state Z-29", "immutability Z-30", "crossRegionRestore Z-31"],
      ["encryption Z-28", "softDelete.state Z-29", "immutability Z-30", "crossRegionRestore Z-31", "redundancy Z-31"],
    ],
  ];
  for (const [what, before, after, empty, held = empty] of table) {
    for (const [where, expected] of [["an empty vault", empty] as const, ["one that holds data", held] as const]) {
      it(`${what}, of ${where}: ${expected.join(", ") || "taken"}`, async () => {
        const engine = await TestEngine.inMemory();
        await engine.run(createVault, vaultWith(before));
        const items = where === "an empty vault" ? [softDeletedRow("gone", start)] : [itemRow("web")];
        await engine.run(({ store }) => store.put("protectedItem", items), undefined);
        const bytes = await engine.export();
        const refused = await engine.run(updateVault, vaultWith(after)).then(
          () => [],
          (error: EngineError) => [error],
        );
        expect(named(refused)).to.deep.equal(expected.slice(0, 1));
        if (expected.length > 0) expect(await engine.export()).to.equal(bytes);
        if (before.infrastructureEncryption === after.infrastructureEncryption) {
          const question = { input: vaultWith(after), old: vaultWith(before), ownIds: [vaultId] };
          expect(named(await engine.ask(assessVault, question))).to.deep.equal(expected);
        }
      });
    }
  }

  it("says what the vault holds", async () => {
    const engine = await TestEngine.inMemory();
    await engine.run(createVault, vaultWith());
    const items = [itemRow("web"), itemRow("old", { protectionState: "ProtectionStopped" })];
    await engine.run(({ store }) => store.put("protectedItem", items), undefined);
    const { message } = await refusalOf(engine.run(updateVault, vaultWith({ redundancy: "ZoneRedundant" })));
    expect(message).to.equal(
      "redundancy can't change from GeoRedundant to ZoneRedundant while the vault holds data; it holds 2 items: " +
        "old (protection stopped, its points are kept for ever), web (protected)",
    );
  });

  it("of what makes another vault is taken without data, and refused property by property with it", async () => {
    const engine = await TestEngine.inMemory();
    await engine.run(createVault, vaultWith());
    const input = vaultWith(
      { ...keyed, infrastructureEncryption: true },
      { vaultName: "other", resourceGroupName: "elsewhere", location: "East US" },
    );
    const question = { input, old: vaultWith({}, { location: "WESTEUROPE" }), ownIds: [vaultId] };
    expect(await engine.ask(assessVault, question)).to.deep.equal([]);
    await engine.run(({ store }) => store.put("protectedItem", [softDeletedRow("web", start + 1)]), undefined);
    const refusals = await engine.ask(assessVault, question);
    expect(named(refusals)).to.deep.equal([
      "vaultName Z-29",
      "resourceGroupName Z-29",
      "location Z-29",
      "encryption.infrastructureEncryption Z-29",
      "encryption Z-28",
    ]);
    expect(refusals[0]?.message).to.contain("holds 1 item: web (soft-deleted, goes for good at 2026-01-01 00:00 UTC)");
    await engine.advance(1);
    expect(await engine.ask(assessVault, question)).to.deep.equal([]);
  });

  it("of case is none", async () => {
    const engine = await TestEngine.inMemory();
    await engine.run(createVault, vaultWith());
    await engine.run(({ store }) => store.put("protectedItem", [itemRow("web")]), undefined);
    const input = vaultWith({}, { vaultName: "Vault", resourceGroupName: "BACKUP", location: "West Europe" });
    expect(await engine.ask(assessVault, { input, old: vaultWith(), ownIds: [vaultId] })).to.deep.equal([]);
  });
});

describe("a vault that is there already", () => {
  it("is nobody's to make again but its own program's, and only while it holds no data", async () => {
    const engine = await TestEngine.inMemory();
    await engine.run(createVault, vaultWith({}, { tags: { life: "first" } }));
    const taken = await refusalOf(engine.run(createVault, vaultWith({}, { urn: "urn:other" })));
    expect(taken).to.include({ code: "Engine.VaultExists", property: "vaultName" });
    expect(taken.remedy).to.contain(`pulumi import cloudbackup:recoveryservices:Vault <name> ${vaultId}`);
    await engine.run(createVault, vaultWith({}, { tags: { life: "second" } }));
    await engine.run(({ store }) => store.put("protectedItem", [itemRow("web")]), undefined);
    expect(await refusalOf(engine.run(createVault, vaultWith()))).to.include({ code: "Engine.VaultHoldsData" });
    const [vault] = await engine.ask(({ store }) => store.find("vault"), undefined);
    expect(vault?.tags).to.deep.equal({ life: "second" });
  });
});

describe("the key of a vault", () => {
  it("that somebody disables is a problem until it is enabled; it can't be swapped meanwhile", async () => {
    const engine = await TestEngine.inMemory();
    const problem = async () => {
      const [vault] = await engine.ask(({ store }) => store.find("vault"), undefined);
      return vault && keyProblem(vault);
    };
    await engine.run(createVault, vaultWith(keyed));
    expect(await problem()).to.equal(undefined);
    await engine.run(setKeyEnabled, { vaultId: vaultId.toUpperCase(), isEnabled: false });
    expect(await problem()).to.include({ rule: "Z-28", code: "Engine.VaultKeyDisabled" });
    const swap = vaultWith({ ...keyed, encryption: swapped });
    expect(await refusalOf(engine.run(updateVault, swap))).to.include({ property: "encryption.keyUri", rule: "Z-28" });
    await engine.run(updateVault, vaultWith(keyed, { tags: { team: "db" } }));
    expect((await problem())?.message).to.contain(systemKey.keyUri);
    await engine.run(setKeyEnabled, { vaultId, isEnabled: true });
    await engine.run(updateVault, swap);
    expect(await problem()).to.equal(undefined);
  });

  it("is the platform's without encryption: nobody can disable it", async () => {
    const engine = await TestEngine.inMemory();
    await engine.run(createVault, vaultWith({ ...plainSettings }));
    const refused = await refusalOf(engine.run(setKeyEnabled, { vaultId, isEnabled: false }));
    expect(refused).to.include({ code: "KeyNotFound", property: "vaultId" });
  });
});
