import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import pLimit from "p-limit";
import { addResults, singleResult, type TestResult } from "./test-result";

const root = path.resolve(__dirname, "../..");
/** Each child may start a CLI, a program and a plugin: more of them at once would wait for each other's memory. */
const mostChildren = 4;

/** All files in one process, which loads once what they have in common; its report is seen as it grows. */
export function runTogether(files: readonly string[]): Promise<TestResult> {
  if (files.length === 0) return Promise.resolve(singleResult("no test files found"));
  return resultOf(startMocha(files, "inherit"), "the test process");
}

/**
 * Each file in a process of its own, as many at once as there are cores: for files that take long by themselves. A
 * file's report is printed whole when it ends, with its time, so that reports never mix.
 */
export async function runSideBySide(files: readonly string[]): Promise<TestResult> {
  if (files.length === 0) return singleResult("no test files found");
  const limit = pLimit(Math.min(availableParallelism(), mostChildren));
  const runs = files.map((file) => limit(() => runFile(file)));
  return addResults(await Promise.all(runs));
}

async function runFile(file: string): Promise<TestResult> {
  const name = path.relative(root, file);
  const start = performance.now();
  const child = startMocha([file], "pipe");
  const printed = collect(child.stdout, child.stderr);
  const result = await resultOf(child, name);
  process.stdout.write(`--- ${name} (${Math.round((performance.now() - start) / 1000)} s)\n${printed()}`);
  return result;
}

function startMocha(files: readonly string[], output: "inherit" | "pipe"): ChildProcess {
  return fork(path.join(root, "scripts/lib/mocha-child.ts"), files, {
    cwd: root,
    // Generated cases make much that is thrown away soon: with more room for it, less is copied about.
    execArgv: ["--require", "ts-node/register/transpile-only", "--max-semi-space-size=64"],
    stdio: ["ignore", output, output, "ipc"],
  });
}

function collect(...streams: readonly (Readable | null)[]): () => string {
  const chunks: Buffer[] = [];
  for (const stream of streams) stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

function resultOf(child: ChildProcess, name: string): Promise<TestResult> {
  return new Promise((resolve) => {
    let result: TestResult | undefined;
    child.once("message", (message) => {
      result = message as TestResult;
    });
    child.once("error", (error) => resolve(singleResult(`${name} can't be started: ${error.message}`)));
    child.once("close", (code, signal) =>
      resolve(result ?? singleResult(`${name} ended early (${signal ?? `code ${code}`})`)),
    );
  });
}
