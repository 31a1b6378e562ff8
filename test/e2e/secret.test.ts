import { readdirSync, readFileSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { asset, secret } from "@pulumi/pulumi";
import { expect } from "chai";
import { declare } from "../support/declare";
import { type RunResult, withStack } from "../support/pulumi";
import { inventory, inventoryMachine, spareMachine, trust } from "./procedure";

const texts = ["hunter2-content", "hunter2-text-asset", "hunter2-file-asset", "hunter2-secret-content"];
const description = "hunter2-description";
const roleName = "hunter2-role";

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    return statSync(file).isDirectory() ? filesIn(file) : [file];
  });
}

function allOf(result: RunResult): string {
  const { steps, diagnostics, text, outputs } = result;
  return JSON.stringify({ steps, diagnostics, text, outputs });
}

/** Scripts are secret by themselves, in whatever form; a role's name and description because the program says so. */
const program =
  (file: string, mode = "0700") =>
  async () => {
    const [content, text, , more] = texts;
    const role = declare("ram:Role", "role", {
      roleName: secret(roleName),
      description: secret(description),
      assumeRolePolicyDocument: trust,
    });
    declare("ecs:RamRoleAttachment", "attached", { ramRoleName: role.get("roleName"), instanceIds: [spareMachine] });
    declare("ecs:ScriptDeployment", "first", {
      instanceIds: [inventoryMachine],
      preScript: { content, fileMode: mode },
      postScript: { source: new asset.StringAsset(text ?? "") },
    });
    declare("ecs:ScriptDeployment", "second", {
      instanceIds: [spareMachine],
      preScript: { source: new asset.FileAsset(file) },
      postScript: { content: secret(more) },
    });
    return {};
  };

describe("secrets", function () {
  this.timeout(180_000);

  it("reach neither the engine's files, nor the state, nor what is shown, in clear", async () => {
    await withStack(
      "secret",
      async () => undefined,
      async (stack) => {
        const file = path.join(stack.folder, "freeze.sh");
        await writeFile(file, texts[2] ?? "");
        const shown = [
          await stack.preview({ program: program(file) }),
          await stack.up(),
          await stack.preview({ program: program(file, "0755") }),
          await stack.up(),
          await stack.refresh(),
        ];
        // The name of a role is its id, which Pulumi shows and the engine needs; what else is secret stays so.
        for (const text of texts) {
          for (const result of shown) expect(allOf(result), text).to.not.contain(text);
          for (const place of ["project/.cloudbackup", "state"]) {
            for (const name of filesIn(path.join(stack.folder, place))) {
              expect(readFileSync(name).includes(text), `${text} in ${name}`).to.equal(false);
            }
          }
        }
        for (const result of shown) {
          expect(allOf(result)).to.not.contain(description);
          for (const { newInputs, newOutputs, name } of result.steps) {
            expect(JSON.stringify([newInputs, newOutputs]), name).to.not.contain(roleName);
          }
        }
        for (const name of filesIn(path.join(stack.folder, "state"))) {
          const state = readFileSync(name, "utf8").replaceAll(new RegExp(`"id": ?"${roleName}"`, "g"), "");
          expect(state, name).to.not.contain(description);
          expect(state, name).to.not.contain(roleName);
        }
      },
      { config: { "cloudbackup:inventory": inventory } },
    );
  });

  it("are not told by refusals", async () => {
    const wrong = async () => {
      declare("ram:Role", "role", { roleName: secret("hunter2 wrong"), assumeRolePolicyDocument: trust });
    };
    const missing = async () => {
      declare("ecs:RamRoleAttachment", "attached", { ramRoleName: secret(roleName), instanceIds: [spareMachine] });
    };
    await withStack(
      "secret-refusal",
      wrong,
      async (stack) => {
        const refused = await stack.preview({ expectFailure: true });
        expect(allOf(refused)).to.contain("letters, digits").and.to.not.contain("hunter2");
        const unknown = await stack.preview({ program: missing, expectFailure: true });
        expect(allOf(unknown)).to.contain("there is no RAM role [secret]").and.to.not.contain("hunter2");
      },
      { config: { "cloudbackup:inventory": inventory } },
    );
  });
});
