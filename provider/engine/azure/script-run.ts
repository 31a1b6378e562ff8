import type { ScriptErrorCode } from "./script-error";
import type { ConfigValues, Framework, ScriptFile } from "./script-framework";

/** How one script ended, over all its tries. */
export interface ScriptRun {
  readonly path: string;
  readonly outcome: "SUCCESS" | "FAILED" | "TIMED_OUT";
  /** Null when it was stopped. */
  readonly exitCode: number | null;
  /** How often it was started. */
  readonly tries: number;
  /** Until the extension noticed its end: it looks every ScriptsExecutionPollTimeSeconds (Z-11). */
  readonly seconds: number;
}

/** What one try of a backup did in a Linux guest. */
export interface GuestRun {
  readonly preScript: ScriptRun;
  /** Whether the file systems were held still while the snapshot was taken. */
  readonly isFrozen: boolean;
  /** Whatever became of the pre-script: it runs whenever that ran (Z-11). */
  readonly postScript: ScriptRun;
}

/** What became of the scripts in one try of a backup. */
export interface ScriptStage {
  /** Null when no script was started. */
  readonly guestRun: GuestRun | null;
  /** What went wrong, in the order in which it did; empty when both scripts ended well. */
  readonly errors: readonly ScriptErrorCode[];
}

const rootOwner = "root";
const scriptMode = "700";

/** Octal modes compare without leading zeros. */
function isMode(mode: string, wanted: string): boolean {
  return mode.replace(/^0+/, "") === wanted;
}

export function isConfigMode(mode: string): boolean {
  return isMode(mode, "600");
}

/** Why a script can't be started; undefined when it can (Z-10). */
function obstacle(script: ScriptFile, which: "Pre" | "Post"): ScriptErrorCode | undefined {
  if (!script.present || script.path === "") return `${which}-ScriptNotFound`;
  const isAllowed = isMode(script.mode, scriptMode) && script.owner === rootOwner;
  return isAllowed ? undefined : `InsufficientPermissionfor${which}-Script`;
}

/**
 * Runs the scripts of one try of a job; `earlier` are those before it, in which scripts were started too. A script that
 * can't be started keeps both from running: what was frozen could not be thawed.
 */
export function runScripts(framework: Framework, values: ConfigValues, earlier: readonly ScriptStage[]): ScriptStage {
  const { preScript, postScript } = framework;
  const obstacles = [obstacle(preScript, "Pre"), obstacle(postScript, "Post")].filter((code) => code !== undefined);
  if (obstacles.length > 0) return { guestRun: null, errors: obstacles };
  const startsOf = (which: "preScript" | "postScript") =>
    earlier.reduce((sum, { guestRun }) => sum + (guestRun?.[which].tries ?? 0), 0);
  const pre = runScript(preScript, values.preScriptNoOfRetries, values, startsOf("preScript"));
  const post = runScript(postScript, values.postScriptNoOfRetries, values, startsOf("postScript"));
  const errors = [...errorsOf(pre, "Pre"), ...errorsOf(post, "Post")];
  return { guestRun: { preScript: pre, isFrozen: values.fsFreezeEnabled, postScript: post }, errors };
}

function errorsOf({ outcome }: ScriptRun, which: "Pre" | "Post"): ScriptErrorCode[] {
  if (outcome === "SUCCESS") return [];
  return [outcome === "FAILED" ? `${which}-ScriptExecutionFailed` : `${which}-ScriptTimeout`];
}

/**
 * One budget of timeoutInSeconds over all tries, which the looks at the script use up as well; a time-out is not tried
 * again (Z-11). `startedBefore`: how often earlier tries of the job have started it.
 */
function runScript(script: ScriptFile, retries: number, values: ConfigValues, startedBefore: number): ScriptRun {
  const { path, behaviour } = script;
  const { timeoutInSeconds, scriptsExecutionPollTimeSeconds: poll } = values;
  const noticed = Math.max(poll, Math.ceil(behaviour.durationSeconds / poll) * poll);
  let seconds = 0;
  for (let tries = 1; ; tries++) {
    if (seconds + behaviour.durationSeconds > timeoutInSeconds) return timedOut(path, tries, timeoutInSeconds);
    seconds = Math.min(timeoutInSeconds, seconds + noticed);
    const isFailed = behaviour.exitCode !== 0 || startedBefore + tries <= behaviour.failingTries;
    if (!isFailed) return { path, outcome: "SUCCESS", exitCode: 0, tries, seconds };
    if (tries > retries) return { path, outcome: "FAILED", exitCode: behaviour.exitCode || 1, tries, seconds };
    if (seconds === timeoutInSeconds) return timedOut(path, tries, timeoutInSeconds);
  }
}

function timedOut(path: string, tries: number, seconds: number): ScriptRun {
  return { path, outcome: "TIMED_OUT", exitCode: null, tries, seconds };
}
