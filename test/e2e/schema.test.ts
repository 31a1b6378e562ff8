import { run } from "../../scripts/lib/run";
import { ensurePulumi } from "../../scripts/pulumi-cli";
import { schemaFile } from "../../scripts/schema";

describe("schema.json, to the Pulumi CLI", () => {
  it("passes `pulumi schema check`", async () => {
    const cli = await ensurePulumi();
    await run(cli.command, ["schema", "check", schemaFile], { environment: { PULUMI_SKIP_UPDATE_CHECK: "true" } });
  });
});
