import { expect } from "chai";
import { declare } from "../support/declare";
import { changeRow } from "../support/engine";
import { type RunResult, withStack } from "../support/pulumi";
import { freeze, inventory, inventoryMachine, procedure, schedule, thaw } from "./procedure";

const config = { "cloudbackup:inventory": inventory };

function said(result: RunResult, severity: string, name: string): string {
  const messages = result.diagnostics.filter((each) => each.severity === severity && each.urn?.endsWith(`::${name}`));
  return messages.map((each) => each.message).join("\n");
}

function errorsIn(result: RunResult): string {
  return result.diagnostics.map((each) => each.message).join("\n");
}

describe("mistakes in a program, through the CLI", function () {
  this.timeout(180_000);

  // Pulumi ends a run at the first resource with failures, so that each has a run of its own.
  const mistakes: readonly (readonly [string, Readonly<Record<string, unknown>>, readonly string[]])[] = [
    [
      "hbr:Policy",
      {
        rules: [
          { ruleType: "BACKUP", schedule: "every night", retention: -1 },
          { ruleType: "TRANSITION", schedule, retention: 30 },
          { ruleType: "TRANSITION", retention: 40 },
        ],
      },
      [
        "rules[0].retention: A-33: the policy contains a permanent retention rule",
        "fix: change the retention to a specified number of days",
        "rules[0].schedule: A-35",
        "rules[1].schedule: A-35: a TRANSITION rule has no schedule",
        "A-36: a policy has at most one TRANSITION rule",
        "source: Cloud Backup, Back up ECS instances",
      ],
    ],
    [
      "ecs:Instance",
      {
        instanceName: "x",
        osname: "CentOS 7.9 64 bit",
        status: "running",
        changeRatePercentPerDay: 101,
        cloudAssistant: { installed: "yes" },
      },
      [
        "must have at least 2 characters, has 1",
        "unknown property osname: did you mean osName?",
        'write "Running"',
        "must be at most 100, got 101",
        "cloudAssistant.installed: must be",
      ],
    ],
    [
      "ram:Role",
      { roleName: "a b", assumeRolePolicyDocument: 7, maxSessionDuration: 60, tags: { owner: 1 } },
      ["letters, digits, '.' and '-' only", "assumeRolePolicyDocument", "must be at least 3600, got 60", "tags.owner"],
    ],
  ];

  for (const [type, inputs, parts] of mistakes) {
    it(`in one ${type} are all told at once, by preview and up alike, and nothing is made`, async () => {
      const program = async () => {
        declare(type, "wrong", inputs);
      };
      await withStack("mistakes", program, async (stack) => {
        for (const run of [await stack.preview({ expectFailure: true }), await stack.up({ expectFailure: true })]) {
          for (const part of parts) expect(errorsIn(run)).to.contain(part);
          expect(run.steps.filter((step) => !step.failed)).to.deep.equal([]);
        }
      });
    });
  }
});

describe("mistakes outside of a program, through the CLI", function () {
  this.timeout(180_000);

  const program = async () => {
    declare("hbr:Policy", "daily", { rules: [{ ruleType: "BACKUP", schedule, retention: 30 }] });
  };

  it("in the stack's configuration are one clear error each, and the stack goes on when they are mended", async () => {
    await withStack("configuration", program, async (stack) => {
      const before = (await stack.up()).step("daily").id;
      for (const [key, value, part] of [
        ["reqireConsistency", "CRASH", "unknown property reqireConsistency: did you mean requireConsistency?"],
        ["requireConsistency", "crash", 'fix: write "CRASH"'],
        ["region", "cn-hangzou", "A-63: unknown region; use one of: "],
        ["inventory", "machines.json", "the inventory file machines.json can't be read: there is no such file"],
        ["engineUrl", "redis://localhost", "the store's address redis:… is of no known form"],
        ["engineUrl", ".", "Store.CannotOpen"],
      ] as const) {
        await stack.stack.setConfig(`cloudbackup:${key}`, { value });
        const preview = await stack.preview({ expectFailure: true });
        expect(errorsIn(preview), key).to.contain(part).and.to.not.contain("bug in cloudbackup");
        await stack.stack.removeConfig(`cloudbackup:${key}`);
      }
      expect((await stack.preview({ refresh: true, expectNoChanges: true })).step("daily").id).to.equal(before);
    });
  });

  it("in an import are told with an id as it should be, and what does not exist is not imported", async () => {
    await withStack("import-id", program, async (stack) => {
      const importing = (id: string) =>
        stack.import([{ type: "cloudbackup:hbr:Policy", name: "daily", id }]).catch((error: Error) => String(error));
      expect(await importing("daily")).to.contain('"daily" is no id of cloudbackup:hbr:Policy');
      expect(await importing("po-none")).to.contain("does not exist");
    });
  });
});

describe("less consistency than was asked for, through the CLI", function () {
  this.timeout(180_000);

  /** A machine of the inventory whose scripts lie there with a mode that A-13 refuses. */
  const program = (requireConsistency?: string) => async () => {
    const scripts = declare("ecs:ScriptDeployment", "scripts", {
      instanceIds: [inventoryMachine],
      preScript: { content: freeze, fileMode: "0755" },
      postScript: { content: thaw },
    });
    const policy = declare("hbr:Policy", "daily", { rules: [{ ruleType: "BACKUP", schedule, retention: 30 }] });
    declare("hbr:InstanceProtection", "db", {
      instanceId: inventoryMachine,
      policyId: policy.get("policyId"),
      appConsistent: true,
      ramRoleName: "AppSnapshotRole",
      scriptDeploymentId: scripts.id,
      requireConsistency,
    });
  };

  it("is a warning in preview and up, with reason, remedy and source", async () => {
    await withStack(
      "downgrade",
      program(),
      async (stack) => {
        const [preview, up] = [await stack.preview(), await stack.up()];
        const warning = said(preview, "warning", "db");
        expect(said(up, "warning", "db")).to.equal(warning);
        expect(warning).to.contain("asks for APPLICATION, will get CRASH");
        expect(warning).to.contain("A-08  RAM role AppSnapshotRole is not attached to the machine");
        expect(warning).to.contain("fix: attach it with ecs:RamRoleAttachment");
        expect(warning).to.contain("source: Cloud Backup, Enable application-consistent backup");
        expect(preview.step("db").newOutputs).to.include({ requestedLevel: "APPLICATION", achievedLevel: "CRASH" });
      },
      { config },
    );
  });

  for (const [where, settings, required] of [
    ["the resource", {}, "APPLICATION"],
    ["the provider", { "cloudbackup:requireConsistency": "APPLICATION" }, undefined],
  ] as const) {
    it(`fails preview and up where ${where} requires more, and makes no protection`, async () => {
      await withStack(
        "gate",
        program(required),
        async (stack) => {
          for (const run of [await stack.preview({ expectFailure: true }), await stack.up({ expectFailure: true })]) {
            expect(errorsIn(run)).to.contain("requires APPLICATION, would get CRASH");
            expect(errorsIn(run)).to.contain("fix: attach it with ecs:RamRoleAttachment");
            expect(run.steps.filter((step) => step.name === "db" && !step.failed)).to.deep.equal([]);
          }
        },
        { config: { ...config, ...settings } },
      );
    });
  }

  it("does not fail a refresh, which tells it as drift; the next preview fails", async () => {
    const gated = procedure({ "protected-app": { requireConsistency: "APPLICATION" } });
    await withStack(
      "gate-refresh",
      gated,
      async (stack) => {
        const up = await stack.up();
        const app = up.step("app").id ?? "";
        await changeRow(stack.folder, "machine", app, { cloudAssistantRunning: false });
        const refresh = await stack.refresh();
        expect(refresh.step("protected-app").detailedDiff).to.have.property("achievedLevel");
        expect(refresh.step("protected-app").newOutputs).to.include({ achievedLevel: "CRASH" });
        // The program's own word on the machine mends it.
        const repaired = await stack.up();
        expect(repaired.step("app").operation).to.equal("update");
        await stack.preview({ refresh: true, expectNoChanges: true });
      },
      { config },
    );
  });
});
