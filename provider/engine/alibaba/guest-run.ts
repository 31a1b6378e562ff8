import type { MachineFacts, Script } from "./fact";
import { isInPlace, postScriptPath, preScriptPath } from "./guest-consistency";
import { osTypeOf } from "./operating-system";
import type { ProtectionSettings } from "./protection-settings";

/** How one script ended. */
export interface ScriptRun {
  readonly path: string;
  readonly outcome: "SUCCESS" | "FAILED" | "TIMED_OUT";
  /** Null when it was stopped, or when nobody knows how the script ends. */
  readonly exitCode: number | null;
  readonly seconds: number;
}

/** What an application-consistent backup did in a Linux guest. */
export interface GuestRun {
  readonly preScript: ScriptRun;
  /** Whether the file systems were held still. */
  readonly isFrozen: boolean;
  /** Whatever became of the pre-script: what was frozen is thawed. */
  readonly postScript: ScriptRun;
}

/** What runs in the guest of a machine that may be frozen at all; null when nothing does. */
export function guestRunOf(facts: MachineFacts, settings: ProtectionSettings): GuestRun | null {
  if (osTypeOf(facts.machine) !== "linux") return null;
  const [pre, post] = [settings.preScriptPath, settings.postScriptPath].map((path) =>
    facts.scripts.find((script) => script.path === path),
  );
  if (pre === undefined || post === undefined) return null;
  const isPlaced =
    isInPlace(pre, settings, "preScript", preScriptPath) && isInPlace(post, settings, "postScript", postScriptPath);
  // A freeze that nothing could thaw is never begun: either both scripts run, or none.
  if (!isPlaced) return null;
  return {
    preScript: scriptRun(pre, settings),
    isFrozen: settings.enableFsFreeze,
    postScript: scriptRun(post, settings),
  };
}

function scriptRun(script: Script, settings: ProtectionSettings): ScriptRun {
  const { path, exitCode, durationSeconds } = script;
  const limit = Math.min(settings.timeoutInSeconds, script.timeoutInSeconds ?? settings.timeoutInSeconds);
  const seconds = durationSeconds ?? 0;
  if (seconds > limit) return { path, outcome: "TIMED_OUT", exitCode: null, seconds: limit };
  return { path, outcome: exitCode === 0 ? "SUCCESS" : "FAILED", exitCode, seconds };
}
