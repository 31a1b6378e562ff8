/** Control characters, and those that turn the direction of a text or hide in it: a name made of them misleads. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/gu;
const lonelySurrogate = /\p{Cs}/gu;

/** What keeps GitHub from reading a mention, a reference or a link: it has no width. */
const apart = "&#8203;";

/** A text in one line, no longer than `longest`. */
function oneLine(value: string, longest: number): string {
  const line = value.replace(/\s+/g, " ").replace(unprintable, "").replace(lonelySurrogate, "\ufffd").trim();
  return shortened(line, longest);
}

/** Cut at a whole character. */
function shortened(value: string, longest: number): string {
  if (value.length <= longest) return value;
  return `${value.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

function withoutHtml(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** So that nobody is called, and no other issue refers back to this one. */
function withoutReferences(value: string): string {
  // Numbers first: what keeps things apart has one itself.
  return value
    .replace(/#(?=\d)/g, `#${apart}`)
    .replace(/@(?=[\p{L}\p{N}_])/gu, `@${apart}`)
    .replace(/\bGH-(?=\d)/gi, (prefix) => `${prefix}${apart}`);
}

/** Anybody's text as Markdown that shows just that, in one line; fits into a table. */
export function plainText(value: string, longest = 300): string {
  const marked = withoutHtml(oneLine(value, longest)).replace(
    /[\\`*[\]|~$!]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu,
    "\\$&",
  );
  // A line that begins so would be a heading, a list or a rule.
  const begun = marked.replace(/^([#+=-]|\d+[.)](?=\s|$))/, (start) => `${start.slice(0, -1)}\\${start.slice(-1)}`);
  return withoutReferences(begun)
    .replaceAll("://", `:${apart}//`)
    .replace(/\bwww\./gi, `www${apart}.`);
}

/** An identifier as code. What code can't hold as it is becomes escaped text. */
export function code(value: string, longest = 100): string {
  const line = oneLine(value, longest);
  if (line === "") return "";
  return /[`|<>\\@#]/.test(line) ? plainText(value, longest) : `\`${line}\``;
}

/** Lines as they are, in a block that nothing in them can end. */
export function block(value: string, longest = 3000): string {
  const lines = value.replace(/\r\n?/g, "\n").split("\n");
  const clean = lines.map((line) =>
    line.replaceAll("\t", "  ").replace(unprintable, "").replace(lonelySurrogate, "\ufffd"),
  );
  return `<pre>${withoutReferences(withoutHtml(shortened(clean.join("\n").trimEnd(), longest)))}</pre>`;
}

/** A row of a table. The cells are Markdown of one line each. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => (cell === "" ? "–" : cell)).join(" | ")} |`;
}

/** The first lines of a table. */
export function tableHead(titles: readonly string[]): string {
  return `${tableRow(titles)}\n${tableRow(titles.map(() => "---"))}`;
}
