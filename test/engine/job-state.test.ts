import { expect } from "chai";
import { jobStateAt } from "../../provider/engine/alibaba/job-state";
import { row } from "../store/rows";

const job = row("job", "job-1", { status: "COMPLETE", startTime: 1000, completeTime: 1400, bytesTotal: 4000 });

describe("jobs", () => {
  const rows = [
    [1000, { status: "RUNNING", progress: 0, bytesDone: 0 }],
    [1100, { status: "RUNNING", progress: 2500, bytesDone: 1000 }],
    [1399, { status: "RUNNING", progress: 9975, bytesDone: 3990 }],
    [1400, { status: "COMPLETE", progress: 10_000, bytesDone: 4000 }],
    [1500, { status: "COMPLETE", progress: 10_000, bytesDone: 4000 }],
  ] as const;
  for (const [now, state] of rows) {
    it(`${now - 1000} of 400 seconds: ${state.status} at ${state.progress / 100} %`, () => {
      expect(jobStateAt(job, now)).to.deep.equal(state);
    });
  }

  it("a failed job is failed from its start", () => {
    const failed = { ...job, status: "FAILED", completeTime: 1000, bytesTotal: 0 };
    expect(jobStateAt(failed, 1000)).to.deep.equal({ status: "FAILED", progress: 0, bytesDone: 0 });
  });
});
