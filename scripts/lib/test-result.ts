/** What a phase of the test run found. */
export interface TestResult {
  readonly passed: number;
  /** What failed, in words that find it again. */
  readonly failed: readonly string[];
  readonly skipped: readonly SkippedTest[];
}

export interface SkippedTest {
  readonly title: string;
  readonly reason: string;
}

export function addResults(results: readonly TestResult[]): TestResult {
  return {
    passed: results.reduce((sum, result) => sum + result.passed, 0),
    failed: results.flatMap((result) => result.failed),
    skipped: results.flatMap((result) => result.skipped),
  };
}

/** What is one test by itself: it passes, or fails in these words. */
export function singleResult(failure?: string): TestResult {
  return failure === undefined ? { passed: 1, failed: [], skipped: [] } : { passed: 0, failed: [failure], skipped: [] };
}

/** The end of a test run: every failure and every skip by name, and as the last line the three numbers. */
export function summaryLines(result: TestResult): readonly string[] {
  const skippedByReason = new Map<string, string[]>();
  for (const { title, reason } of result.skipped) {
    skippedByReason.set(reason, [...(skippedByReason.get(reason) ?? []), title]);
  }
  return [
    ...result.failed.map((title) => `FAILED   ${title}`),
    ...[...skippedByReason].flatMap(([reason, titles]) => [
      `SKIPPED  ${titles.length} because: ${reason}`,
      ...titles.map((title) => `           ${title}`),
    ]),
    `${result.passed} passed, ${result.failed.length} failed, ${result.skipped.length} skipped`,
  ];
}

/** A run that proves nothing is no success. */
export function exitCode(result: TestResult): 0 | 1 {
  return result.failed.length === 0 && result.passed > 0 ? 0 : 1;
}
