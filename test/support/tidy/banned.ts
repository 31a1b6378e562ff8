import ts from "typescript";
import { type Finding, findingAt, nodesOf, type Source } from "./source";

const pureFolders = /^provider\/(definition|engine|resources|session|store)\//;

const now = "take `now` from the engine's clock, which is a row, or as an argument";
const random = "take the seeded generator as an argument, or derive the value by hash from what identifies the thing";
const timer = "put an event into the engine's queue, or let the driver wait";

/** What would give another answer the next time, each with what to do instead. */
const bannedMembers: Readonly<Record<string, string>> = {
  "Date.now": now,
  "performance.now": now,
  "process.hrtime": now,
  "Temporal.Now": now,
  "Math.random": random,
};
const bannedNames: Readonly<Record<string, string>> = {
  randomUUID: random,
  randomBytes: random,
  randomInt: random,
  getRandomValues: random,
  setTimeout: timer,
  setInterval: timer,
};

/** Wall clock, chance and timers below rpc/: with them the same program would not give the same answer. */
export function findBannedCalls(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter((source) => pureFolders.test(source.path))
    .flatMap((source) =>
      [...nodesOf(source.tree)].flatMap((node) => {
        const message = banOf(node);
        return message === undefined ? [] : [findingAt(source, node, message)];
      }),
    );
}

function banOf(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const name = node.getText().replace(/^(globalThis|global)\./, "");
    return Object.hasOwn(bannedMembers, name) ? `${name}: ${bannedMembers[name]}` : undefined;
  }
  if (ts.isIdentifier(node)) {
    return Object.hasOwn(bannedNames, node.text) ? `${node.text}: ${bannedNames[node.text]}` : undefined;
  }
  const readsClock = ts.isCallExpression(node) || (ts.isNewExpression(node) && !node.arguments?.length);
  return readsClock && node.expression.getText() === "Date" ? `Date without an argument: ${now}` : undefined;
}

/** A test marked to run alone silences all the others. */
export function findLoneTests(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source) =>
    [...nodesOf(source.tree)].flatMap((node) => {
      if (!ts.isCallExpression(node)) return [];
      if (!/^(describe|context|it|specify|test|suite)\.only$/.test(node.expression.getText(source.tree))) return [];
      return [findingAt(source, node, "this test runs alone; take the mark away")];
    }),
  );
}
