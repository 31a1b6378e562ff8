import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { declare, Provider } from "../support/declare";
import { rowsOf } from "../support/engine";
import { createPostgresUrl, requirePostgres } from "../support/postgres";
import { type TestStack, withStack } from "../support/pulumi";
import { fleet, machines, runElsewhere } from "./fleet";
import { schedule } from "./procedure";

async function expectNothingLost(stacks: readonly TestStack[], folder: string, engineUrl: string): Promise<void> {
  for (const [table, count] of [
    ["machine", machines],
    ["disk", 2 * machines],
    ["policy", 1],
    ["protection", machines],
    ["incarnation", 3 * machines + 1],
  ] as const) {
    expect(await rowsOf(folder, table, engineUrl), table).to.have.length(stacks.length * count);
  }
  for (const stack of stacks) await stack.preview({ refresh: true, expectNoChanges: true });
}

/** Two teams' stacks with projects of their own on one engine, updated and then destroyed at the same time. */
async function updateTogether(engineUrlOf: (folder: string) => Promise<string>): Promise<void> {
  await withStack("first", fleet, async (first) => {
    const engineUrl = await engineUrlOf(first.folder);
    await withStack("second", fleet, async (second) => {
      const stacks = [first, second];
      for (const { stack } of stacks)
        await stack.setConfig("cloudbackup:engineUrl", { value: engineUrl, secret: true });
      const together = (command: "up" | "destroy") =>
        Promise.all([runElsewhere(command, "first", first), runElsewhere(command, "second", second)]);
      const created = { create: 3 * machines + 2 };
      expect(await together("up")).to.deep.equal([created, created]);
      await expectNothingLost(stacks, first.folder, engineUrl);
      const deleted = { delete: 3 * machines + 2 };
      expect(await together("destroy")).to.deep.equal([deleted, deleted]);
      expect(await rowsOf(first.folder, "protection", engineUrl)).to.deep.equal([]);
      expect((await rowsOf(first.folder, "machine", engineUrl)).every((machine) => machine.released)).to.equal(true);
    });
  });
}

/** What previews share among their processes; nothing of it may stay. */
function branchFiles(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("cloudbackup-branch-"));
}

describe("one engine for several", function () {
  this.timeout(180_000);

  it("is one branch in a preview, so that resources of one provider may rest on another's", async () => {
    const program = async () => {
      const policies = { provider: new Provider("policies", { region: "cn-hangzhou" }) };
      const machines = { provider: new Provider("machines", { region: "cn-beijing" }) };
      const machine = declare("ecs:Instance", "vm", {}, machines);
      const rules = [{ ruleType: "BACKUP", schedule, retention: 30 }];
      const policy = declare("hbr:Policy", "daily", { rules }, policies);
      const inputs = { instanceId: machine.get("instanceId"), policyId: policy.get("policyId") };
      const protection = declare("hbr:InstanceProtection", "vm", inputs, policies);
      const backup = { instanceId: protection.get("instanceId"), retention: { value: 9, unit: "DAY" } };
      declare("hbr:Backup", "now", backup, machines);
    };
    await withStack("across", program, async (stack) => {
      const before = branchFiles();
      const preview = await stack.preview();
      const up = await stack.up();
      for (const name of ["daily", "now"])
        expect(up.step(name).newOutputs).to.deep.equal(preview.step(name).newOutputs);
      await stack.preview({ refresh: true, expectNoChanges: true });
      expect((await stack.destroy()).changes).to.deep.equal({ delete: 7 });
      expect(branchFiles()).to.deep.equal(before);
    });
  });

  it("serves two explicit providers of one program", async () => {
    const program = async () => {
      for (const [name, region] of [
        ["east", "cn-hangzhou"],
        ["north", "cn-beijing"],
      ] as const) {
        const options = { provider: new Provider(name, { region }) };
        const rules = [{ ruleType: "BACKUP", schedule, retention: 30 }];
        const machine = declare("ecs:Instance", `machine-${name}`, {}, options);
        const policy = declare("hbr:Policy", `daily-${name}`, { rules }, options);
        const inputs = { instanceId: machine.get("instanceId"), policyId: policy.get("policyId") };
        declare("hbr:InstanceProtection", `protection-${name}`, inputs, options);
      }
    };
    await withStack("providers", program, async (stack) => {
      const preview = await stack.preview();
      expect(preview.step("machine-north").newOutputs).to.include({ regionId: "cn-beijing" });
      const up = await stack.up();
      expect(up.changes).to.deep.equal({ create: 9 });
      const regions = (await rowsOf(stack.folder, "machine")).map((machine) => machine.regionId);
      expect(regions).to.have.members(["cn-hangzhou", "cn-beijing"]);
      expect(await rowsOf(stack.folder, "protection")).to.have.length(2);
      await stack.preview({ refresh: true, expectNoChanges: true });
    });
  });

  it("serves two stacks that are updated at the same time on SQLite, with nothing lost", async () => {
    await updateTogether(async (folder) => path.join(folder, "shared", "engine.db"));
  });

  describe("on PostgreSQL", () => {
    requirePostgres();

    it("serves two stacks that are updated at the same time, with nothing lost", async () => {
      await updateTogether(createPostgresUrl);
    });
  });
});
