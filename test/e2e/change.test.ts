import { expect } from "chai";
import { declare } from "../support/declare";
import { rowsOf } from "../support/engine";
import { type RunResult, withStack } from "../support/pulumi";
import { freeze, inventory, procedure, schedule, spareMachine, type Variation } from "./procedure";

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

/** Every value that a preview promises, or an up records, of what there is afterwards. */
function promised(result: RunResult): Record<string, unknown> {
  const kept = result.steps.filter((step) => !["delete-replaced", "replace"].includes(step.operation));
  return Object.fromEntries(kept.map(({ name, id, newOutputs }) => [name, { id, ...newOutputs }]));
}

function idsOf(result: RunResult): Record<string, string | undefined> {
  return Object.fromEntries(result.steps.map((step) => [step.name, step.id]));
}

describe("changes of a program through the CLI", function () {
  this.timeout(180_000);

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
          expect(promised(up)).to.deep.equal(promised(preview));
          expect(idsOf(up)).to.deep.equal(before);
        }
        await stack.preview({ refresh: true, expectNoChanges: true });
      },
      { config },
    );
  });

  it("replace what can't be changed, and nothing else, with the values that the preview promised", async () => {
    await withStack(
      "replace",
      procedure(),
      async (stack) => {
        const before = idsOf(await stack.up());
        const renamed = { role: { roleName: "OtherSnapshotRole" } };
        const program = procedure(renamed);
        const preview = await stack.preview({ program });
        expect(differences(preview, "role")).to.deep.equal({ roleName: "update-replace" });
        // A grant has nothing but the two names that it joins; machines and protections get the new role in place.
        // A manual backup was taken with the old role: another role means another backup, and an override of its point.
        const replaced = { role: "replace", granted: "replace", "before-release": "replace", longer: "replace" };
        const updated = { attached: "update", "protected-app": "update", "protected-db": "update" };
        expect(changes(preview)).to.deep.equal({ ...replaced, ...updated });
        expect(promised(preview)).to.deep.equal(promised(await stack.up()));

        const moved = procedure({
          ...renamed,
          "protected-db": { instanceId: spareMachine, appConsistent: false, ramRoleName: undefined },
        });
        const move = await stack.preview({ program: moved });
        expect(changes(move)).to.deep.equal({ "protected-db": "replace" });
        expect(differences(move, "protected-db")).to.include({ instanceId: "update-replace" });
        const done = await stack.up();
        expect(promised(move)).to.deep.equal(promised(done));
        const protections = await rowsOf(stack.folder, "protection");
        expect(protections.map((row) => row.instanceId)).to.have.members([before.app, spareMachine]);
        await stack.preview({ refresh: true, expectNoChanges: true });
      },
      { config },
    );
  });

  it("by an alias keep the resource, its generated name and its id; the old name then means another one", async () => {
    const rules = [{ ruleType: "BACKUP", schedule, retention: 30 }];
    const policy = (name: string, alias?: string) => async () => {
      declare("hbr:Policy", name, { rules }, alias === undefined ? {} : { aliases: [{ name: alias }] });
    };
    await withStack("alias", policy("daily"), async (stack) => {
      const before = (await stack.up()).step("daily");
      const renamed = await stack.up({ program: policy("nightly", "daily"), expectNoChanges: true });
      expect(renamed.step("nightly").id).to.equal(before.id);
      expect(renamed.step("nightly").newInputs.policyName).to.equal(before.newInputs.policyName);
      await stack.refresh({ expectNoChanges: true });

      const both = async () => {
        const nightly = declare("hbr:Policy", "nightly", { rules });
        declare("hbr:Policy", "daily", { rules }, { dependsOn: nightly });
      };
      const up = await stack.up({ program: both });
      expect(changes(up)).to.deep.equal({ daily: "create" });
      expect(up.step("daily").id).to.not.equal(before.id);
      expect(await rowsOf(stack.folder, "policy")).to.have.length(2);
    });
  });
});
