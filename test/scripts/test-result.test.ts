import { expect } from "chai";
import { addResults, exitCode, summaryLines } from "../../scripts/lib/test-result";

const passed = { passed: 3, failed: [], skipped: [] };

describe("the test run's summary", () => {
  it("ends with the three numbers, after every failure and every skip by its reason", () => {
    const reason = "no PostgreSQL on this machine";
    const other = {
      passed: 1,
      failed: ["store: keeps order"],
      skipped: [
        { title: "postgres: opens", reason },
        { title: "postgres: closes", reason },
      ],
    };
    expect(summaryLines(addResults([passed, other]))).to.deep.equal([
      "FAILED   store: keeps order",
      "SKIPPED  2 because: no PostgreSQL on this machine",
      "           postgres: opens",
      "           postgres: closes",
      "4 passed, 1 failed, 2 skipped",
    ]);
  });

  it("is a success only when something passed and nothing failed", () => {
    expect(exitCode(passed)).to.equal(0);
    expect(exitCode({ passed: 3, failed: ["one"], skipped: [] })).to.equal(1);
    expect(exitCode({ passed: 0, failed: [], skipped: [{ title: "all", reason: "none" }] })).to.equal(1);
  });
});
