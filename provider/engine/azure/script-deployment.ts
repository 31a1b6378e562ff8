import type { Json } from "../../store/tables";
import { sha256Hex } from "../core/identifier";
import { canonicalJson } from "../core/json";
import type { Command, Query, QueryContext } from "../engine";
import type { EngineError } from "../error";
import { armKey } from "./arm-id";
import { listItemsOf } from "./item-list";
import { findPolicy, propertiesOf } from "./policy";
import { apiRefusal, type RuleId, refusal } from "./rule";
import {
  absentScript,
  type ConfigFile,
  type FrameworkRow,
  findFrameworkRow,
  type ScriptBehaviour,
  type ScriptFile,
  scriptsOf,
} from "./script-framework";
import { pluginConfigPath, problemOf, readPluginConfig, renderPluginConfig, valuesOf } from "./script-plugin-config";
import { findMachine, machineNotFound, type VirtualMachine } from "./virtual-machine";

/** What was noticed about a script before it was written; never holds text of the script. */
export interface FrameworkFinding {
  readonly severity: "error" | "warning";
  readonly rule: RuleId;
  /** Null for what concerns the whole file. */
  readonly line: number | null;
  readonly message: string;
  readonly remedy: string;
}

/** A script as it is to lie on the machine: all but its content, which the engine never keeps. */
export interface ScriptToWrite {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly mode: string;
  readonly owner: string;
  readonly behaviour: ScriptBehaviour;
  readonly lintFindings: readonly FrameworkFinding[];
}

export interface FrameworkInput {
  readonly machineId: string;
  readonly urn: string;
  /** The text of the config file; null leaves the file's content as it lies. */
  readonly configText: string | null;
  readonly configMode: string;
  readonly configOwner: string;
  /** Null where the config names none. */
  readonly preScript: ScriptToWrite | null;
  readonly postScript: ScriptToWrite | null;
}

/** What is kept of a config file's text beside what the extension makes of it: enough to tell its inputs again. */
export interface WrittenConfig extends ConfigFile {
  /** SHA-256 of the parameters as a JSON list; null for none. Absent where nobody knows. */
  readonly preScriptParamsSha256?: string | null;
  readonly postScriptParamsSha256?: string | null;
  /** The text is what its values give, key by key. */
  readonly isStandardLayout?: boolean;
}

/** A script that a framework wrote, with what was noticed about it then. */
export interface WrittenScript extends ScriptFile {
  readonly lintFindings?: readonly FrameworkFinding[];
}

/** The machine of a framework, which must be one that the framework is for (Z-09). */
export const requireFrameworkMachine: Query<string, VirtualMachine> = async (context, vmId) => {
  const machine = await findMachine(context, vmId);
  if (machine === undefined) throw machineNotFound(vmId, "vmId");
  const unfit = unfitMachine(machine);
  if (unfit !== undefined) throw unfit;
  return machine;
};

function unfitMachine({ vmName, osType, deploymentModel }: VirtualMachine): EngineError | undefined {
  const refuse = (code: string, message: string, remedy: string) => refusal("Z-09", code, "vmId", message, remedy);
  if (deploymentModel === "Classic") {
    const message = `${vmName} was deployed with Service Manager (classic); the script framework does not support it`;
    return refuse("Engine.ClassicMachine", message, "migrate the VM to Resource Manager");
  }
  if (osType === "Windows") {
    const message = `${vmName} runs Windows; the pre/post-script framework is for Linux VMs`;
    return refuse("Engine.WindowsMachine", message, "drop the framework: on Windows VSS makes backups AppConsistent");
  }
  if (osType === "Linux") return undefined;
  const message = `whether ${vmName} runs Linux is not known; the pre/post-script framework is for Linux VMs`;
  return refuse("Engine.UnknownOperatingSystem", message, 'give storageProfile.osDisk.osType "Linux" in the inventory');
}

/** A machine whose backups are asked to be crash-consistent only takes no scripts (Z-08). */
async function requireScriptsAllowed(context: QueryContext, { id, vmName }: VirtualMachine): Promise<void> {
  for (const { policyId } of await listItemsOf(context, id)) {
    const policy = policyId === null ? undefined : await findPolicy(context, policyId);
    if (policy === undefined || propertiesOf(policy).snapshotConsistencyType === null) continue;
    throw refusal(
      "Z-08",
      "Engine.OnlyCrashConsistent",
      "vmId",
      `${vmName} is protected by ${policy.policyName}, whose snapshotConsistencyType is OnlyCrashConsistent`,
      "leave snapshotConsistencyType out of the policy, or drop the framework",
    );
  }
}

/** Everything that keeps a framework from being written to a machine by a resource; `isNew` when it has none there. */
export const requireWritable: Query<{ machineId: string; urn: string; isNew: boolean }, VirtualMachine> = async (
  context,
  { machineId, urn, isNew },
) => {
  const machine = await requireFrameworkMachine(context, machineId);
  await requireScriptsAllowed(context, machine);
  const row = isNew ? await findFrameworkRow(context, machineId) : undefined;
  if (row === undefined || row.urn === null || row.urn === urn) return machine;
  throw refusal(
    "Z-10",
    "Engine.FrameworkTaken",
    "vmId",
    `${machine.vmName} has a script framework already, that of ${row.urn}`,
    "set a machine's framework up by one compute:ScriptFramework only; one that lies there already can be imported",
  );
};

/** Writes the config file and the scripts that it names, over whatever lies there. */
export const putFramework: Command<FrameworkInput, void> = async (context, input) => {
  const old = await findFrameworkRow(context, input.machineId);
  await requireWritable(context, { machineId: input.machineId, urn: input.urn, isNew: old === undefined });
  const content = input.configText === null ? old && configOf(old) : readContent(input.configText);
  if (content === undefined || content.values === null) {
    const message = `VMSnapshotScriptPluginConfig.json can't be used: ${content?.problem ?? "nobody knows its text"}`;
    throw refusal("Z-10", "IncorrectJSONConfigFile", "configFile", message, "mend the file, or give config");
  }
  const { preScriptLocation, postScriptLocation } = content.values;
  const file = { present: true, mode: plainMode(input.configMode), owner: input.configOwner };
  await context.store.put("scriptFramework", [
    {
      id: armKey(input.machineId),
      account: context.settings.account,
      urn: input.urn,
      config: toJson({ ...content, ...file }),
      preScript: toJson(toFile(preScriptLocation, input.preScript)),
      postScript: toJson(toFile(postScriptLocation, input.postScript)),
      createTime: old?.createTime ?? context.now,
    },
  ]);
};

/** Destroying a framework deletes its files from the machine. */
export const removeFramework: Command<string, void> = async (context, machineId) => {
  const row = await findFrameworkRow(context, machineId);
  if (row !== undefined) await context.store.remove("scriptFramework", [row.id]);
};

/** What is kept of a config file's text. */
export function readContent(text: string): Omit<WrittenConfig, "present" | "mode" | "owner"> {
  const reading = readPluginConfig(text);
  const sha256 = sha256Hex(text);
  const { config } = reading;
  if (config === null) return { values: null, problem: problemOf(reading), sha256 };
  return {
    values: valuesOf(config),
    problem: null,
    sha256,
    preScriptParamsSha256: paramsHash(config.preScriptParams),
    postScriptParamsSha256: paramsHash(config.postScriptParams),
    isStandardLayout: renderPluginConfig(config) === text,
  };
}

/** Parameters are known by their hash; none at all need no hash. */
export function paramsHash(params: readonly string[]): string | null {
  return params.length === 0 ? null : sha256Hex(canonicalJson([...params]));
}

/** The config file as it lies on the machine. */
export function configOf(row: FrameworkRow): WrittenConfig {
  return row.config as unknown as WrittenConfig;
}

function toJson(value: WrittenConfig | WrittenScript): Json {
  return value as unknown as Json;
}

function toFile(path: string, script: ScriptToWrite | null): WrittenScript {
  if (script === null) return absentScript(path);
  return { path, present: true, ...script, mode: plainMode(script.mode) };
}

/** `0700` is `700`. */
function plainMode(mode: string): string {
  return mode.replace(/^0+(?=[0-7]{3})/, "");
}

export function isSameMode(first: string, second: string): boolean {
  return plainMode(first) === plainMode(second);
}

/** What an outsider does to a file on the machine. */
export type FileChange =
  | { readonly kind: "chmod"; readonly mode: string }
  | { readonly kind: "chown"; readonly owner: string }
  | { readonly kind: "edit"; readonly text: string; readonly behaviour?: Partial<ScriptBehaviour> }
  | { readonly kind: "delete" }
  /** What was deleted comes back as it was. */
  | { readonly kind: "restore" };

/** Changes the config file or a script of a machine, as root would on it: nothing is refused for being wrong. */
export const changeFile: Command<{ machineId: string; path: string; change: FileChange }, void> = async (
  context,
  { machineId, path, change },
) => {
  const row = await findFrameworkRow(context, machineId);
  const next = row === undefined ? undefined : changed(row, path, change);
  if (next !== undefined) return context.store.put("scriptFramework", [next]);
  throw apiRefusal("Engine.NoSuchFile", "path", `there is no file ${path} on ${machineId}`, "check the path");
};

function changed(row: FrameworkRow, path: string, change: FileChange): FrameworkRow | undefined {
  if (path === pluginConfigPath) {
    const config = configOf(row);
    if (!config.present && change.kind !== "restore" && change.kind !== "edit") return undefined;
    if (change.kind !== "edit") return { ...row, config: toJson({ ...config, ...changedFile(change) }) };
    const { mode, owner } = config;
    return { ...row, config: toJson({ ...readContent(change.text), present: true, mode, owner }) };
  }
  const scripts = Object.entries(scriptsOf(row)).filter(
    ([, script]) => script.path === path && (script.present || (script.sha256 !== null && change.kind === "restore")),
  );
  if (scripts.length === 0) return undefined;
  const next = scripts.map(([which, script]) => [which, toJson(changedScript(script, change))]);
  return { ...row, ...Object.fromEntries(next) };
}

function changedScript(script: ScriptFile, change: FileChange): ScriptFile {
  if (change.kind !== "edit") return { ...script, ...changedFile(change) };
  const { text, behaviour } = change;
  const content = { sha256: sha256Hex(text), sizeBytes: Buffer.byteLength(text) };
  return { ...script, ...content, behaviour: { ...script.behaviour, ...behaviour } };
}

function changedFile(
  change: Exclude<FileChange, { kind: "edit" }>,
): Partial<Pick<ScriptFile, "mode" | "owner" | "present">> {
  if (change.kind === "chmod") return { mode: plainMode(change.mode) };
  if (change.kind === "chown") return { owner: change.owner };
  return { present: change.kind === "restore" };
}

/** How one file of a framework lies on its machine. */
export interface FileFact {
  readonly path: string;
  readonly present: boolean;
  readonly mode: string | null;
  readonly owner: string | null;
  readonly sha256: string | null;
}

/** The files of a framework as they lie on its machine: the config file, then the scripts that were written. */
export function filesOf(row: FrameworkRow): FileFact[] {
  const { preScript, postScript } = scriptsOf(row);
  const scripts = preScript.path === postScript.path ? [preScript] : [preScript, postScript];
  const config = { path: pluginConfigPath, ...configOf(row) };
  return [config, ...scripts.filter(({ path }) => path !== "")].map(({ path, present, mode, owner, sha256 }) =>
    present ? { path, present, mode, owner, sha256 } : { path, present, mode: null, owner: null, sha256: null },
  );
}
