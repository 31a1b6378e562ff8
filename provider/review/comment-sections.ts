import type { Uncovered } from "./coverage";
import type { TellingImpact } from "./impact-review";
import type { Preview } from "./preview";
import { lastPart, type PropertyChange, type ResourceChange } from "./resource-change";
import { type Section, table } from "./section";
import type { Diagnostic } from "./step";
import type { UnprotectedTime } from "./unprotected-time";
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

/** What becomes of the recovery points that exist. */
export function impactSection(impacts: readonly TellingImpact[], { statuses }: Preview, words: Words): Section {
  return {
    title: "Recovery points",
    isFolded: false,
    introduction: "",
    ...table(
      ["Resource", "What becomes of its points", "By reason and machine", "Then"],
      impacts.map((impact) => impactRow(impact, statuses.get(impact.urn ?? ""), words)),
    ),
    nouns: ["change of recovery points", "changes of recovery points"],
    least: 20,
  };
}

function impactRow(impact: TellingImpact, status: string | undefined, words: Words): readonly string[] {
  const { urn, headline, lines, pruned, shortened, isEmptied } = impact;
  const sign = isEmptied ? "🔴" : pruned + shortened > 0 ? "🟡" : "✅";
  const shown = lines.slice(0, linesShown).map((line) => words.plain(line, 160));
  const others = lines.length > shown.length ? [`${lines.length - shown.length} more`] : [];
  const resource = urn === undefined ? "" : words.urn(urn);
  const told = [`${sign} ${words.plain(headline, 500)}`, [...shown, ...others].join("<br>")];
  return [resource, ...told, words.plain(status ?? "", 200)];
}

/** Machines and disks that no backup takes. */
export function coverageSection(uncovered: readonly Uncovered[], words: Words): Section {
  return {
    title: "Without protection",
    isFolded: false,
    introduction: "",
    ...table(
      ["What", "Id", "Why"],
      uncovered.map(({ kind, change, id, why, isLost }) => [
        `${isLost ? "🔴" : "🟡"} ${kind} ${change === undefined ? "" : words.code(change.name)}`.trimEnd(),
        words.code(lastPart(id)),
        `${isLost ? "**loses its protection**: " : ""}${words.plain(why)}`,
      ]),
    ),
    nouns: ["machine or disk", "machines and disks"],
    least: 15,
  };
}

/** For how long machines are without a backup. */
export function timeSection(times: readonly UnprotectedTime[], words: Words): Section {
  const rows = times.map(({ urn, what, remedy }) => [
    urn === undefined ? "" : words.urn(urn),
    `🟡 ${words.plain(what, 500)}`,
    words.plain(remedy, 300),
  ]);
  return {
    title: "Unprotected time",
    isFolded: false,
    introduction: "",
    ...table(["Resource", "What has no backup, and until when", "What to do"], rows),
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
    ...table(
      ["Resource", "Why"],
      replaced.map((change) => [words.resource(change), replacementReason(change, preview, words)]),
    ),
    nouns: ["replacement", "replacements"],
    least: 10,
  };
}

function replacementReason({ urn, properties }: ResourceChange, { replacements }: Preview, words: Words): string {
  const told = replacements.get(urn);
  if (told !== undefined) return told.map((sentence) => words.plain(sentence)).join("<br>");
  const causes = properties.filter(({ kind }) => kind.endsWith("-replace"));
  if (causes.length === 0) return "replaced because the program or the command asks for it";
  const texts = causes.map((cause) => {
    const [before, after] = pair(cause, words).map((value) => value || "nothing");
    return `${words.code(cause.path)} changes from ${before} to ${after}`;
  });
  return `replaced because ${texts.slice(0, namesShown).join(", ")}`;
}

function pair({ before, after }: PropertyChange, words: Words): readonly string[] {
  return words.values(before, after);
}

/** What resources change, property by property. */
export function changeSection(changes: readonly ResourceChange[], words: Words): Section {
  const rows = changes
    .filter(({ operation }) => operation !== "same")
    .flatMap((change) => {
      const start = [words.plain(change.operation, 40), words.resource(change)];
      if (change.properties.length === 0) return [[...start, "", "", ""]];
      return change.properties.map((property) => [...start, words.code(property.path, 120), ...pair(property, words)]);
    });
  return {
    title: "All changes",
    isFolded: true,
    introduction: "",
    ...table(["Change", "Resource", "Property", "Before", "After"], rows),
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
