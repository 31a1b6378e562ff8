import { type ConsistencyLevel, isBelow } from "../core/level";
import { uniqueReasons } from "../core/reason";
import type * as core from "../core/step";
import { coverDisks, type DiskCoverage, type DiskExclusion } from "./disk-coverage";
import { frameworkSteps, isFrameworkUsed } from "./framework-consistency";
import { type Reason, reason } from "./rule";
import type { ScriptErrorCode } from "./script-error";
import type { GuestRun } from "./script-run";
import type { MachineFacts, VirtualMachine } from "./virtual-machine";

/** One rule that was looked at; `leaves: "NONE"` lets the whole job fail. */
export interface Step extends Omit<core.Step<Reason["rule"]>, "leaves"> {
  readonly leaves?: AchievedLevel;
}

/** What backups have, or NONE when they fail. */
export type AchievedLevel = ConsistencyLevel | "NONE";

/** What a backup is asked for, beside what lies on the machine. */
export interface BackupSettings {
  /** The policy's snapshotConsistencyType is OnlyCrashConsistent (Z-08). */
  readonly isCrashConsistentOnly: boolean;
  readonly diskExclusion: DiskExclusion | null;
}

/** How one try of a job ended. */
export interface JobTry {
  readonly guestRun: GuestRun | null;
  readonly errors: readonly ScriptErrorCode[];
}

export interface Consistency {
  readonly requested: ConsistencyLevel;
  readonly achieved: AchievedLevel;
  /** Every unmet rule, also those below which the level has fallen already. */
  readonly reasons: readonly Reason[];
  readonly coverage: DiskCoverage;
  /** All that was looked at, in the order of the rules. */
  readonly steps: readonly Step[];
  /** The tries of the job (Z-06): one, unless scripts failed and the backup may not go on without them. */
  readonly tries: readonly JobTry[];
  /** The extension that such a backup uses; null when it needs none, or can't reach it (Z-14). */
  readonly extension: "VMSnapshot" | "VMSnapshotLinux" | null;
}

/** Whether a level is worse than another; NONE is the worst. */
export function isWorse(level: AchievedLevel, other: AchievedLevel): boolean {
  if (level === "NONE" || other === "NONE") return level === "NONE" && other !== "NONE";
  return isBelow(level, other);
}

/** What is asked for (Z-34): the framework asks by being there, and Windows always. */
export function requestedLevel({ machine, framework }: MachineFacts, settings: BackupSettings): ConsistencyLevel {
  if (settings.isCrashConsistentOnly) return "CRASH";
  if (machine.osType === "Windows") return "APPLICATION";
  return isFrameworkUsed(framework) ? "APPLICATION" : "FILE_SYSTEM";
}

/** The extension of an operating system (Z-14); null when nobody knows the system. */
export function extensionFor({ osType }: Pick<VirtualMachine, "osType">): Consistency["extension"] {
  if (osType === "Windows") return "VMSnapshot";
  return osType === "Linux" ? "VMSnapshotLinux" : null;
}

/**
 * What a backup of the machine would be at this moment. It depends on facts and settings alone, so a preview, a
 * refresh and a backup job give the same answer.
 */
export function evaluateConsistency(facts: MachineFacts, settings: BackupSettings): Consistency {
  const requested = requestedLevel(facts, settings);
  const coverage = coverDisks(facts.disks, settings.diskExclusion);
  const { steps, tries } = stepsOf(facts, settings, coverage);
  const achieved = steps.reduce<AchievedLevel>(
    (level, { leaves }) => (leaves !== undefined && isWorse(leaves, level) ? leaves : level),
    requested,
  );
  const { powerState, guestAgent } = facts.machine;
  const isGuestUsed = !settings.isCrashConsistentOnly && powerState === "VM running" && guestAgent !== "NotReady";
  return {
    requested,
    achieved,
    reasons: uniqueReasons(steps.flatMap((step) => step.unmet ?? [])),
    coverage,
    steps,
    tries,
    extension: isGuestUsed ? extensionFor(facts.machine) : null,
  };
}

interface Looked {
  readonly steps: readonly Step[];
  readonly tries: readonly JobTry[];
}

const oneTry: readonly JobTry[] = [{ guestRun: null, errors: [] }];

function stepsOf(facts: MachineFacts, settings: BackupSettings, coverage: DiskCoverage): Looked {
  const { machine } = facts;
  const disks = diskStep(coverage);
  if (settings.isCrashConsistentOnly) {
    const fact = "the policy takes crash-consistent snapshots only, without an agent";
    return { steps: [{ fact, rules: ["Z-08"] }, disks], tries: oneTry };
  }
  const power = powerStep(machine);
  if (power.unmet !== undefined) return { steps: [power, disks], tries: oneTry };
  const agent = agentStep(machine);
  if (agent.unmet !== undefined) return { steps: [power, agent, disks], tries: oneTry };
  const guest = guestSteps(facts, coverage);
  return { steps: [power, agent, ...guest.steps, disks], tries: guest.tries };
}

function diskStep({ covered, excluded }: DiskCoverage): Step {
  const all = covered.length + excluded.length;
  const left = excluded.length === 0 ? "" : `; left out: ${excluded.map(({ name }) => name).join(", ")}`;
  return { fact: `${covered.length} of ${all} disks are backed up${left}`, rules: ["Z-26"] };
}

function powerStep({ powerState }: VirtualMachine): Step {
  if (powerState === "VM running") return { fact: "the VM is running", rules: ["Z-07"] };
  const message =
    powerState === null
      ? "whether the VM is running is not known"
      : `the VM is not running (${powerState}): nothing in it can be brought to rest`;
  const remedy =
    powerState === null
      ? "add powerState to the inventory: az vm list -d"
      : "start it before the next backup: az vm start, or powerState on compute:VirtualMachine";
  return { fact: "the VM is not running", rules: ["Z-07"], unmet: [reason("Z-07", message, remedy)], leaves: "CRASH" };
}

/** ENGINE: an agent that nobody told of is taken to be ready: `az vm list -d` never tells. */
function agentStep({ guestAgent, osType }: VirtualMachine): Step {
  if (osType === null) {
    const message = "the operating system is not known, so neither is the extension that would bring it to rest";
    const remedy = "add storageProfile.osDisk.osType to the inventory";
    const unmet = [reason("Z-14", message, remedy)];
    return { fact: "the operating system is not known", rules: ["Z-14"], unmet, leaves: "CRASH" };
  }
  const extension = osType === "Windows" ? "VMSnapshot" : "VMSnapshotLinux";
  if (guestAgent !== "NotReady") {
    return { fact: `the VM agent is ready for the extension ${extension}`, rules: ["Z-14"] };
  }
  const message = "the VM agent is not ready: the extension can't run, and the backup fails";
  const remedy = "start the agent in the VM, or ask for OnlyCrashConsistent in an enhanced policy";
  const unmet = [reason("Z-14", message, remedy, "UserErrorGuestAgentStatusUnavailable")];
  return { fact: "the VM agent is not ready", rules: ["Z-14"], unmet, leaves: "NONE" };
}

function guestSteps(facts: MachineFacts, coverage: DiskCoverage): Looked {
  const { machine, framework } = facts;
  if (machine.osType === "Windows") return { steps: [vssStep(machine)], tries: oneTry };
  if (framework === undefined) {
    const fact = "no pre- and post-scripts are set up: the file systems are frozen (fsfreeze)";
    return { steps: [{ fact, rules: ["Z-04"] }], tries: oneTry };
  }
  return frameworkSteps(machine, framework, coverage.covered.length + coverage.excluded.length === 1);
}

function vssStep({ vssHealthy }: VirtualMachine): Step {
  if (vssHealthy !== false) return { fact: "VSS works with the extension VMSnapshot", rules: ["Z-01"] };
  const message = "VSS fails in the guest: memory and pending I/O of applications are not captured";
  const remedy = "mend the VSS writers (vssadmin list writers), or restart the VM";
  return { fact: "VSS fails", rules: ["Z-02"], unmet: [reason("Z-02", message, remedy)], leaves: "FILE_SYSTEM" };
}
