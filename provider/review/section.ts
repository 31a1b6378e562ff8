import { counted } from "../engine/core/counted";
import { tableHead, tableRow } from "./markdown";

/** A part of a comment: rows of which the last ones may have to go. */
export interface Section {
  readonly title: string;
  /** Whether it is folded away until somebody opens it. */
  readonly isFolded: boolean;
  /** Markdown in front of the rows; may be empty. */
  readonly introduction: string;
  /** The columns, where the rows are those of a table. */
  readonly columns?: readonly string[];
  /** Markdown, whole in itself. */
  readonly rows: readonly string[];
  /** What a row is, and what rows are. */
  readonly nouns: readonly [string, string];
  /** How many rows come before any further row of the other sections. */
  readonly least: number;
}

/** A table's part of a section: a column in which no row has anything is left out. Cells are Markdown of one line. */
export function table(
  columns: readonly string[],
  cells: readonly (readonly string[])[],
): Required<Pick<Section, "columns" | "rows">> {
  const filled = columns.map((_, index) => cells.some((row) => row[index] !== ""));
  const kept = (row: readonly string[]): readonly string[] => row.filter((_, index) => filled[index]);
  return { columns: kept(columns), rows: cells.map((row) => tableRow(kept(row))) };
}

/** The beginning of every section and what it says of rows that are left out. */
const longestNote = 160;

/**
 * Sections as Markdown of at most `limit` bytes, which are never fewer than its characters: first the least rows of
 * each, then the others, in the order of the sections. What does not fit goes from the end, row by row, and each
 * section says how many did.
 */
export function renderSections(sections: readonly Section[], limit: number): string {
  const filled = sections.filter(({ rows, introduction }) => rows.length > 0 || introduction !== "");
  const shown = filled.map(() => 0);
  let left = limit - filled.reduce((sum, section) => sum + sizeOf(renderSection(section, 0)) + longestNote, 0);
  const grow = (most: (section: Section) => number): void => {
    filled.forEach((section, index) => {
      for (let next = shown[index] ?? 0; next < Math.min(most(section), section.rows.length); next++) {
        const cost = sizeOf(section.rows[next] ?? "") + 2;
        if (cost > left) break;
        left -= cost;
        shown[index] = next + 1;
      }
    });
  };
  grow(({ least }) => least);
  grow(() => Number.POSITIVE_INFINITY);
  return filled.map((section, index) => renderSection(section, shown[index] ?? 0)).join("\n");
}

/** In UTF-8. */
export function sizeOf(text: string): number {
  return Buffer.byteLength(text);
}

function renderSection(section: Section, shown: number): string {
  const { title, isFolded, introduction, columns, rows, nouns } = section;
  const missing = rows.length - shown;
  const visible = rows.slice(0, shown);
  const table = columns === undefined || shown === 0 ? [] : [tableHead(columns)];
  const separator = columns === undefined ? "\n\n" : "\n";
  const note =
    missing === 0
      ? []
      : [`_… and ${counted(missing, `more ${nouns[0]}`, `more ${nouns[1]}`)}: this comment has no room for them._`];
  const body = [introduction, [...table, ...visible].join(separator), ...note]
    .filter((part) => part !== "")
    .join("\n\n");
  if (!isFolded) return `### ${title}\n\n${body}\n`;
  return `<details><summary>${title}</summary>\n\n${body}\n\n</details>\n`;
}
