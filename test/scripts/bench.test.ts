import { expect } from "chai";
import { type Contender, measureInTurn, medianOf, type Result, summarise } from "../../scripts/bench/measure";
import { parseOptions } from "../../scripts/bench/options";
import { describeMachine, jsonReport, textReport } from "../../scripts/bench/report";

const own: Result = {
  group: "program",
  quantity: "up",
  contender: "cloudbackup",
  unit: "ms",
  samples: [120, 220, 330],
  baseline: { contender: "no-op", samples: [100, 200, 300] },
  target: { of: "ratio", maximum: 1.15 },
};

describe("npm run bench", () => {
  describe("its arguments", () => {
    it("measure everything by default", () => {
      expect(parseOptions([])).to.deep.equal({
        groups: ["start", "program", "engine", "refresh", "drift"],
        runs: undefined,
        full: false,
        json: false,
      });
    });

    it("choose groups, kept in their own order, and the number of runs", () => {
      const options = parseOptions(["--only", "engine", "--only", "start", "--runs", "7", "--json", "--full"]);
      expect(options).to.deep.equal({ groups: ["start", "engine"], runs: 7, full: true, json: true });
    });

    it("measure drift by itself", () => {
      expect(parseOptions(["--only", "drift"]).groups).to.deep.equal(["drift"]);
    });

    for (const [args, reason] of [
      [["--only", "speed"], "--only speed: there is no such group"],
      [["--runs", "0"], "--runs 0: not a whole number"],
      [["--runs", "many"], "--runs many: not a whole number"],
      [["--fast"], "--fast"],
    ] as const) {
      it(`refuse ${args.join(" ")} and show the usage`, () => {
        expect(() => parseOptions(args))
          .to.throw(reason)
          .with.property("message")
          .that.includes("npm run bench --");
      });
    }
  });

  it("takes the mean of the two in the middle for the median of an even number", () => {
    expect(medianOf([9, 1, 4])).to.equal(4);
    expect(medianOf([9, 1, 4, 6])).to.equal(5);
  });

  it("measures the contenders in turn and leaves the warm-up round out", async () => {
    const order: string[] = [];
    const contender = (name: string): Contender => ({
      name,
      measure: async () => ({ position: order.push(name) }),
    });
    const samples = await measureInTurn([contender("a"), contender("b")], 2, { warmUp: true });
    expect(order.join("")).to.equal("ababab");
    expect(samples.get("a")).to.deep.equal({ position: [3, 5] });
    expect(samples.get("b")).to.deep.equal({ position: [4, 6] });
  });

  it("compares run by run with the baseline and judges by the target", () => {
    const { minimum, median, maximum, ratio, met } = summarise(own);
    expect([minimum, median, maximum]).to.deep.equal([120, 220, 330]);
    expect(ratio).to.be.closeTo(1.1, 1e-9);
    expect(met).to.equal(true);
    expect(summarise({ ...own, target: { of: "ratio", maximum: 1.05 } }).met).to.equal(false);
    expect(summarise({ ...own, target: { of: "median", maximum: 219 } }).met).to.equal(false);
  });

  it("prints minimum, median, maximum and samples as JSON", () => {
    const report = JSON.parse(JSON.stringify(jsonReport(describeMachine(), [own], ["a note"])));
    expect(report.machine.node).to.equal(process.version);
    expect(report.machine.cores).to.be.at.least(1);
    expect(report.notes).to.deep.equal(["a note"]);
    const [result] = report.results;
    expect(result).to.include({ group: "program", quantity: "up", contender: "cloudbackup", unit: "ms" });
    expect(result).to.include({ minimum: 120, median: 220, maximum: 330, baseline: "no-op", met: true });
    expect(result.samples).to.deep.equal([120, 220, 330]);
  });

  it("says in the table which target was missed", () => {
    const missed: Result = { ...own, target: { of: "ratio", maximum: 1.05 } };
    const table = textReport(describeMachine(), [own, missed], []);
    expect(table).to.match(/up: cloudbackup +120 ms +220 ms +330 ms +1\.10 × no-op +≤ 1\.15 × +met/);
    expect(table).to.match(/≤ 1\.05 × +MISSED/);
  });
});
