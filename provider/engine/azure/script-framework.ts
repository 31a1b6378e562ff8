import type { Row } from "../../store/tables";
import type { Query } from "../engine";
import { armKey } from "./arm-id";

export type FrameworkRow = Row<"scriptFramework">;

/** What the extension reads from a config file that it can read; parameters are secret and stay out. */
export interface ConfigValues {
  readonly preScriptLocation: string;
  readonly postScriptLocation: string;
  readonly preScriptNoOfRetries: number;
  readonly postScriptNoOfRetries: number;
  readonly timeoutInSeconds: number;
  readonly continueBackupOnFailure: boolean;
  readonly fsFreezeEnabled: boolean;
  readonly scriptsExecutionPollTimeSeconds: number;
}

/** /etc/azure/VMSnapshotScriptPluginConfig.json as it lies on a machine. */
export interface ConfigFile {
  readonly present: boolean;
  /** Null when it can't be read as what it should be: no JSON, or a value that the rules forbid. */
  readonly values: ConfigValues | null;
  /** Why there are no values; null when there are. Never holds text of the file. */
  readonly problem: string | null;
  readonly sha256: string | null;
  /** Octal, `600`. */
  readonly mode: string;
  readonly owner: string;
}

/** How a simulated script behaves. */
export interface ScriptBehaviour {
  readonly exitCode: number;
  readonly durationSeconds: number;
  /** So many tries fail first, with exit code 1, before one ends as said. */
  readonly failingTries: number;
}

/** The pre- or post-script as it lies on a machine. Never its content. */
export interface ScriptFile {
  readonly path: string;
  readonly present: boolean;
  readonly sha256: string | null;
  readonly sizeBytes: number | null;
  /** Octal, `700`. */
  readonly mode: string;
  readonly owner: string;
  readonly behaviour: ScriptBehaviour;
}

/** The framework of one machine: the config file and the scripts that it names. */
export interface Framework {
  readonly config: ConfigFile;
  readonly preScript: ScriptFile;
  readonly postScript: ScriptFile;
}

/** The framework as the extension meets it: the scripts are those that lie where the config says (Z-10). */
export function frameworkOf(row: FrameworkRow): Framework {
  const config = row.config as unknown as ConfigFile;
  const scripts = scriptsOf(row);
  if (config.values === null) return { config, ...scripts };
  const { preScriptLocation, postScriptLocation } = config.values;
  return {
    config,
    preScript: scriptAt(preScriptLocation, [scripts.preScript, scripts.postScript]),
    postScript: scriptAt(postScriptLocation, [scripts.postScript, scripts.preScript]),
  };
}

/** The scripts where they were written to, whatever the config says since. */
export function scriptsOf(
  row: Pick<FrameworkRow, "preScript" | "postScript">,
): Pick<Framework, "preScript" | "postScript"> {
  return { preScript: row.preScript as unknown as ScriptFile, postScript: row.postScript as unknown as ScriptFile };
}

function scriptAt(path: string, scripts: readonly ScriptFile[]): ScriptFile {
  return scripts.find((script) => script.path === path) ?? absentScript(path);
}

/** No script: at a path where none lies, or for a config that names none. */
export function absentScript(path: string): ScriptFile {
  const behaviour = { exitCode: 0, durationSeconds: 0, failingTries: 0 };
  return { path, present: false, sha256: null, sizeBytes: null, mode: "700", owner: "root", behaviour };
}

/** The framework on a machine as it was written and changed since, by the machine's id. */
export const findFrameworkRow: Query<string, FrameworkRow | undefined> = async ({ store, settings }, machineId) => {
  const row = await store.get("scriptFramework", armKey(machineId));
  return row?.account === settings.account ? row : undefined;
};

/** The framework on a machine, by the machine's id. */
export const findFramework: Query<string, Framework | undefined> = async (context, machineId) => {
  const row = await findFrameworkRow(context, machineId);
  return row === undefined ? undefined : frameworkOf(row);
};
