import { expect } from "chai";
import { releaseMachine } from "../../provider/engine/alibaba/machine";
import { removeProtection } from "../../provider/engine/alibaba/protection";
import { changeScript } from "../../provider/engine/alibaba/script";
import type { SimulatedEngine } from "../../provider/engine/engine";
import { withEngine } from "../support/engine";
import { type RunResult, type TestStack, withStack } from "../support/pulumi";
import { inventory, procedure } from "./procedure";

const config = { "cloudbackup:inventory": inventory };

function changed(result: RunResult): Record<string, string> {
  const steps = result.steps.filter((step) => step.operation !== "same");
  return Object.fromEntries(steps.map((step) => [step.name, step.operation]));
}

type Ids = Readonly<Record<string, string>>;

/** Applies the procedure, does something behind Pulumi's back, and hands the stack on. */
async function afterwards(
  name: string,
  meddle: (engine: SimulatedEngine, ids: Ids) => Promise<void>,
  work: (stack: TestStack, ids: Ids) => Promise<void>,
): Promise<void> {
  await withStack(
    name,
    procedure(),
    async (stack) => {
      const ids = Object.fromEntries((await stack.up()).steps.map((step) => [step.name, step.id ?? ""]));
      await withEngine(stack.folder, (engine) => meddle(engine, ids));
      await work(stack, ids);
    },
    { config },
  );
}

/** After the repair there is nothing left to do, whichever way one looks. */
async function expectRepaired(stack: TestStack, expected: Record<string, string>): Promise<void> {
  expect(changed(await stack.up())).to.deep.equal(expected);
  await stack.preview({ refresh: true, expectNoChanges: true });
}

describe("drift through the CLI", function () {
  this.timeout(180_000);

  it("shows a chmod on the script and on what rests on it; up repairs both", async () => {
    await afterwards(
      "chmod",
      (engine, { app = "" }) =>
        engine.run(changeScript, { instanceId: app, path: "/tmp/prescript.sh", change: { fileMode: "0755" } }),
      async (stack) => {
        const looked = await stack.previewRefresh();
        const refresh = await stack.refresh();
        expect(changed(looked)).to.deep.equal(changed(refresh));
        expect(changed(refresh)).to.deep.equal({ scripts: "update", "protected-app": "update" });
        const { detailedDiff } = refresh.step("scripts");
        expect(detailedDiff).to.include({ "preScript.fileMode": "add" });
        const { detailedDiff: worth, newOutputs } = refresh.step("protected-app");
        expect(worth).to.include({ achievedLevel: "update" });
        expect(newOutputs.achievedLevel).to.equal("FILE_SYSTEM");
        expect(JSON.stringify(newOutputs.reasons)).to.contain("A-13");
        await expectRepaired(stack, { scripts: "update", "protected-app": "update" });
      },
    );
  });

  it("is repaired by an up without a refresh before it", async () => {
    await afterwards(
      "edit",
      (engine, { app = "" }) =>
        engine.run(changeScript, { instanceId: app, path: "/tmp/postscript.sh", change: "remove" }),
      // The state's level of the protection is true again once the scripts lie there, so that one has no change.
      (stack) => expectRepaired(stack, { scripts: "update" }),
    );
  });

  it("shows a protection that was deleted, and up makes it again", async () => {
    await afterwards(
      "deleted",
      (engine, { "protected-db": id = "" }) => engine.run(removeProtection, { id, deletePoints: false }),
      async (stack) => {
        expect(changed(await stack.refresh())).to.deep.equal({ "protected-db": "delete" });
        const preview = await stack.preview();
        const up = await stack.up();
        expect(changed(up)).to.deep.equal({ "protected-db": "create" });
        expect(up.step("protected-db").id).to.equal(preview.step("protected-db").id);
        await stack.preview({ refresh: true, expectNoChanges: true });
      },
    );
  });

  it("shows a machine that was released, and what it leaves unprotected", async () => {
    await afterwards(
      "released",
      (engine, { app = "" }) => engine.run(releaseMachine, app),
      async (stack) => {
        const refresh = await stack.refresh();
        expect(changed(refresh)).to.include({ app: "delete", data: "delete", "protected-app": "update" });
        const { newOutputs } = refresh.step("protected-app");
        expect(newOutputs).to.include({ achievedLevel: "NONE", groupKind: "NONE" });
        expect(JSON.stringify(newOutputs.reasons)).to.contain("A-59");
        // A new machine takes its place; the old one's protection moves with the program's data.
        const preview = await stack.preview();
        const up = await stack.up();
        expect(changed(up)).to.include({ app: "create", data: "create" });
        expect(up.step("app").id).to.equal(preview.step("app").id);
        await stack.preview({ refresh: true, expectNoChanges: true });
      },
    );
  });
});
