import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";

export const root = path.resolve(__dirname, "../..");

/** The bare environment of a measured process: nothing that ts-node or npm has set may slow it down. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, TS_NODE_TRANSPILE_ONLY: _transpile, ...rest } = process.env;
  return rest;
}

/** Starts a process and resolves to the milliseconds until its first line, which must be a port; then ends it. */
export async function timeToPort(command: string, args: readonly string[]): Promise<number> {
  const startTime = performance.now();
  const child = spawn(command, args, { cwd: root, env: plainEnvironment(), stdio: ["ignore", "pipe", "pipe"] });
  try {
    const line = await firstLine(child);
    const elapsed = performance.now() - startTime;
    if (!/^\d+$/.test(line)) throw new Error(`${command} ${args.join(" ")}: the first line is no port: ${line}`);
    return elapsed;
  } finally {
    await end(child);
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("the process's output is not piped");
  let complaint = "";
  stderr.on("data", (data: Buffer) => {
    complaint += data.toString();
  });
  return new Promise((resolve, reject) => {
    createInterface(stdout).once("line", resolve);
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`ended with code ${code} before a line: ${complaint}`)));
  });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("close", () => resolve());
    child.kill("SIGKILL");
  });
}
