import { expect } from "chai";

/** The cells of a row; a bar that is escaped is text. */
function cellsOf(row: string): readonly string[] {
  return row.replace(/\\\|/g, "").split("|").slice(1, -1);
}

/** What every comment has to be: GitHub shows it whole, and nobody's text as more than text. */
export function expectSoundComment(comment: string): void {
  expect(comment.length, "characters").to.be.at.most(60_000);
  const lines = comment.split("\n");
  expect(lines[0]).to.match(/^<!-- cloudbackup-preview [\w.-]+\/[\w.-]+ -->$/);
  expect(lines[1]).to.match(/^## /);
  expectBalanced(comment);
  let columns: number | undefined;
  let isPreformatted = false;
  for (const line of lines) {
    isPreformatted ||= line.startsWith("<pre>");
    if (!isPreformatted && line.startsWith("|")) {
      columns ??= cellsOf(line).length;
      expect(cellsOf(line).length, line).to.equal(columns);
    } else {
      columns = undefined;
    }
    if (line.includes("</pre>")) isPreformatted = false;
  }
}

/** Details and blocks begin and end, one in the other; no other HTML is left, and nobody is called. */
function expectBalanced(comment: string): void {
  const open: string[] = [];
  const [, ...rest] = comment.split("\n");
  const withoutCode = rest.join("\n").replace(/`[^`\n]*`/g, "");
  for (const [tag, slash, name = ""] of withoutCode.matchAll(/<(\/?)([a-z!]+)[^>]*>/gi)) {
    if (name === "br") continue;
    expect(["details", "summary", "pre"], tag).to.include(name);
    if (slash === "") open.push(name);
    else expect(open.pop(), tag).to.equal(name);
  }
  expect(open).to.deep.equal([]);
  expect(withoutCode).to.not.match(/@\w|(?<!&)#\d/);
  expect(withoutCode, "an entity within another").to.not.match(/&#&|&#\d*&/);
  expect(withoutCode).to.not.contain("```");
}
