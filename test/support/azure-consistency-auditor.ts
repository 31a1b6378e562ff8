import type { DiskExclusion } from "../../provider/engine/azure/disk-coverage";
import type { ConfigValues, Framework, ScriptFile } from "../../provider/engine/azure/script-framework";
import type { MachineFacts } from "../../provider/engine/azure/virtual-machine";

type Level = "APPLICATION" | "FILE_SYSTEM" | "CRASH";

/** What a policy and an item ask for. */
export interface Asked {
  readonly isCrashConsistentOnly: boolean;
  readonly diskExclusion: DiskExclusion | null;
}

interface ScriptAudit {
  readonly outcome: "SUCCESS" | "FAILED" | "TIMED_OUT";
  /** How often it was started. */
  readonly starts: number;
}

/** What runs in the guest in one try of a job: both scripts or none. */
export interface GuestAudit {
  readonly pre: ScriptAudit;
  readonly post: ScriptAudit;
  readonly isFrozen: boolean;
}

/** What the documents say about one machine: what was asked for, what is left of it, and why. */
export interface Audit {
  readonly requested: Level;
  /** NONE: the job fails. */
  readonly achieved: Level | "NONE";
  /** Ids of the rules that are not met, each once. */
  readonly broken: ReadonlySet<string>;
  /** S3's codes, of the last try of the job. */
  readonly codes: ReadonlySet<string>;
  /** Every try of the job; null where no script is started. */
  readonly tries: readonly (GuestAudit | null)[];
}

/** Z-06: tried three times in all. */
const tries = 3;

function plain(requested: Level, achieved: Audit["achieved"], ...broken: string[]): Audit {
  return { requested, achieved, broken: new Set(broken), codes: new Set(), tries: [null] };
}

/** Whether there is anything to run: a config that can't be read may name scripts. */
function hasScripts(framework: Framework | undefined): boolean {
  if (framework === undefined) return false;
  const { values } = framework.config;
  return values === null || `${values.preScriptLocation}${values.postScriptLocation}` !== "";
}

/** The table of the rules Z-01 to Z-14 read again, without the engine, from the top. */
export function auditBackup(facts: MachineFacts, asked: Asked): Audit {
  const { machine, disks, framework } = facts;
  if (asked.isCrashConsistentOnly) return plain("CRASH", "CRASH");
  const isWindows = machine.osType === "Windows";
  const requested: Level = isWindows || hasScripts(framework) ? "APPLICATION" : "FILE_SYSTEM";
  if (machine.powerState !== "VM running") return plain(requested, "CRASH", "Z-07");
  // Nobody can tell which extension a machine of an unknown system needs.
  if (machine.osType === null) return plain(requested, "CRASH", "Z-14");
  if (machine.guestAgent === "NotReady") return plain(requested, "NONE", "Z-14");
  if (isWindows) {
    return machine.vssHealthy === false ? plain(requested, "FILE_SYSTEM", "Z-02") : plain(requested, requested);
  }
  if (framework === undefined) return plain(requested, "FILE_SYSTEM");
  const isHostFileBad = machine.extension !== null && machine.hostFile !== "VALID";
  const { config } = framework;
  const isConfigBad = !config.present || config.values === null || config.owner !== "root" || !is(config.mode, "600");
  if (isHostFileBad || isConfigBad) {
    const codes = [isHostFileBad && "IncorrectPluginhostFile", isConfigBad && "IncorrectJSONConfigFile"];
    const audit = plain(requested, "FILE_SYSTEM", "Z-10");
    return { ...audit, codes: new Set(codes.filter((code) => code !== false)) };
  }
  const values = config.values as ConfigValues;
  if (!hasScripts(framework)) {
    return values.fsFreezeEnabled ? plain(requested, "FILE_SYSTEM") : plain(requested, "CRASH", "Z-13");
  }
  return auditScripts(framework, values, disks.length === 1);
}

function is(mode: string, wanted: string): boolean {
  return mode === wanted || mode === `0${wanted}`;
}

const ruleOf = { NotFound: "Z-10", Permission: "Z-10", Failed: "Z-05", Timeout: "Z-11" };

function auditScripts(framework: Framework, values: ConfigValues, isSingleDisk: boolean): Audit {
  const obstacles = [
    ...obstacleOf(framework.preScript, "Pre", values.preScriptLocation),
    ...obstacleOf(framework.postScript, "Post", values.postScriptLocation),
  ];
  const pre = new Rehearsal(framework.preScript, values.preScriptNoOfRetries, values);
  const post = new Rehearsal(framework.postScript, values.postScriptNoOfRetries, values);
  const made: (GuestAudit | null)[] = [];
  let problems: readonly (readonly [code: string, rule: string])[] = [];
  for (let number = 0; number < (values.continueBackupOnFailure ? 1 : tries); number++) {
    const guest =
      obstacles.length > 0 ? null : { pre: pre.take(), post: post.take(), isFrozen: values.fsFreezeEnabled };
    made.push(guest);
    problems = guest === null ? obstacles : [...failureOf(guest.pre, "Pre"), ...failureOf(guest.post, "Post")];
    if (problems.length === 0) break;
  }
  const common = { requested: "APPLICATION", codes: new Set(problems.map(([code]) => code)), tries: made } as const;
  if (problems.length === 0) return { ...common, achieved: "APPLICATION", broken: new Set() };
  const [achieved, rule] = fallback(values, isSingleDisk);
  const rules = [...problems.map(([, each]) => each), ...(rule === null ? [] : [rule])];
  return { ...common, achieved, broken: new Set(rules) };
}

/** S3, step 5, continueBackupOnFailure and fsFreezeEnabled. */
function fallback(values: ConfigValues, isSingleDisk: boolean): readonly [Audit["achieved"], string | null] {
  if (!values.continueBackupOnFailure) return [isSingleDisk ? "CRASH" : "NONE", "Z-06"];
  return values.fsFreezeEnabled ? ["FILE_SYSTEM", null] : ["CRASH", "Z-05"];
}

type Problem = readonly [code: string, rule: string];

/** S3, step 4: the script is there, root's, and only root may read, write and run it. */
function obstacleOf(script: ScriptFile, which: "Pre" | "Post", location: string): Problem[] {
  if (location === "" || !script.present) return [[`${which}-ScriptNotFound`, ruleOf.NotFound]];
  if (is(script.mode, "700") && script.owner === "root") return [];
  return [[`InsufficientPermissionfor${which}-Script`, ruleOf.Permission]];
}

function failureOf({ outcome }: ScriptAudit, which: "Pre" | "Post"): Problem[] {
  if (outcome === "SUCCESS") return [];
  if (outcome === "FAILED") return [[`${which}-ScriptExecutionFailed`, ruleOf.Failed]];
  return [[`${which}-ScriptTimeout`, ruleOf.Timeout]];
}

/** One script, started again and again as Z-11 has it; it remembers how often it has been started. */
class Rehearsal {
  #startedBefore = 0;

  constructor(
    private readonly script: ScriptFile,
    private readonly retries: number,
    private readonly values: ConfigValues,
  ) {}

  /** One try of the job: up to n+1 starts in one budget. */
  take(): ScriptAudit {
    const { exitCode, durationSeconds, failingTries } = this.script.behaviour;
    const poll = this.values.scriptsExecutionPollTimeSeconds;
    let left = this.values.timeoutInSeconds;
    for (let starts = 1; ; starts++) {
      this.#startedBefore += 1;
      if (durationSeconds > left) return { outcome: "TIMED_OUT", starts };
      const endsWell = exitCode === 0 && this.#startedBefore > failingTries;
      if (endsWell) return { outcome: "SUCCESS", starts };
      if (starts > this.retries) return { outcome: "FAILED", starts };
      // Its end is seen at the next look, one poll time after the other, and no later than the budget ends.
      let seen = poll;
      while (seen < durationSeconds) seen += poll;
      left -= seen;
      if (left <= 0) return { outcome: "TIMED_OUT", starts };
    }
  }
}
