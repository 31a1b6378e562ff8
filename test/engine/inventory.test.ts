import { expect } from "chai";
import {
  type Inventory,
  type InventoryDisk,
  type InventoryKey,
  loadInventory,
} from "../../provider/engine/alibaba/inventory";
import { changeKey } from "../../provider/engine/alibaba/kms-key";
import { releaseMachine } from "../../provider/engine/alibaba/machine";
import { putPolicy } from "../../provider/engine/alibaba/policy";
import { TestEngine } from "../support/test-engine";

const place = { RegionId: "cn-hangzhou", ZoneId: "cn-hangzhou-h" };
const system: InventoryDisk = { DiskId: "d-1", InstanceId: "i-1", Type: "system", Category: "cloud_essd" };
const data: InventoryDisk = { DiskId: "d-2", InstanceId: "i-1", Category: "cloud_ssd", Size: 100 };

function inventoryOf(disks: readonly InventoryDisk[], keys: readonly InventoryKey[] = [], tier?: string): Inventory {
  const Tags = tier === undefined ? {} : { Tags: { Tag: [{ TagKey: "tier", TagValue: tier }] } };
  return { instances: [{ InstanceId: "i-1", ...place, ...Tags }], disks, keys };
}

describe("an inventory that is loaded again", () => {
  let engine: TestEngine;
  beforeEach(async () => {
    engine = await TestEngine.inMemory();
  });

  const load = (inventory: Inventory) => engine.run(loadInventory, inventory);
  const disks = async () => {
    const found = await engine.ask(({ store }) => store.find("disk"), undefined);
    return found.map(({ id, released }) => `${id}${released ? " released" : ""}`);
  };
  const keyStates = async () => {
    const found = await engine.ask(({ store }) => store.find("kmsKey"), undefined);
    return found.map(({ id, keyState, granted }) => `${id} ${keyState}${granted ? " granted" : ""}`);
  };
  const bound = async () => {
    const found = await engine.ask(({ store }) => store.find("protection"), undefined);
    return found.map(({ instanceId, policyId }) => `${instanceId} ${policyId}`);
  };

  it("releases the disks that it no longer names, so that their points still know them", async () => {
    await load(inventoryOf([system, data]));
    expect(await disks()).to.deep.equal(["d-1", "d-2"]);
    await load(inventoryOf([system]));
    expect(await disks()).to.deep.equal(["d-1", "d-2 released"]);
    await load(inventoryOf([system, data]));
    expect(await disks()).to.deep.equal(["d-1", "d-2"]);
  });

  it("leaves a key as it is until its record changes", async () => {
    const key = { KeyId: "key-1", RegionId: "cn-beijing", KeyState: "Enabled", granted: true };
    await load(inventoryOf([system], [key, { KeyId: "key-2", RegionId: "cn-beijing" }]));
    expect(await keyStates()).to.deep.equal(["key-1 Enabled granted", "key-2 in an unknown state"]);
    await engine.run(changeKey, { keyId: "key-1", change: { keyState: "Disabled" } });
    await load(inventoryOf([system], [key]));
    expect(await keyStates()).to.deep.equal(["key-1 Disabled granted", "key-2 in an unknown state"]);
    await load(inventoryOf([system], [{ ...key, granted: false }]));
    expect(await keyStates()).to.deep.equal(["key-1 Enabled", "key-2 in an unknown state"]);
  });

  it("lets TAG rules bind by the tags that it has now", async () => {
    await engine.run(putPolicy, {
      id: "po-gold",
      policyName: "gold",
      policyDescription: null,
      policyType: "UDM_ECS_ONLY",
      rules: [
        { ruleId: "rule-1", ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 7 },
        { ruleId: "rule-2", ruleType: "TAG", tagFilters: [{ key: "tier", operator: "EQUAL", value: "gold" }] },
      ],
    });
    await load(inventoryOf([system], [], "silver"));
    expect(await bound()).to.deep.equal([]);
    await load(inventoryOf([system], [], "gold"));
    expect(await bound()).to.deep.equal(["i-1 po-gold"]);
    await load(inventoryOf([system]));
    expect(await bound()).to.deep.equal([]);
  });

  it("brings a machine that was released back when its record changes", async () => {
    await load(inventoryOf([system]));
    await engine.run(releaseMachine, "i-1");
    await load(inventoryOf([system]));
    expect(await disks()).to.deep.equal(["d-1 released"]);
    await load(inventoryOf([system], [], "gold"));
    expect(await disks()).to.deep.equal(["d-1"]);
  });
});
