import { expect } from "chai";
import type { VaultSettings } from "../../../provider/engine/azure/vault";
import { createVault } from "../../../provider/engine/azure/vault-change";
import { deleteVault } from "../../../provider/engine/azure/vault-deletion";
import type { EngineError } from "../../../provider/engine/error";
import type { Row } from "../../../provider/store/tables";
import { TestEngine } from "../../support/test-engine";
import { day, itemRow, pointRow, policyRow, softDeletedRow, start, vaultId, vaultWith } from "./vault-rows";

type Item = Row<"protectedItem">;

async function engineWith(items: readonly Item[], settings: Partial<VaultSettings> = {}): Promise<TestEngine> {
  const engine = await TestEngine.inMemory();
  await engine.run(createVault, vaultWith(settings));
  await engine.run(({ store }) => store.put("protectedItem", items), undefined);
  return engine;
}

async function refusalOf(engine: TestEngine): Promise<EngineError> {
  const bytes = await engine.export();
  const refused = await engine.run(deleteVault, vaultId).then(
    () => expect.fail("the vault was deleted"),
    (error: EngineError) => error,
  );
  expect(await engine.export()).to.equal(bytes);
  expect(refused).to.include({ rule: "Z-29", code: "ServiceResourceNotEmptyWithContainerDetails" });
  return refused;
}

const keeping =
  "to keep the vault and its data, let Pulumi forget it: " +
  "pulumi state delete 'urn:pulumi:dev::backup::cloudbackup:recoveryservices:Vault::vault'";
const release =
  'to release it, destroy its ProtectedItem with onDestroy "delete" (one that no program has is imported first: ' +
  `pulumi import cloudbackup:recoveryservices:ProtectedItem <name> '${itemRow("web").armId}')`;
const alwaysOn = { softDelete: { state: "AlwaysON", retentionDays: 60 } } as const;
const gone = softDeletedRow("gone", start + 14 * day);

describe("deleting a vault that holds data", () => {
  const table: readonly (readonly [what: string, items: Item[], settings: Partial<VaultSettings>, remedy: string[]])[] =
    [
      [
        "protected, soft delete on",
        [itemRow("web")],
        {},
        [release, "it then stays soft-deleted for 14 days, unless softDelete.state is Disabled before"],
      ],
      [
        "protected, soft delete off",
        [itemRow("web")],
        { softDelete: { state: "Disabled", retentionDays: 14 } },
        [release],
      ],
      [
        "stopped, soft delete always on",
        [itemRow("web", { protectionState: "ProtectionStopped" })],
        alwaysOn,
        [release, "it then stays soft-deleted for 60 days, as softDelete.state is AlwaysON"],
      ],
      [
        "soft-deleted",
        [gone],
        {},
        [
          "what is soft-deleted goes by itself: wait until 2026-01-15 00:00 UTC, or undelete " +
            '(ProtectedItem: createMode "Recover"), set softDelete.state to Disabled and delete again',
        ],
      ],
      [
        "soft-deleted for good",
        [gone, softDeletedRow("later", start + 60 * day)],
        alwaysOn,
        [
          "what is soft-deleted goes by itself: wait until 2026-03-02 00:00 UTC (softDelete.state is AlwaysON: there " +
            "is no sooner way)",
        ],
      ],
      [
        "immutable",
        [itemRow("web")],
        { immutability: "Unlocked" },
        ["the vault is immutable (Unlocked): its data stays until it expires, or until immutability is Disabled"],
      ],
      [
        "immutable for ever",
        [itemRow("web")],
        { immutability: "Locked" },
        ["the vault is immutable (Locked): its data stays until it expires"],
      ],
    ];
  for (const [what, items, settings, remedy] of table) {
    it(`${what}: tells how to release and how to keep it`, async () => {
      const refused = await refusalOf(await engineWith(items, settings));
      expect(refused.remedy).to.equal([...remedy, keeping].join("; "));
    });
  }

  it("names what holds it, and until when", async () => {
    const items = [
      itemRow("web"),
      gone,
      itemRow("old", { protectionState: "ProtectionStopped" }),
      itemRow("idle", { protectionState: "BackupsSuspended" }),
    ];
    const { message, remedy } = await refusalOf(await engineWith(items));
    expect(message).to.equal(
      "vault vault can't be deleted, as it holds 4 items: " +
        "gone (soft-deleted, goes for good at 2026-01-15 00:00 UTC), " +
        "idle (backups suspended, its points expire by their policy), " +
        "old (protection stopped, its points are kept for ever), web (protected)",
    );
    expect(remedy.split("; ")).to.have.length(4);
  });

  it("names ten of many", async () => {
    const many = Array.from({ length: 12 }, (_, index) => itemRow(`m${String(index).padStart(2, "0")}`));
    const { message } = await refusalOf(await engineWith(many));
    expect(message).to.match(/holds 12 items: m00 \(protected\), .*m09 \(protected\) and 2 more$/);
  });
});

describe("deleting a vault", () => {
  it("takes its policies along, and what is left of items whose time has come", async () => {
    const engine = await engineWith([gone]);
    await engine.run(async ({ store }) => {
      await store.put("protectionPolicy", [policyRow("daily")]);
      await store.put("vaultPoint", [pointRow("gone", 1)]);
    }, undefined);
    await refusalOf(engine);
    await engine.run(async ({ store }) => {
      await store.put("protectedItem", [softDeletedRow("gone", start)]);
    }, undefined);
    await engine.run(deleteVault, vaultId.toUpperCase());
    const tables = ["vault", "protectionPolicy", "protectedItem", "vaultPoint", "vaultJob"] as const;
    for (const table of tables) {
      expect(await engine.ask(({ store }) => store.count(table), undefined), table).to.equal(0);
    }
    await engine.run(deleteVault, vaultId);
  });

  it("leaves the other vaults alone", async () => {
    const engine = await engineWith([]);
    const armId = vaultId.replace(/vault$/, "other");
    await engine.run(createVault, vaultWith({}, { armId, vaultName: "other", urn: null }));
    await engine.run(({ store }) => store.put("protectionPolicy", [{ ...policyRow("p"), vaultId: armId }]), undefined);
    await engine.run(deleteVault, vaultId);
    expect((await engine.ask(({ store }) => store.find("vault"), undefined)).map((each) => each.armId)).to.deep.equal([
      armId,
    ]);
    expect(await engine.ask(({ store }) => store.count("protectionPolicy"), undefined)).to.equal(1);
  });
});
