import { counted } from "../engine/core/counted";
import type { Uncovered } from "./coverage";
import type { TellingImpact } from "./impact-review";
import { tableRow } from "./markdown";
import type { Preview } from "./preview";
import { isBelow, isWeaker, type ProtectionReview } from "./protection-review";
import { lastPart, type PropertyChange, type ResourceChange } from "./resource-change";
import type { Section } from "./section";
import type { Diagnostic } from "./step";
import type { Words } from "./words";

const namesShown = 5;
const linesShown = 8;

/** What went wrong, each with all that was said. */
export function errorSection(errors: readonly Diagnostic[], words: Words): Section {
  return {
    title: "Errors",
    isFolded: false,
    introduction: "",
    rows: spokenRows(errors, words),
    nouns: ["error", "errors"],
    least: 10,
  };
}

/** Every protection: what it is worth, why it is not worth more, and what comes next. */
export function machineSection(reviews: readonly ProtectionReview[], words: Words): Section {
  return {
    title: "Machines",
    isFolded: false,
    introduction: "",
    columns: [
      "Protection",
      "Machine",
      "Level: requested → achieved",
      "Why not",
      "Forecast",
      "Recovery points",
      "Change",
    ],
    rows: reviews.map((review) => machineRow(review, words)),
    nouns: ["protection", "protections"],
    least: 30,
  };
}

function machineRow(review: ProtectionReview, words: Words): string {
  const { machines, forecast, impact, operation } = review;
  const shown = machines.slice(0, namesShown).map((name) => words.code(name, 80));
  const others = machines.length > shown.length ? [`${machines.length - shown.length} more`] : [];
  return tableRow([
    words.resource(review),
    [...shown, ...others].join(", "),
    levelCell(review, words),
    whyCell(review, words),
    words.plain(forecast, 200),
    words.plain(impact, 200),
    operation === "same" ? "unchanged" : words.plain(operation, 40),
  ]);
}

function levelCell(review: ProtectionReview, words: Words): string {
  const { requested, achieved, previous, idle, error } = review;
  const was = previous === undefined ? "" : `, was ${words.plain(previous, 40)}`;
  const levels =
    achieved === undefined
      ? "not told"
      : requested === achieved
        ? `${words.plain(achieved, 40)}, as asked`
        : `${words.plain(requested ?? "?", 40)} → **${words.plain(achieved, 40)}**`;
  const state = idle === undefined ? "" : `, **${words.plain(idle, 40)}**`;
  return `${signOf(review)} ${error !== undefined && achieved === undefined ? "refused" : levels}${was}${state}`.trim();
}

function signOf(review: ProtectionReview): string {
  const { error, achieved, idle } = review;
  if (error !== undefined) return "❌";
  if (achieved === "NONE" || isWeaker(review)) return "🔴";
  if (isBelow(review) || idle !== undefined) return "🟡";
  return achieved === undefined ? "" : "✅";
}

function whyCell({ reasons, error }: ProtectionReview, words: Words): string {
  const [first, ...others] = reasons;
  if (first === undefined) return error === undefined ? "" : words.plain(error);
  const more = others.length === 0 ? "" : ` (and ${counted(others.length, "more reason")})`;
  return `${words.plain(first.rule, 20)} ${words.plain(first.message)}${more}`;
}

/** What becomes of the recovery points that exist. */
export function impactSection(impacts: readonly TellingImpact[], { statuses }: Preview, words: Words): Section {
  return {
    title: "Recovery points",
    isFolded: false,
    introduction: "",
    columns: ["Resource", "What becomes of its points", "By reason and machine", "Then"],
    rows: impacts.map((impact) => impactRow(impact, statuses.get(impact.urn ?? ""), words)),
    nouns: ["change of recovery points", "changes of recovery points"],
    least: 20,
  };
}

function impactRow(impact: TellingImpact, status: string | undefined, words: Words): string {
  const { urn, headline, lines, pruned, shortened, isEmptied } = impact;
  const sign = isEmptied ? "🔴" : pruned + shortened > 0 ? "🟡" : "✅";
  const shown = lines.slice(0, linesShown).map((line) => words.plain(line, 160));
  const others = lines.length > shown.length ? [`${lines.length - shown.length} more`] : [];
  const resource = urn === undefined ? "" : words.urn(urn);
  const told = [`${sign} ${words.plain(headline, 500)}`, [...shown, ...others].join("<br>")];
  return tableRow([resource, ...told, words.plain(status ?? "", 200)]);
}

/** Machines and disks that no backup takes. */
export function coverageSection(uncovered: readonly Uncovered[], words: Words): Section {
  return {
    title: "Without protection",
    isFolded: false,
    introduction: "",
    columns: ["What", "Id", "Why"],
    rows: uncovered.map(({ kind, change, id, why, isLost }) =>
      tableRow([
        `${isLost ? "🔴" : "🟡"} ${kind} ${change === undefined ? "" : words.code(change.name)}`.trimEnd(),
        words.code(lastPart(id)),
        `${isLost ? "**loses its protection**: " : ""}${words.plain(why)}`,
      ]),
    ),
    nouns: ["machine or disk", "machines and disks"],
    least: 15,
  };
}

/** What a warning calls the time in which a machine or disk has no backup. */
const unprotectedTime = /\b(?:left without protection|has no backup from|has no recovery point|unprotected until)\b/;

/** For how long machines are without a backup, as warnings tell; what to do about it stands there. */
export function timeSection(warnings: readonly Diagnostic[], words: Words): Section {
  const rows = warnings.flatMap(({ urn, message }) => {
    const line = message.split("\n").find((each) => unprotectedTime.test(each));
    if (line === undefined) return [];
    return [tableRow([urn === undefined ? "" : words.urn(urn), `🟡 ${words.plain(line.trim(), 500)}`])];
  });
  return {
    title: "Unprotected time",
    isFolded: false,
    introduction: "",
    columns: ["Resource", "What has no backup, and until when"],
    rows: [...new Set(rows)],
    nouns: ["warning", "warnings"],
    least: 10,
  };
}

/** Why resources are replaced: in the provider's words, or by the properties that make it necessary. */
export function replacementSection(changes: readonly ResourceChange[], preview: Preview, words: Words): Section {
  const replaced = changes.filter(({ operation }) => operation === "replace");
  return {
    title: "Replacements",
    isFolded: false,
    introduction: "",
    columns: ["Resource", "Why"],
    rows: replaced.map((change) => tableRow([words.resource(change), replacementReason(change, preview, words)])),
    nouns: ["replacement", "replacements"],
    least: 10,
  };
}

function replacementReason({ urn, properties }: ResourceChange, { replacements }: Preview, words: Words): string {
  const told = replacements.get(urn);
  if (told !== undefined) return told.map((sentence) => words.plain(sentence)).join("<br>");
  const causes = properties.filter(({ kind }) => kind.endsWith("-replace"));
  if (causes.length === 0) return "replaced because the program or the command asks for it";
  const texts = causes.map((cause) => `${words.code(cause.path)} changes from ${pair(cause, words).join(" to ")}`);
  return `replaced because ${texts.slice(0, namesShown).join(", ")}`;
}

function pair({ before, after }: PropertyChange, words: Words): readonly [string, string] {
  return [words.value(before) || "nothing", words.value(after) || "nothing"];
}

/** What resources change, property by property. */
export function changeSection(changes: readonly ResourceChange[], words: Words): Section {
  const rows = changes
    .filter(({ operation }) => operation !== "same")
    .flatMap((change) => {
      const start = [words.plain(change.operation, 40), words.resource(change)];
      if (change.properties.length === 0) return [tableRow([...start, "", "", ""])];
      return change.properties.map((property) =>
        tableRow([...start, words.code(property.path, 120), words.value(property.before), words.value(property.after)]),
      );
    });
  return {
    title: "All changes",
    isFolded: true,
    introduction: "",
    columns: ["Change", "Resource", "Property", "Before", "After"],
    rows,
    nouns: ["change", "changes"],
    least: 15,
  };
}

/** Warnings or messages, folded away. */
export function spokenSection(
  title: string,
  nouns: Section["nouns"],
  said: readonly Diagnostic[],
  words: Words,
): Section {
  return { title, isFolded: true, introduction: "", rows: spokenRows(said, words), nouns, least: 5 };
}

/** What several resources have in common is said once. */
function spokenRows(said: readonly Diagnostic[], words: Words): readonly string[] {
  const speakers = new Map<string, string[]>();
  for (const { message, urn } of said) {
    const known = speakers.get(message) ?? [];
    if (urn !== undefined) known.push(urn);
    speakers.set(message, known);
  }
  return [...speakers].map(([message, urns]) => {
    const shown = urns.slice(0, namesShown).map((urn) => words.urn(urn));
    const others = urns.length > shown.length ? [`${urns.length - shown.length} more`] : [];
    const heading = [...shown, ...others].join(", ");
    return heading === "" ? words.block(message) : `${heading}\n\n${words.block(message)}`;
  });
}
