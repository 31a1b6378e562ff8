import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { CommandFailure } from "./failure";

/** Where the Pulumi project of a folder keeps what matters here. */
export interface Project {
  /** The folder in which Pulumi runs the program and its plugins: relative paths start there. */
  readonly workDirectory: string;
  /** Pulumi.yaml; undefined outside any project. */
  readonly file: string | undefined;
  /** Where the stacks' configuration files lie; undefined outside any project. */
  readonly stackDirectory: string | undefined;
}

/** The project of a folder: the nearest Pulumi.yaml in it or above it. */
export function findProject(directory: string): Project {
  if (!existsSync(directory) || !statSync(directory).isDirectory()) {
    const remedy = "give the folder of a Pulumi project to -C";
    throw new CommandFailure("Command.NoSuchDirectory", `there is no folder ${directory}`, remedy);
  }
  const file = projectFileAbove(directory);
  if (file === undefined) return { workDirectory: directory, file: undefined, stackDirectory: undefined };
  const root = dirname(file);
  const { main, stackConfigDir } = readYaml(file);
  return {
    file,
    workDirectory: typeof main === "string" ? mainDirectory(resolve(root, main)) : root,
    stackDirectory: typeof stackConfigDir === "string" ? resolve(root, stackConfigDir) : root,
  };
}

function projectFileAbove(directory: string): string | undefined {
  const found = ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(directory, name)).find((path) => existsSync(path));
  const parent = dirname(directory);
  return found !== undefined || parent === directory ? found : projectFileAbove(parent);
}

/** `main` may name the program's folder or its file. */
function mainDirectory(main: string): string {
  return existsSync(main) && statSync(main).isDirectory() ? main : dirname(main);
}

/** A YAML file whose top is a mapping; whole numbers are bigint, as an account's uid has more digits than a number. */
export function readYaml(file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = parse(readFileSync(file, "utf8"), { intAsBigInt: true });
    if (value === null) return {};
    if (typeof value === "object" && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new CommandFailure("Command.InvalidFile", `${file} is not YAML: ${error.message}`, "mend the file");
  }
  throw new CommandFailure("Command.InvalidFile", `${file} holds no mapping`, "mend the file");
}
