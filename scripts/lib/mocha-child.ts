import Mocha from "mocha";
import "../../test/support/seed";
import { skipReason } from "../../test/support/skip";
import type { SkippedTest, TestResult } from "./test-result";

const graceInMilliseconds = 10_000;

/**
 * A process of its own for one phase: runs the files given as arguments, prints each test, and sends the result to the
 * process that started it.
 */
async function main(files: readonly string[]): Promise<void> {
  const options: Mocha.MochaOptions = require("../../.mocharc.json");
  const mocha = new Mocha({ timeout: options.timeout, slow: options.slow, forbidOnly: true, reporter: "spec" });
  for (const file of files) mocha.addFile(file);
  await mocha.loadFilesAsync();
  let passed = 0;
  const failed: string[] = [];
  const skipped: SkippedTest[] = [];
  const runner = mocha.run(() => {
    const result: TestResult = { passed, failed, skipped };
    process.send?.(result, () => process.disconnect());
    endAnyway();
  });
  runner.on("pass", () => {
    passed += 1;
  });
  runner.on("fail", (test) => failed.push(test.fullTitle()));
  runner.on("pending", (test) => skipped.push({ title: test.fullTitle(), reason: skipReason(test) }));
}

/** A handle that a test forgot to close must not keep the run from ending. */
function endAnyway(): void {
  setTimeout(() => {
    process.stderr.write("A test left a handle open (a server, a timer or a child process); ending without it.\n");
    process.exit();
  }, graceInMilliseconds).unref();
}

void main(process.argv.slice(2));
