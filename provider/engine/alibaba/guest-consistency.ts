import type { Step } from "./consistency";
import type { MachineFacts, Script } from "./fact";
import { osTypeOf } from "./operating-system";
import type { ProtectionSettings } from "./protection-settings";
import { type Reason, reason } from "./rule";

/** Where the scripts must lie. */
export const preScriptPath = "/tmp/prescript.sh";
export const postScriptPath = "/tmp/postscript.sh";

/** What happens inside the guest: VSS writers on Windows; scripts and the file system freeze on Linux. */
export function guestSteps(facts: MachineFacts, settings: ProtectionSettings): Step[] {
  const osType = osTypeOf(facts.machine);
  if (osType === undefined) return [];
  return osType === "windows" ? windowsSteps(facts, settings) : linuxSteps(facts, settings);
}

function windowsSteps({ machine }: MachineFacts, settings: ProtectionSettings): Step[] {
  if (!settings.enableWriters) return [{ fact: "enableWriters is off: FILE_SYSTEM is asked for", rules: ["A-12"] }];
  if (machine.vssWritersHealthy === true) return [{ fact: "the VSS writers are healthy", rules: ["A-12"] }];
  const why =
    machine.vssWritersHealthy === null
      ? reason("A-12", "the state of the VSS writers is unknown (A-53)", "unknown: add vssWriters to the inventory")
      : reason(
          "A-12",
          "VSS or one of its writers fails; the next run tries anew",
          "repair it in the guest: vssadmin list writers shows which one",
        );
  return [{ fact: why.message, rules: ["A-12"], unmet: [why], leaves: "FILE_SYSTEM" }];
}

function linuxSteps(facts: MachineFacts, settings: ProtectionSettings): Step[] {
  const pre = scriptReasons(facts, settings, "preScript", settings.preScriptPath, preScriptPath);
  const post = scriptReasons(facts, settings, "postScript", settings.postScriptPath, postScriptPath);
  const placed = [...pre.placed, ...post.placed];
  const ran = [...(pre.ran ?? []), ...(post.ran ?? [])];
  const isRun = pre.ran !== undefined && post.ran !== undefined;
  return [
    placed.length === 0
      ? { fact: "both scripts lie in place: owner root, mode 700", rules: ["A-13"] }
      : { fact: "the scripts are not in place", rules: ["A-13"], unmet: placed, leaves: "FILE_SYSTEM" },
    ...(isRun || ran.length > 0 ? [runStep(ran, settings)] : []),
    freezeStep(settings),
  ];
}

function runStep(ran: readonly Reason[], settings: ProtectionSettings): Step {
  return ran.length === 0
    ? { fact: `both scripts end with 0 within ${settings.timeoutInSeconds} s`, rules: ["A-14"] }
    : { fact: "the scripts fail", rules: ["A-14"], unmet: ran, leaves: "FILE_SYSTEM" };
}

function freezeStep(settings: ProtectionSettings): Step {
  if (settings.enableFsFreeze) return { fact: "the file systems are frozen for the snapshot", rules: ["A-15"] };
  const message = "enableFsFreeze is off: nothing holds the file systems still, whatever the scripts do";
  const why = reason("A-15", message, "set enableFsFreeze to true (the default)");
  return { fact: message, rules: ["A-15"], unmet: [why], leaves: "CRASH" };
}

interface ScriptReasons {
  readonly placed: readonly Reason[];
  /** Undefined when there is no script to run: nothing can be said of how it ends. */
  readonly ran: readonly Reason[] | undefined;
}

function scriptReasons(
  facts: MachineFacts,
  settings: ProtectionSettings,
  which: "preScript" | "postScript",
  path: string,
  expectedPath: string,
): ScriptReasons {
  if (path !== expectedPath) {
    const message = `the ${which} path is ${path}; only ${expectedPath} is run`;
    return { placed: [reason("A-13", message, `put the script at ${expectedPath}`)], ran: undefined };
  }
  const script = facts.scripts.find((candidate) => candidate.path === path);
  if (script === undefined) {
    const message = `no script lies at ${path}`;
    return { placed: [reason("A-13", message, `deploy it with ecs:ScriptDeployment (${which})`)], ran: undefined };
  }
  const placed = placementReasons(script, settings, which);
  return { placed, ran: runReasons(script, settings) };
}

/** Whether a script lies where, and as, it must. */
export function isInPlace(
  script: Script,
  settings: ProtectionSettings,
  which: "preScript" | "postScript",
  expectedPath: string,
): boolean {
  return script.path === expectedPath && placementReasons(script, settings, which).length === 0;
}

function placementReasons(script: Script, settings: ProtectionSettings, which: string): Reason[] {
  const { path, fileMode, fileOwner } = script;
  const reasons: Reason[] = [];
  if (fileOwner !== "root") {
    const why =
      fileOwner === null
        ? reason("A-13", `the owner of ${path} is unknown (A-53)`, "unknown: add scripts[].fileOwner to the inventory")
        : reason("A-13", `${path} belongs to ${fileOwner}, must be root`, `run: chown root ${path}`);
    reasons.push(why);
  }
  if (fileMode === null) {
    const remedy = "unknown: add scripts[].fileMode to the inventory";
    reasons.push(reason("A-13", `the mode of ${path} is unknown (A-53)`, remedy));
  } else if (permissionBits(fileMode) !== 0o700) {
    const message = `${path} has mode ${readableMode(fileMode)}, must be 700 (only root may read, write, run it)`;
    const remedy = `set ${which}.fileMode to "0700" on the ecs:ScriptDeployment, or run: chmod 700 ${path}`;
    reasons.push(reason("A-13", message, remedy));
  }
  const deployment = settings.scriptDeploymentId;
  if (deployment !== null && script.deploymentId !== deployment) {
    const message = `${path} does not come from the script deployment ${deployment}`;
    reasons.push(reason("A-13", message, "add the machine to that deployment's instanceIds"));
  }
  return reasons;
}

function runReasons(script: Script, settings: ProtectionSettings): Reason[] {
  const { path, exitCode, durationSeconds } = script;
  if (exitCode === null) {
    const remedy = "unknown: add scripts[].exitCode to the inventory";
    return [reason("A-14", `how ${path} ends is unknown (A-53)`, remedy)];
  }
  const limit = Math.min(settings.timeoutInSeconds, script.timeoutInSeconds ?? settings.timeoutInSeconds);
  if (durationSeconds !== null && durationSeconds > limit) {
    const message = `${path} takes ${durationSeconds} s, longer than its time-out of ${limit} s`;
    return [reason("A-14", message, "make the script faster, or raise timeoutInSeconds")];
  }
  if (exitCode !== 0) {
    return [reason("A-14", `${path} ends with exit code ${exitCode}`, "mend the script: it must end with 0")];
  }
  return [];
}

/** The permission bits of an octal text: "700", "0700" and "0o700" are one mode. */
export function permissionBits(fileMode: string): number {
  return Number.parseInt(fileMode.replace(/^0o/i, ""), 8);
}

/** A mode as chmod takes it: three digits, or four when a special bit is set. */
export function readableMode(fileMode: string): string {
  return permissionBits(fileMode).toString(8).padStart(3, "0");
}
