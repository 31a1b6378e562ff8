import { expect } from "chai";
import { type PropertyMap, Secret } from "../../provider/definition/value";
import { changesOf } from "../support/fake-pulumi";
import { Reference } from "../support/program";
import { change, config, machine, plainly, script, vault, windows } from "./azure-change";
import { type AzureRow, effect } from "./azure-row";
import { type AzureWorld, machineIdOf } from "./azure-world";
import { expectReason, expectRefusal, expectTold, reasonsOf } from "./row";
import { day } from "./world";

const vmId = machineIdOf("db");

const python = '#!/usr/bin/python3\nif x:\n    print("(")\n';
const silent = "#!/bin/sh\nfsfreeze -f /data\n";
const thaw = "#!/bin/sh\nfsfreeze -u /data\n";

const lint: readonly AzureRow[] = [
  effect("Z-36", "a script that keeps no log: a warning, and it runs", async (world) => {
    script("postScript", { content: thaw })(world);
    await world.done();
    expectTold(world, "warning", "postScript.content", "Z-36", "log", "(seed 003)");
    expect(world.outputs("protection").achievedLevel).to.equal("APPLICATION");
    const findings = world.outputs("framework").lintFindings as readonly PropertyMap[];
    expect(findings.map((each) => [each.script, each.rule, each.severity])).to.deep.equal([
      ["postScript", "Z-36", "warning"],
    ]);
  }),
  effect("Z-36", "scripts that log: nothing is told", async (world) => {
    await world.done();
    expect(world.outputs("framework").lintFindings).to.deep.equal([]);
    expect(world.engine.told.filter((line) => line.includes("Z-36"))).to.deep.equal([]);
  }),
  effect("Z-36", "on Alibaba Cloud as well", async (world) => {
    for (const name of ["vault", "policy", "machine", "framework", "protection"]) world.omitted.add(name);
    world.declare("ecs", "ecs:Instance", { osName: "CentOS  7.9 64 bit" });
    world.declare("scripts", "ecs:ScriptDeployment", {
      instanceIds: [new Reference("ecs", "instanceId")],
      preScript: { content: silent },
      postScript: { content: thaw },
    });
    await world.done();
    expectTold(world, "warning", "preScript", "Z-36", "log", "(seed 003)");
    expectTold(world, "warning", "postScript", "Z-36", "log", "(seed 003)");
  }),
  effect("Z-36", "a script that a shell can't read: refused, with the line", async (world) => {
    script("preScript", { content: "#!/bin/sh\nif true; then\n" })(world);
    const remedy = "mend it; try it with bash -n";
    expectRefusal(await world.preview(), "framework", "Z-36", "the shell can't read the script", remedy);
    expectRefusal(await world.up(), "framework", "Z-36", "the shell can't read the script", remedy);
  }),
  effect("Z-36", "a script of another language is not read as shell", async (world) => {
    script("preScript", { content: python })(world);
    await world.done();
    expect(world.outputs("framework").lintFindings).to.deep.equal([]);
  }),
];

/** Something happens behind the program's back: what the refresh tells then, and what the next update makes of it. */
function drift(
  what: string,
  [before, outside]: readonly [before: (world: AzureWorld) => void, outside: (world: AzureWorld) => Promise<unknown>],
  told: { readonly level: string; readonly rule: AzureRow["rule"]; readonly message: string; readonly remedy: string },
  healed: string,
  code?: string,
): AzureRow {
  return effect("Z-37", `${what}: ${told.level}, after the next update ${healed}`, async (world) => {
    before(world);
    await world.done();
    await world.advance(day);
    expect(changesOf(await world.refresh())).to.deep.equal([]);
    await outside(world);
    const changed = changesOf(await world.refresh()).map(({ urn }) => urn.split("::").at(-1));
    expect(changed).to.include("protection");
    expect(world.outputs("protection").achievedLevel).to.equal(told.level);
    const { level: _, ...words } = told;
    const own = reasonsOf(world).find(({ rule }) => rule === told.rule);
    expectReason(own, code === undefined ? words : { ...words, code });
    await world.done();
    await world.refresh();
    expect(world.outputs("protection").achievedLevel).to.equal(healed);
  });
}

const call =
  (name: string, given: Readonly<Record<string, string>> = {}) =>
  (world: AzureWorld) =>
    world.engine.call(name, { vmId, ...given });
const run = (script: string) => call("VirtualMachines_RunCommand", { script });
const nothing = (): void => undefined;
const rootOnly = 'Make sure that the "root" user is the "owner" of the script file';
const configPath = "/etc/azure/VMSnapshotScriptPluginConfig.json";

const files: readonly AzureRow[] = [
  ...(
    [
      [`chmod 755 /opt/backup/pre.sh`, "InsufficientPermissionforPre-Script", "has mode 755", rootOnly],
      [`chown azureuser /opt/backup/post.sh`, "InsufficientPermissionforPost-Script", "belongs to azureuser", rootOnly],
      [`rm /opt/backup/post.sh`, "Post-ScriptNotFound", "/opt/backup/post.sh is not there", "is present at the path"],
      [`chmod 644 ${configPath}`, "IncorrectJSONConfigFile", "It has mode 644, must be 600", "run pulumi up"],
      [
        `chown azureuser ${configPath}`,
        "IncorrectJSONConfigFile",
        "It belongs to azureuser, must be root",
        "run pulumi up",
      ],
      [`rm ${configPath}`, "IncorrectJSONConfigFile", "It is not there", "run pulumi up"],
    ] as const
  ).map(([command, code, message, remedy]) =>
    drift(
      command,
      [nothing, run(command)],
      { level: "FILE_SYSTEM", rule: "Z-10", message, remedy },
      "APPLICATION",
      code,
    ),
  ),
  drift(
    "the config file is edited",
    [nothing, call("editScriptPluginConfig", { text: '{"pluginName":"Other"}' })],
    { level: "FILE_SYSTEM", rule: "Z-10", message: "IncorrectJSONConfigFile (305)", remedy: "run pulumi up" },
    "APPLICATION",
    "IncorrectJSONConfigFile",
  ),
  drift(
    "a script is edited, and fails",
    [nothing, call("editScript", { path: "/opt/backup/pre.sh", text: "exit 1", exitCode: "1" })],
    { level: "FILE_SYSTEM", rule: "Z-05", message: "Pre-ScriptExecutionFailed", remedy: "failure logs" },
    "APPLICATION",
    "Pre-ScriptExecutionFailed",
  ),
  drift(
    "the host file is damaged, which no program mends",
    [nothing, call("damagePluginHostFile")],
    { level: "FILE_SYSTEM", rule: "Z-10", message: "IncorrectPluginhostFile (304)", remedy: "Uninstall" },
    "FILE_SYSTEM",
    "IncorrectPluginhostFile",
  ),
  effect(
    "Z-37",
    "a damaged host file: uninstalled as the document advises, the next backup brings a good one",
    async (world) => {
      await world.done();
      await world.advance(day);
      await call("damagePluginHostFile")(world);
      await call("VirtualMachineExtensions_Delete", { vmExtensionName: "VMSnapshotLinux" })(world);
      await world.advance(day);
      expect((await world.points()).map(({ level }) => level)).to.deep.equal(["APPLICATION", "APPLICATION"]);
      await world.refresh();
      expect(reasonsOf(world)).to.deep.equal([]);
    },
  ),
];

const machines: readonly AzureRow[] = [
  drift(
    "the machine is stopped",
    [nothing, call("VirtualMachines_PowerOff")],
    { level: "CRASH", rule: "Z-07", message: "the VM is not running (VM stopped)", remedy: "start it" },
    "APPLICATION",
  ),
  effect("Z-37", "stopped and started again: nothing is left of it", async (world) => {
    await world.done();
    await call("VirtualMachines_Deallocate")(world);
    await call("VirtualMachines_Start")(world);
    expect(changesOf(await world.refresh())).to.deep.equal([]);
  }),
  drift(
    "the agent is stopped",
    [nothing, run("systemctl stop walinuxagent")],
    { level: "NONE", rule: "Z-14", message: "the VM agent is not ready", remedy: "start the agent in the VM" },
    "APPLICATION",
    "UserErrorGuestAgentStatusUnavailable",
  ),
  drift(
    "VSS breaks on Windows",
    [windows(), call("setVssHealthy", { healthy: "false" })],
    { level: "FILE_SYSTEM", rule: "Z-02", message: "VSS fails in the guest", remedy: "mend the VSS writers" },
    "APPLICATION",
  ),
  effect("Z-37", "a disk is attached: from then on it is backed up, until the program takes it off", async (world) => {
    await world.plain().done();
    await call("VirtualMachines_AttachDetachDataDisks", {
      dataDisksToAttach: JSON.stringify([{ diskId: "logs", lun: 5, sizeGiB: 32 }]),
    })(world);
    const changed = changesOf(await world.refresh()).map(({ urn }) => urn.split("::").at(-1));
    expect(changed).to.deep.equal(["machine", "protection"]);
    const luns = () => (world.outputs("protection").coveredDisks as readonly PropertyMap[]).map(({ lun }) => lun);
    expect(luns()).to.deep.equal([-1, 0, 5]);
    await world.advance(day);
    expect((await world.point()).disks).to.have.length(3);
    await world.done();
    await world.refresh();
    expect(luns()).to.deep.equal([-1, 0]);
  }),
  effect("Z-37", "the machine is deleted: its points stay, and the item says so", async (world) => {
    machine({ vmName: "db" })(world.plain());
    await world.done();
    await world.advance(day);
    await call("VirtualMachines_Delete")(world);
    await world.refresh();
    expect(world.outputs("protection").achievedLevel).to.equal("NONE");
    const remedy = "remove the protection, or restore the VM from a point";
    expectReason(reasonsOf(world)[0], { rule: "Z-37", message: "was deleted: no backup runs any more", remedy });
    await world.advance(day);
    expect(await world.points()).to.have.length(1);
  }),
];

const ownKey = {
  identity: { type: "SystemAssigned" },
  encryption: { keyUri: "https://keys.vault.azure.net/keys/backup", useSystemAssignedIdentity: true },
};

const vaults: readonly AzureRow[] = [
  effect("Z-37", "the vault's key is disabled: no backup succeeds, until it is enabled again", async (world) => {
    plainly(vault(ownKey))(world);
    await world.done();
    for (const [enabled, level] of [
      ["false", "NONE"],
      ["true", "FILE_SYSTEM"],
    ] as const) {
      await world.engine.call("setVaultKey", { vaultId: world.text("vault", "vaultId"), enabled });
      await world.refresh();
      expect(world.outputs("protection").achievedLevel).to.equal(level);
      const words = { message: "which is disabled", remedy: "enable the key in Key Vault" };
      if (level === "NONE")
        expectReason(reasonsOf(world)[0], { rule: "Z-28", code: "Engine.VaultKeyDisabled", ...words });
    }
  }),
  effect(
    "Z-37",
    "a role assignment is removed: drift of the vault, and its holder is refused at once",
    async (world) => {
      const roleAssignments = [{ principalId: "eve", roleDefinitionName: "Backup Operator" }];
      plainly(vault({ roleAssignments }))(world);
      await world.done();
      const scope = world.text("vault", "vaultId");
      await world.engine.call("RoleAssignments_Delete", { scope, ...roleAssignments[0] });
      expect(changesOf(await world.refresh()).map(({ urn }) => urn.split("::").at(-1))).to.deep.equal(["vault"]);
      world.reconfigure({ caller: "eve" });
      const error = await world.refusedCall("Backups_Trigger", { vmId });
      expect([error.rule, error.code]).to.deep.equal(["Z-20", "AuthorizationFailed"]);
      expect(error.message).to.contain("eve has no role on vault vault").and.to.contain("Backups_Trigger is refused");
    },
  ),
  effect("Z-37", "a recovery point is deleted: the item tells which, and it can't be restored", async (world) => {
    await world.plain().done();
    await world.advance(2 * day);
    const { armId: recoveryPointId } = await world.point();
    await world.engine.call("deleteRecoveryPoint", { recoveryPointId });
    await world.refresh();
    expect(world.outputs("protection").damagedPoints).to.deep.equal([recoveryPointId]);
    world.declare("restore", "recoveryservices:Restore", {
      recoveryPointId,
      recoveryType: "OriginalLocation",
      storageAccountId: `${vmId.replace(/\/providers.*/, "")}/providers/Microsoft.Storage/storageAccounts/staging`,
    });
    const message = "was deleted: its data is gone";
    expectRefusal(await world.up(), "restore", "Z-37", message, "restore the newest point that can be");
  }),
];

/** As JSON writes it, with a backslash, it is another text than the secret itself. */
const password = 'hun"ter2';
const secretParams = { preScriptParams: ["--user", new Secret(password)] };

/** Whether the output can be read in the state. */
const isSecret = (world: AzureWorld) => world.outputs("framework").configJson instanceof Secret;

const secrets: readonly AzureRow[] = [
  effect("Z-38", "configJson without secret parameters can be read", async (world) => {
    config({ preScriptParams: ["--user", "backup"] })(world);
    await world.done();
    expect(isSecret(world)).to.equal(false);
    expect(JSON.parse(world.text("framework", "configJson")).preScriptParams).to.deep.equal(["--user", "backup"]);
  }),
  effect(
    "Z-38",
    "one secret parameter makes configJson a secret, which never reaches the engine's store",
    async (world) => {
      config(secretParams)(world);
      await world.done();
      const { configJson } = world.outputs("framework");
      expect(configJson).to.be.instanceOf(Secret);
      expect(JSON.parse(String((configJson as Secret).value)).preScriptParams).to.deep.equal(["--user", password]);
      expect(await world.engine.export()).not.to.contain("ter2");
      expect(world.engine.told.join("\n")).not.to.contain("ter2");
    },
  ),
  effect("Z-38", "a config that is given as a file is a secret whatever is in it", async (world) => {
    const keys = { preScriptLocation: "/opt/backup/pre.sh", postScriptLocation: "/opt/backup/post.sh" };
    change("framework", { config: undefined, configFile: { content: JSON.stringify(keys) } })(world);
    await world.done();
    expect(isSecret(world)).to.equal(true);
  }),
];

export const azureOutsiderRows: readonly AzureRow[] = [...lint, ...files, ...machines, ...vaults, ...secrets];
