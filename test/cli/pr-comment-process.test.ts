import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { expectSoundComment } from "../support/comment-reader";

const command = path.resolve(__dirname, "../../provider/bin/cloudbackup");
const captured = readFileSync(path.join(__dirname, "../review/previews/created.ndjson"), "utf8");

/** A preview of that many resources and more: the captured one again and again, under other names and ids. */
function enlarged(resources: number): string {
  const lines = captured.trimEnd().split("\n");
  const repeated = lines.filter((line) => line.includes('"urn":"') && !line.includes(`"type":"pulumi:pulumi:Stack"`));
  const steps = repeated.filter((line) => line.includes("resOutputsEvent")).length;
  const copies = Array.from({ length: Math.ceil(resources / steps) }, (_, copy) =>
    repeated.map((line) => line.replaceAll(/(::|"i-|"pd-|virtualMachines\/)(?=\w+["/])/g, `$1c${copy}`)),
  );
  return [lines[0], ...copies.flat(), ...lines.slice(-2)].join("\n");
}

describe("the process of cloudbackup pr-comment", () => {
  it("makes the comment on 1,000 resources in less than 2 seconds, from the standard input", () => {
    const input = enlarged(1_000);
    const started = performance.now();
    const { stdout, stderr, status } = spawnSync(process.execPath, [command, "pr-comment", "--preview", "-"], {
      input,
      encoding: "utf8",
    });
    const seconds = (performance.now() - started) / 1000;
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: "" });
    expectSoundComment(stdout);
    expect(stdout).to.match(/of 2\d\d protected machines/);
    expect(stdout).to.match(/… and \d+ more/);
    expect(seconds).to.be.lessThan(2);
  });
});
