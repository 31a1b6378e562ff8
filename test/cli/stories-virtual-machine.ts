import { gives, refused, type Story } from "./story";

const providers = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/Prod/providers";
export const vmId = `${providers}/Microsoft.Compute/virtualMachines/db`;
const script = { mode: "700", owner: "root", exitCode: 0, durationSeconds: 1 };
const config = { preScriptLocation: "/opt/pre.sh", postScriptLocation: "/opt/post.sh", preScriptParams: ["hunter2"] };

/** A Linux machine with scripts and a Windows one, a classic one that tells nothing, in an inventory. */
export const machines = [
  {
    id: vmId,
    location: "westeurope",
    powerState: "VM running",
    storageProfile: {
      osDisk: { osType: "Linux", name: "db-os", diskSizeGb: 30, managedDisk: {} },
      dataDisks: [{ lun: 0, name: "db-data", diskSizeGb: 256, managedDisk: {} }],
    },
    guestAgent: "Ready",
    extension: "VMSnapshotLinux",
    scriptFramework: { config, configMode: "600", configOwner: "root", preScript: script, postScript: script },
  },
  {
    id: `${providers}/Microsoft.Compute/virtualMachines/web`,
    location: "westeurope",
    powerState: "VM running",
    storageProfile: { osDisk: { osType: "Windows" } },
    extension: "VMSnapshot",
  },
  { id: `${providers}/Microsoft.ClassicCompute/virtualMachines/old`, location: "westeurope" },
] as const;

const db = { vmId };
export const named = (vmName: string) => ({ resourceGroupName: "prod", vmName });
const sh = (line: string, vmName = "db") => ({ ...named(vmName), script: line });
const configPath = "/etc/azure/VMSnapshotScriptPluginConfig.json";
const disks = "storageProfile.dataDisks";
const attach = (...list: readonly object[]) => ({ ...db, dataDisksToAttach: JSON.stringify(list) });
const detach = (...list: readonly object[]) => ({ ...db, dataDisksToDetach: JSON.stringify(list) });
const logs = { diskId: `${providers}/Microsoft.Compute/disks/logs`, sizeGiB: 64 };

/** Azure's virtual machines, their disks and extensions, and what happens in the guest. */
export const virtualMachineStories: readonly Story[] = [
  {
    title: "virtual machines of Azure stop, start and go",
    inventory: machines,
    rows: [
      ["VirtualMachines_List", {}, gives("value.length", 3)],
      ["VirtualMachines_List", { resourceGroupName: "PROD" }, gives("value.length", 3)],
      ["VirtualMachines_List", { resourceGroupName: "test" }, gives("value", [])],
      ["VirtualMachines_List", { top: "1" }, refused("InvalidParameter")],
      ["VirtualMachines_Get", { vmId: vmId.toUpperCase() }, gives("id", vmId)],
      ["VirtualMachines_Get", named("DB"), gives("powerState", "VM running")],
      ["VirtualMachines_Get", named("old"), gives("id", machines[2].id)],
      ["VirtualMachines_Get", named("none"), refused("ResourceNotFound")],
      ["VirtualMachines_Get", { vmName: "db" }, refused("MissingParameter")],
      ["VirtualMachines_Get", {}, refused("MissingParameter")],
      ["VirtualMachines_Get", { ...db, vmName: "db" }, refused("InvalidParameter")],
      ["VirtualMachines_PowerOff", db, "done"],
      ["VirtualMachines_Get", db, gives("powerState", "VM stopped")],
      ["VirtualMachines_PowerOff", named("none"), refused("ResourceNotFound")],
      ["VirtualMachines_Deallocate", db, "done"],
      ["VirtualMachines_Get", db, gives("powerState", "VM deallocated")],
      ["VirtualMachines_Deallocate", named("none"), refused("ResourceNotFound")],
      ["VirtualMachines_Start", db, "done"],
      ["VirtualMachines_Get", db, gives("powerState", "VM running")],
      ["VirtualMachines_Start", named("none"), refused("ResourceNotFound")],
      ["VirtualMachines_Delete", db, "done"],
      ["VirtualMachines_Delete", db, refused("ResourceNotFound")],
      ["VirtualMachines_List", {}, gives("value.length", 2)],
    ],
  },
  {
    title: "data disks of Azure come and go",
    inventory: machines,
    rows: [
      ["VirtualMachines_AttachDetachDataDisks", attach(logs), gives(`${disks}.1.lun`, 1)],
      ["VirtualMachines_AttachDetachDataDisks", attach({ ...logs, lun: 5 }), refused("ConflictingUserInput")],
      [
        "VirtualMachines_AttachDetachDataDisks",
        attach({ ...logs, diskId: "x", lun: 1 }),
        refused("ConflictingUserInput"),
      ],
      ["VirtualMachines_AttachDetachDataDisks", attach({ ...logs, diskId: "x", lun: 64 }), refused("InvalidParameter")],
      [
        "VirtualMachines_AttachDetachDataDisks",
        attach({ ...logs, lun: 1.5, diskId: "x" }),
        refused("InvalidParameter"),
      ],
      ["VirtualMachines_AttachDetachDataDisks", attach({ diskId: "x" }), refused("InvalidParameter")],
      ["VirtualMachines_AttachDetachDataDisks", attach({ lun: 7, sizeGiB: 1 }), refused("InvalidParameter")],
      ["VirtualMachines_AttachDetachDataDisks", attach({ ...logs, size: 1 }), refused("InvalidParameter")],
      ["VirtualMachines_AttachDetachDataDisks", { ...db, dataDisksToAttach: "{}" }, refused("InvalidParameter")],
      ["VirtualMachines_AttachDetachDataDisks", { ...db, dataDisksToAttach: "[1]" }, refused("InvalidParameter")],
      ["VirtualMachines_AttachDetachDataDisks", db, refused("InvalidParameter")],
      [
        "VirtualMachines_AttachDetachDataDisks",
        { ...detach({ diskId: "LOGS" }), ...attach({ ...logs, lun: 1, encrypted: true, usedGiB: 3 }) },
        gives(`${disks}.1.encryptionSettings.enabled`, true),
      ],
      ["VirtualMachines_AttachDetachDataDisks", detach({ lun: 0 }, { lun: 3 }), refused("InvalidParameter")],
      ["VirtualMachines_Get", db, gives(`${disks}.length`, 2)],
      ["VirtualMachines_AttachDetachDataDisks", detach({ lun: 0 }), gives(`${disks}.length`, 1)],
      ["VirtualMachines_AttachDetachDataDisks", detach({ lun: -1 }), refused("InvalidParameter")],
      ["VirtualMachines_AttachDetachDataDisks", detach({ diskId: "db-os" }), refused("InvalidParameter")],
      ["VirtualMachines_AttachDetachDataDisks", detach({}), refused("InvalidParameter")],
    ],
  },
  {
    title: "the backup extension of Azure and what came with it",
    inventory: machines,
    rows: [
      ["damagePluginHostFile", db, "done"],
      ["VirtualMachines_Get", db, gives("hostFile", "UNPARSABLE")],
      ["damagePluginHostFile", { ...db, state: "VALID" }, refused("InvalidParameter.state")],
      ["damagePluginHostFile", { ...db, state: "MISSING" }, "done"],
      ["VirtualMachines_Get", db, gives("hostFile", "MISSING")],
      ["repairPluginHostFile", db, "done"],
      ["VirtualMachines_Get", db, gives("hostFile", "VALID")],
      ["damagePluginHostFile", named("web"), refused("Engine.NotLinux")],
      ["damagePluginHostFile", { ...db, state: "WRONG_OWNER" }, "done"],
      ["VirtualMachineExtensions_Delete", { ...db, vmExtensionName: "VMSnapshot" }, refused("ResourceNotFound")],
      ["VirtualMachineExtensions_Delete", { ...db, vmExtensionName: "VMSnapshotLinux" }, "done"],
      ["VirtualMachines_Get", db, gives("hostFile", "VALID")],
      ["VirtualMachines_Get", db, gives("extension", null)],
      ["VirtualMachineExtensions_Delete", { ...db, vmExtensionName: "VMSnapshotLinux" }, refused("ResourceNotFound")],
      ["damagePluginHostFile", db, refused("ResourceNotFound")],
      ["repairPluginHostFile", db, refused("ResourceNotFound")],
      ["setVssHealthy", { ...named("web"), healthy: "false" }, "done"],
      ["VirtualMachines_Get", named("web"), gives("vssHealthy", false)],
      ["setVssHealthy", { ...db, healthy: "true" }, refused("Engine.NotWindows")],
    ],
  },
  {
    title: "files and commands in a guest of Azure",
    inventory: machines,
    rows: [
      ["VirtualMachines_RunCommand", sh("sudo chmod 0755 /opt/pre.sh; chown backup:root /opt/post.sh"), "done"],
      ["VirtualMachines_Get", db, gives("scriptFramework.preScript.mode", "755")],
      ["VirtualMachines_Get", db, gives("scriptFramework.postScript.owner", "backup")],
      ["VirtualMachines_RunCommand", sh(`["chmod 644 ${configPath}", "rm /opt/pre.sh"]`), "done"],
      ["VirtualMachines_Get", db, gives("scriptFramework.configMode", "644")],
      ["VirtualMachines_Get", db, gives("scriptFramework.preScript", null)],
      ["VirtualMachines_RunCommand", sh("rm /opt/pre.sh"), refused("Engine.NoSuchFile")],
      ["VirtualMachines_RunCommand", sh(`rm -f /opt/pre.sh /opt/none && rm -f ${configPath}`), "done"],
      ["VirtualMachines_RunCommand", sh(`rm -f ${configPath}`), "done"],
      ["VirtualMachines_RunCommand", sh("rm -f /opt/pre.sh", "old"), "done"],
      ["VirtualMachines_Get", db, gives("scriptFramework.config", null)],
      ["VirtualMachines_RunCommand", sh("chown :backup /opt/post.sh"), refused("Engine.CommandNotUnderstood")],
      ["VirtualMachines_RunCommand", sh("reboot"), refused("Engine.CommandNotUnderstood")],
      ["VirtualMachines_RunCommand", sh("systemctl stop aliyun"), refused("Engine.CommandNotUnderstood")],
      ["restoreFile", { ...db, path: configPath }, "done"],
      ["VirtualMachines_Get", db, gives("scriptFramework.config.timeoutInSeconds", 10)],
      ["restoreFile", { ...db, path: "/opt/none" }, refused("Engine.NoSuchFile")],
      ["editScript", { ...db, path: "/opt/post.sh", text: "sync", exitCode: "3", failingTries: "1" }, "done"],
      ["VirtualMachines_Get", db, gives("scriptFramework.postScript.exitCode", 3)],
      ["VirtualMachines_Get", db, gives("scriptFramework.postScript.durationSeconds", 1)],
      ["editScript", { ...db, path: "/opt/post.sh", text: "sync", exitCode: "-1" }, refused("InvalidParameter")],
      ["editScript", { ...db, path: configPath, text: "{}" }, refused("InvalidParameter")],
      ["editScript", { ...db, path: "/opt/none", text: "" }, refused("Engine.NoSuchFile")],
      ["editScriptPluginConfig", { ...db, text: "{" }, "done"],
      ["VirtualMachines_Get", db, gives("scriptFramework.config", "")],
      ["editScriptPluginConfig", { ...named("web"), text: "{}" }, refused("Engine.NoSuchFile")],
      ["VirtualMachines_RunCommand", sh("systemctl stop walinuxagent"), "done"],
      ["VirtualMachines_Get", db, gives("guestAgent", "NotReady")],
      ["VirtualMachines_RunCommand", sh("chmod 700 /opt/post.sh"), refused("VMAgentStatusCommunicationError")],
      ["VirtualMachines_RunCommand", sh("systemctl start walinuxagent.service"), "done"],
      ["VirtualMachines_PowerOff", db, "done"],
      ["VirtualMachines_RunCommand", sh("chmod 700 /opt/post.sh"), refused("OperationNotAllowed")],
      ["VirtualMachines_RunCommand", sh("systemctl stop waagent", "web"), refused("InvalidParameter")],
      [
        "VirtualMachines_RunCommand",
        { ...sh("Stop-Service WindowsAzureGuestAgent", "web"), commandId: "RunPowerShellScript" },
        "done",
      ],
      ["VirtualMachines_Get", named("web"), gives("guestAgent", "NotReady")],
    ],
  },
];
