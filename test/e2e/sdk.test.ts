import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { run } from "../../scripts/lib/run";
import { findNodeHost, generateSdk, generatorVersion, sdkFiles, sdkFolder } from "../../scripts/sdk";
import { skip } from "../support/skip";

describe("sdk/nodejs", () => {
  it("is what the generator makes of schema.json", async function () {
    this.timeout(120_000);
    const host = await findNodeHost().catch((error: Error) => skip(this, error.message));
    const version = (await run(host, ["-version"])).trim();
    if (version !== generatorVersion) {
      skip(this, `the SDK is generated with Pulumi's generator ${generatorVersion}; this one is ${version}`);
    }
    const folder = await mkdtemp(path.join(os.tmpdir(), "cloudbackup-sdk-test-"));
    try {
      await generateSdk(folder);
      const files = await sdkFiles(folder);
      expect(files).to.include("index.ts");
      expect(await sdkFiles(sdkFolder)).to.deep.equal(files);
      const stale: string[] = [];
      for (const file of files) {
        const [fresh, committed] = await Promise.all(
          [folder, sdkFolder].map((each) => readFile(path.join(each, file))),
        );
        if (fresh === undefined || committed === undefined || !fresh.equals(committed)) stale.push(file);
      }
      expect(stale, "out of date: run `npm run sdk`").to.deep.equal([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
