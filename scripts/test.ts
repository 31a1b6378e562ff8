import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { runSideBySide, runTogether } from "./lib/mocha-run";
import { addResults, exitCode, singleResult, summaryLines, type TestResult } from "./lib/test-result";
import { ensurePulumi } from "./pulumi-cli";

/** Every phase runs whatever the ones before it found. */
interface Phase {
  readonly name: string;
  readonly run: () => Promise<TestResult>;
}

const root = path.dirname(__dirname);
const testFolder = path.join(root, "test");

/** None of them writes what another one reads. */
const checks: Phase = {
  name: "lint, typecheck, build",
  run: async () => addResults(await Promise.all(["lint", "typecheck", "build"].map(runScript))),
};

/** The tests by what they take: seconds, processes, generated cases, or minutes with the real CLI. */
const fastTests = testPhase(
  "fast tests",
  runTogether,
  (file) => !isProcess(file) && !isProperty(file) && !isEndToEnd(file),
);
const longTests = testPhase(
  "tests with processes and generated cases",
  runSideBySide,
  (file) => isProcess(file) || isProperty(file),
);
const endToEndTests = testPhase("end-to-end tests", runSideBySide, isEndToEnd);

/**
 * The whole test run: lint, types, build, then the tests, fast ones first; `--fast` ends there and needs no Pulumi CLI.
 * The last line is `N passed, N failed, N skipped`; the exit code is 0 when nothing failed and something passed.
 */
async function main(args: readonly string[]): Promise<void> {
  const results: TestResult[] = [];
  const phases = args.includes("--fast") ? [fastTests] : [fastTests, ...slowerPhases()];
  for (const phase of [checks, ...phases]) {
    process.stdout.write(`\n=== ${phase.name}\n`);
    results.push(await phase.run());
  }
  const result = addResults(results);
  process.stdout.write(`\n${summaryLines(result).join("\n")}\n`);
  process.exitCode = exitCode(result);
}

/** The CLI may have to be built, which takes minutes: that begins at once, beside the tests that need none. */
function slowerPhases(): readonly Phase[] {
  const cli = findCli();
  return [longTests, { name: "Pulumi CLI", run: () => cli }, endToEndTests];
}

function testFiles(): readonly string[] {
  return readdirSync(testFolder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .sort()
    .sort((a, b) => longestFirst(a) - longestFirst(b));
}

/** What takes longest begins first: a core that waits for the last file is a core that does nothing. */
const longest = ["property/laws", "e2e/generated", "e2e/examples", "e2e/shared-engine", "e2e/drift", "e2e/refusal"];

function longestFirst(file: string): number {
  const place = longest.findIndex((start) => file.startsWith(start.replace("/", path.sep)));
  return place < 0 ? longest.length : place;
}

type Run = (files: readonly string[]) => Promise<TestResult>;

function testPhase(name: string, run: Run, belongs: (file: string) => boolean): Phase {
  const files = () => testFiles().filter(belongs);
  return { name, run: () => run(files().map((file) => path.join(testFolder, file))) };
}

/** Generated cases: of the whole provider in a folder of their own, of one part beside its tests. */
function isProperty(file: string): boolean {
  return file.startsWith(`property${path.sep}`) || path.basename(file) === "property.test.ts";
}

/** Starts the plugin, the command or scripts again and again, or waits for one of them. */
function isProcess(file: string): boolean {
  return file.endsWith("-process.test.ts");
}

function isEndToEnd(file: string): boolean {
  return file.startsWith(`e2e${path.sep}`);
}

/** A package script is one test: it passes or it fails. */
function runScript(name: string): Promise<TestResult> {
  return new Promise((resolve) => {
    // npm is a command script on Windows, which only a shell can start.
    const shell = process.platform === "win32";
    const child = spawn("npm", ["run", "--silent", name], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      shell,
    });
    const end = (code: number | null) => resolve(singleResult(code === 0 ? undefined : `npm run ${name}`));
    child.once("error", () => end(null));
    child.once("close", end);
  });
}

/** Found or built before the tests, so that no test's time limit has to cover minutes of compiling. */
async function findCli(): Promise<TestResult> {
  try {
    const cli = await ensurePulumi();
    process.stdout.write(`${cli.command} ${cli.version}\n`);
    // Tests that start the CLI by themselves then start the same one.
    process.env.CLOUDBACKUP_PULUMI = cli.command;
    return { passed: 0, failed: [], skipped: [] };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    process.stderr.write(`${error.message}\n`);
    return singleResult("finding or building the Pulumi CLI");
  }
}

void main(process.argv.slice(2));
