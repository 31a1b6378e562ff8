import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../../provider/cli/program";

const inventory = join(__dirname, "..", "..", "examples", "app-consistent-mysql", "inventory.json");

/** The machines of the inventory. */
export const mysql = "i-bp1mysqlprimary0001";
export const cache = "i-bp1cacheserver00001";
export const reporting = "i-bp1reporting0000001";

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with an inventory of three machines, in which the command runs within this process. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), "cloudbackup-cli-"));
  environment: Record<string, string> = { CLOUDBACKUP_INVENTORY: "inventory.json" };
  isWatched = false;

  constructor() {
    cpSync(inventory, join(this.path, "inventory.json"));
  }

  async run(...argv: readonly string[]): Promise<Outcome> {
    const printed = { stdout: "", stderr: "" };
    let milliseconds = 0;
    const exitCode = await runCli(argv, {
      stdout: (text) => {
        printed.stdout += text;
      },
      stderr: (text) => {
        printed.stderr += text;
      },
      isWatched: this.isWatched,
      hasColour: false,
      environment: this.environment,
      currentDirectory: this.path,
      wallTime: () => 1_800_000_000,
      stopwatch: () => (milliseconds += 200),
    });
    return { exitCode, ...printed };
  }

  /** Runs a command that must succeed and answers in JSON. */
  async json<T>(...argv: readonly string[]): Promise<T> {
    const { exitCode, stdout, stderr } = await this.run(...argv);
    if (exitCode !== 0 || stderr !== "") throw new Error(`exit code ${exitCode}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
