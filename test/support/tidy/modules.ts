import ts from "typescript";
import { type Finding, findingAt, moduleReferences, nodesOf, resolveRelative, type Source } from "./source";

export function findAny(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source) =>
    [...nodesOf(source.tree)]
      .filter((node) => node.kind === ts.SyntaxKind.AnyKeyword)
      .map((node) => findingAt(source, node, "`any` turns the compiler off; say what it is, or `unknown`")),
  );
}

export function findDefaultExports(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source) =>
    [...nodesOf(source.tree)]
      .filter(
        (node) =>
          ts.isExportAssignment(node) ||
          (node.kind === ts.SyntaxKind.DefaultKeyword && isModifier(node)) ||
          (ts.isExportSpecifier(node) && node.name.text === "default"),
      )
      .map((node) => findingAt(source, node, "export it by its name, so that it has one name everywhere")),
  );
}

function isModifier(node: ts.Node): boolean {
  return ts.canHaveModifiers(node.parent) && ts.getModifiers(node.parent)?.some((each) => each === node) === true;
}

export function findBarrels(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter((source) => source.path !== "provider/registry.ts")
    .flatMap((source) => {
      const passedOn = source.tree.statements.filter(
        (statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined,
      );
      const first = passedOn[0];
      const onlyPassesOn = source.tree.statements.every(
        (statement) => ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement),
      );
      const passesAllOn = passedOn.some((statement) => ts.isExportDeclaration(statement) && !statement.exportClause);
      if (first === undefined || !(onlyPassesOn || passesAllOn)) return [];
      return [findingAt(source, first, "only passes on what others export; import it from where it is declared")];
    });
}

export function findBadFileNames(paths: readonly string[]): readonly Finding[] {
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.(ts|cjs)$/;
  return paths
    .filter((path) => !kebab.test(path.slice(path.lastIndexOf("/") + 1)))
    .map((path) => ({ path, line: 1, message: "file names are kebab-case, as the concept they hold" }));
}

/**
 * Files that nothing leads to. A way leads to a file by an import, or by its path in a string or in one of the given
 * other texts (package.json, launchers); tests are where ways begin, but a file of the provider needs one that is none.
 */
export function findDeadFiles(sources: readonly Source[], otherTexts: readonly string[]): readonly Finding[] {
  const importers = importersByTarget(sources);
  const named = [...otherTexts, ...sources.map((source) => stringsOf(source).join("\n"))].join("\n");
  return sources.flatMap((source) => {
    if (source.path.endsWith(".test.ts") || isNamed(source.path, named)) return [];
    const from = importers.get(source.path.replace(/\.ts$/, "")) ?? [];
    if (from.length === 0) return [{ path: source.path, line: 1, message: "nothing imports this file" }];
    if (!source.path.startsWith("provider/") || from.some((path) => !path.startsWith("test/"))) return [];
    return [{ path: source.path, line: 1, message: "only tests import this file of the provider" }];
  });
}

function importersByTarget(sources: readonly Source[]): ReadonlyMap<string, readonly string[]> {
  const importers = new Map<string, string[]>();
  for (const source of sources) {
    for (const { specifier } of moduleReferences(source)) {
      const target = resolveRelative(source.path, specifier)?.replace(/\.[cm]?[jt]s$/, "");
      if (target !== undefined) importers.set(target, [...(importers.get(target) ?? []), source.path]);
    }
  }
  return importers;
}

function stringsOf(source: Source): readonly string[] {
  return [...nodesOf(source.tree)].filter(ts.isStringLiteralLike).map((literal) => literal.text);
}

/** A launcher names the built file: dist/main.js is provider/main.ts. */
function isNamed(path: string, texts: string): boolean {
  return texts.includes(path) || texts.includes(path.replace(/^provider\/(.*)\.ts$/, "dist/$1.js"));
}

/** Exported names that occur nowhere but where they are declared. */
export function findDeadExports(sources: readonly Source[]): readonly Finding[] {
  const uses = new Map<string, number>();
  for (const source of sources) {
    for (const node of nodesOf(source.tree)) {
      if (ts.isIdentifier(node)) uses.set(node.text, (uses.get(node.text) ?? 0) + 1);
    }
  }
  return sources.flatMap((source) =>
    source.tree.statements
      .flatMap(exportedNames)
      .filter((name) => uses.get(name.text) === 1)
      .map((name) => findingAt(source, name, `nothing uses the exported ${name.text}`)),
  );
}

function exportedNames(statement: ts.Statement): readonly ts.Identifier[] {
  const isExported =
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) === true;
  if (!isExported) return [];
  const declarations = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
  return declarations.flatMap((declaration) => {
    const name = "name" in declaration ? (declaration.name as ts.Node | undefined) : undefined;
    return name !== undefined && ts.isIdentifier(name) ? [name] : [];
  });
}
