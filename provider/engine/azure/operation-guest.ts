import { type GuestAction, type GuestDialect, parseGuestCommand } from "../core/guest-command";
import { boolean, choice, defineCommand, integer, list, number, required, text } from "../core/operation";
import type { CommandContext } from "../engine";
import { machineParameters, requireNamedMachine } from "./operation-common";
import { apiRefusal } from "./rule";
import { changeFile } from "./script-deployment";
import { findFrameworkRow, scriptsOf } from "./script-framework";
import { pluginConfigPath } from "./script-plugin-config";
import {
  type HostFileState,
  hostFileStates,
  setGuestAgent,
  setHostFile,
  setVssHealthy,
  type VirtualMachine,
} from "./virtual-machine";

/** The VM agent in the guest. */
const dialect: GuestDialect = {
  units: ["walinuxagent", "walinuxagent.service", "waagent", "waagent.service"],
  windowsService: "WindowsAzureGuestAgent",
  refusal: (message, understood) => apiRefusal("Engine.CommandNotUnderstood", "script", message, understood),
};

/** Where relative paths of a command start: RunCommand runs as root. */
const workingDirectory = "/root";

async function perform(context: CommandContext, machine: VirtualMachine, action: GuestAction): Promise<void> {
  const machineId = machine.id;
  switch (action.kind) {
    case "chmod":
      return changeFile(context, { machineId, path: action.path, change: { kind: "chmod", mode: action.fileMode } });
    case "chown": {
      if (action.owner === null) throw dialect.refusal("a group alone changes nothing that matters", "name an owner");
      return changeFile(context, { machineId, path: action.path, change: { kind: "chown", owner: action.owner } });
    }
    case "rm":
      if (action.force && !(await isThere(context, machineId, action.path))) return;
      return changeFile(context, { machineId, path: action.path, change: { kind: "delete" } });
    case "service":
      return setGuestAgent(context, { vmId: machine.armId, guestAgent: action.running ? "Ready" : "NotReady" });
  }
}

async function isThere(context: CommandContext, machineId: string, path: string): Promise<boolean> {
  const row = await findFrameworkRow(context, machineId);
  if (row === undefined) return false;
  if (path === pluginConfigPath) return (row.config as { readonly present?: unknown }).present === true;
  return Object.values(scriptsOf(row)).some((script) => script.path === path && script.present);
}

/** A shell of one system is no shell of the other; a system that nobody knows takes either. */
function checkShell({ armId, osType }: VirtualMachine, commandId: string, actions: readonly GuestAction[]): void {
  if (osType === null) return;
  const isWindows = osType === "Windows";
  const isFit = isWindows === (commandId === "RunPowerShellScript");
  if (isFit && !(isWindows && actions.some(({ kind }) => kind !== "service"))) return;
  const remedy = isWindows
    ? `use --commandId RunPowerShellScript --script "Stop-Service ${dialect.windowsService}"`
    : "use --commandId RunShellScript";
  throw apiRefusal("InvalidParameter", "commandId", `${armId} runs ${osType}; the command is not for it`, remedy);
}

/** RunCommand goes through the agent. */
function requireAgent({ armId, powerState, guestAgent }: VirtualMachine): void {
  if (powerState !== null && powerState !== "VM running") {
    const message = `${armId} is not running (${powerState}): nothing can be run in it`;
    throw apiRefusal("OperationNotAllowed", "vmId", message, "start it: VirtualMachines_Start");
  }
  if (guestAgent !== "NotReady") return;
  const remedy = `start it: --script "systemctl start ${dialect.units[0]}", taken as typed at the serial console`;
  throw apiRefusal("VMAgentStatusCommunicationError", "vmId", `the VM agent of ${armId} is not ready`, remedy);
}

const runCommand = defineCommand({
  name: "VirtualMachines_RunCommand",
  product: "compute",
  description: "Runs a command in a guest: chmod, chown, rm of the framework's files; stops or starts the VM agent.",
  parameters: {
    ...machineParameters,
    commandId: choice(["RunShellScript", "RunPowerShellScript"], "Default: RunShellScript."),
    script: required(list('The lines of the script: "chmod 755 /opt/pre.sh", or ["…", "…"].')),
  },
  call: async (context, { commandId = "RunShellScript", script, ...named }) => {
    const actions = parseGuestCommand(dialect, script.join("\n"), workingDirectory);
    const machine = await requireNamedMachine(context, named);
    checkShell(machine, commandId, actions);
    // Nobody could start the agent again otherwise: what only starts it is taken as typed at the serial console.
    if (!actions.every((action) => action.kind === "service" && action.running)) requireAgent(machine);
    for (const action of actions) await perform(context, machine, action);
    const done = { code: "ProvisioningState/succeeded", level: "Info", displayStatus: "Provisioning succeeded" };
    return { value: [done] };
  },
});

const damages = hostFileStates.filter((state) => state !== "VALID") as readonly Exclude<HostFileState, "VALID">[];

const damagePluginHostFile = defineCommand({
  name: "damagePluginHostFile",
  product: "compute",
  description: "The engine's own: VMSnapshotPluginHost.conf of the extension goes bad (IncorrectPluginhostFile).",
  parameters: { ...machineParameters, state: choice(damages, `How: ${damages.join(", ")}. Default: UNPARSABLE.`) },
  call: async (context, { state = "UNPARSABLE", ...named }) => {
    await setHostFile(context, { vmId: (await requireNamedMachine(context, named)).armId, state });
    return {};
  },
});

const repairPluginHostFile = defineCommand({
  name: "repairPluginHostFile",
  product: "compute",
  description: "The engine's own: VMSnapshotPluginHost.conf is as it came with the extension again.",
  parameters: machineParameters,
  call: async (context, named) => {
    await setHostFile(context, { vmId: (await requireNamedMachine(context, named)).armId, state: "VALID" });
    return {};
  },
});

const setVss = defineCommand({
  name: "setVssHealthy",
  product: "compute",
  description: "The engine's own: VSS of a Windows machine breaks or is mended (Z-02).",
  parameters: { ...machineParameters, healthy: required(boolean("Whether VSS and its writers work.")) },
  call: async (context, { healthy, ...named }) => {
    await setVssHealthy(context, { vmId: (await requireNamedMachine(context, named)).armId, healthy });
    return {};
  },
});

const editScriptPluginConfig = defineCommand({
  name: "editScriptPluginConfig",
  product: "compute",
  description: "The engine's own: somebody writes another VMSnapshotScriptPluginConfig.json, right or wrong (Z-10).",
  parameters: { ...machineParameters, text: required(text("The text of the file; parameters are kept as hashes.")) },
  call: async (context, { text: content, ...named }) => {
    const { id } = await requireNamedMachine(context, named);
    await changeFile(context, { machineId: id, path: pluginConfigPath, change: { kind: "edit", text: content } });
    return {};
  },
});

const editScript = defineCommand({
  name: "editScript",
  product: "compute",
  description: "The engine's own: somebody edits a pre- or post-script; its hash is kept, never its content.",
  parameters: {
    ...machineParameters,
    path: required(text("Where it lies, /opt/pre.sh.")),
    text: required(text("The new content.")),
    exitCode: integer("How the script ends from now on. Default: as before."),
    durationSeconds: number("How long it runs from now on. Default: as before."),
    failingTries: integer("So many tries fail first. Default: as before."),
  },
  call: async (context, { path, text: content, exitCode, durationSeconds, failingTries, ...named }) => {
    const { id } = await requireNamedMachine(context, named);
    const given = Object.entries({ exitCode, durationSeconds, failingTries });
    for (const [name, value] of given) {
      if (value === undefined || value >= 0) continue;
      throw apiRefusal("InvalidParameter", name, `--${name} is ${value}`, "give 0 or more");
    }
    const behaviour = Object.fromEntries(given.filter(([, value]) => value !== undefined));
    if (path === pluginConfigPath) {
      const remedy = "edit the config by editScriptPluginConfig";
      throw apiRefusal("InvalidParameter", "path", `${path} is no script`, remedy);
    }
    await changeFile(context, { machineId: id, path, change: { kind: "edit", text: content, behaviour } });
    return {};
  },
});

const restoreFile = defineCommand({
  name: "restoreFile",
  product: "compute",
  description: "The engine's own: a file of the script framework that was deleted comes back as it was.",
  parameters: { ...machineParameters, path: required(text("Where it lay, /opt/pre.sh.")) },
  call: async (context, { path, ...named }) => {
    const { id } = await requireNamedMachine(context, named);
    await changeFile(context, { machineId: id, path, change: { kind: "restore" } });
    return {};
  },
});

export const guestOperations = [
  runCommand,
  damagePluginHostFile,
  repairPluginHostFile,
  setVss,
  editScriptPluginConfig,
  editScript,
  restoreFile,
];
