import { expect } from "chai";
import { explainAzure } from "../../provider/cli/azure-explain";
import { azureJobs } from "../../provider/cli/azure-jobs";
import { azurePoints } from "../../provider/cli/azure-points";
import type { Io } from "../../provider/cli/io";
import { selectMachine } from "../../provider/cli/select-machine";
import { type Engine, SimulatedEngine } from "../../provider/engine/engine";
import { EngineError } from "../../provider/engine/error";
import { preparationFor } from "../../provider/engine/prepare";
import { testSettings } from "../support/test-engine";
import { daily, protectedMachine, vault } from "./stories-azure-protection";
import { machines, named, vmId } from "./stories-virtual-machine";
import { openInventory, type Row, tell } from "./story";

const plain = { hasColour: false } as Io;

async function told(engine: Engine, machine: string): Promise<{ text: string; json: Record<string, unknown> }> {
  return engine.ask(async (context) => {
    const meant = await selectMachine(context, machine);
    if (meant.cloud !== "azure") throw new Error(`${machine} is of another cloud`);
    const { text, json } = await explainAzure(context, meant.machine);
    return { text: text(plain), json: json() as Record<string, unknown> };
  }, undefined);
}

async function refusalOf(result: Promise<unknown>): Promise<EngineError> {
  const error = await result.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof EngineError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

async function story(...rows: readonly Row[]): Promise<Engine> {
  return tell([...protectedMachine, ...rows], await openInventory(machines));
}

/** The lines of a text, without what only pads them. */
function lines(text: string): string[] {
  return text.split("\n").map((line) => line.replace(/ +(?=Z-\d\d$)/, " "));
}

const machine = `db ${vmId}`;
const policy = ["ProtectionPolicies_CreateOrUpdate", { ...vault, policyName: "daily" }] as const;
const toCrash = { policyType: "V2", snapshotConsistencyType: "OnlyCrashConsistent" };

describe("explain of an Azure VM", () => {
  it("tells each rule that is met, and that backups are as asked", async () => {
    const engine = await story();
    const { text, json } = await told(engine, "db");
    expect(lines(text)).to.deep.equal([
      `AppConsistent (as asked)  ${machine}, protected in vault vault by policy daily`,
      "├─ ✓ the VM is running Z-07",
      "├─ ✓ the VM agent is ready for the extension VMSnapshotLinux Z-14",
      "├─ ✓ the extension's VMSnapshotPluginHost.conf is as installed Z-10",
      "├─ ✓ VMSnapshotScriptPluginConfig.json: root, 600, valid Z-10",
      "├─ ✓ scripts: root, 700, exit 0 in 1 s / 1 s Z-03",
      "└─ ✓ 2 of 2 disks are backed up Z-26",
      "",
    ]);
    const script = { outcome: "SUCCESS", exitCode: 0, tries: 1 };
    expect(json).to.deep.include({
      sourceResourceId: vmId,
      vmName: "db",
      protectionState: "Protected",
      requestedLevel: "APPLICATION",
      achievedLevel: "APPLICATION",
      recoveryPointType: "AppConsistent",
      coveredDisks: [
        { lun: -1, name: "db-os" },
        { lun: 0, name: "db-data" },
      ],
      excludedDisks: [],
      reasons: [],
      extension: "VMSnapshotLinux",
    });
    expect(json.itemId).to.match(/protectedItems\/VM;iaasvmcontainerv2;Prod;db$/);
    expect(json.policyId).to.match(/backupPolicies\/daily$/);
    expect(json.tries).to.have.nested.property("[0].guestRun.preScript").that.includes(script);
    expect(json)
      .to.have.nested.property("steps[0]")
      .that.deep.includes({ met: true, rules: ["Z-07"], reasons: [] });
    expect((await told(engine, vmId.toUpperCase())).text).to.equal(text);
  });

  it("tells what is not met with its fix and its source, and how often a job is tried", async () => {
    const script = { ...named("db"), path: "/opt/pre.sh", text: "exit 1", exitCode: "1" };
    const config = { preScriptLocation: "/opt/pre.sh", postScriptLocation: "/opt/post.sh" };
    const strict = JSON.stringify({ ...config, continueBackupOnFailure: false });
    const engine = await story(
      ["editScript", script, "done"],
      ["editScriptPluginConfig", { ...named("db"), text: strict }, "done"],
    );
    const { text, json } = await told(engine, "db");
    expect(text).to.match(/^no point \(asked for AppConsistent\) {2}db .*\n├─ ✓ /);
    expect(text).to.match(/\n├─ ✗ .*\n│ {4}.*\n│ {6}fix: .+\n│ {6}source: .+\n/);
    expect(text).to.match(/\n└─ ✓ the job is tried 3 times: Pre-ScriptExecutionFailed +Z-06\n$/);
    expect(json).to.deep.include({ achievedLevel: "NONE", recoveryPointType: null });
    expect(json.tries).to.have.lengthOf(3);
    expect(json).to.have.nested.property("reasons[0].code", "Pre-ScriptExecutionFailed");
  });

  it("tells why no backup runs: a protection that is stopped, a key that is disabled", async () => {
    const keyUri = "https://keys.vault.azure.net/keys/backup";
    const engine = await tell(
      [
        ["Vaults_CreateOrUpdate", { ...vault, location: "westeurope", identityType: "SystemAssigned", keyUri }, "done"],
        ...protectedMachine,
        ["setVaultKey", { vaultId: "{vault.id}", enabled: "false" }, "done"],
      ],
      await openInventory(machines),
    );
    const rulesOf = ({ reasons }: Record<string, unknown>) => (reasons as { rule: string }[]).map(({ rule }) => rule);
    const keyless = await told(engine, "db");
    expect(keyless.text).to.match(/^no point \(asked for AppConsistent\) .*, protected in .*\n├─ ✗ .* Z-28\n│ +fix: /);
    expect(rulesOf(keyless.json)).to.deep.equal(["Z-28"]);
    await tell([["ProtectedItems_CreateOrUpdate", { vmId, protectionState: "ProtectionStopped" }, "done"]], engine);
    const stopped = await told(engine, "db");
    expect(stopped.text).to.match(/^no point .*, ProtectionStopped in vault vault by policy daily\n├─ ✗ .* Z-33\n/);
    expect(rulesOf(stopped.json)).to.deep.equal(["Z-33"]);
  });

  it("tells what a backup would be of what nothing protects, and what it would install", async () => {
    const engine = await story([
      "VirtualMachineExtensions_Delete",
      { ...named("web"), vmExtensionName: "VMSnapshot" },
      "done",
    ]);
    const { text, json } = await told(engine, "web");
    expect(lines(text)[0]).to.match(
      /^AppConsistent \(as asked\) {2}web .*\/web, no protection; what a backup would be$/,
    );
    expect(lines(text).at(-2)).to.equal("└─ ✓ the first backup installs the extension VMSnapshot Z-14");
    expect(json).to.include({ itemId: null, policyId: null, protectionState: null });
  });

  it("asks with the item's policy", async () => {
    const engine = await tell(
      [
        ["Vaults_CreateOrUpdate", { ...vault, location: "westeurope" }, "done"],
        [policy[0], { ...policy[1], properties: JSON.stringify({ ...daily, ...toCrash }) }, "done"],
        ["ProtectedItems_CreateOrUpdate", { ...named("web"), vaultId: "{vault.id}", policyId: "{policy.id}" }, "done"],
      ],
      await openInventory(machines),
    );
    const { json } = await told(engine, "web");
    expect(json).to.include({ requestedLevel: "CRASH", achievedLevel: "CRASH", extension: null });
  });

  it("finds a machine by a name that only one has in both clouds, and suggests one", async () => {
    const twin = `${vmId.replace(/db$/, "")}mysql-primary`;
    const engine = await openInventory([
      ...machines,
      { id: twin, location: "westeurope" },
      { ...machines[2], id: twin.replace(/mysql-primary$/, "billing") },
    ]);
    const ambiguous = await refusalOf(told(engine, "mysql-primary"));
    expect(ambiguous.code).to.equal("Engine.AmbiguousName");
    expect(ambiguous.remedy).to.contain("i-bp1mysqlprimary0001").and.contain(twin);
    expect((await refusalOf(told(engine, "biling"))).remedy).to.equal("did you mean billing?");
    await tell([["VirtualMachines_Delete", { vmId: twin }, "done"]], engine);
    expect((await refusalOf(told(engine, twin))).code).to.equal("ResourceNotFound");
    expect(
      await engine.ask(async (context) => (await selectMachine(context, "mysql-primary")).cloud, undefined),
    ).to.equal("alibaba");
  });
});

describe("points, jobs and explanations for a caller", () => {
  it("are those of the vaults that the caller may read (Z-20)", async () => {
    const reader = { scope: "{vault.id}", principalId: "audit", roleDefinitionName: "Backup Reader" };
    const owner = await story(["Backups_Trigger", { vmId }, "done"], ["RoleAssignments_Create", reader, "done"]);
    const as = (caller: string) =>
      new SimulatedEngine({ ...testSettings, caller }, owner.store, preparationFor({ instances: [], disks: [] }));
    const ofMachine = async (engine: Engine, list: typeof azurePoints | typeof azureJobs) =>
      engine.ask(async (context) => (await list(context, await selectMachine(context, "db"))).length, undefined);
    for (const list of [azurePoints, azureJobs]) {
      expect(await ofMachine(as("audit"), list)).to.equal(1);
      expect(await as("audit").ask(list, undefined)).to.have.lengthOf(1);
      expect((await refusalOf(ofMachine(as("stranger"), list))).rule).to.equal("Z-20");
      expect(await as("stranger").ask(list, undefined)).to.deep.equal([]);
    }
    expect((await told(as("audit"), "db")).json).to.include({ protectionState: "Protected" });
    const refused = await refusalOf(told(as("stranger"), "db"));
    expect(refused.message).to.contain("stranger has no role on vault vault").and.contain("ProtectedItems_Get");
    expect((await told(as("stranger"), "web")).json).to.include({ achievedLevel: "APPLICATION" });
  });
});
