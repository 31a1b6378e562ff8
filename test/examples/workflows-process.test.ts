import path from "node:path";
import { expect } from "chai";
import { ensureActionlint } from "../../scripts/actionlint";
import { type RunError, run } from "../../scripts/lib/run";
import { skip } from "../support/skip";

const folder = path.join(__dirname, "../../examples/github-actions");

describe("the workflows, checked by actionlint", () => {
  it("have nothing against them", async function () {
    // It may have to be built first.
    this.timeout(300_000);
    const command = await ensureActionlint().catch((error: Error) => skip(this, `no actionlint: ${error.message}`));
    const files = ["preview.yml", "drift.yml"].map((name) => path.join(folder, name));
    const found = await run(command, ["-no-color", ...files], { folder }).then(
      () => "",
      (error: RunError) => `${error.reason}\n${error.output}`,
    );
    expect(found).to.equal("");
  });
});
