import { expect } from "chai";
import { type RunResult, withStack } from "../support/pulumi";
import { freeze, inventory, inventoryMachine, procedure, schedule, type Variation } from "./procedure";

const config = { "cloudbackup:inventory": inventory };

/** What is not left as it is: operations by name, a replacement as its one `replace`. */
function changes(result: RunResult): Record<string, string> {
  const changed = result.steps.filter(
    (step) => !["same", "create-replacement", "delete-replaced"].includes(step.operation),
  );
  return Object.fromEntries(changed.map((step) => [step.name, step.operation]));
}

function differences(result: RunResult, name: string): Readonly<Record<string, string>> {
  const step = result.steps.find((candidate) => candidate.name === name && candidate.operation !== "same");
  return step?.detailedDiff ?? {};
}

function idsOf(result: RunResult): Record<string, string | undefined> {
  return Object.fromEntries(result.steps.map((step) => [step.name, step.id]));
}

describe("changes of a program through the CLI", () => {
  it("are made in place where nothing forces a replacement", async () => {
    await withStack(
      "in-place",
      procedure(),
      async (stack) => {
        const before = idsOf(await stack.up());
        const variations: readonly (readonly [Variation, Record<string, Record<string, string>>])[] = [
          [
            { daily: { rules: [{ ruleType: "BACKUP", schedule, retention: 60 }] } },
            { daily: { "rules[0].retention": "update" } },
          ],
          [
            {
              scripts: {
                preScript: {
                  content: `${freeze}sync\n`,
                  path: "/tmp/freeze.sh",
                  fileMode: "0755",
                  timeoutInSeconds: 60,
                },
              },
            },
            {
              scripts: {
                "preScript.content": "update",
                "preScript.path": "update",
                "preScript.fileMode": "add",
                "preScript.timeoutInSeconds": "update",
              },
            },
          ],
          [
            { "protected-app": { timeoutInSeconds: 90, excludeDiskIdList: [before.data] } },
            { "protected-app": { timeoutInSeconds: "update", "excludeDiskIdList[0]": "add" } },
          ],
          [{ "protected-app": { policyId: before.weekly } }, { "protected-app": { policyId: "update" } }],
        ];
        for (const [variation, expected] of variations) {
          const program = procedure(variation);
          const preview = await stack.preview({ program });
          for (const [name, difference] of Object.entries(expected)) {
            expect(differences(preview, name), name).to.include(difference);
          }
          expect(Object.values(changes(preview)), JSON.stringify(changes(preview))).to.not.include("replace");
          const up = await stack.up();
          expect(changes(up)).to.deep.equal(changes(preview));
          expect(idsOf(up)).to.deep.equal(before);
          await stack.preview({ expectNoChanges: true });
        }
      },
      { config },
    );
  });
});
