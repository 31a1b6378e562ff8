import { expect } from "chai";
import { evaluateConsistency } from "../../../provider/engine/azure/consistency";
import { findFramework } from "../../../provider/engine/azure/script-framework";
import {
  attachDisk,
  detachDisk,
  disksOf,
  findMachine,
  highestLun,
  loadFacts,
  type MachineInput,
  putMachine,
  removeMachine,
  setHostFile,
  setPowerState,
  setVssHealthy,
  uninstallExtension,
} from "../../../provider/engine/azure/virtual-machine";
import { incarnationsOf } from "../../../provider/engine/core/incarnation";
import { SimulatedEngine } from "../../../provider/engine/engine";
import type { EngineError } from "../../../provider/engine/error";
import { callOperation, requireOperation } from "../../../provider/engine/operations";
import { preparationFor } from "../../../provider/engine/prepare";
import { readInventory } from "../../../provider/session/inventory-file";
import { memoryStore, TestEngine, testSettings } from "../../support/test-engine";

const armId = "/subscriptions/s/resourceGroups/Prod/providers/Microsoft.Compute/virtualMachines/db";
const osDisk = { lun: -1, name: "os", sizeGiB: 30, usedGiB: null, encrypted: false };
const dataDisk = { lun: 0, name: "data", sizeGiB: 64, usedGiB: 8, encrypted: true };

const described: MachineInput = {
  armId,
  vmName: "db",
  resourceGroupName: "Prod",
  location: "westeurope",
  osType: "Linux",
  osName: null,
  deploymentModel: "Arm",
  powerState: "VM running",
  managedDisks: true,
  disks: [dataDisk, osDisk],
  guestAgent: "Ready",
  vssHealthy: true,
  changeRatePercentPerDay: 5,
  tags: {},
};

describe("a virtual machine of the engine", () => {
  let engine: TestEngine;
  beforeEach(async () => {
    engine = await TestEngine.inMemory();
    await engine.run(putMachine, { machine: described, origin: "PROGRAM" });
  });

  const machine = () => engine.ask(findMachine, armId.toUpperCase());
  const install = () =>
    engine.run(async ({ store }) => {
      const [row] = await store.find("virtualMachine");
      if (row !== undefined) await store.put("virtualMachine", [{ ...row, extension: "VMSnapshotLinux" }]);
    }, undefined);
  const refusalOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "nothing is refused",
      ({ code, property }: EngineError) => `${code} ${property}`,
    );

  it("keeps what happened to it when it is changed, and nothing when another one takes its place", async () => {
    await install();
    await engine.run(setHostFile, { vmId: armId, state: "MISSING" });
    await engine.run(putMachine, { machine: { ...described, powerState: "VM stopped" }, origin: "RESTORE" });
    expect(await machine()).to.include({
      extension: "VMSnapshotLinux",
      hostFile: "MISSING",
      powerState: "VM stopped",
      origin: "PROGRAM",
    });
    await engine.run(putMachine, { machine: { ...described, location: "eastus" }, origin: "RESTORE" });
    expect(await machine()).to.include({ extension: null, hostFile: "VALID", origin: "RESTORE", location: "eastus" });
  });

  it("refuses disks that can't be, with their paths", async () => {
    const put = (change: Partial<MachineInput>) =>
      refusalOf(engine.run(putMachine, { machine: { ...described, ...change }, origin: "PROGRAM" }));
    const twin = { ...dataDisk, name: "twin" };
    expect(await put({ disks: [osDisk, dataDisk, twin] })).to.equal("ConflictingUserInput dataDisks[1].lun");
    const namesake = { ...dataDisk, lun: 1, name: "OS" };
    expect(await put({ disks: [osDisk, namesake] })).to.equal("ConflictingUserInput dataDisks[0].name");
    expect(await put({ vmName: "a.b", osType: "Windows" })).to.equal("InvalidParameter vmName");
    expect((await machine())?.osType).to.equal("Linux");
  });

  it("takes data disks at LUN 0 to 63, each once, and lets go of them", async () => {
    const attach = (lun: number, name = `disk-${lun}`) =>
      engine.run(attachDisk, { vmId: armId, disk: { ...dataDisk, lun, name } });
    for (let lun = highestLun; lun > 0; lun--) await attach(lun);
    expect(disksOf((await machine()) ?? { disks: [] }).map(({ lun }) => lun)).to.deep.equal(
      Array.from({ length: 65 }, (_, index) => index - 1),
    );
    for (const lun of [0, 5]) expect(await refusalOf(attach(lun, "other"))).to.equal("ConflictingUserInput lun");
    for (const lun of [-1, 64, 0.5]) expect(await refusalOf(attach(lun, "other"))).to.equal("InvalidParameter lun");
    await engine.run(detachDisk, { vmId: armId, lun: 5 });
    expect(await refusalOf(attach(5, "OS"))).to.equal("ConflictingUserInput name");
    for (const lun of [5, -1]) {
      expect(await refusalOf(engine.run(detachDisk, { vmId: armId, lun }))).to.equal("InvalidParameter lun");
    }
  });

  it("that is released is not there any more, and may be released again", async () => {
    await engine.run(removeMachine, armId);
    await engine.run(removeMachine, armId);
    expect(await machine()).to.equal(undefined);
    const stop = engine.run(setPowerState, { vmId: armId, powerState: "VM stopped" });
    expect(await refusalOf(stop)).to.equal("ResourceNotFound vmId");
    const [row] = await engine.ask(({ store }) => store.find("virtualMachine"), undefined);
    expect(row).to.include({ released: true, vmName: "db" });
  });

  it("has an extension, a host file and VSS only where there can be one", async () => {
    const damage = () => engine.run(setHostFile, { vmId: armId, state: "UNPARSABLE" });
    expect(await refusalOf(damage())).to.equal("ResourceNotFound vmId");
    expect(await refusalOf(engine.run(uninstallExtension, armId))).to.equal("ResourceNotFound vmId");
    await install();
    await damage();
    await engine.run(uninstallExtension, armId);
    expect(await machine()).to.include({ extension: null, hostFile: "VALID" });
    const breakVss = engine.run(setVssHealthy, { vmId: armId, healthy: false });
    expect(await refusalOf(breakVss)).to.equal("Engine.NotWindows vmId");
  });

  it("that is deleted behind a program's back has ended its life", async () => {
    await engine.call("VirtualMachines_Delete", { vmId: armId });
    const lives = await engine.ask(incarnationsOf, {
      resourceType: "cloudbackup:compute:VirtualMachine",
      resourceId: armId,
    });
    expect(lives.map(({ live }) => live)).to.deep.equal([false]);
  });
});

describe("virtual machines that the engine tells of", () => {
  it("are an inventory that means the same in another engine", async () => {
    const script = { mode: "755", owner: "root", sha256: "a".repeat(64), exitCode: 0, durationSeconds: 2 };
    const config = { preScriptLocation: "/opt/a", postScriptLocation: "/opt/b", continueBackupOnFailure: false };
    const first = {
      id: armId,
      location: "westeurope",
      powerState: "VM running",
      storageProfile: {
        osDisk: { osType: "Linux", name: "os", diskSizeGb: 30, managedDisk: {} },
        dataDisks: [{ lun: 2, name: "data", diskSizeGb: 8, encryptionSettings: { enabled: true }, managedDisk: {} }],
      },
      guestAgent: "Ready",
      hostFile: "WRONG_MODE",
      extension: "VMSnapshotLinux",
      changeRatePercentPerDay: 3,
      scriptFramework: { config, configMode: "600", preScript: script, postScript: { exitCode: 1 } },
      tags: { team: "db" },
    };
    const second = { id: `${armId}2`, location: "eastus" };
    const broken = { ...first, id: `${armId}3`, scriptFramework: { config: "{" } };
    const engineWith = async (inventory: unknown) =>
      new SimulatedEngine(testSettings, await memoryStore(), preparationFor(readInventory(inventory, ".")));
    const engine = await engineWith([first, second, broken]);
    const told = await callOperation(engine, requireOperation("VirtualMachines_List"), new Map());
    expect(told).to.have.all.keys("value");
    const copy = await engineWith(told);
    const settings = { isCrashConsistentOnly: false, diskExclusion: null };
    const judge = (each: SimulatedEngine, id: string) =>
      each.ask(async (context) => {
        const facts = await loadFacts(context, id);
        const { inventoryHash, ...machine } = facts?.machine ?? { inventoryHash: null };
        const framework = await findFramework(context, id);
        const consistency = facts && evaluateConsistency(facts, settings);
        const { preScript, postScript } = framework ?? {};
        return [machine, preScript, postScript, framework?.config.values, consistency?.achieved];
      }, undefined);
    for (const id of [armId, second.id]) expect(await judge(copy, id)).to.deep.equal(await judge(engine, id));
    const levels = await Promise.all([engine, copy].map(async (each) => (await judge(each, broken.id)).at(-1)));
    expect(levels).to.deep.equal(["FILE_SYSTEM", "FILE_SYSTEM"]);
  });
});
