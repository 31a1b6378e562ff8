import { counted } from "../engine/core/counted";
import { isBelow, isWeaker, type ProtectionReview } from "./protection-review";
import { type Section, table } from "./section";
import type { Words } from "./words";

const namesShown = 5;
/** So few unchanged protections as nobody minds to read. */
const fewQuiet = 10;

const columns = [
  "Protection",
  "Machine",
  "Level: requested → achieved",
  "Why not",
  "Forecast",
  "Recovery points",
  "Change",
];

/**
 * Every protection: what it is worth, why it is not worth more, and what comes next. Where many stay as they are, as
 * asked, those are folded away.
 */
export function machineSections(reviews: readonly ProtectionReview[], words: Words): readonly [Section, Section] {
  const quiet = reviews.filter(isQuiet);
  const isFolding = quiet.length > fewQuiet;
  const sectionOf = (some: readonly ProtectionReview[]) => ({
    introduction: "",
    ...table(
      columns,
      some.map((review) => machineRow(review, words)),
    ),
    nouns: ["protection", "protections"] as const,
  });
  const open = isFolding ? reviews.filter((review) => !isQuiet(review)) : reviews;
  const title = `${counted(quiet.length, "protection")} as before, at the level asked for`;
  return [
    { title: "Machines", isFolded: false, ...sectionOf(open), least: 30 },
    { title, isFolded: true, ...sectionOf(isFolding ? quiet : []), least: 5 },
  ];
}

function isQuiet(review: ProtectionReview): boolean {
  const { operation, error, idle } = review;
  return operation === "same" && error === undefined && idle === undefined && !isBelow(review) && !isWeaker(review);
}

function machineRow(review: ProtectionReview, words: Words): readonly string[] {
  const { machines, forecast, impact, operation } = review;
  const shown = machines.slice(0, namesShown).map((name) => words.code(name, 80));
  const others = machines.length > shown.length ? [`${machines.length - shown.length} more`] : [];
  return [
    words.resource(review),
    [...shown, ...others].join(", "),
    levelCell(review, words),
    whyCell(review, words),
    words.plain(forecast, 200),
    words.plain(impact, 200),
    operation === "same" ? "unchanged" : words.plain(operation, 40),
  ];
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
