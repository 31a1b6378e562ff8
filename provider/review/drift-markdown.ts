import type { DriftedResource } from "./drift";
import { countsInWords, type DriftReport, labelsOf, notesOf, sourceOf } from "./drift-report";

/** By this a workflow finds the issue, or the comment, that it wrote before. */
export const driftMarker = "<!-- cloudbackup-drift -->";

/** GitHub takes 65,536 characters. */
const longest = 60_000;

/** The report as the text of an issue: the summary first, so that a cut takes the least of it. */
export function driftMarkdown(report: DriftReport): string {
  const { stack, inOrder, resources } = report;
  const title = `## Drift of \`${stack}\`: ${countsInWords(report)}`;
  const counted = resources.filter(({ causeOf }) => causeOf.length === 0);
  const labels = labelsOf(report);
  const rows = counted.flatMap((resource) => rowsOf(resource, labels.get(resource) ?? resource.name));
  const notes = notesOf(report).map((note) => `- ${plainText(note)}`);
  const head = [driftMarker, title, "", `${inOrder} resources are in order.`];
  const details = resources.map((resource) => detailOf(resource, labels.get(resource) ?? resource.name));
  const room = longest - head.join("\n").length - 1_000;
  const noteText = section("### Beside it", cut(notes, Math.floor(room / 5), "notes"));
  const tableText = rows.length === 0 ? "" : `\n${tableHead}\n${cut(rows, Math.floor((room * 2) / 5), "rows")}\n`;
  const left = room - noteText.length - tableText.length;
  const detailText =
    details.length === 0
      ? ""
      : `\n<details><summary>Details</summary>\n\n${cut(details, left, "resources")}\n\n</details>\n`;
  return `${head.join("\n")}\n${tableText}${noteText}${detailText}`;
}

const tableHead = "| resource | class | what | why | rule |\n| --- | --- | --- | --- | --- |";

function rowsOf({ findings }: DriftedResource, label: string): readonly string[] {
  return findings
    .filter(({ lowers }) => lowers === undefined)
    .map(({ class: worst, what, why, rule }) => {
      const word = worst === "LOST" || worst === "WEAKENED" ? `**${worst}**` : worst.toLowerCase();
      return `| ${[plainText(label), word, plainText(what), plainText(why), rule].join(" | ")} |`;
    });
}

function detailOf({ urn, id, findings }: DriftedResource, label: string): string {
  const lines = findings.map(({ class: worst, property, what, why, rule, lowers }) => {
    const source = sourceOf(rule);
    const told = lowers === undefined ? worst : `cause for ${lowers.join(", ")}`;
    const words = [`${told}: ${what}`, why, source === undefined ? "" : `${rule}: ${source}`].filter((each) => each);
    return `  - ${property === "" ? "" : `\`${property}\` `}${plainText(words.join("; "))}`;
  });
  return [`- **${plainText(label)}** \`${urn}\` \`${id}\``, ...lines].join("\n");
}

function section(title: string, text: string): string {
  return text === "" ? "" : `\n${title}\n${text}\n`;
}

/** As many whole parts as there is room for, and how many are left out. */
function cut(parts: readonly string[], room: number, what: string): string {
  let length = 0;
  const taken = parts.filter((part) => {
    length += part.length + 1;
    return length <= room;
  });
  const left = parts.length - taken.length;
  return [...taken, ...(left === 0 ? [] : [`\n… and ${left} more ${what}: cloudbackup drift shows all`])].join("\n");
}

/** Names and messages are texts: they format nothing, mention nobody and end no cell. */
function plainText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("@", "&#64;")
    .replaceAll(/([\\`*_[\]|])/g, "\\$1")
    .replaceAll(/\s*[\r\n]+\s*/g, " ");
}
