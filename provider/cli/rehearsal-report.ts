import { counted } from "../engine/core/counted";
import type { Holding } from "../engine/core/holding";
import { listed } from "../engine/core/listed";
import { isoTime, readableTime } from "../engine/core/time";
import { nameOfUrn } from "../engine/core/urn";
import type { RestoredThing } from "../engine/leftover";
import type { Outcome, Refusal } from "../session/deletion-rehearsal";
import type { Rehearsal, RehearsedResource } from "../session/rehearsal";
import type { Loss } from "../session/stack-data";
import { type Io, paint } from "./io";
import { formatTable, readableSize } from "./table";

/** Whether a destroy would leave something, or might. */
export function wouldFail({ resources }: Rehearsal): boolean {
  return resources.some(({ outcome }) => staying.has(outcome) || outcome === "RACES");
}

const staying: ReadonlySet<Outcome> = new Set(["FAILS", "STAYS", "PROTECTED"]);
const bytesPerGiB = 1024 ** 3;

/** The rehearsal as JSON: times in ISO 8601, `never` for what has no end, sizes in bytes. */
export function describeRehearsal(stack: string, rehearsal: Rehearsal): object {
  const { resources, later, kept, lost, restored, notReached } = rehearsal;
  return {
    stack,
    time: isoTime(rehearsal.now),
    wouldFail: wouldFail(rehearsal),
    summary: Object.fromEntries(countOutcomes(resources)),
    resources: resources.map(({ refusal, goesAt, ...resource }) => ({
      ...resource,
      ...(refusal === undefined ? {} : { refusal: describeRefusal(refusal) }),
      ...(goesAt === undefined ? {} : { goesAt: endOf(goesAt) }),
    })),
    notReachedWithoutContinueOnError: notReached,
    again: later.map(({ time, gone, left }) => ({ after: isoTime(time), gone, left })),
    kept: kept.map(describeHolding),
    deleted: lost,
    restored,
  };
}

function describeRefusal({ until, ...refusal }: Refusal): object {
  return { ...refusal, ...(until === undefined ? {} : { until: endOf(until) }) };
}

function describeHolding({ oldest, newest, until, gibDays, ...holding }: Holding): object {
  return {
    ...holding,
    oldest: isoTime(oldest),
    newest: isoTime(newest),
    until: endOf(until),
    gibDays: gibDays === null ? "forever" : Math.round(gibDays * 100) / 100,
  };
}

function endOf(time: number | null): string {
  return time === null ? "never" : isoTime(time);
}

function countOutcomes(resources: readonly RehearsedResource[]): ReadonlyMap<Outcome, number> {
  const counts = new Map<Outcome, number>();
  for (const { outcome } of resources) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The rehearsal for people. */
export function rehearsalText(stack: string, rehearsal: Rehearsal, io: Io): string {
  const { now, resources, later } = rehearsal;
  const at = `as of ${readableTime(now)} by the engine's clock; nothing was changed`;
  const parts = [
    `${paint(io, "bold", `destroy of stack ${stack}, rehearsed`)} (${at})\n${summaryLine(resources)}\n`,
    ...resources.filter(isWorthTelling).map((resource) => tellResource(resource, rehearsal, io)),
    protectedText(resources, io),
    notReachedText(rehearsal),
    othersText(resources),
    later.map(({ time, gone, left }) => {
      const rest = left === 0 ? "nothing is left then" : `${left} more ${left === 1 ? "stays" : "stay"}`;
      return `again after ${readableTime(time)}: ${list(gone.map(nameOfUrn))} would go; ${rest}\n`;
    }),
    keptText(rehearsal.kept),
    lostText(rehearsal.lost),
    restoredText(rehearsal.restored),
  ];
  return parts
    .flat()
    .filter((part) => part !== "")
    .join("\n");
}

const words: Readonly<Record<Outcome, string>> = {
  GONE: "would go",
  FAILS: "would fail",
  STAYS: "would stay with them",
  PROTECTED: "protected",
  RACES: "may fail",
  FORGOTTEN: "would be let go of",
  UNKNOWN: "not in the engine",
  NOT_REHEARSED: "of other providers, not rehearsed",
};

function summaryLine(resources: readonly RehearsedResource[]): string {
  if (resources.length === 0) return "the stack has no resources";
  const counts = countOutcomes(resources);
  const told = (Object.keys(words) as Outcome[]).filter((outcome) => counts.has(outcome));
  const parts = told.map((outcome) => `${counts.get(outcome)} ${words[outcome]}`);
  return `of ${counted(resources.length, "resource")}: ${parts.join(", ")}`;
}

/** What goes quietly is only counted. */
const quiet: ReadonlySet<Outcome> = new Set(["GONE", "NOT_REHEARSED", "PROTECTED"]);

function isWorthTelling({ outcome, notes }: RehearsedResource): boolean {
  return notes.length > 0 || !quiet.has(outcome);
}

/** All that is protected in one piece: of a stack that was adopted that is everything. */
function protectedText(resources: readonly RehearsedResource[], io: Io): string {
  const all = resources.filter(({ outcome }) => outcome === "PROTECTED");
  const [first, ...others] = all;
  if (first === undefined) return "";
  const which = others.length === 0 ? `'${first.urn}'` : "<urn>, for each";
  return (
    `${paint(io, "dim", "PROTECTED")}  ${list(all.map(shown))}\n` +
    `  protect is on: pulumi state unprotect ${which}, or take the option out of the program\n` +
    "  what a destroy would do then: --ignore-protect\n"
  );
}

function tellResource(resource: RehearsedResource, { resources }: Rehearsal, io: Io): string {
  const { outcome, type, name, refusal, staysFor, notes } = resource;
  const holders = [...new Set(staysFor)].map((urn) => resources.find((each) => each.urn === urn));
  const why = {
    FAILS: [],
    GONE: [],
    STAYS: [`needed by ${list(holders.flatMap((holder) => (holder === undefined ? [] : [shown(holder)])))}`],
    PROTECTED: [],
    RACES: [
      "goes or fails by luck: the state has no dependency that says what is deleted first; a second destroy takes it,",
      "or pulumi up before it: that writes the program's dependencies down, after an import too",
    ],
    FORGOTTEN: [],
    UNKNOWN: ["a destroy takes it for deleted; is engineUrl the stack's own?"],
    NOT_REHEARSED: [],
  }[outcome];
  const label = outcome.toLowerCase().replace("_", " ");
  const colour = outcome === "FAILS" || outcome === "RACES" ? "red" : "dim";
  const lines = [...why, ...notes, ...(refusal === undefined ? [] : refusalLines(refusal)), ...untilLines(resource)];
  const head = `${paint(io, colour, label.toUpperCase())}  ${shown({ type, name })}`;
  return `${[head, ...lines.map((line) => `  ${line}`)].join("\n")}\n`;
}

function refusalLines({ code, rule, message, remedy, source }: Refusal): readonly string[] {
  return [`${rule === "" ? "" : `${rule} `}${code}: ${message}`, `fix: ${remedy}`, `source: ${source}`];
}

function untilLines({ goesAt, refusal }: RehearsedResource): readonly string[] {
  if (goesAt === undefined) return [];
  if (goesAt !== null) return [`until: ${readableTime(goesAt)}, then a destroy takes it`];
  if (refusal?.until == null) return ["until: waiting alone doesn't end it"];
  const end = readableTime(refusal.until);
  return [`until: ${end}, if no new backup holds it by then: suspend the backups, or they never end`];
}

function shown({ type, name }: Pick<RehearsedResource, "type" | "name">): string {
  return `${type.replace(/^cloudbackup:/, "")} ${name}`;
}

function othersText(resources: readonly RehearsedResource[]): string {
  const others = resources.filter(({ outcome }) => outcome === "NOT_REHEARSED").map(shown);
  return others.length === 0 ? "" : `not rehearsed, as other providers have them: ${list(others)}\n`;
}

function notReachedText({ resources, notReached }: Rehearsal): string {
  if (notReached.length === 0) return "";
  const nameIn = (urn: string) => resources.find((each) => each.urn === urn)?.name ?? nameOfUrn(urn);
  const few = notReached.length === 1 ? "it" : "them";
  return (
    "a plain pulumi destroy stops at its first failure and may leave " +
    `${list(notReached.map(nameIn))} too; with --continue-on-error it takes ${few}\n`
  );
}

const kinds = { POINTS: "recovery points", COPIES: "copies", SNAPSHOTS: "snapshots" } as const;

function keptText(kept: readonly Holding[]): string {
  if (kept.length === 0) return "no data of its machines would be kept\n";
  const rows = kept.map((holding) => [
    holding.machineName,
    `${holding.count} ${kinds[holding.kind]}`,
    holding.place,
    holding.state ?? "",
    readableSize(holding.bytes),
    untilText(holding),
    holding.gibDays === null ? "without end" : `${holding.gibDays.toFixed(1)} GiB-days`,
  ]);
  const bytes = kept.reduce((sum, holding) => sum + holding.bytes, 0);
  const head = ["machine", "what", "where", "state", "size", "until", "cost until then"];
  return `would be kept: ${(bytes / bytesPerGiB).toFixed(1)} GiB\n${formatTable(head, rows)}`;
}

function untilText({ until, forEver, count }: Holding): string {
  if (until !== null) return readableTime(until);
  return forEver === count ? "for ever" : `for ever (${forEver} of them)`;
}

function lostText(lost: readonly Loss[]): string {
  if (lost.length === 0) return "";
  const rows = lost.map(({ machineName, count, kind, place, bytes }) => [
    machineName,
    `${count} ${kinds[kind]}`,
    place,
    readableSize(bytes),
  ]);
  return `would be deleted:\n${formatTable(["machine", "what", "where", "size"], rows)}`;
}

function restoredText(restored: readonly RestoredThing[]): string {
  if (restored.length === 0) return "";
  const rows = restored.map(({ kind, name, id, madeBy, bytes }) => [
    kind.toLowerCase(),
    name === id ? id : `${name} (${id})`,
    madeBy,
    readableSize(bytes),
  ]);
  return `restored, and left behind:\n${formatTable(["kind", "what", "made by", "size"], rows)}`;
}

const namedAtMost = 8;

function list(names: readonly string[]): string {
  return listed(names, namedAtMost);
}
