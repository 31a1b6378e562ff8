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
const release = 'to release what a program protects, destroy its ProtectedItem with onDestroy "delete"';
const itemId = itemRow("web").armId;
const orphaned =
  `to release what no program has: cloudbackup call ProtectedItems_Delete --itemId '${itemId}'; or import it, and ` +
  `destroy it with onDestroy "delete": pulumi import cloudbackup:recoveryservices:ProtectedItem <name> '${itemId}'`;
const program = { urn: "urn:pulumi:dev::backup::cloudbackup:recoveryservices:ProtectedItem::web" };
const takeBack =
  "to take soft-deleted data back: cloudbackup call ProtectedItems_CreateOrUpdate " +
  `--itemId '${itemRow("gone").armId}' --isRehydrate true; or a ProtectedItem with createMode "Recover"`;
const alwaysOn = { softDelete: { state: "AlwaysON", retentionDays: 60 } } as const;
const gone = softDeletedRow("gone", start + 14 * day);

describe("deleting a vault that holds data", () => {
  const table: readonly (readonly [what: string, items: Item[], settings: Partial<VaultSettings>, remedy: string[]])[] =
    [
      [
        "protected, soft delete on",
        [itemRow("web", program)],
        {},
        [release, "what is released stays soft-deleted for 14 days, unless softDelete.state is Disabled before"],
      ],
      [
        "protected, soft delete off",
        [itemRow("app", program), itemRow("web")],
        { softDelete: { state: "Disabled", retentionDays: 14 } },
        [release, orphaned],
      ],
      [
        "stopped, soft delete always on",
        [itemRow("web", { protectionState: "ProtectionStopped" })],
        alwaysOn,
        [orphaned, "what is released stays soft-deleted for 60 days, as softDelete.state is AlwaysON"],
      ],
      [
        "soft-deleted",
        [gone],
        {},
        [
          "what is soft-deleted goes by itself: wait until 2026-01-15 00:00 UTC; sooner: set softDelete.state to " +
            "Disabled, take it back, and delete it again",
          takeBack,
        ],
      ],
      [
        "soft-deleted for good",
        [gone, softDeletedRow("later", start + 60 * day)],
        alwaysOn,
        [
          "what is soft-deleted goes by itself: wait until 2026-03-02 00:00 UTC (softDelete.state is AlwaysON: there " +
            "is no sooner way)",
          takeBack,
        ],
      ],
      [
        "immutable",
        [itemRow("web")],
        { immutability: "Unlocked" },
        [
          "the vault is immutable (Unlocked): its data stays until it expires, or until immutability is Disabled",
          orphaned,
          "what is released stays soft-deleted for 14 days, unless softDelete.state is Disabled before",
        ],
      ],
      [
        "immutable for ever",
        [itemRow("web")],
        { immutability: "Locked" },
        [
          "the vault is immutable (Locked): its data stays until it expires; what is kept for ever does so once its " +
            "protectionState is BackupsSuspended",
        ],
      ],
    ];
  for (const [what, items, settings, remedy] of table) {
    it(`${what}: tells how to release and how to keep it`, async () => {
      const refused = await refusalOf(await engineWith(items, settings));
      expect(refused.remedy).to.equal([keeping, ...remedy].join("\n    "));
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
    expect(remedy.split("\n")).to.have.length(5);
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
