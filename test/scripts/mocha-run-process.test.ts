import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { runSideBySide } from "../../scripts/lib/mocha-run";

describe("files side by side", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(tmpdir(), "cloudbackup-mocha-"));
  after(() => rmSync(folder, { recursive: true }));

  const file = (name: string, text: string): string => {
    const place = path.join(folder, name);
    writeFileSync(place, text);
    return place;
  };

  it("counts what passes, fails and is skipped, and a process that dies as a failure of its file", async () => {
    const { passed, failed, skipped } = await runSideBySide([
      file("good.cjs", 'it("holds", () => {}); it("holds too", () => {}); it.skip("waits", () => {});'),
      file("bad.cjs", 'it("breaks", () => { throw new Error("broken"); });'),
      file("dead.cjs", 'it("dies", () => process.exit(7));'),
    ]);
    expect(passed).to.equal(2);
    expect(skipped.map(({ title }) => title)).to.deep.equal(["waits"]);
    expect(failed).to.have.length(2);
    expect(failed[0]).to.equal("breaks");
    expect(failed[1]).to.match(/dead\.cjs ended early \(code 7\)$/);
  });

  it("takes no files for a failure", async () => {
    expect((await runSideBySide([])).failed).to.deep.equal(["no test files found"]);
  });
});
