import { type ConsistencyLevel, isBelow } from "../core/level";
import { uniqueReasons } from "../core/reason";
import type * as core from "../core/step";
import type { Settings } from "../engine";
import { applicationSteps } from "./application-consistency";
import { findRegion } from "./catalogue";
import { coverDisks, type DiskCoverage, isEssd } from "./disk-coverage";
import type { Disk, MachineFacts } from "./fact";
import { guestSteps } from "./guest-consistency";
import { type GuestRun, guestRunOf } from "./guest-run";
import { osTypeOf } from "./operating-system";
import type { ProtectionSettings } from "./protection-settings";
import { type Reason, reason } from "./rule";

export type GroupKind = "GROUP" | "MIXED" | "DISK";

/** One rule that was looked at. */
export type Step = core.Step<Reason["rule"]>;

export interface Consistency {
  readonly requested: ConsistencyLevel;
  readonly achieved: ConsistencyLevel;
  readonly groupKind: GroupKind;
  /** Every unmet rule, also those below which the level has fallen already. */
  readonly reasons: readonly Reason[];
  readonly coverage: DiskCoverage;
  /** All that was looked at, in the order of the rules. */
  readonly steps: readonly Step[];
  /** What runs in the guest; null when nothing does. */
  readonly guestRun: GuestRun | null;
}

/** What the settings ask for, whatever the machine can do (A-12: Windows without writers asks for FILE_SYSTEM). */
export function requestedLevel(facts: MachineFacts, settings: ProtectionSettings): ConsistencyLevel {
  if (!settings.appConsistent) return "CRASH";
  return osTypeOf(facts.machine) === "windows" && !settings.enableWriters ? "FILE_SYSTEM" : "APPLICATION";
}

/**
 * What a backup of the machine would be at this moment: the ladder of A-20. It depends on facts and settings alone,
 * so a preview, a refresh and a backup job give the same answer.
 */
export function evaluateConsistency(
  facts: MachineFacts,
  settings: ProtectionSettings,
  engine: Pick<Settings, "edition" | "account">,
): Consistency {
  const requested = requestedLevel(facts, settings);
  const coverage = coverDisks(facts.disks, settings);
  const group = evaluateGroup(facts, coverage.covered, engine.edition);
  if (!settings.appConsistent) {
    return { requested, achieved: "CRASH", coverage, guestRun: null, ...group };
  }
  const application = applicationSteps(facts, settings, engine);
  const unmet = application.flatMap((step) => step.unmet ?? []);
  if (unmet.length > 0) {
    const steps = [...application, ...guestSteps(facts, settings), ...group.steps];
    const reasons = uniqueReasons([...steps.flatMap((step) => step.unmet ?? [])]);
    return { requested, achieved: "CRASH", groupKind: group.groupKind, reasons, coverage, steps, guestRun: null };
  }
  const steps = [...application, ...guestSteps(facts, settings)];
  const achieved = steps.reduce<ConsistencyLevel>(
    (level, { leaves }) => (leaves !== undefined && isBelow(leaves, level) ? leaves : level),
    requested,
  );
  const reasons = uniqueReasons(steps.flatMap((step) => step.unmet ?? []));
  return { requested, achieved, groupKind: "GROUP", reasons, coverage, steps, guestRun: guestRunOf(facts, settings) };
}

interface GroupResult {
  readonly groupKind: GroupKind;
  readonly reasons: readonly Reason[];
  readonly steps: readonly Step[];
}

/** The lower half of the ladder: one snapshot-consistent group, a group and single disks, or single disks. */
function evaluateGroup(facts: MachineFacts, covered: readonly Disk[], edition: Settings["edition"]): GroupResult {
  const single = covered.filter((disk) => !isEssd(disk));
  const unmet = groupLimits(facts, covered, edition);
  if (unmet.length > 0) {
    return { groupKind: "DISK", reasons: unmet, steps: [groupStep(unmet)] };
  }
  if (single.length === 0) return { groupKind: "GROUP", reasons: [], steps: [groupStep([])] };
  const grouped = covered.filter(isEssd);
  const reasons = [
    reason(
      "A-24",
      `not consistent across disks: ${listDisks(grouped)} as one group, ${listDisks(single)} each for itself`,
      "move every disk to ESSD (cloud_essd), or leave the others out of the backup",
    ),
  ];
  const groupKind = grouped.length > 0 ? "MIXED" : "DISK";
  return { groupKind, reasons, steps: [groupStep(reasons)] };
}

function groupStep(unmet: readonly Reason[]): Step {
  return unmet.length === 0
    ? { fact: "all disks of the backup fit one snapshot-consistent group", rules: ["A-20"] }
    : { fact: "no snapshot-consistent group over all disks", rules: ["A-20"], unmet, leaves: "CRASH" };
}

/** The limits of one snapshot-consistent group, disk categories aside. */
function groupLimits(facts: MachineFacts, covered: readonly Disk[], edition: Settings["edition"]): Reason[] {
  const { machine } = facts;
  const limit = findRegion(machine.regionId, edition)?.groupDiskLimit ?? 16;
  const unmet: Reason[] = [];
  if (machine.status === null) {
    unmet.push(reason("A-20", "the machine's status is unknown (A-53)", "unknown: add Status to the inventory"));
  } else if (machine.status !== "Running" && machine.status !== "Stopped") {
    unmet.push(
      reason(
        "A-20",
        `a group needs a machine that is Running or Stopped; it is ${machine.status}`,
        "start the machine",
      ),
    );
  }
  const shared = covered.filter((disk) => disk.multiAttach !== null && disk.multiAttach !== "Disabled");
  if (shared.length > 0) {
    unmet.push(
      reason("A-20", `a group can't hold multi-attach disks: ${listDisks(shared)}`, "exclude them from the backup"),
    );
  }
  const elsewhere = covered.filter((disk) => disk.zoneId !== null && disk.zoneId !== machine.zoneId);
  if (elsewhere.length > 0) {
    unmet.push(
      reason("A-20", `a group lies in one zone; elsewhere: ${listDisks(elsewhere)}`, "move the disks to one zone"),
    );
  }
  if (covered.length > limit) {
    const message = `a group in ${machine.regionId} holds ${limit} disks at most; the backup has ${covered.length}`;
    unmet.push(reason("A-20", message, "exclude disks, or split the machine"));
  }
  return unmet;
}

export function listDisks(disks: readonly Disk[]): string {
  return disks.map((disk) => `${disk.id} (${disk.category ?? "category unknown"})`).join(", ");
}
