import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { buildSchema } from "../../provider/definition/schema";
import { run } from "../../scripts/lib/run";
import { ensurePulumi } from "../../scripts/pulumi-cli";
import { schemaFile } from "../../scripts/schema";
import { samplePackage } from "../definition/sample";

async function check(file: string): Promise<void> {
  const cli = await ensurePulumi();
  await run(cli.command, ["schema", "check", file], { environment: { PULUMI_SKIP_UPDATE_CHECK: "true" } });
}

describe("a schema, to the Pulumi CLI", () => {
  it("passes `pulumi schema check`: schema.json", () => check(schemaFile));

  it("passes where it has all that definitions can hold, and not when its types are missing", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "cloudbackup-schema-"));
    try {
      const file = path.join(folder, "schema.json");
      const written = buildSchema(samplePackage);
      await writeFile(file, JSON.stringify(written));
      await check(file);
      await writeFile(file, JSON.stringify({ ...written, types: {} }));
      const refused = await check(file).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(Error);
    } finally {
      await rm(folder, { recursive: true });
    }
  }).timeout(60_000);
});
