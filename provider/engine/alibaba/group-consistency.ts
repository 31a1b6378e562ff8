import { type ConsistencyLevel, weakestOf } from "../core/level";
import { findRegion } from "./catalogue";
import type { Consistency, GroupKind } from "./consistency";
import type { MachineFacts } from "./fact";
import { type Reason, reason } from "./rule";

export interface MemberConsistency {
  readonly facts: MachineFacts;
  readonly consistency: Consistency;
}

const kindsFromBest: readonly GroupKind[] = ["GROUP", "MIXED", "DISK"];

/** What a backup of several machines at one moment is: as good as the least of them. */
export function mergeConsistency(members: readonly MemberConsistency[], edition: "2025-11" | "2021"): Consistency {
  const all = members.map(({ consistency }) => consistency);
  const covered = all.flatMap(({ coverage }) => coverage.covered);
  const reasons = members.flatMap(({ facts, consistency }) =>
    consistency.reasons.map((item) => ({ ...item, message: `${facts.machine.id}: ${item.message}` })),
  );
  const excess = tooManyDisks(members, covered.length, edition);
  const worst = (pick: (one: Consistency) => ConsistencyLevel): ConsistencyLevel => weakestOf(all.map(pick)) ?? "CRASH";
  const groupKind = kindsFromBest.findLast((kind) => all.some((one) => one.groupKind === kind)) ?? "DISK";
  return {
    requested: worst(({ requested }) => requested),
    achieved: worst(({ achieved }) => achieved),
    groupKind: excess.length > 0 ? "DISK" : groupKind,
    reasons: [...reasons, ...excess],
    coverage: { covered, uncovered: all.flatMap(({ coverage }) => coverage.uncovered) },
    steps: all.flatMap(({ steps }) => steps),
    guestRun: null,
  };
}

/** One group holds all the machines' disks: its limit is theirs together. */
function tooManyDisks(
  members: readonly MemberConsistency[],
  disks: number,
  edition: "2025-11" | "2021",
): readonly Reason[] {
  const regionId = members[0]?.facts.machine.regionId ?? "";
  const limit = findRegion(regionId, edition)?.groupDiskLimit ?? 16;
  if (disks <= limit) return [];
  const message = `a group in ${regionId} holds ${limit} disks at most; the machines have ${disks} together`;
  return [reason("A-20", message, "make smaller consistency groups, or leave disks out")];
}
