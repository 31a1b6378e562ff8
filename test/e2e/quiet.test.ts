import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { changeScript } from "../../provider/engine/alibaba/script";
import { withEngine } from "../support/engine";
import { type RunResult, withStack } from "../support/pulumi";
import { inventory, procedure, schedule } from "./procedure";

const config = { "cloudbackup:inventory": inventory };

function engineFolder(folder: string): string {
  return path.join(folder, "project", ".cloudbackup");
}

/** Every file of the engine by its name and bytes. */
function bytesOf(folder: string): Record<string, string> {
  const names = readdirSync(engineFolder(folder)).sort();
  return Object.fromEntries(
    names.map((name) => {
      const bytes = readFileSync(path.join(engineFolder(folder), name));
      return [name, createHash("sha256").update(bytes).digest("hex")];
    }),
  );
}

function warnings(result: RunResult): string[] {
  return result.diagnostics.filter((each) => each.severity === "warning").map((each) => each.message);
}

const changedPolicy = procedure({ daily: { rules: [{ ruleType: "BACKUP", schedule, retention: 60 }] } });

describe("what only looks", function () {
  this.timeout(180_000);

  it("makes no engine where there is none", async () => {
    await withStack(
      "no-engine",
      procedure(),
      async (stack) => {
        expect((await stack.preview()).changes).to.deep.equal({ create: 14 });
        expect(existsSync(engineFolder(stack.folder))).to.equal(false);
      },
      { config },
    );
  });

  it("leaves every byte of the engine as it was, also when there is drift to tell", async () => {
    await withStack(
      "quiet",
      procedure(),
      async (stack) => {
        const app = (await stack.up()).step("app").id ?? "";
        const change = { instanceId: app, path: "/tmp/prescript.sh", change: { fileMode: "0755" } };
        await withEngine(stack.folder, (engine) => engine.run(changeScript, change));
        const before = bytesOf(stack.folder);
        expect(Object.keys(before)).to.include("engine.db");

        expect((await stack.preview({ program: changedPolicy })).step("daily").operation).to.equal("update");
        expect(bytesOf(stack.folder)).to.deep.equal(before);
        expect((await stack.previewRefresh()).step("scripts").operation).to.equal("update");
        expect(bytesOf(stack.folder)).to.deep.equal(before);
        expect((await stack.preview({ refresh: true })).succeeded).to.equal(true);
        expect(bytesOf(stack.folder)).to.deep.equal(before);
      },
      { config },
    );
  });
});

describe("an engine that does not know the stack", function () {
  this.timeout(180_000);

  it("lets a preview go on from the state, with one warning that names it", async () => {
    await withStack(
      "foreign",
      procedure(),
      async (stack) => {
        await stack.up();
        rmSync(engineFolder(stack.folder), { recursive: true });
        const preview = await stack.preview({ program: changedPolicy });
        const changed = preview.steps.filter((step) => step.operation !== "same");
        expect(changed.map(({ name, operation }) => ({ name, operation }))).to.deep.equal([
          { name: "daily", operation: "update" },
        ]);
        expect(warnings(preview), warnings(preview).join("\n")).to.have.length(1);
        expect(warnings(preview)[0]).to.contain(path.join(engineFolder(stack.folder), "engine.db"));
        expect(warnings(preview)[0]).to.contain("fix: point engineUrl to the engine that the stack was applied to");

        const refresh = await stack.previewRefresh();
        expect(refresh.steps.filter((step) => step.operation !== "same").map((step) => step.name)).to.deep.equal([]);
        expect(warnings(refresh)).to.have.length(1);
        expect(existsSync(engineFolder(stack.folder))).to.equal(false);

        const up = await stack.up({ expectFailure: true });
        const said = up.diagnostics.map((each) => each.message).join("\n");
        expect(said).to.contain("is not in the engine at").and.to.contain("run pulumi refresh");
      },
      { config },
    );
  });
});
