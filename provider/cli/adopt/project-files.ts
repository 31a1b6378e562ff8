import { existsSync, readFileSync } from "node:fs";
import { basename, isAbsolute, join, relative, resolve } from "node:path";
import { stringify } from "yaml";
import type { Configuration } from "../configuration";
import { CommandFailure } from "../failure";
import { findProject, readYaml } from "../project";
import { type AdoptedProgram, importFile } from "./program";
import { typescriptProgram } from "./typescript-program";
import { declaresResources, withResources } from "./yaml-program";

export type Language = "yaml" | "typescript";

/** A file that adopting writes. */
export interface WrittenFile {
  readonly path: string;
  readonly content: string;
}

/** Where the program goes, and what is there. */
export interface Destination {
  /** The folder in which Pulumi is to be run. */
  readonly directory: string;
  readonly language: Language;
  /** Whether there is a project already; else one is written. */
  readonly hasProject: boolean;
}

/** A key of the provider's configuration and its value. */
export type Setting = readonly [key: string, value: string];

const projectFiles = ["Pulumi.yaml", "Pulumi.yml"];
const languages: Readonly<Record<string, Language>> = { yaml: "yaml", nodejs: "typescript" };

/** The folder that is named, or the project's, or the current one; the language that is named, or the project's. */
export function chooseDestination(base: string, out: string | undefined, wanted: Language | undefined): Destination {
  const directory = out === undefined ? homeOf(base) : resolve(base, out);
  const file = projectFiles.map((name) => join(directory, name)).find((path) => existsSync(path));
  if (file === undefined) return { directory, language: wanted ?? "yaml", hasProject: false };
  const { runtime } = readYaml(file);
  const name = typeof runtime === "object" && runtime !== null ? (runtime as { name?: unknown }).name : runtime;
  const own = languages[String(name)];
  if (own !== undefined && (wanted === undefined || wanted === own))
    return { directory, language: own, hasProject: true };
  const than = wanted === undefined ? "" : `, not ${wanted}`;
  const message = `the project in ${directory} has the runtime ${String(name)}${than}`;
  const remedy = "give another folder to --out: the program there can be read, and taken over by hand";
  throw new CommandFailure("Command.OtherLanguage", message, remedy);
}

function homeOf(base: string): string {
  const { file } = findProject(base);
  return file === undefined ? base : resolve(file, "..");
}

/** The files of an adopted program; a project that is there already stays as it is but for its resources. */
export function filesOf(
  destination: Destination,
  program: AdoptedProgram,
  configuration: Configuration,
): readonly WrittenFile[] {
  const { directory, language, hasProject } = destination;
  const imports = { path: join(directory, "import.json"), content: importFile(program) };
  if (language === "yaml") {
    const path = yamlFile(directory);
    const text = existsSync(path) ? readFileSync(path, "utf8") : projectText(destination, configuration);
    return [{ path, content: withResources(text, program) }, imports];
  }
  const added = hasProject ? [] : [{ name: "Pulumi.yaml", content: projectText(destination, configuration) }];
  const absent = [...added, ...nodeFiles(directory)].filter(({ name }) => !existsSync(join(directory, name)));
  const code = { path: codeFile(directory, hasProject), content: typescriptProgram(program) };
  return [...absent.map(({ name, content }) => ({ path: join(directory, name), content })), code, imports];
}

/** Pulumi takes a program from Main.yaml where there is one. */
function yamlFile(directory: string): string {
  const main = join(directory, "Main.yaml");
  return existsSync(main) ? main : join(directory, "Pulumi.yaml");
}

function codeFile(directory: string, hasProject: boolean): string {
  if (!hasProject) return join(directory, "index.ts");
  const { main } = readYaml(projectFiles.map((name) => join(directory, name)).find((path) => existsSync(path)) ?? "");
  if (typeof main !== "string") return join(directory, "index.ts");
  return /\.ts$/.test(main) ? resolve(directory, main) : join(directory, main, "index.ts");
}

/** Files whose content would be lost: a project without resources loses nothing. */
export function overwrittenBy(files: readonly WrittenFile[]): readonly string[] {
  return files
    .filter(({ path }) => existsSync(path))
    .filter(({ path }) => !/\.ya?ml$/.test(path) || declaresResources(readFileSync(path, "utf8")))
    .map(({ path }) => path);
}

/** Where this provider lies. */
const checkout = resolve(__dirname, "..", "..", "..");

/** A path as a file in a folder may write it: relative where both are in one place, so that both can be moved. */
function pathFrom(directory: string, path: string): string {
  const way = relative(checkout, directory);
  const isInside = way !== "" && !way.startsWith("..") && !isAbsolute(way);
  return isInside ? relative(directory, path) : path;
}

function projectText({ directory, language }: Destination, configuration: Configuration): string {
  const name =
    basename(directory)
      .replace(/[^A-Za-z0-9_.-]+/g, "-")
      .slice(0, 100) || "adopted";
  const config = carriedConfig(directory, configuration);
  return stringify({
    name,
    description: "Protection that was there already, as cloudbackup adopt found it",
    runtime: language === "yaml" ? "yaml" : "nodejs",
    plugins: { providers: [{ name: "cloudbackup", path: pathFrom(directory, join(checkout, "provider", "bin")) }] },
    ...(Object.keys(config).length === 0 ? {} : { config }),
  });
}

/** What a new project must say so that the provider finds the same engine and the same machines. */
function carriedConfig(directory: string, { args, projectDirectory }: Configuration): Record<string, string> {
  const engineUrl = args.engineUrl ?? join(projectDirectory, ".cloudbackup", "engine.db");
  const isOwnEngine = args.engineUrl === undefined && directory === projectDirectory;
  const values = Object.entries({ ...args, ...(isOwnEngine ? {} : { engineUrl }) }).filter(
    ([key, value]) => !(key === "engineUrl" && holdsPassword(String(value))),
  );
  return Object.fromEntries(
    values.map(([key, value]) => [`cloudbackup:${key}`, rebased(key, String(value), projectDirectory, directory)]),
  );
}

/** Whether an engine's address may hold a password: no file has it in clear. */
function holdsPassword(engineUrl: string): boolean {
  return /^postgres/.test(engineUrl);
}

/** What Pulumi has to be told beside the project's own file: what only this command was told, and secrets. */
export function settingsToTell({ hasProject }: Destination, { args, overridden }: Configuration): readonly Setting[] {
  const { engineUrl } = args;
  if (hasProject) return Object.entries(overridden);
  return typeof engineUrl === "string" && holdsPassword(engineUrl) ? [["engineUrl", engineUrl]] : [];
}

/** Relative paths start at the project. */
function rebased(key: string, value: string, from: string, to: string): string {
  const isPath = key === "inventory" ? !/^\s*[[{]/.test(value) : key === "engineUrl" && !/^[a-z]+:/.test(value);
  return isPath ? relative(to, resolve(from, value)) : value;
}

function nodeFiles(directory: string): readonly { readonly name: string; readonly content: string }[] {
  const sdk = pathFrom(directory, join(checkout, "sdk", "nodejs"));
  const manifest = {
    name: "adopted",
    private: true,
    main: "index.ts",
    dependencies: { "@pulumi/pulumi": "^3.200.0", "pulumi-cloudbackup": `file:${sdk}` },
    devDependencies: { "@types/node": "^20", typescript: "^5.9.0" },
  };
  const compilerOptions = {
    target: "es2022",
    module: "nodenext",
    moduleResolution: "nodenext",
    types: ["node"],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  };
  const printed = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;
  return [
    { name: "package.json", content: printed(manifest) },
    { name: "tsconfig.json", content: printed({ compilerOptions, files: ["index.ts"] }) },
  ];
}
