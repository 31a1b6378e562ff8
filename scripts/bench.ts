import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { root } from "./bench/child";
import { measureDrift } from "./bench/drift";
import { measureEngine } from "./bench/engine";
import type { Result } from "./bench/measure";
import { ensureNoop, type NoopProvider } from "./bench/noop";
import { type BenchOptions, type GroupName, parseOptions } from "./bench/options";
import { measureProgram } from "./bench/program";
import { measureRefresh } from "./bench/refresh";
import { describeMachine, jsonReport, textReport } from "./bench/report";
import { measureStart } from "./bench/start";
import { RunError, run } from "./lib/run";

const defaultRuns: Readonly<Record<GroupName, number>> = { start: 15, program: 3, engine: 3, refresh: 5, drift: 5 };

/** Measures the built provider; prints a table, or JSON with `--json`. A missed target is told, and is no failure. */
async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  await build();
  const folder = await mkdtemp(path.join(os.tmpdir(), "cloudbackup-bench-"));
  try {
    const needsNoop = options.groups.some((group) => ["start", "program", "drift"].includes(group));
    const noop = needsNoop ? await ensureNoop(folder) : undefined;
    const results: Result[] = [];
    for (const group of options.groups) {
      process.stderr.write(`measuring ${group}\n`);
      results.push(...(await measure(group, options, noop, folder)));
    }
    const notes = noop?.note === undefined ? [] : [noop.note];
    const machine = describeMachine();
    process.stdout.write(
      options.json
        ? `${JSON.stringify(jsonReport(machine, results, notes), undefined, 2)}\n`
        : textReport(machine, results, notes),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function build(): Promise<void> {
  const compiler = require.resolve("typescript/bin/tsc");
  try {
    await run(process.execPath, [compiler, "-p", path.join(root, "tsconfig.build.json")]);
    await run(process.execPath, [path.join(root, "scripts/bundle.cjs")]);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    throw new Error(`the provider can't be built:\n${error.output}`);
  }
}

function measure(
  group: GroupName,
  options: BenchOptions,
  noop: NoopProvider | undefined,
  folder: string,
): Promise<Result[]> {
  const runs = options.runs ?? defaultRuns[group];
  switch (group) {
    case "start":
      return measureStart(runs, required(noop));
    case "program":
      return measureProgram(runs, required(noop), folder);
    case "engine":
      return measureEngine(runs, options.full, folder);
    case "refresh":
      return measureRefresh(runs, folder);
    case "drift":
      return measureDrift(runs, required(noop), folder);
  }
}

function required(noop: NoopProvider | undefined): NoopProvider {
  if (noop === undefined) throw new Error("this group is measured beside a no-op provider");
  return noop;
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
