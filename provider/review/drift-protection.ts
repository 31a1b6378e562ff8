import type { Successor } from "../definition/refresh-status";
import { listed } from "../engine/core/listed";
import type { LostPoint } from "../engine/point-date";
import {
  type Change,
  changes,
  keyOf,
  type Properties,
  recordOf,
  recordsOf,
  textOf,
  textsOf,
  topOf,
} from "./drift-change";
import { type Amount, type DriftFinding, type Effect, found } from "./drift-finding";
import { compareRegimes, regimeOfPolicy } from "./drift-policy";
import type { Protection, StackIndex } from "./drift-stack";
import { rankOf } from "./drift-standing";
import { compareVaultPolicies } from "./drift-vault-policy";

/** What the classification knows beside the steps. */
export interface DriftFacts {
  /** The clock of a resource's engine, UNIX seconds, by URN; a stack's providers may have several engines. */
  readonly clocks: ReadonlyMap<string, number>;
  /** Recovery points that were lost, by id in lower case. */
  readonly lostPoints: ReadonlyMap<string, LostPoint>;
  /** What backs machines up whose protection is gone, by its URN. */
  readonly successors: ReadonlyMap<string, Successor>;
}

const groupRanks: Readonly<Record<string, number>> = { NONE: 0, DISK: 1, MIXED: 2, GROUP: 3 };

/** A requested level that fell is told by this rule where there is no reason: on Azure the machine asks (Z-34). */
const requestRule = "Z-34";
/** Not a rule of a document: disks that are covered, or not, link a machine's disks to what covers them. */
export const coverageRule = "coverage";

/** What became of a protection, of either cloud. */
export function protectionFindings(
  change: Change,
  protection: Protection,
  index: StackIndex,
  facts: DriftFacts,
): readonly DriftFinding[] {
  const state = stateFindings(change);
  // What is suspended has no level; the state says it all.
  const level = state.some((finding) => finding.class === "LOST") ? [] : levelFindings(change, protection);
  const hasEnded = change.after.achievedLevel === "NONE";
  return [
    ...state,
    ...level,
    ...(hasEnded ? [] : [...diskFindings(change, protection, index), ...laterDiskFindings(change)]),
    ...(hasEnded || level.length > 0 ? [] : groupFindings(change)),
    ...damageFindings(change, facts),
    ...policyFindings(change, index, facts),
    ...keyFindings(change),
    ...copyFindings(change),
  ];
}

function stateFindings(change: Change): readonly DriftFinding[] {
  const { before, after } = change;
  const runs = (isRunning: boolean): Amount => ({ unit: "runs", before: isRunning ? 0 : 1, after: isRunning ? 1 : 0 });
  if (changes(change, "disabled")) {
    const isOff = after.disabled === true;
    const what = isOff ? "suspended: no backup runs" : "backups run again";
    const told = { property: "disabled", what, rule: "A-59", amount: runs(!isOff) };
    return [found({ ...told, class: isOff ? "LOST" : "STRONGER" })];
  }
  if (!changes(change, "protectionState")) return [];
  const isOn = after.protectionState === "Protected";
  const wasOn = before.protectionState === "Protected";
  const what = `${before.protectionState} → ${after.protectionState}`;
  const why = isOn ? "backups run again" : reasonsOf(after.reasons)[0]?.message;
  // Neither of the other two states runs a backup.
  const told = { property: "protectionState", what, why: why ?? "no backup runs", rule: "Z-33", amount: runs(isOn) };
  if (isOn || wasOn) return [found({ ...told, class: isOn ? "STRONGER" : "LOST" })];
  const isKeptForever = after.protectionState === "ProtectionStopped";
  return [found({ ...told, amount: undefined, class: isKeptForever ? "STRONGER" : "WEAKENED" })];
}

interface ToldReason {
  readonly rule: string;
  readonly message: string;
}

function reasonsOf(value: unknown): readonly ToldReason[] {
  return recordsOf(value).map(({ rule, message }) => ({ rule: textOf(rule) ?? "", message: textOf(message) ?? "" }));
}

function levelFindings(change: Change, { subjects }: Protection): readonly DriftFinding[] {
  const { before, after } = change;
  const [old, live] = [String(before.achievedLevel), String(after.achievedLevel)];
  const [oldRank, liveRank] = [rankOf(old), rankOf(live)];
  const earlier = reasonsOf(before.reasons);
  const fresh = reasonsOf(after.reasons).filter(
    ({ rule, message }) => !earlier.some((each) => each.rule === rule && each.message === message),
  );
  const [first] = fresh;
  if (oldRank === undefined || liveRank === undefined || oldRank === liveRank) {
    if (!changes(change, "reasons") || first === undefined) return [];
    const what = `${live}, with one more reason`;
    return [found({ class: "COSMETIC", property: "reasons", what, why: first.message, rule: first.rule })];
  }
  const amount: Amount = { unit: "levels of consistency", before: oldRank, after: liveRank };
  const what = `${old === "NONE" ? "no backup" : old} → ${live === "NONE" ? "no backup" : live}`;
  const told = { property: "achievedLevel", what, amount };
  if (liveRank > oldRank) return [found({ ...told, class: "STRONGER" })];
  const rules = [...new Set(fresh.map(({ rule }) => rule)), ...(isLessAsked(change) ? [requestRule] : [])];
  const effect: Effect = { rules, subjects };
  const why = first?.message ?? whyLessAsked(change);
  const rule = first?.rule ?? (isLessAsked(change) ? requestedBy(change) : "");
  return [found({ ...told, class: live === "NONE" ? "LOST" : "WEAKENED", why, rule, effect })];
}

function isLessAsked({ before, after }: Change): boolean {
  return (rankOf(after.requestedLevel) ?? 0) < (rankOf(before.requestedLevel) ?? 0);
}

/** Settings of a protection that ask for less than they did. */
const asking = ["appConsistent", "enableWriters", "enableFsFreeze", "snapshotGroup"];

function whyLessAsked(change: Change): string {
  const setting = asking.find((property) => changes(change, property));
  if (setting !== undefined) return `${setting} ${change.before[setting]} → ${change.after[setting]}`;
  return isLessAsked(change) ? `${change.after.requestedLevel} is all that is asked for` : "";
}

function requestedBy({ before }: Change): string {
  return before.sourceResourceId === undefined ? "" : requestRule;
}

/** Disks as the outputs name them: ids, or LUNs with names; another disk at the same LUN is another one. */
function disksOf(value: unknown): ReadonlyMap<string, string> {
  if (!Array.isArray(value)) return new Map();
  return new Map(
    value.map((disk) => {
      if (typeof disk === "string") return [keyOf(disk), disk];
      const { name, diskId } = recordOf(disk);
      return [diskKey(recordOf(disk)), String(diskId ?? name)];
    }),
  );
}

function diskKey({ lun, name, diskId }: Properties): string {
  return diskId === undefined ? `#${lun}${name === undefined ? "" : ` ${name}`}` : keyOf(diskId);
}

function diskFindings(change: Change, protection: Protection, index: StackIndex): readonly DriftFinding[] {
  const [old, live] = [disksOf(change.before.coveredDisks), disksOf(change.after.coveredDisks)];
  const amount: Amount = { unit: "disks", before: old.size, after: live.size };
  const names = (keys: readonly string[], disks: ReadonlyMap<string, string>) =>
    listed(keys.map((key) => index.disks.get(key) ?? disks.get(key) ?? key));
  const gone = [...old.keys()].filter((key) => !live.has(key));
  const added = [...live.keys()].filter((key) => !old.has(key));
  const what = `covered disks ${old.size} → ${live.size}`;
  const property = "coveredDisks";
  const machine = protection.machines[0] ?? "";
  const subjects = gone.map((key) => (key.startsWith("#") ? `${machine}${key.replace(/ .*$/, "")}` : key));
  const effect: Effect = { rules: [coverageRule], subjects };
  const findings: DriftFinding[] = [];
  if (gone.length > 0) {
    const why = `no longer covered: ${names(gone, old)}`;
    findings.push(found({ class: "WEAKENED", property, what, why, rule: "", amount, effect }));
  }
  if (added.length > 0) {
    const more = `covered now: ${names(added, live)}`;
    findings.push(found({ class: "STRONGER", property, what, why: more, amount }));
  }
  return [...findings, ...bareDiskFindings(change, old)];
}

/** Disks that came behind the program's back and that nothing takes. */
function bareDiskFindings({ before, after }: Change, covered: ReadonlyMap<string, string>): readonly DriftFinding[] {
  const [property, of] = ["uncoveredDisks", "excludedDisks"].flatMap((name) =>
    after[name] === undefined ? [] : [[name, after[name]] as const],
  )[0] ?? ["", []];
  const [old, live] = [disksOf(before[property]), disksOf(of)];
  const fresh = [...live.keys()].filter((key) => !old.has(key) && !covered.has(key));
  if (fresh.length === 0) return [];
  const reason = recordsOf(of).find((disk) => fresh.includes(diskKey(disk)));
  const amount: Amount = { unit: "disks", before: old.size, after: live.size };
  const why = textOf(reason?.message) ?? "left out by the disk selection";
  const what = `disks without backup ${old.size} → ${live.size}`;
  return [found({ class: "WEAKENED", property, what, why, rule: textOf(reason?.rule) ?? "Z-26", amount })];
}

/** A list of disks that names all there are covers no disk that comes later (A-22). */
function laterDiskFindings(change: Change): readonly DriftFinding[] {
  const isInclusion = ({ diskExclusionProperties }: Change["before"]) =>
    recordOf(diskExclusionProperties).isInclusionList === true;
  const [wasAll, isAll] = [
    change.before.allDisks !== false && !isInclusion(change.before),
    change.after.allDisks !== false && !isInclusion(change.after),
  ];
  if (wasAll === isAll) return [];
  const isAzure = change.before.sourceResourceId !== undefined;
  const property = isAzure ? "diskExclusionProperties" : "allDisks";
  const what = isAll ? "disks attached later are covered" : "disks attached later are no longer covered";
  return [found({ class: isAll ? "STRONGER" : "WEAKENED", property, what, rule: isAzure ? "Z-26" : "A-22" })];
}

function groupFindings({ before, after }: Change): readonly DriftFinding[] {
  const [old, live] = [groupRanks[String(before.groupKind)], groupRanks[String(after.groupKind)]];
  if (old === undefined || live === undefined || old === live) return [];
  const what = `disks as ${before.groupKind} → ${after.groupKind}`;
  const why = live < old ? "their snapshots are no longer of one moment" : "their snapshots are of one moment";
  return [found({ class: live < old ? "WEAKENED" : "STRONGER", property: "groupKind", what, why, rule: "A-20" })];
}

/** What was lost, and told when it was, has expired meanwhile: nobody did anything. */
export function isTimeAlone({ before, after, isGone, paths }: Change): boolean {
  if (isGone || paths.length === 0 || paths.some((path) => topOf(path) !== "damagedPoints")) return false;
  const old = new Set(textsOf(before.damagedPoints));
  return textsOf(after.damagedPoints).every((point) => old.has(point));
}

function damageFindings({ before, after }: Change, { lostPoints }: DriftFacts): readonly DriftFinding[] {
  const [old, live] = [textsOf(before.damagedPoints), textsOf(after.damagedPoints)];
  const fresh = live.filter((point) => !old.includes(point));
  const amount: Amount = { unit: "points", before: old.length, after: live.length };
  const property = "damagedPoints";
  if (fresh.length === 0) {
    if (live.length === old.length) return [];
    return [found({ class: "COSMETIC", property, what: `damaged points ${old.length} → ${live.length}`, amount })];
  }
  const names = fresh.map((point) => {
    const [short, date] = [point.split("/").at(-1) ?? point, lostPoints.get(keyOf(point))?.date];
    return date === undefined ? short : `${date} (${short})`;
  });
  const known = fresh.flatMap((point) => lostPoints.get(keyOf(point)) ?? []);
  const { verb, why, rule } = wayOfLoss(before.sourceResourceId !== undefined, known);
  const what = `${fresh.length === 1 ? "point" : `${fresh.length} points`} ${verb}: ${listed(names)}`;
  return [found({ class: "LOST", property, what, why, rule, amount })];
}

/** How points were lost, as far as that is known of them. */
function wayOfLoss(isAzure: boolean, points: readonly LostPoint[]) {
  const verb = "can't be restored";
  if (isAzure) return { verb, why: "deleted behind the vault's back", rule: "Z-37" };
  const deleted = points.filter(({ isDeleted }) => isDeleted).length;
  if (deleted === 0) return { verb, why: "snapshots were deleted outside Cloud Backup", rule: "A-39" };
  const why = "deleted through Cloud Backup before they expired";
  if (deleted === points.length) return { verb: "deleted", why, rule: "A-42" };
  return { verb, why: `${why}, or their snapshots outside it`, rule: "A-39" };
}

/** Another policy took over: what that means is the difference of the two. */
function policyFindings(change: Change, index: StackIndex, { clocks }: DriftFacts): readonly DriftFinding[] {
  const { before, after } = change;
  const [oldId, liveId] = [keyOf(before.policyId), keyOf(after.policyId)];
  // Protection that is stopped has no policy; its state has told it.
  if (!changes(change, "policyId") || liveId === "" || oldId === "") return [];
  return swapFindings(change, { oldId, liveId }, index, clocks);
}

interface Swap {
  readonly oldId: string;
  readonly liveId: string;
}

/** What it means that one policy took over from another one. */
function swapFindings(
  change: Change,
  { oldId, liveId }: Swap,
  index: StackIndex,
  clocks: DriftFacts["clocks"],
): readonly DriftFinding[] {
  if (oldId === liveId) return [];
  const [old, live] = [index.policies.get(oldId), index.policies.get(liveId)];
  const name = (id: string) => index.policies.get(id)?.name ?? id.split("/").at(-1) ?? id;
  const why = `policy ${name(oldId)} → ${name(liveId)}`;
  if (old === undefined || live === undefined) {
    const what = `${why}, of which the stack knows nothing`;
    return [found({ class: "WEAKENED", property: "policyId", what })];
  }
  const findings =
    change.before.sourceResourceId === undefined
      ? compareRegimes(regimeOfPolicy(old.before), regimeOfPolicy(live.now), { why, now: clocks.get(change.step.urn) })
      : compareVaultPolicies(old.before, live.now, why);
  const same = found({ class: "COSMETIC", property: "policyId", what: why, why: "with the same effect" });
  return findings.length === 0 ? [same] : findings.map((finding) => ({ ...finding, property: "policyId" }));
}

/**
 * The program's binding is gone, and somebody made another one: a machine has one policy, and goes on under that
 * (A-30). What it means is the difference of the two.
 */
export function successorFindings(
  change: Change,
  successor: Successor,
  index: StackIndex,
  { clocks }: DriftFacts,
): readonly DriftFinding[] {
  const [old, live] = [String(change.before.achievedLevel), successor.level];
  const [before, after] = [rankOf(old) ?? 0, rankOf(live) ?? 0];
  const swap = { oldId: keyOf(change.before.policyId), liveId: keyOf(successor.policyId) };
  const amount: Amount = { unit: "levels of consistency", before, after };
  const why = "somebody bound the machine anew";
  const told = { property: "achievedLevel", what: `${old} → ${live}`, why, amount };
  const level = before === after ? [] : [found({ ...told, class: after < before ? "WEAKENED" : "STRONGER" })];
  const what = "deleted, and bound anew outside the program";
  return [
    ...level,
    ...swapFindings(change, swap, index, clocks),
    found({ class: "COSMETIC", property: "", what, why: "a machine has one policy at a time", rule: "A-30" }),
  ];
}

/** A key of the program's own for copies, or the service's. */
function keyFindings(change: Change): readonly DriftFinding[] {
  if (!changes(change, "replicationEncryption")) return [];
  const keyIn = ({ replicationEncryption }: Change["before"]) => textOf(recordOf(replicationEncryption).kmsKeyId);
  const [old, live] = [keyIn(change.before), keyIn(change.after)];
  if (old === live) return [];
  const told = { property: "replicationEncryption", rule: "A-44" };
  if (old === undefined) return [found({ ...told, class: "STRONGER", what: `copies are encrypted with ${live}` })];
  const what = live === undefined ? "with the service's key" : `with ${live}`;
  return [found({ ...told, class: "WEAKENED", what: `copies are encrypted ${what}, no longer with ${old}` })];
}

/** Copies fail although backups don't: what is in another region is what it was. */
function copyFindings(change: Change): readonly DriftFinding[] {
  if (!changes(change, "copyProblem")) return [];
  const [old, live] = [recordOf(change.before.copyProblem), recordOf(change.after.copyProblem)];
  const told = { property: "copyProblem", rule: textOf(live.rule) ?? textOf(old.rule) ?? "" };
  if (live.rule === undefined) return [found({ ...told, class: "STRONGER", what: "copies are made again" })];
  const why = textOf(live.message) ?? "";
  if (old.rule === undefined) return [found({ ...told, class: "WEAKENED", what: "copies fail", why })];
  return [found({ ...told, class: "COSMETIC", what: "copies fail for another reason", why })];
}
