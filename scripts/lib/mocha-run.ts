import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import pLimit from "p-limit";
import { addResults, singleResult, type TestResult } from "./test-result";

const root = path.resolve(__dirname, "../..");
/** Each child may start a CLI, a program and a plugin: more of them at once would wait for each other's memory. */
const mostChildren = 4;
const children = Math.min(availableParallelism(), mostChildren);

/**
 * Files that are short by themselves: shared out among processes, each of which loads once what its files have in
 * common. A process's report is printed whole when it ends, so that reports never mix.
 */
export async function runTogether(files: readonly string[]): Promise<TestResult> {
  if (files.length === 0) return singleResult("no test files found");
  const groups = Array.from({ length: Math.min(children, files.length) }, (_, group) =>
    files.filter((_file, index) => index % children === group),
  );
  const runs = groups.map((group, index) => runGroup(group, `part ${index + 1} of ${groups.length}`));
  return addResults(await Promise.all(runs));
}

/** Files that take long: each in a process of its own, as many at once as there are cores. */
export async function runSideBySide(files: readonly string[]): Promise<TestResult> {
  if (files.length === 0) return singleResult("no test files found");
  const limit = pLimit(children);
  const runs = files.map((file) => limit(() => runGroup([file], path.relative(root, file))));
  return addResults(await Promise.all(runs));
}

async function runGroup(files: readonly string[], name: string): Promise<TestResult> {
  const start = performance.now();
  const child = startMocha(files);
  const printed = collect(child.stdout, child.stderr);
  const result = await resultOf(child, name);
  process.stdout.write(`--- ${name} (${Math.round((performance.now() - start) / 1000)} s)\n${printed()}`);
  return result;
}

function startMocha(files: readonly string[]): ChildProcess {
  return fork(path.join(root, "scripts/lib/mocha-child.ts"), files, {
    cwd: root,
    // Generated cases make much that is thrown away soon: with more room for it, less is copied about.
    execArgv: ["--require", "ts-node/register/transpile-only", "--max-semi-space-size=64"],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
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
