import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { firstThatWorks, type Way } from "../../scripts/pulumi-cli";
import { skip } from "../support/skip";

describe("the search for the Pulumi CLI", () => {
  let folder = "";

  before(function () {
    if (process.platform === "win32")
      skip(this, "stands in for the CLI with a shell script, which Windows can't start");
    folder = mkdtempSync(path.join(os.tmpdir(), "cloudbackup-cli-"));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  function cliThatSays(name: string, printed: string): Way {
    const command = path.join(folder, name);
    writeFileSync(command, `#!/bin/sh\necho '${printed}'\n`);
    chmodSync(command, 0o755);
    return { name, find: async () => command };
  }

  const missing: Way = {
    name: "missing",
    find: async () => {
      throw new Error("not found");
    },
  };

  it("takes the first that runs and is new enough", async () => {
    const old = cliThatSays("old", "v3.100.0");
    const good = cliThatSays("good", "v3.259.0");
    const next = cliThatSays("next", "v3.260.0");
    const found = await firstThatWorks([missing, old, good, next]);
    expect(found).to.deep.equal({ command: path.join(folder, "good"), version: "3.259.0" });
  });

  it("says what to install and why each way failed when none works", async () => {
    const ways = [missing, cliThatSays("old", "v3.100.0"), cliThatSays("next", "v4.0.0"), cliThatSays("odd", "hello")];
    const gone: Way = { name: "gone", find: async () => path.join(folder, "nothing-here") };
    const failure = await firstThatWorks([...ways, gone]).catch((error: Error) => error.message);
    expect(failure).to.contain("https://www.pulumi.com/docs/install/").and.contain("CLOUDBACKUP_PULUMI");
    expect(failure).to.match(/- missing: not found\n/);
    expect(failure).to.match(/- old: .* is version 3\.100\.0; .*3\.150\.0.* is needed\n/);
    expect(failure).to.match(/- next: .* is version 4\.0\.0/);
    expect(failure).to.match(/- odd: .* says version "hello", which is no version\n/);
    expect(failure).to.match(/- gone: .*nothing-here: not found\n/);
  });
});
