import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { evaluateConsistency } from "../../provider/engine/azure/consistency";
import type { InventoryVirtualMachine } from "../../provider/engine/azure/inventory";
import { findFramework } from "../../provider/engine/azure/script-framework";
import {
  detachDisk,
  findMachine,
  loadFacts,
  removeMachine,
  setPowerState,
} from "../../provider/engine/azure/virtual-machine";
import { SimulatedEngine } from "../../provider/engine/engine";
import { EngineError } from "../../provider/engine/error";
import { preparationFor } from "../../provider/engine/prepare";
import { readInventory } from "../../provider/session/inventory-file";
import type { Store } from "../../provider/store/store";
import { memoryStore, testSettings } from "../support/test-engine";

const group = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/PROD/providers";
const id = `${group}/Microsoft.Compute/virtualMachines/db`;

const osDisk = { osType: "Linux", name: "db-os", diskSizeGb: 30, managedDisk: { id: "…" }, encryptionSettings: null };
const dataDisk = { lun: 0, name: "db-data", diskSizeGb: 256, managedDisk: { id: "…" } };

const instance = { InstanceId: "i-1", RegionId: "cn-hangzhou", ZoneId: "cn-hangzhou-h" };

/** A machine as `az vm list -d` prints it, shortened, with our own keys. */
const machine = {
  id,
  name: "db",
  resourceGroup: "PROD",
  location: "West Europe",
  powerState: "VM running",
  hardwareProfile: { vmSize: "Standard_D2s_v5" },
  storageProfile: {
    imageReference: { publisher: "Canonical", offer: "ubuntu-24_04-lts", sku: "server", version: "latest" },
    osDisk,
    dataDisks: [dataDisk],
  },
  tags: { team: "db" },
  zones: null,
};

const withStorage = (change: object) => ({ ...machine, storageProfile: { ...machine.storageProfile, ...change } });
const config = { preScriptLocation: "/opt/pre.sh", postScriptLocation: "/opt/post.sh", preScriptParams: ["hunter2"] };
const script = { mode: "700", owner: "root", exitCode: 0, durationSeconds: 1 };
const scriptFramework = { config, configMode: "600", configOwner: "root", preScript: script, postScript: script };
const settings = { isCrashConsistentOnly: false, diskExclusion: null };

function refusalOf(inventory: unknown): EngineError {
  try {
    readInventory(inventory, ".");
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("the inventory was taken");
}

describe("virtual machines of an inventory", () => {
  let store: Store;
  beforeEach(async () => {
    store = await memoryStore();
  });

  const engineWith = (inventory: unknown) =>
    new SimulatedEngine(testSettings, store, preparationFor(readInventory(inventory, ".")));

  /** What the engine knows once a command has loaded the inventory for good. */
  const load = async (...machines: readonly object[]) => {
    const engine = engineWith(machines);
    await engine.run(async () => undefined, undefined);
    return engine;
  };

  it("are taken as az prints them, the subscription as it is", async () => {
    const found = await (await load(machine)).ask(findMachine, id.toLowerCase());
    expect(found).to.deep.include({
      armId: id,
      origin: "INVENTORY",
      vmName: "db",
      resourceGroupName: "PROD",
      location: "westeurope",
      osType: "Linux",
      osName: "ubuntu-24_04-lts server",
      deploymentModel: "Arm",
      powerState: "VM running",
      managedDisks: true,
      disks: [
        { lun: -1, name: "db-os", sizeGiB: 30, usedGiB: null, encrypted: false },
        { lun: 0, name: "db-data", sizeGiB: 256, usedGiB: null, encrypted: false },
      ],
      guestAgent: null,
      vssHealthy: null,
      extension: null,
      tags: { team: "db" },
    });
  });

  it("may say more in our own keys and in newer az's spelling", async () => {
    const encryptionSettings = { enabled: true };
    const storageProfile = { osDisk: { osType: "Windows", diskSizeGB: 127, encryptionSettings, usedGiB: 40 } };
    const own = {
      osName: "Windows Server 2022",
      changeRatePercentPerDay: 2,
      guestAgent: "NotReady",
      vssHealthy: false,
    };
    const classic = `${group}/Microsoft.ClassicCompute/virtualMachines/old`;
    const engine = await load({ id: classic, location: "westus", storageProfile, ...own, extension: "VMSnapshot" });
    expect(await engine.ask(findMachine, classic)).to.deep.include({
      ...own,
      osType: "Windows",
      deploymentModel: "Classic",
      powerState: null,
      managedDisks: false,
      disks: [{ lun: -1, name: "old_OsDisk", sizeGiB: 127, usedGiB: 40, encrypted: true }],
      extension: "VMSnapshot",
    });
  });

  it("that tell too little get the lower promise, with the reasons", async () => {
    const reasonsOf = async (record: object) => {
      const facts = await (await load(record)).ask(loadFacts, id);
      const { achieved, reasons } = evaluateConsistency(facts as NonNullable<typeof facts>, settings);
      return [achieved, ...reasons.map(({ message }) => message)];
    };
    expect(await reasonsOf({ id, location: "westeurope" })).to.deep.equal([
      "CRASH",
      "whether the VM is running is not known",
    ]);
    expect(await reasonsOf({ id, location: "westeurope", powerState: "VM running" })).to.deep.equal([
      "CRASH",
      "the operating system is not known, so neither is the extension that would bring it to rest",
    ]);
    expect((await reasonsOf({ ...machine, powerState: "VM deallocating" }))[1]).to.contain("(VM stopping)");
    expect(await reasonsOf({ ...machine, powerState: "VM unknown" })).to.include(
      "whether the VM is running is not known",
    );
    expect(await reasonsOf(machine)).to.deep.equal(["FILE_SYSTEM"]);
    expect(await reasonsOf({ ...machine, scriptFramework })).to.deep.equal(["APPLICATION"]);
    const { configOwner, ...ownerless } = scriptFramework;
    expect((await reasonsOf({ ...machine, scriptFramework: ownerless })).join()).to.match(
      /^FILE_SYSTEM,Incorrect.*unknown/,
    );
    const halved = { ...scriptFramework, postScript: undefined };
    expect((await reasonsOf({ ...machine, scriptFramework: halved })).join()).to.match(
      /^FILE_SYSTEM,Post-ScriptNotFound/,
    );
    const text = { ...scriptFramework, config: "{" };
    expect((await reasonsOf({ ...machine, scriptFramework: text })).join()).to.contain("The file is no JSON");
  });

  it("never bring a parameter of a script into the store", async () => {
    const engine = await load({ ...machine, scriptFramework });
    const framework = await engine.ask(findFramework, id);
    expect(framework?.config.values).to.deep.include({ preScriptLocation: "/opt/pre.sh", timeoutInSeconds: 10 });
    expect(JSON.stringify(framework)).to.not.contain("hunter2");
  });

  it("come from files too, and beside those of the other cloud", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "cloudbackup-inventory-"));
    try {
      writeFileSync(path.join(folder, "azure.json"), JSON.stringify([machine]));
      const instance = { InstanceId: "i-1", RegionId: "cn-hangzhou", ZoneId: "cn-hangzhou-a" };
      const instances = { Instances: { Instance: [instance] } };
      const idsOf = (inventory: unknown) => {
        const { instances: first, virtualMachines = [] } = readInventory(inventory, folder);
        return [...first.map((each) => each.InstanceId), ...virtualMachines.map((each) => each.id)];
      };
      expect(idsOf("azure.json")).to.deep.equal([id]);
      expect(idsOf(["azure.json", instances])).to.deep.equal(["i-1", id]);
      expect(idsOf([instances, machine])).to.deep.equal(["i-1", id]);
      expect(idsOf({ ...instances, VirtualMachines: [machine] })).to.deep.equal(["i-1", id]);
      expect(idsOf({ VirtualMachines: [] })).to.deep.equal([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("stay as they are until their record changes, and what isn't told then stays too", async () => {
    const told = { ...machine, extension: "VMSnapshotLinux", scriptFramework };
    const engine = await load(told);
    await engine.run(setPowerState, { vmId: id, powerState: "VM stopped" });
    await engine.run(detachDisk, { vmId: id, lun: 0 });
    const again = await (await load(told)).ask(findMachine, id);
    expect([again?.powerState, again?.disks.length]).to.deep.equal(["VM stopped", 1]);
    const changed = await load({ ...machine, tags: {} });
    const after = await changed.ask(findMachine, id);
    expect([after?.powerState, after?.disks.length, after?.tags]).to.deep.equal(["VM running", 2, {}]);
    expect(after?.extension).to.equal("VMSnapshotLinux");
    expect(await changed.ask(findFramework, id)).to.not.equal(undefined);
    const emptied = await load({ ...machine, extension: null, scriptFramework: null });
    expect((await emptied.ask(findMachine, id))?.extension).to.equal(null);
    expect(await emptied.ask(findFramework, id)).to.equal(undefined);
  });

  it("that were released come back when their record changes, and vanished ones stay", async () => {
    const engine = await load(machine);
    await engine.run(removeMachine, id);
    expect(await (await load(machine)).ask(findMachine, id)).to.equal(undefined);
    const other: InventoryVirtualMachine = { id: `${id}2`, location: "westeurope" };
    expect(await (await load({ ...machine, tags: null })).ask(findMachine, id)).to.not.equal(undefined);
    expect(await (await load(other)).ask(findMachine, id)).to.not.equal(undefined);
  });

  const bad: readonly (readonly [what: string, inventory: unknown, parts: readonly string[]])[] = [
    ["a machine without an id", [{ ...machine, id: undefined }], ["$[0]: id is missing"]],
    ["an id that is none", [{ ...machine, id: "db" }], ["$[0].id: must be the ARM id of a virtual machine"]],
    [
      "an id of something else",
      { VirtualMachines: [{ ...machine, id: `${group}/Microsoft.Compute/disks/db` }] },
      ["$.VirtualMachines[0].id: must be the ARM id of a virtual machine"],
    ],
    [
      "an id twice, in whatever case",
      [machine, { ...machine, id: id.toUpperCase() }],
      ["$[1].id: is the id of $[0] too"],
    ],
    ["another name than the id's", [{ ...machine, name: "web" }], ["$[0].name: is not the name in the id, db"]],
    ["another group than the id's", [{ ...machine, resourceGroup: "test" }], ["$[0].resourceGroup: is not the group"]],
    ["no location", [{ id }], ["$[0]: location is missing"]],
    [
      "a power state of its own",
      [{ ...machine, powerState: "running" }],
      ["$[0].powerState: must be one of VM running, "],
    ],
    [
      "a LUN out of range and one that is missing",
      [withStorage({ dataDisks: [{ ...dataDisk, lun: 64 }, { name: "x" }] })],
      ["$[0].storageProfile.dataDisks[0].lun: must be <= 63", "$[0].storageProfile.dataDisks[1]: lun is missing"],
    ],
    [
      "a LUN twice",
      [withStorage({ dataDisks: [dataDisk, { ...dataDisk, name: "y" }] })],
      ["$[0].storageProfile.dataDisks[1].lun: LUN 0 is there twice"],
    ],
    [
      "an unknown operating system",
      [withStorage({ osDisk: { ...osDisk, osType: "linux" } })],
      ["$[0].storageProfile.osDisk.osType: must be one of Linux, Windows"],
    ],
    [
      "a script framework with wrong keys",
      [
        {
          ...machine,
          scriptFramework: { configMode: "rw", preScript: { exitCode: 0, fileMode: "700" }, postScript: {} },
        },
      ],
      [
        "$[0].scriptFramework: config is missing",
        '$[0].scriptFramework.configMode: must match ^0?[0-7]{3,4}$, but is "rw"',
        "$[0].scriptFramework.preScript: unknown key fileMode",
        "$[0].scriptFramework.postScript: exitCode is missing",
      ],
    ],
    [
      "our own keys with wrong values",
      [{ ...machine, changeRatePercentPerDay: 101, guestAgent: "ready", vssHealthy: "yes", extension: "Snapshot" }],
      [
        "$[0].changeRatePercentPerDay: must be <= 100",
        "$[0].guestAgent: must be one of Ready, NotReady",
        '$[0].vssHealthy: must be true or false, but is "yes"',
        "$[0].extension: must be one of VMSnapshot, VMSnapshotLinux",
      ],
    ],
    ["tags that are no texts", [{ ...machine, tags: { team: 1 } }], ["$[0].tags.team: must be a text, but is 1"]],
    ["a list that is none", { VirtualMachines: {} }, ["$.VirtualMachines: must be a list, but is an object"]],
    [
      "members that are no objects",
      { VirtualMachines: ["db"] },
      ['$.VirtualMachines[0]: must be an object, but is "db"'],
    ],
    [
      "faults of both clouds",
      [{ Instances: { Instance: [{}] } }, { ...machine, name: "web" }, { ...machine, location: 1 }],
      ["$[0].Instances.Instance[0]: InstanceId is missing", "$[1].name: is not", "$[2].location: must be a text"],
    ],
    ["nothing", [], ["$: no Instances.Instance list, no virtual machines, and nothing else"]],
    [
      "answers with nothing in them, slips in their names, and machines and disks outside of lists",
      [
        { Success: true, Code: "200" },
        { Instances: { Instance: [] }, Diks: {} },
        { InstanceId: "i-1" },
        { DiskId: "d-1" },
      ],
      [
        "$[0]: no Instances.Instance list, no virtual machines, and nothing else that an inventory has; its keys: Suc",
        "$[1].Diks: an inventory has no such key; did you mean Disks?",
        '$[2]: belongs into a list: {"Instances": {"Instance": […]}}',
        '$[3]: belongs into a list: {"Disks": {"Disk": […]}}',
      ],
    ],
    [
      "what is wrong with its ids, beside another cloud's faults",
      [
        { Instances: { Instance: [instance, instance] } },
        { Disks: { Disk: [{ DiskId: "d-1", InstanceId: "i-0" }] } },
        { Disks: { Disk: [{ DiskId: "d-1", InstanceId: "i-1" }] } },
        { ...machine, name: "web" },
      ],
      [
        "$[0].Instances.Instance[1].InstanceId: i-1 is told by $[0].Instances.Instance[0] too",
        "$[2].Disks.Disk[0].DiskId: d-1 is told by $[1].Disks.Disk[0] too",
        "$[1].Disks.Disk[0].InstanceId: the inventory has no machine i-0",
        "$[3].name: is not",
      ],
    ],
    [
      "more than anyone reads",
      { Instances: { Instance: Array.from({ length: 101 }, () => ({ InstanceId: "i-1", RegionId: "cn-hangzhou" })) } },
      ["$.Instances.Instance[99]: ZoneId is missing\n    and 1 more"],
    ],
  ];
  const marked = (text: string, mark: string, encoding: BufferEncoding) => Buffer.from(`${mark}${text}`, encoding);
  it("are read from a file as Windows shells write it", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "cloudbackup-inventory-"));
    try {
      for (const encoding of ["utf8", "utf16le"] as const) {
        writeFileSync(path.join(folder, "vms.json"), marked(JSON.stringify([machine]), "\ufeff", encoding));
        expect(readInventory("vms.json", folder).virtualMachines, encoding).to.have.lengthOf(1);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const [what, inventory, parts] of bad) {
    it(`are refused: ${what}`, () => {
      const { code, message, remedy } = refusalOf(inventory);
      expect(code).to.equal("Engine.InvalidInventory");
      for (const part of parts) expect(message).to.contain(part);
      expect(remedy).to.contain("az vm list -d");
    });
  }
});
