import { expect } from "chai";
import { functions, resources } from "../../provider/registry";
import { advanceDays, rowsOf } from "../support/engine";
import { type RunResult, type TestStack, withStack } from "../support/pulumi";
import { everything } from "./everything";
import { inventory } from "./procedure";

const config = { "cloudbackup:inventory": inventory };

/** Pulumi's placeholder of an unknown text; one that came through would make `up` differ from its preview. */
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function outputsOf(result: RunResult): Record<string, unknown> {
  return Object.fromEntries(result.steps.map(({ name, id, newOutputs }) => [name, { id, ...newOutputs }]));
}

/** Preview, refresh and preview --refresh find nothing to do. */
async function expectRest(stack: TestStack): Promise<void> {
  for (const run of [
    await stack.preview({ expectNoChanges: true }),
    await stack.refresh({ expectNoChanges: true }),
    await stack.preview({ refresh: true, expectNoChanges: true }),
  ]) {
    expect(run.steps.filter((step) => step.operation !== "same")).to.deep.equal([]);
    expect(run.diagnostics).to.deep.equal([]);
  }
}

interface StateResource {
  readonly type: string;
  readonly urn: string;
  readonly id: string;
}

async function resourcesOf(stack: TestStack): Promise<readonly StateResource[]> {
  const { deployment } = await stack.stack.exportStack();
  const all = (deployment as { resources?: readonly StateResource[] }).resources ?? [];
  return all.filter((resource) => resource.type.startsWith("cloudbackup:"));
}

/** What the CLI prints beyond what is merely worth knowing. */
function complaints({ diagnostics }: RunResult): unknown[] {
  return diagnostics.filter(({ severity }) => severity !== "info");
}

describe("everything through the CLI", function () {
  this.timeout(180_000);

  it("is previewed to the last value, rests after up, also 40 days later, and is destroyed", async () => {
    await withStack(
      "lifecycle",
      () => everything(),
      async (stack) => {
        const preview = await stack.preview();
        const up = await stack.up();
        const types = new Set(up.steps.map((step) => step.type));
        expect([...types].sort()).to.deep.equal(resources.map((definition) => definition.token).sort());
        expect(up.outputs.explained?.value).to.include({ achievedLevel: "APPLICATION", groupKind: "GROUP" });
        const answered = functions
          .map(({ token }) => token.replace(/^cloudbackup:/, ""))
          .filter((name) => name !== "hbr:getConsistency");
        expect(Object.keys(up.outputs)).to.include.members(answered);

        expect(outputsOf(preview)).to.deep.equal(outputsOf(up));
        expect(JSON.stringify(outputsOf(preview))).to.not.contain(unknownText);
        expect(complaints(preview)).to.deep.equal([]);
        expect(complaints(up)).to.deep.equal([]);

        await expectRest(stack);
        await advanceDays(stack.folder, 40);
        expect(await rowsOf(stack.folder, "recoveryPoint")).to.have.length.above(30);
        await expectRest(stack);

        const destroyed = await stack.destroy();
        expect(destroyed.changes).to.deep.equal({ delete: up.steps.length + 1 });
        expect(await rowsOf(stack.folder, "protection")).to.deep.equal([]);
        // What Cloud Backup makes for itself is no program's to delete.
        const roles = await rowsOf(stack.folder, "ramRole");
        expect(roles.map(({ roleName }) => roleName)).to.deep.equal(["AliyunServiceRoleForHbrEcsBackup"]);
        expect(await rowsOf(stack.folder, "script")).to.deep.equal([]);
        for (const table of ["vault", "protectedItem", "vaultPoint", "scriptFramework"] as const) {
          expect(await rowsOf(stack.folder, table), table).to.deep.equal([]);
        }
        // The points of the destroyed protections stay until they expire.
        expect(await rowsOf(stack.folder, "recoveryPoint")).to.have.length.above(30);
      },
      { config },
    );
  });

  it("is imported into an empty stack, resource by resource, so that its preview is clean", async () => {
    await withStack(
      "import",
      () => everything({ isImported: true }),
      async (first) => {
        await first.up();
        const existing = await resourcesOf(first);
        const wanted = existing
          .filter(({ type }) => !type.startsWith("pulumi:"))
          .map(({ type, urn, id }) => ({ type, id, name: urn.slice(urn.lastIndexOf("::") + 2) }));
        expect(new Set(wanted.map(({ type }) => type)).size).to.equal(resources.length);
        await withStack(
          "import",
          () => everything({ isImported: true }),
          async (second) => {
            await second.import(wanted);
            const preview = await second.preview();
            const changed = preview.steps.filter((step) => step.operation !== "same");
            expect(
              changed.map(({ name, operation, detailedDiff }) => ({ name, operation, detailedDiff })),
            ).to.deep.equal([]);
            await second.up();
            await expectRest(second);
            expect((await resourcesOf(second)).map(({ id }) => id)).to.have.members(existing.map(({ id }) => id));
          },
          { folder: first.folder, stackName: "second", config },
        );
      },
      { config },
    );
  });
});
