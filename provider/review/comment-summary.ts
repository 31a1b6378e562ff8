import { counted } from "../engine/core/counted";
import { listed } from "../engine/core/listed";
import { nameOfUrn } from "../engine/core/urn";
import type { Uncovered } from "./coverage";
import { type Estate, isComplete, isProtection, keyOf } from "./estate";
import type { TellingImpact } from "./impact-review";
import type { Outcome, Preview } from "./preview";
import { isBelow, isWeaker, type ProtectionReview } from "./protection-review";
import type { ResourceChange } from "./resource-change";
import type { Diagnostic } from "./step";
import type { UnprotectedTime } from "./unprotected-time";
import type { Words } from "./words";

/** All that a summary counts. */
export interface Facts {
  readonly preview: Preview;
  readonly place: { readonly project: string | undefined; readonly stack: string | undefined };
  readonly changes: readonly ResourceChange[];
  readonly reviews: readonly ProtectionReview[];
  readonly impacts: readonly TellingImpact[];
  readonly uncovered: readonly Uncovered[];
  readonly before: Estate;
  readonly after: Estate;
  readonly errors: readonly Diagnostic[];
  readonly times: readonly UnprotectedTime[];
  /** Those about unprotected time left out. */
  readonly warnings: readonly Diagnostic[];
}

const namesShown = 3;

/** The first thing that is read: how it ended, what changes, and what that means for backups. */
export function summaryOf(facts: Facts, words: Words): string {
  const { place, preview, changes } = facts;
  const name = words.code(`${place.project ?? "?"}/${place.stack ?? "?"}`, 200);
  const lines = [
    ...troubleLines(facts),
    ...levelLines(facts, words),
    ...pointLines(facts, words),
    ...coverageLines(facts, words),
    ...timeLines(facts, words),
    ...rarerLines(facts, words),
  ];
  const list = [...lines, ...aheadLines(facts), ...warningLines(facts), ...untoldLines(facts)].map(
    (line) => `- ${line}`,
  );
  const heading = `## ${signOf(facts)} Backup preview of ${name}${endings[preview.outcome]}`;
  return [heading, countLine(preview, changes), list.join("\n")].filter((part) => part !== "").join("\n\n");
}

const endings: Readonly<Record<Outcome, string>> = {
  succeeded: "",
  failed: ": failed",
  "broken off": ": broke off before its end",
  incomplete: ": incomplete",
};

function signOf(facts: Facts): string {
  const { preview, reviews, impacts, uncovered } = facts;
  if (preview.outcome !== "succeeded") return "❌";
  const isGrave =
    takers(facts).length > 0 ||
    uncovered.some(({ isLost }) => isLost) ||
    impacts.some(({ isEmptied }) => isEmptied) ||
    reviews.some((review) => isWeaker(review) || review.achieved === "NONE");
  if (isGrave) return "🔴";
  const isLess = reviews.some((review) => isBelow(review) || review.idle !== undefined);
  const isCut = impacts.some(({ pruned, shortened }) => pruned + shortened > 0);
  const isSaid = facts.times.length + facts.warnings.length > 0;
  return isLess || isCut || isSaid || uncovered.length > 0 || goers(facts).length > 0 ? "🟡" : "✅";
}

const counts = [
  { operation: "create", words: "to create" },
  { operation: "update", words: "to update" },
  { operation: "replace", words: "to replace" },
  { operation: "delete", words: "to delete" },
  { operation: "import", words: "to import" },
  { operation: "read", words: "to read" },
] as const;

/** As the CLI counts; a preview that did not come to its end is counted as far as it came. */
function countLine({ changes: told, outcome }: Preview, changes: readonly ResourceChange[]): string {
  const own = (operation: string) => changes.filter((change) => change.operation === operation).length;
  const isTold = Object.keys(told).length > 0;
  const count = (operation: string): number => (isTold ? (told[operation] ?? 0) : own(operation));
  const parts = counts
    .filter(({ operation }) => count(operation) > 0)
    .map(({ operation, words }) => `${count(operation)} ${words}`);
  const none = outcome === "succeeded" ? "**No changes**" : "**No changes so far**";
  const same = count("same") > 0 ? [`${count("same")} unchanged`] : [];
  return [parts.length > 0 ? `**${parts.join(", ")}**` : none, ...same].join(", ");
}

function troubleLines({ errors, preview }: Facts): readonly string[] {
  const told = errors.length === 0 ? "" : `: ${counted(errors.length, "error")}`;
  const { outcome, missing } = preview;
  if (outcome === "failed") {
    const elsewhere =
      errors.length === 0 ? ": why, the log of its run tells (what pulumi printed on its stderr)" : told;
    return [`❌ The preview **failed**${elsewhere}`];
  }
  if (outcome === "broken off") {
    return [`❌ The preview **broke off**: its end is missing, so more may change than what follows${told}`];
  }
  if (outcome === "incomplete") {
    return [`❌ **The file is incomplete**: the preview counted ${counted(missing, "step")} more than it holds`];
  }
  return [];
}

function levelLines({ reviews }: Facts, words: Words): readonly string[] {
  if (reviews.length === 0) return [];
  const machines = (some: readonly ProtectionReview[]): number =>
    some.reduce((sum, { machineCount }) => sum + machineCount, 0);
  const below = reviews.filter(isBelow);
  const untold = reviews.filter((review) => review.achieved === undefined && review.error === undefined);
  const all = machines(reviews);
  const good = all - machines(below) - machines(untold);
  const less = below.length === 0 ? "" : `, ${machines(below)} below: ${named(below, words)}`;
  const rest = untold.length === 0 ? "" : `, ${machines(untold)} not told`;
  const weaker = reviews.filter(isWeaker);
  const sign = weaker.length > 0 ? "🔴" : below.length > 0 ? "🟡" : "✅";
  const line = `${sign} ${good} of ${counted(all, "protected machine")} at the level asked for${less}${rest}`;
  return weaker.length === 0 ? [line] : [line, `🔴 Weaker than before: ${named(weaker, words)}`];
}

function named(some: readonly { readonly name: string }[], words: Words): string {
  return listed(some, namesShown, ({ name }) => words.code(name));
}

/** Protections and backups that go, and by their own setting take their recovery points with them. */
function takers({ changes }: Facts): readonly ResourceChange[] {
  return changes.filter(
    ({ operation, before, type }) =>
      /^(?:delete|replace)$/.test(operation) &&
      before?.onDestroy === "delete" &&
      (isProtection(type) || type === "cloudbackup:hbr:Backup"),
  );
}

/** Protections that go with all of their machines, and leave their points. */
function goers({ before, after }: Facts): readonly ResourceChange[] {
  return before.protections
    .filter(({ change, properties, machineIds = [] }) => {
      const isLeft = machineIds.some((id) => after.machines.has(keyOf(id)) || !before.machines.has(keyOf(id)));
      return change.after === undefined && properties.onDestroy !== "delete" && machineIds.length > 0 && !isLeft;
    })
    .map(({ change }) => change);
}

const deletion = "onDestroy: delete; one that is held makes it fail";

const points = (count: number): string => counted(count, "recovery point lives", "recovery points live");

function pointLines(facts: Facts, words: Words): readonly string[] {
  const { impacts, preview } = facts;
  const gone = takers(facts);
  const sum = (count: (impact: TellingImpact) => number): number =>
    impacts.reduce((total, each) => total + count(each), 0);
  const pruned = sum((impact) => impact.pruned);
  const shortened = sum((impact) => impact.shortened);
  const extended = sum((impact) => impact.extended);
  const parts = [
    ...(pruned > 0 ? [`**${counted(pruned, "recovery point")} pruned**`] : []),
    ...(shortened > 0 ? [pruned > 0 ? `${shortened} live shorter` : `${points(shortened)} shorter`] : []),
    ...(extended > 0 ? [pruned + shortened > 0 ? `${extended} live longer` : `${points(extended)} longer`] : []),
  ];
  const isEmptied = impacts.some((impact) => impact.isEmptied);
  const grave = [
    ...(isEmptied ? ["🔴 **No recovery point is left** on some machine"] : []),
    ...(gone.length > 0 ? [`🔴 **Recovery points are deleted** with ${named(gone, words)} (${deletion})`] : []),
  ];
  if (parts.length > 0) return [...grave, `${pruned + shortened > 0 ? "🟡" : "✅"} ${parts.join(", ")}`];
  const isTold = grave.length > 0 || !isComplete(preview) || facts.before.protections.length === 0;
  if (isTold || goers(facts).length > 0) return grave;
  return ["No change of existing recovery points is told"];
}

function coverageLines(facts: Facts, words: Words): readonly string[] {
  const { uncovered } = facts;
  const labels = (some: readonly Uncovered[]): string =>
    named(
      some.map(({ change, id }) => ({ name: change?.name ?? id })),
      words,
    );
  const lost = uncovered.filter(({ isLost }) => isLost);
  const open = uncovered.filter(({ isLost }) => !isLost);
  const machines = open.filter(({ kind }) => kind === "machine").length;
  const disks = open.length - machines;
  const parts = [
    ...(machines > 0 ? [counted(machines, "machine")] : []),
    ...(disks > 0 ? [counted(disks, "disk")] : []),
  ];
  const going = goers(facts);
  const many = `**${counted(going.length, "protection goes with its machine", "protections go with their machines")}**`;
  const rehearsal = "what stays of them, and what would fail, `cloudbackup rehearse-destroy` tells";
  return [
    ...(going.length > 0 ? [`🟡 ${many}: ${named(going, words)}; ${rehearsal}`] : []),
    ...(lost.length > 0
      ? [`🔴 **${counted(lost.length, "machine")} without protection after this**: ${labels(lost)}`]
      : []),
    ...(parts.length > 0 ? [`🟡 Without protection: ${parts.join(" and ")}: ${labels(open)}`] : []),
  ];
}

/** From the status lines: the first backup of all, and what is there at their common end. */
function aheadLines({ reviews }: Facts): readonly string[] {
  const told = reviews.flatMap(({ forecast }) => {
    const found = /next backup (\d{4}-\d\d-\d\d \d\d:\d\d UTC), (\d+) points? by (\d{4}-\d\d-\d\d)/.exec(forecast);
    return found === null ? [] : [{ next: found[1] ?? "", points: Number(found[2]), until: found[3] ?? "" }];
  });
  const next = told.map((each) => each.next).sort()[0];
  if (next === undefined) return [];
  const ends = new Set(told.map((each) => each.until));
  const points = told.reduce((sum, each) => sum + each.points, 0);
  // Providers may look ahead for spans of their own: those points are of no one day.
  const many = ends.size === 1 ? `, ${counted(points, "recovery point")} by ${[...ends].join()}` : "";
  return [`Looking ahead: next backup ${next}${many} (${counted(told.length, "new or changed protection")})`];
}

/** A time without backup that ends is no lost protection. */
function timeLines({ times }: Facts, words: Words): readonly string[] {
  if (times.length === 0) return [];
  const names = times.map(({ urn = "" }) => ({ name: nameOfUrn(urn) }));
  return [`🟡 **Without backup for a time**: ${named(names, words)}`];
}

/** A schedule under which more may be lost than before. */
function rarerLines({ warnings }: Facts, words: Words): readonly string[] {
  const rarer = warnings.flatMap(({ urn = "", message }) => {
    const [, gaps] = /\bbackups are rarer: .*? takes (up to .*)/.exec(message) ?? [];
    return gaps === undefined ? [] : [`${words.code(nameOfUrn(urn))} ${words.plain(gaps, 80)}`];
  });
  if (rarer.length === 0) return [];
  return [`🟡 **Backups are rarer**, from one point to the next: ${listed(rarer, namesShown)}`];
}

function warningLines({ warnings }: Facts): readonly string[] {
  return warnings.length === 0 ? [] : [`🟡 ${counted(warnings.length, "warning")}, with what to do, below`];
}

/** What can't be said, and why. */
function untoldLines({ preview, after }: Facts): readonly string[] {
  const sources = after.protections.filter(({ machineIds }) => machineIds === undefined).length;
  const lines: string[] = [];
  if (preview.form === "document") {
    lines.push(
      "Plain `--json` leaves out unchanged resources, status lines, and outputs of what is to be created: what they " +
        "would tell is missing here. `PULUMI_ENABLE_STREAMING_JSON_PREVIEW=1` gives them",
    );
  }
  if (!isComplete(preview)) lines.push("What no protection covers is not told, as not all resources were seen");
  else if (preview.form === "events" && sources + after.untold > 0) {
    const parts = [
      ...(after.untold > 0 ? [counted(after.untold, "simulated machine or disk", "simulated machines and disks")] : []),
      ...(sources > 0 ? [counted(sources, "protection")] : []),
    ];
    lines.push(`Coverage is told without ${parts.join(" and ")}, of which the ids are not known`);
  }
  return lines;
}
