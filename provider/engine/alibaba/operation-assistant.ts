import { posix } from "node:path";
import { type GuestAction, type GuestDialect, parseGuestCommand } from "../core/guest-command";
import { hashOf, sha256Hex } from "../core/identifier";
import { boolean, choice, defineCommand, integer, list, number, required, text } from "../core/operation";
import type { CommandContext } from "../engine";
import { loadFacts, type MachineFacts, type Script } from "./fact";
import { requireMachine } from "./machine";
import { osTypeOf } from "./operating-system";
import { apiRefusal } from "./rule";
import { changeScript, transportFailure } from "./script";

/** SendFile's own limit, bytes of content after base64. */
const contentLimitBytes = 32 * 1024;

/** Cloud Assistant in the guest. */
const dialect: GuestDialect = {
  units: ["aliyun.service", "aliyun"],
  windowsService: "AliyunService",
  refusal: (message, understood) => apiRefusal("Engine.CommandNotUnderstood", "CommandContent", message, understood),
};

/** The machines of a Cloud Assistant request, each with what it is now. */
async function requireMachines(context: CommandContext, ids: readonly string[], most: number): Promise<MachineFacts[]> {
  if (ids.length < 1 || ids.length > most) {
    const message = `--InstanceId names ${ids.length} machines`;
    throw apiRefusal("InvalidParameter.InstanceId", "InstanceId", message, `name 1 to ${most} machines`);
  }
  for (const id of ids) await requireMachine(context, id, "InstanceId");
  const facts = await loadFacts(context.store, context.settings.account, ids);
  return ids.flatMap((id) => facts.get(id) ?? []);
}

function requireAgent(context: CommandContext, facts: MachineFacts): void {
  const failure = transportFailure(facts, "CLOUD_ASSISTANT", context.settings.edition);
  if (failure === undefined) return;
  const remedy =
    failure.code === "ClientNotRunning"
      ? 'start it: RunCommand --CommandContent "systemctl start aliyun.service", taken as typed at the console'
      : "start the machine (StartInstance)";
  throw apiRefusal(failure.code, "InstanceId", `${facts.machine.id}: ${failure.message}`, remedy);
}

/** Bytes of a content that is given as text or in base64. */
function decodeContent(name: string, content: string, encoding: string | undefined): Buffer {
  if (encoding !== "Base64") return Buffer.from(content, "utf8");
  if (/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content)) return Buffer.from(content, "base64");
  throw apiRefusal(
    `InvalidParameter.${name}`,
    name,
    `--${name} is not base64`,
    "leave the encoding out for plain text",
  );
}

const sendFile = defineCommand({
  name: "SendFile",
  product: "ecs",
  description: "Puts a file on machines through Cloud Assistant; the engine keeps its hash, never its content.",
  parameters: {
    Name: required(text("Name of the file, prescript.sh.")),
    TargetDir: required(text("Directory in the guest, /tmp.")),
    Content: required(text("The content, 32 KiB in base64 at most.")),
    ContentType: choice(["PlainText", "Base64"], "How the content is written. Default: PlainText."),
    FileMode: text("Octal. Default: 0644."),
    FileOwner: text("Default: root."),
    FileGroup: text("Default: root."),
    Overwrite: boolean("Whether a file of that name is replaced. Default: false."),
    InstanceId: required(list('The machines, 1 to 50: ["i-…"], or InstanceId.1 and so on.')),
    Timeout: integer("Seconds; the engine sends at once. Default: 60."),
    exitCode: integer("The engine's own: how the script ends when it is run. Default: as before, else unknown."),
    durationSeconds: number("The engine's own: how long it runs. Default: as before."),
  },
  call: async (context, given) => {
    const content = decodeContent("Content", given.Content, given.ContentType);
    if (content.toString("base64").length > contentLimitBytes) {
      const message = `the content has ${content.length} bytes, more than ${contentLimitBytes} in base64`;
      throw apiRefusal("FileContent.ExceedLimit", "Content", message, "make the file shorter");
    }
    const { FileMode = "0644" } = given;
    if (!/^0?[0-7]{3}$/.test(FileMode)) {
      throw apiRefusal("InvalidParameter.FileMode", "FileMode", `--FileMode is ${FileMode}`, "write it in octal: 0700");
    }
    const path = posix.resolve("/", given.TargetDir, given.Name);
    const machines = await requireMachines(context, given.InstanceId, 50);
    const rows = machines.map((facts): Script => {
      requireAgent(context, facts);
      const old = facts.scripts.find((script) => script.path === path);
      if (old !== undefined && given.Overwrite !== true) {
        const message = `${path} lies on ${facts.machine.id} already`;
        throw apiRefusal("FileAlreadyExists", "Name", message, "add --Overwrite true");
      }
      return {
        id: `${facts.machine.id}:${path}`,
        account: context.settings.account,
        instanceId: facts.machine.id,
        path,
        sha256: sha256Hex(content),
        sizeBytes: content.length,
        fileMode: FileMode.padStart(4, "0"),
        fileOwner: given.FileOwner ?? "root",
        fileGroup: given.FileGroup ?? "root",
        timeoutInSeconds: old?.timeoutInSeconds ?? null,
        exitCode: given.exitCode ?? old?.exitCode ?? null,
        durationSeconds: given.durationSeconds ?? old?.durationSeconds ?? null,
        deploymentId: old?.deploymentId ?? null,
      };
    });
    await context.store.put("script", rows);
    return { InvokeId: invokeId("f", context, path, ...given.InstanceId) };
  },
});

function invokeId(prefix: string, { settings, now }: CommandContext, ...parts: readonly string[]): string {
  return `${prefix}-hz${hashOf("invocation", settings.account, now, ...parts).slice(0, 16)}`;
}

async function perform(context: CommandContext, facts: MachineFacts, action: GuestAction): Promise<void> {
  const { machine } = facts;
  switch (action.kind) {
    case "chmod":
      return changeScript(context, {
        instanceId: machine.id,
        path: action.path,
        change: { fileMode: action.fileMode },
      });
    case "chown": {
      const owner = action.owner === null ? {} : { fileOwner: action.owner };
      const group = action.group === null ? {} : { fileGroup: action.group };
      return changeScript(context, { instanceId: machine.id, path: action.path, change: { ...owner, ...group } });
    }
    case "rm": {
      const isThere = (await context.store.get("script", `${machine.id}:${action.path}`)) !== undefined;
      if (!isThere && action.force) return;
      return changeScript(context, { instanceId: machine.id, path: action.path, change: "remove" });
    }
    case "service":
      return switchAgent(context, machine.id, action.running);
  }
}

async function switchAgent(context: CommandContext, instanceId: string, running: boolean): Promise<void> {
  const machine = await requireMachine(context, instanceId, "InstanceId");
  if (machine.cloudAssistantInstalled === false) {
    const message = `Cloud Assistant is not installed on ${instanceId}`;
    throw apiRefusal("ClientNotInstalled", "InstanceId", message, "declare or load a machine that has it");
  }
  await context.store.put("machine", [{ ...machine, cloudAssistantRunning: running }]);
}

/** A shell of one system is no shell of the other. */
function checkShell(facts: MachineFacts, type: string, actions: readonly GuestAction[]): void {
  const { machine } = facts;
  const isWindows = osTypeOf(machine) === "windows";
  const isPowerShell = type !== "RunShellScript";
  const isLinuxOnly = actions.some((action) => action.kind !== "service");
  if (isWindows === isPowerShell && !(isWindows && isLinuxOnly)) return;
  const message = `machine ${machine.id} runs ${isWindows ? "Windows" : "Linux"}; the command is not for it`;
  const remedy = isWindows
    ? 'use --Type RunPowerShellScript --CommandContent "Stop-Service AliyunService"'
    : "use --Type RunShellScript";
  throw apiRefusal("InvalidParameter.Type", "Type", message, remedy);
}

const runCommand = defineCommand({
  name: "RunCommand",
  product: "ecs",
  description: "Runs a command in guests: chmod, chown, rm of scripts, and stopping or starting Cloud Assistant.",
  parameters: {
    Type: choice(["RunShellScript", "RunPowerShellScript"], "Default: RunShellScript."),
    CommandContent: required(text('The command line: "chmod 755 /tmp/prescript.sh".')),
    ContentEncoding: choice(["PlainText", "Base64"], "How the command is written. Default: PlainText."),
    InstanceId: required(list('The machines, 1 to 100: ["i-…"], or InstanceId.1 and so on.')),
    WorkingDir: text("Where relative paths start. Default: /root."),
    Username: choice(["root", "System"], "Who runs it. Default: root, on Windows System."),
    Timeout: integer("Seconds; the engine runs it at once. Default: 60."),
  },
  call: async (context, given) => {
    const { Type = "RunShellScript", WorkingDir = "/root" } = given;
    const content = decodeContent("CommandContent", given.CommandContent, given.ContentEncoding).toString("utf8");
    const actions = parseGuestCommand(dialect, content, WorkingDir);
    for (const facts of await requireMachines(context, given.InstanceId, 100)) {
      checkShell(facts, Type, actions);
      // Nobody could start the agent again otherwise: what only starts it is taken as typed at the machine's console.
      const isRescue = actions.every((action) => action.kind === "service" && action.running);
      if (!isRescue) requireAgent(context, facts);
      for (const action of actions) await perform(context, facts, action);
    }
    return {
      CommandId: invokeId("c", context, content),
      InvokeId: invokeId("t", context, content, ...given.InstanceId),
    };
  },
});

export const assistantOperations = [sendFile, runCommand];
