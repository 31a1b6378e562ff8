import { counted } from "../engine/core/counted";
import type { DriftedResource } from "../review/drift";
import type { DriftClass } from "../review/drift-finding";
import { countsInWords, type DriftReport, labelsOf, notesOf } from "../review/drift-report";
import { type Io, paint } from "./io";
import { formatTable } from "./table";

const colours: Readonly<Record<DriftClass, "red" | "bold" | "green" | "dim">> = {
  LOST: "red",
  WEAKENED: "bold",
  STRONGER: "green",
  COSMETIC: "dim",
};

/** What is bad stands out. */
function wordOf(worst: DriftClass): string {
  return worst === "LOST" || worst === "WEAKENED" ? worst : worst.toLowerCase();
}

/** The report for people; how long it took is told here only. */
export function driftText(report: DriftReport, io: Io, seconds: number): string {
  const labels = labelsOf(report);
  const rows = report.resources.flatMap((resource) => rowsOf(resource, labels.get(resource) ?? resource.name, io));
  const table = rows.length === 0 ? "" : formatTable([], rows);
  const missed = report.unread.length + report.unknownToEngine.length;
  const checked = `${counted(report.inOrder, "resource")} in order${missed === 0 ? "" : `, ${missed} not read`}`;
  const summary = `${countsInWords(report)}; ${checked} (${seconds.toFixed(1)} s)`;
  return [`${table}${summary}`, ...notesOf(report).map((note) => paint(io, "dim", note))].join("\n").concat("\n");
}

/** A line for each finding; the name stands on the first one. */
function rowsOf({ findings }: DriftedResource, label: string, io: Io): readonly (readonly string[])[] {
  return findings.map(({ class: worst, what, why, rule, lowers }, index) => {
    const isCause = lowers !== undefined;
    const word = isCause ? paint(io, "dim", "cause") : paint(io, colours[worst], wordOf(worst));
    const rest = isCause ? `of ${lowers.slice(0, 3).join(", ")}${lowers.length > 3 ? " …" : ""}` : why;
    return [index === 0 ? label : "", word, what, rest, rule].map((cell) => cell.replaceAll(/\s*[\r\n]+\s*/g, " "));
  });
}
