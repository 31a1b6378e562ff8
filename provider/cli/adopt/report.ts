import { relative } from "node:path";
import { nameOf } from "../../engine/azure/arm-id";
import { counted } from "../../engine/core/counted";
import { listed } from "../../engine/core/listed";
import type { Configuration } from "../configuration";
import { formatTable } from "../table";
import type { Adoption } from "./adoption";
import { isArmId } from "./candidate";
import type { KnownStack, NoStack } from "./known-stack";
import { type Destination, settingsToTell, type WrittenFile } from "./project-files";

/** What adopting came to. */
export interface AdoptionReport {
  readonly adoption: Adoption;
  readonly stack: KnownStack | NoStack;
  readonly destination: Destination;
  readonly files: readonly WrittenFile[];
  /** What is to be run next. */
  readonly commands: readonly string[];
}

function typeOf(token: string): string {
  return token.replace(/^cloudbackup:/, "");
}

const shownMachines = 3;

/** An id as far as it tells things apart: an ARM id by its group and names, one of many machines by the first few. */
function shortId(id: string): string {
  if (!isArmId(id)) {
    const ids = id.split(",");
    const more = ids.length - shownMachines;
    return more <= 0 ? id : `${ids.slice(0, shownMachines).join(",")} and ${more} more`;
  }
  // An item's name has the group and the machine already.
  if (/\/protectedItems\//i.test(id)) return nameOf(id);
  const [group = "", , , ...rest] = id.split("/").slice(4);
  return [group, ...rest.filter((_, index) => index % 2 === 1)].join("/");
}

/** A name on one line of its own, whatever is in it. */
function readable(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** The commands that bring what was found under Pulumi, to be run where the operator is. */
export function nextCommands(
  destination: Destination,
  configuration: Configuration,
  stack: KnownStack | NoStack,
  options: { readonly currentDirectory: string; readonly isProtecting: boolean },
): readonly string[] {
  const { directory, language, hasProject } = destination;
  const way = relative(options.currentDirectory, directory);
  const at = way === "" ? "" : ` -C ${quoted(way)}`;
  const protection = options.isProtecting ? "" : " --protect=false";
  return [
    ...(language === "typescript" && !hasProject ? [`npm install${way === "" ? "" : ` --prefix ${quoted(way)}`}`] : []),
    ...(hasProject && ("name" in stack || stack.isHidden) ? [] : [`pulumi${at} stack init <name>`]),
    ...settingsToTell(destination, configuration).map(
      ([key, value]) => `pulumi${at} config set ${secretFlag(key)}cloudbackup:${key} ${shown(key, value)}`,
    ),
    `pulumi${at} import --file import.json --generate-code=false${protection} --yes`,
    `pulumi${at} preview --expect-no-changes`,
    // An import knows of no dependencies; without them a destroy has no order.
    `pulumi${at} up --expect-no-changes --yes`,
  ];
}

function secretFlag(key: string): string {
  return key === "engineUrl" ? "--secret " : "";
}

function shown(key: string, value: string): string {
  return key === "engineUrl" ? "<address>" : quoted(value);
}

function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function damagedLines(points: readonly string[]): readonly string[] {
  if (points.length === 0) return [];
  return [`damaged, and so they stay: ${counted(points.length, "recovery point")}: ${shortList(points)}\n`];
}

/** For people. */
export function reportText({ adoption, stack, destination, files, commands }: AdoptionReport): string {
  const { program, managed, left, damagedPoints } = adoption;
  const { resources } = program;
  const lines = [
    ...managedLines(managed),
    ...left.map(({ what, why }) => `not adopted: ${readable(`${what}: ${why}`)}\n`),
    ...damagedLines(damagedPoints),
    ...("name" in stack ? [] : [`no state was read: ${stack.why}; what other stacks made in the engine is theirs\n`]),
  ].join("");
  if (resources.length === 0) {
    const isAll = left.length === 0;
    const why = isAll
      ? "every protection has a program, or there is none"
      : "what has no program can't have one as it is";
    return `nothing to adopt: ${why}\n${lines}`;
  }
  const rows = resources.map(({ name, token, id }) => [name, typeOf(token), readable(shortId(id))]);
  const protects = program.isProtecting ? `${protectNote}\n` : "";
  const next = commands.map((command) => `  ${command}\n`).join("");
  const written = files.map(({ path }) => relative(destination.directory, path)).join(", ");
  const head = `${counted(resources.length, "resource")} to adopt:\n`;
  return `${head}${formatTable(["name", "type", "id"], rows)}${lines}wrote ${written}\n${protects}next:\n${next}`;
}

const protectNote =
  "The import protects what it brings, and so does the program: to delete one, take its option protect away first.";

function managedLines(managed: Adoption["managed"]): readonly string[] {
  const stacks = [...new Set(managed.map(({ stack }) => stack))];
  return stacks.map((stack) => {
    const labels = managed.filter((each) => each.stack === stack).map(({ candidate }) => candidate.label);
    return `stack ${stack} has already: ${shortList([...new Set(labels)])}\n`;
  });
}

/** How many names a line shows. */
const shownNames = 10;

function shortList(names: readonly string[]): string {
  return listed(names, shownNames, (name) => readable(shortId(name)));
}

/** For programs. */
export function reportJson({ adoption, stack, files, commands }: AdoptionReport): object {
  const { program, managed, left, damagedPoints } = adoption;
  return {
    stack: "name" in stack ? stack.name : null,
    adopted: program.resources.map(({ name, token, id }) => ({ type: token, name, id })),
    managed: managed.map(({ candidate, stack: by }) => ({ type: candidate.token, id: candidate.id, stack: by })),
    notAdopted: left.map(({ what, id, why }) => ({ what, id, why })),
    damagedPoints,
    protect: program.isProtecting,
    files: files.map(({ path }) => path),
    commands,
  };
}
