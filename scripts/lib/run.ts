import { spawn } from "node:child_process";

export interface RunOptions {
  readonly folder?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** The process is killed after this; without it there is no limit. */
  readonly timeoutInSeconds?: number;
}

/** A program that could not be started, was killed or ended with another code than 0. */
export class RunError extends Error {
  constructor(
    readonly command: string,
    readonly reason: string,
    readonly output: string,
  ) {
    super(`${command}: ${reason}`);
    this.name = "RunError";
  }

  /** The end of what it printed: where compilers and installers say what is wrong. */
  get lastLines(): string {
    return this.output.trim().split("\n").slice(-5).join("\n");
  }
}

/** Runs a program without a shell and without stdin; resolves to what it printed, or rejects with a `RunError`. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.folder,
      env: { ...process.env, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: options.timeoutInSeconds === undefined ? undefined : options.timeoutInSeconds * 1000,
      killSignal: "SIGKILL",
    });
    const stdout: string[] = [];
    const everything: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout.push(text);
      everything.push(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => everything.push(text));
    const fail = (reason: string) => reject(new RunError(command, reason, everything.join("")));
    child.once("error", (error: NodeJS.ErrnoException) =>
      fail(error.code === "ENOENT" ? "not found" : (error.code ?? error.message)),
    );
    child.once("close", (code, signal) => {
      if (code === 0) resolve(stdout.join(""));
      else if (signal !== null) fail(`killed by ${signal}`);
      else fail(`ended with code ${code}`);
    });
  });
}
