import ts from "typescript";
import { type Finding, findingAt, nodesOf, type Source } from "./source";

const fileLimitInLines = 400;
const functionLimitInLines = 70;
const lineLimitInColumns = 120;

export function findLongFiles(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source) => {
    const lines = linesOf(source).length;
    if (lines <= fileLimitInLines) return [];
    return [
      { path: source.path, line: lines, message: `${lines} lines; split it into concepts (≤ ${fileLimitInLines})` },
    ];
  });
}

export function findLongLines(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source) =>
    linesOf(source).flatMap((text, index) => {
      const columns = [...text].length;
      if (columns <= lineLimitInColumns) return [];
      return [{ path: source.path, line: index + 1, message: `${columns} columns (≤ ${lineLimitInColumns})` }];
    }),
  );
}

/** The callback of a `describe` is a list of tests and no piece of logic, so it may be long; what is in it may not. */
export function findLongFunctions(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source) =>
    [...nodesOf(source.tree)].flatMap((node) => {
      if (!ts.isFunctionLike(node) || !("body" in node) || isSuite(node)) return [];
      const lines = lineOf(source, node.getEnd()) - lineOf(source, node.getStart(source.tree)) + 1;
      if (lines <= functionLimitInLines) return [];
      return [findingAt(source, node, `function of ${lines} lines; split it (≤ ${functionLimitInLines})`)];
    }),
  );
}

/** Lines without the empty one after the last line break. */
function linesOf(source: Source): readonly string[] {
  return source.text.replace(/\n$/, "").split("\n");
}

function lineOf(source: Source, position: number): number {
  return source.tree.getLineAndCharacterOfPosition(position).line;
}

function isSuite(node: ts.Node): boolean {
  const call = node.parent;
  return ts.isCallExpression(call) && ts.isIdentifier(call.expression) && call.expression.text === "describe";
}
