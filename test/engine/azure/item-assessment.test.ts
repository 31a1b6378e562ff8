import { expect } from "chai";
import { armKey, vaultIdOf } from "../../../provider/engine/azure/arm-id";
import { assessItem, type ItemInput } from "../../../provider/engine/azure/item-assessment";
import { createVault } from "../../../provider/engine/azure/vault-change";
import { EngineError } from "../../../provider/engine/error";
import { TestEngine, testSettings } from "../../support/test-engine";
import { itemRow, vaultId, vaultWith } from "./vault-rows";

const otherVaultId = vaultIdOf({ subscriptionId: testSettings.subscriptionId, resourceGroupName: "other" }, "other");
const input: ItemInput = {
  vaultId,
  sourceResourceId: itemRow("web").sourceResourceId,
  policyId: null,
  protectionState: "ProtectionStopped",
  diskExclusion: null,
  createMode: "Default",
  urn: "urn:pulumi:dev::backup::cloudbackup:recoveryservices:ProtectedItem::web",
  ownId: null,
  requireConsistency: null,
};

/** The refusals of a machine that has an item in another vault already, which belongs to an account. */
async function holdersOf(account: string): Promise<readonly EngineError[]> {
  const engine = await TestEngine.inMemory();
  await engine.run(createVault, vaultWith());
  const held = itemRow("web", { id: `${armKey(otherVaultId)}/held`, vaultId: armKey(otherVaultId), account });
  await engine.run(({ store }) => store.put("protectedItem", [held]), undefined);
  const { refusals } = await engine.ask(assessItem, input);
  const found = refusals.flatMap((each) => (each instanceof EngineError ? [each] : []));
  return found.filter(({ code }) => code === "UserErrorVmAlreadyProtected");
}

describe("one vault per Azure VM", () => {
  it("counts what the account protects", async () => {
    expect((await holdersOf(testSettings.account)).map(({ rule }) => rule)).to.deep.equal(["Z-32"]);
  });

  it("leaves alone what another account of the same engine protects", async () => {
    expect(await holdersOf("2000000000000002")).to.deep.equal([]);
  });
});
