import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { PropertyMap } from "../definition/value";
import { CommandFailure } from "./failure";
import type { Io } from "./io";
import { findProject, readYaml } from "./project";

/** The options that every command takes. */
export interface GlobalOptions {
  readonly directory?: string;
  readonly stack?: string;
  readonly engineUrl?: string;
  readonly account?: string;
  readonly region?: string;
  readonly edition?: string;
  readonly inventory?: string;
}

/** Keys of the provider's configuration that may come from options and the environment too. */
const overridable = {
  engineUrl: "CLOUDBACKUP_ENGINE_URL",
  account: "CLOUDBACKUP_ACCOUNT",
  region: "CLOUDBACKUP_REGION",
  edition: "CLOUDBACKUP_EDITION",
  inventory: "CLOUDBACKUP_INVENTORY",
} as const;

export interface Configuration {
  /** The provider's configuration as Pulumi would hand it over. */
  readonly args: PropertyMap;
  readonly projectDirectory: string;
  /** What options and the environment say otherwise than the project and its stack do. */
  readonly overridden: Readonly<Record<string, string>>;
}

/** The provider's configuration: options, the environment, the stack's file, the project's file, in this order. */
export function readConfiguration(options: GlobalOptions, io: Io): Configuration {
  const directory = resolve(io.currentDirectory, options.directory ?? ".");
  const project = findProject(directory);
  const given = Object.entries(overridable).flatMap(([key, variable]) => {
    const value = options[key as keyof typeof overridable] ?? io.environment[variable];
    return value === undefined || value === "" ? [] : [[key, value] as const];
  });
  const overrides = Object.fromEntries(given);
  const file = stackFile(project.stackDirectory, options.stack ?? io.environment.PULUMI_STACK);
  const inProject = project.file === undefined ? {} : readFile(project.file, overrides);
  const inStack = file === undefined ? {} : readFile(file, overrides);
  const said = {
    ...(project.file === undefined ? {} : providerKeys(project.file)),
    ...(file === undefined ? {} : providerKeys(file)),
  };
  return {
    args: { ...inProject, ...inStack, ...overrides },
    projectDirectory: project.workDirectory,
    overridden: Object.fromEntries(Object.entries(overrides).filter(([key, value]) => String(said[key]) !== value)),
  };
}

const stackFilePattern = /^Pulumi\.(.+)\.ya?ml$/;

/** The configuration file of the stack: the one that is named, or the only one there is. */
function stackFile(directory: string | undefined, stack: string | undefined): string | undefined {
  if (directory === undefined || !existsSync(directory)) {
    if (stack === undefined) return undefined;
    const remedy = "run it in the project's folder, or give the folder to -C";
    throw new CommandFailure("Command.NoProject", `there is no Pulumi project with a stack ${stack} here`, remedy);
  }
  const files = readdirSync(directory).filter((name) => stackFilePattern.test(name));
  const nameOf = (file: string): string => stackFilePattern.exec(file)?.[1] ?? "";
  const wanted = stack?.split("/").at(-1);
  if (wanted !== undefined) {
    const file = files.find((each) => nameOf(each) === wanted);
    if (file !== undefined) return join(directory, file);
    // A stack without any configuration has no file, unless it is misspelt.
    if (files.length === 0) return undefined;
    const message = `the stack ${wanted} has no configuration file in ${directory}`;
    const remedy = `there are: ${files.map(nameOf).join(", ")}; "pulumi config" makes one`;
    throw new CommandFailure("Command.NoSuchStack", message, remedy);
  }
  const telling = files.filter((file) => Object.keys(providerKeys(join(directory, file))).length > 0);
  const [only, ...others] = files.length > 1 ? telling : files;
  if (only === undefined) return undefined;
  if (files.length === 1) return join(directory, only);
  const message = `the project has several stacks: ${files.map(nameOf).join(", ")}`;
  const remedy = `say which one: --stack ${nameOf(others[0] ?? only)}`;
  throw new CommandFailure("Command.SeveralStacks", message, remedy);
}

/** What a stack's or a project's file configures for the provider, by the key's own name. */
function providerKeys(file: string): Readonly<Record<string, unknown>> {
  const { config } = readYaml(file);
  const entries = typeof config === "object" && config !== null ? Object.entries(config) : [];
  return Object.fromEntries(
    entries
      .filter(([key]) => key.startsWith("cloudbackup:"))
      .map(([key, value]) => [key.slice("cloudbackup:".length), plainValue(value)]),
  );
}

/** A project's file may say `value: …` of a key. */
function plainValue(value: unknown): unknown {
  const isWrapped = typeof value === "object" && value !== null && Object.keys(value).join() === "value";
  return isWrapped ? (value as { readonly value: unknown }).value : value;
}

function readFile(file: string, overrides: Readonly<Record<string, string>>): PropertyMap {
  const wanted = Object.entries(providerKeys(file)).filter(([key]) => !Object.hasOwn(overrides, key));
  return Object.fromEntries(wanted.map(([key, value]) => [key, asPulumiSends(file, key, value)]));
}

/** Pulumi hands every value over as text, structured ones as JSON. */
function asPulumiSends(file: string, key: string, value: unknown): string {
  if (holdsSecret(value)) {
    const message = `cloudbackup:${key} in ${file} is encrypted; only Pulumi can read it`;
    throw new CommandFailure("Command.EncryptedConfiguration", message, waysAround(key));
  }
  if (typeof value === "string" || typeof value === "bigint") return String(value);
  return JSON.stringify(value, (_key, member) => (typeof member === "bigint" ? Number(member) : member));
}

/** How else a key's value may come. */
function waysAround(key: string): string {
  if (!Object.hasOwn(overridable, key)) return "keep it in plain text: it is no secret";
  const option = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const variable = overridable[key as keyof typeof overridable];
  return `pass it with ${option} or ${variable}; its value: pulumi config get cloudbackup:${key}`;
}

function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "secure") || Object.values(value).some(holdsSecret);
}
