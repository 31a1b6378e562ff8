import { expect } from "chai";
import { withStack } from "../support/pulumi";

describe("the end-to-end support, with a program of no resources", () => {
  it("runs preview, up, refresh and destroy through the real CLI", async () => {
    const program = async () => ({ level: "APPLICATION" });
    await withStack("support", program, async (stack) => {
      const preview = await stack.preview();
      expect(preview.changes).to.deep.equal({ create: 1 });
      const up = await stack.up();
      expect(up.outputs.level?.value).to.equal("APPLICATION");
      expect(up.steps).to.deep.equal([]);
      expect((await stack.preview({ expectNoChanges: true })).changes).to.deep.equal({ same: 1 });
      expect((await stack.previewRefresh()).succeeded).to.equal(true);
      expect((await stack.refresh()).succeeded).to.equal(true);
      expect((await stack.destroy()).changes).to.deep.equal({ delete: 1 });
    });
  });

  it("throws what the engine said when a run fails, and returns it when the failure was expected", async () => {
    const program = async () => {
      throw new Error("no such script: freeze.sh");
    };
    await withStack("support", program, async (stack) => {
      const failed = await stack.up({ expectFailure: true });
      expect(failed.succeeded).to.equal(false);
      expect(failed.diagnostics.map((each) => each.message).join("\n")).to.contain("no such script: freeze.sh");
      const thrown = await stack.up().catch((error: Error) => error);
      expect(String(thrown)).to.contain("no such script: freeze.sh");
    });
  });

  it("throws when a failure was expected and none came", async () => {
    await withStack(
      "support",
      async () => undefined,
      async (stack) => {
        const thrown = await stack.preview({ expectFailure: true }).catch((error: Error) => error);
        expect(String(thrown)).to.contain("should have failed");
      },
    );
  });
});
