import { expect } from "chai";
import { attachDisk, putMachine, setPowerState } from "../../provider/engine/azure/virtual-machine";
import { changesOf, emptyState, FakePulumi, type Run, type State } from "../support/fake-pulumi";
import type { Declaration } from "../support/program";
import { TestEngine } from "../support/test-engine";

type Inputs = Declaration["inputs"];

const place = { resourceGroupName: "prod", location: "westeurope" };
const subscription = "/subscriptions/00000000-0000-0000-0000-000000000001";
const idOf = (group: string, name: string, provider = "Microsoft.Compute") =>
  `${subscription}/resourceGroups/${group}/providers/${provider}/virtualMachines/${name}`;

const vm = (name: string, inputs: Inputs): Declaration => ({
  name,
  type: "cloudbackup:compute:VirtualMachine",
  inputs: { ...place, ...inputs },
});

/** Property and first line of each refusal. */
const told = ({ failure }: Run): string[] =>
  (failure?.failures ?? []).map(({ property, reason }) => `${property}: ${reason.split("\n")[0]}`);

describe("compute:VirtualMachine", () => {
  let engine: TestEngine;
  let pulumi: FakePulumi;
  beforeEach(async () => {
    engine = await TestEngine.inMemory();
    pulumi = new FakePulumi(() => engine.open());
  });

  const up = async (inputs: Inputs, state: State = emptyState): Promise<Run> => {
    const run = await pulumi.up([vm("it", inputs)], state);
    expect(run.failure?.failures ?? run.failure?.error).to.equal(undefined);
    return run;
  };
  const own = ({ state }: Run) => state.resources[0];

  it("has the ARM id of its names, a classic one too", async () => {
    expect(own(await up({ vmName: "db" }))?.outputs.vmId).to.equal(idOf("prod", "db"));
    const classic = await pulumi.preview([vm("old", { vmName: "old", deploymentModel: "Classic" })], emptyState);
    expect(classic.state.resources[0]?.id).to.equal(idOf("prod", "old", "Microsoft.ClassicCompute"));
  });

  it("is the same in whatever case, and its location by either name", async () => {
    const made = await up({ vmName: "db" });
    const again = await up({ vmName: "DB", resourceGroupName: "PROD", location: "West Europe" }, made.state);
    expect(changesOf(again)).to.deep.equal([]);
  });

  it("takes its place again where its place or system changes, and the old deletion leaves it alone", async () => {
    const made = await up({ vmName: "db" });
    const moved = await up({ vmName: "db", location: "northeurope", osType: "Windows" }, made.state);
    expect(moved.steps.map(({ operation }) => operation)).to.deep.equal(["replace", "delete"]);
    expect(changesOf(await pulumi.refresh(moved.state))).to.deep.equal([]);
    const [row] = await engine.ask(({ store }) => store.find("virtualMachine", { released: false }), undefined);
    expect(row).to.include({ location: "northeurope", osType: "Windows" });
  });

  it("a deletion that comes in another run than the replacement leaves it alone too", async () => {
    const made = await up({ vmName: "db" });
    const old = made.state.resources;
    await engine.run(async (context) => {
      const [row] = await context.store.find("virtualMachine");
      if (row !== undefined) await context.store.put("virtualMachine", [{ ...row, location: "northeurope" }]);
    }, undefined);
    await pulumi.destroy({ resources: old, replaced: [] });
    expect(await engine.ask(({ store }) => store.count("virtualMachine", { released: false }), undefined)).to.equal(1);
  });

  it("shows at a refresh what an outsider did: a stop and a disk", async () => {
    const made = await up({ vmName: "db", dataDisks: [{ lun: 1, sizeGiB: 8 }] });
    const vmId = idOf("PROD", "DB");
    await engine.run(setPowerState, { vmId, powerState: "VM deallocated" });
    const disk = { lun: 0, name: "logs", sizeGiB: 64, usedGiB: null, encrypted: true };
    await engine.run(attachDisk, { vmId, disk });
    const refreshed = await pulumi.refresh(made.state);
    expect(own(refreshed)?.inputs).to.deep.include({
      powerState: "VM deallocated",
      dataDisks: [
        { lun: 0, name: "logs", sizeGiB: 64, encrypted: true },
        { lun: 1, sizeGiB: 8, encrypted: false },
      ],
    });
    const mended = await up({ vmName: "db", dataDisks: [{ lun: 1, sizeGiB: 8 }] }, refreshed.state);
    expect(mended.steps.map(({ operation }) => operation)).to.deep.equal(["update"]);
    const [row] = await engine.ask(({ store }) => store.find("virtualMachine"), undefined);
    expect([row?.powerState, row?.disks.length]).to.deep.equal(["VM running", 2]);
  });

  it("takes its data disks as a set: a move within the list is no change", async () => {
    const [first, second] = [
      { lun: 0, sizeGiB: 8 },
      { lun: 1, sizeGiB: 16 },
    ];
    const made = await up({ vmName: "db", dataDisks: [first, second] });
    expect(changesOf(await up({ vmName: "db", dataDisks: [second, first] }, made.state))).to.deep.equal([]);
  });

  it("can't take the place of a machine that is another's", async () => {
    const made = await up({ vmName: "db" });
    const other = await pulumi.preview([vm("it", { vmName: "db" }), vm("other", { vmName: "DB" })], made.state);
    expect(told(other)).to.have.lengthOf(1);
    expect(told(other)[0]).to.contain("vmName: Engine.ResourceExists: there is a virtual machine");
    const row = await engine.ask(({ store }) => store.find("virtualMachine"), undefined);
    const [{ id: _, disks: __, ...rest } = { id: "", disks: [] }] = row;
    const machine = { ...(rest as Parameters<typeof putMachine>[1]["machine"]), armId: idOf("prod", "web"), disks: [] };
    await engine.run(putMachine, { machine, origin: "RESTORE" });
    const taken = await pulumi.up([vm("web", { vmName: "web" })], emptyState);
    expect(told(taken)[0]).to.contain("Engine.ResourceExists");
    const imported = await pulumi.import([
      { type: "cloudbackup:compute:VirtualMachine", name: "web", id: idOf("PROD", "WEB") },
    ]);
    expect(own(imported)?.id).to.equal(idOf("prod", "web"));
  });

  const wrong: readonly (readonly [what: string, inputs: Inputs, parts: readonly string[]])[] = [
    [
      "everything at once",
      {
        vmName: "a b",
        osType: "linux",
        powerState: "running",
        osDisk: { sizeGiB: 0 },
        dataDisks: [{ lun: 64, sizeGiB: 32_768 }, { lun: 1 }],
        guestAgent: "ready",
      },
      [
        "vmName",
        "osType",
        "powerState",
        "osDisk.sizeGiB",
        "dataDisks[0].lun",
        "dataDisks[0].sizeGiB",
        "dataDisks[1].sizeGiB",
        "guestAgent",
      ],
    ],
    ["a name that ends in a hyphen", { vmName: "db-" }, ["vmName: is not allowed as a name"]],
    ["a Windows name with a period", { vmName: "a.b", osType: "Windows" }, ["vmName: InvalidParameter"]],
    [
      "a LUN twice and a name twice",
      {
        dataDisks: [
          { lun: 1, sizeGiB: 8, name: "a" },
          { lun: 1, sizeGiB: 8, name: "A" },
        ],
      },
      ["dataDisks: ", "dataDisks: "],
    ],
    ["a location that there is not", { location: "westeurop" }, ["location: LocationNotAvailable"]],
    ["a group that ends in a period", { resourceGroupName: "prod." }, ["resourceGroupName"]],
  ];
  for (const [what, inputs, parts] of wrong) {
    it(`refuses ${what}`, async () => {
      const preview = await pulumi.preview([vm("it", inputs)], emptyState);
      const failures = preview.failure?.failures ?? [];
      const texts = failures.map(({ property, reason }) => `${property}: ${reason}`);
      expect(texts.length, texts.join("\n")).to.equal(parts.length);
      parts.forEach((part, index) => {
        const [path = ""] = part.split(/: ?/);
        expect(texts[index]?.replaceAll("\n", " "), texts.join("\n")).to.contain(path);
      });
      if (failures.length === 1) expect(texts[0]).to.contain("fix:");
    });
  }
});
