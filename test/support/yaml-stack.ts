import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { digestEvents, type EventDigest } from "../../provider/review/step";
import { projectFile, projectFolderOf, pulumiEnvironment } from "../../scripts/lib/inline-stack";
import { ensurePulumi } from "../../scripts/pulumi-cli";
import { ensureYamlHost } from "../../scripts/yaml-host";
import type { Program } from "./program";
import { programObject } from "./program-text";

/** What a command of the CLI did. */
export interface CommandResult extends EventDigest {
  readonly succeeded: boolean;
  /** Everything that it printed. */
  readonly text: string;
}

/**
 * Stacks of one generated program in a folder of their own, run by the real CLI and nothing between: each command is
 * one process, so that many programs are run in the time that few take through the Automation API.
 */
export class YamlProject {
  #commands = 0;

  private constructor(
    private readonly folder: string,
    private readonly config: Readonly<Record<string, string>>,
    private readonly cli: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  static async create(folder: string, config: Readonly<Record<string, string>>): Promise<YamlProject> {
    const [{ command }, host] = await Promise.all([ensurePulumi(), ensureYamlHost()]);
    const environment = await pulumiEnvironment(folder);
    const PATH = [host, environment.PATH].join(path.delimiter);
    await mkdir(projectFolderOf(folder), { recursive: true });
    // The flag for an event log is one of those that are for programs, not for people.
    return new YamlProject(folder, config, command, { ...environment, PATH, PULUMI_DEBUG_COMMANDS: "true" });
  }

  /** The program of all stacks from here on. */
  async write(program: Program): Promise<void> {
    await writeFile(this.#path("Pulumi.yaml"), projectFile("generated", programObject(program)));
  }

  async addStack(stack: string): Promise<void> {
    await writeFile(this.#path(`Pulumi.${stack}.yaml`), JSON.stringify({ config: this.config }));
    const { succeeded, text } = await this.#execute(["stack", "init", stack, "--non-interactive"]);
    if (!succeeded) throw new Error(text);
  }

  /** A command that goes through the engine: `preview`, `up`, `refresh`. */
  async run(stack: string, ...words: readonly string[]): Promise<CommandResult> {
    this.#commands += 1;
    const log = path.join(this.folder, `events-${this.#commands}.json`);
    const options = ["--stack", stack, "--non-interactive", "--event-log", log];
    const { succeeded, text } = await this.#execute([...words, ...options]);
    const lines = (await readFile(log, "utf8")).split("\n").filter((line) => line !== "");
    const events = lines.map((line) => JSON.parse(line) as EngineEvent);
    return { ...digestEvents(events), succeeded, text };
  }

  /** `pulumi import` of resources by their ids, without generated code and without protection. */
  async import(stack: string, resources: readonly object[]): Promise<{ succeeded: boolean; text: string }> {
    const file = path.join(this.folder, "import.json");
    await writeFile(file, JSON.stringify({ resources }));
    const options = ["--generate-code=false", "--protect=false", "--skip-preview", "--yes", "--non-interactive"];
    return this.#execute(["import", "--file", file, "--stack", stack, ...options]);
  }

  #path(name: string): string {
    return path.join(projectFolderOf(this.folder), name);
  }

  #execute(words: readonly string[]): Promise<{ succeeded: boolean; text: string }> {
    const options = { cwd: projectFolderOf(this.folder), env: this.environment, maxBuffer: 2 ** 26 };
    return new Promise((resolve) => {
      execFile(this.cli, words, options, (error, stdout, stderr) => {
        const text = `$ pulumi ${words.join(" ")}\n${stdout}${stderr}`;
        resolve({ succeeded: error === null, text });
      });
    });
  }
}
