import { type ComponentResourceOptions, output } from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import { expect } from "chai";
import { DeclaredComponent, declare, Provider } from "../support/declare";
import { rowsOf } from "../support/engine";
import { type RunResult, withStack } from "../support/pulumi";
import { schedule } from "./procedure";

const scripts = {
  preScript: { content: "#!/bin/sh\nlogger freeze\nsync\n" },
  postScript: { content: "#!/bin/sh\ntrue\n" },
};
const rules = [{ ruleType: "BACKUP", schedule, retention: 30 }];

interface Variation {
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly options?: ComponentResourceOptions;
  readonly name?: string;
  /** Machines that another provider makes, so that this one can't tell their ids yet. */
  readonly unknownMachines?: number;
}

/** Machines with the given names, and the component that protects them all. */
function program(names: readonly string[], { inputs, options, name = "db", unknownMachines = 0 }: Variation = {}) {
  return async (): Promise<Record<string, unknown>> => {
    const machines = names.map((machine) => declare("ecs:Instance", machine, { instanceName: `the-${machine}` }));
    const known = machines.map((machine) => machine.get("instanceId"));
    const instanceIds = [...known, ...Array.from({ length: unknownMachines }, () => output(unknown))];
    const component = new DeclaredComponent(
      "hbr:AppConsistentProtection",
      name,
      { instanceIds, ...scripts, rules, requireConsistency: "APPLICATION", ...inputs },
      options,
    );
    const properties = ["roleName", "policyId", "protectionIds", "achievedLevels", "scriptDeploymentIds"];
    return Object.fromEntries(properties.map((property) => [property, component.get(property)]));
  };
}

/** Operations by name, of all that is not left as it is. */
function changes(result: RunResult): Record<string, string> {
  const changed = result.steps.filter((step) => step.operation !== "same");
  return Object.fromEntries(changed.map((step) => [step.name, step.operation]));
}

function promised(result: RunResult): Record<string, unknown> {
  return Object.fromEntries(result.steps.map(({ name, id, newOutputs }) => [name, { id, ...newOutputs }]));
}

/** Warnings and errors; what is only good to know is none. */
function complaints(...results: readonly RunResult[]) {
  return results.flatMap(({ diagnostics }) => diagnostics.filter(({ severity }) => !severity.startsWith("info")));
}

function count(result: RunResult, type: string): number {
  return result.steps.filter((step) => step.type === `cloudbackup:${type}`).length;
}

function idsOf(result: RunResult): Record<string, string | undefined> {
  return Object.fromEntries(result.steps.map((step) => [step.name, step.id]));
}

describe("a component through the CLI", function () {
  this.timeout(180_000);

  it("is previewed to the last value, rests after up, takes a machine more, and is destroyed", async () => {
    await withStack("component", program(["a", "b", "c"]), async (stack) => {
      const preview = await stack.preview();
      const up = await stack.up();
      expect(promised(preview)).to.deep.equal(promised(up));
      expect(complaints(preview, up)).to.deep.equal([]);
      expect(count(up, "hbr:InstanceProtection")).to.equal(3);
      const { achievedLevels, protectionIds } = up.outputs;
      expect(Object.values(achievedLevels?.value as object)).to.deep.equal(Array(3).fill("APPLICATION"));
      const stored = await rowsOf(stack.folder, "protection");
      expect(Object.values(protectionIds?.value as object)).to.have.members(stored.map(({ id }) => id));
      expect((await rowsOf(stack.folder, "script")).map(({ fileMode }) => fileMode)).to.deep.equal(
        Array(6).fill("0700"),
      );

      await stack.preview({ expectNoChanges: true });
      await stack.refresh({ expectNoChanges: true });
      await stack.preview({ refresh: true, expectNoChanges: true });

      const added = await stack.up({ program: program(["a", "more", "b", "c"]) });
      const more = added.step("more").id;
      const { "db-role-attachment": attachment, more: made, [`db-${more}`]: protection, ...scripts } = changes(added);
      expect([attachment, made, protection]).to.deep.equal(["update", "create", "create"]);
      expect(Object.keys(scripts)).to.have.lengthOf(1);
      expect(Object.keys(scripts)[0]).to.match(/^db-scripts-[1-4]$/);
      expect(Object.values(scripts)[0]).to.be.oneOf(["create", "update"]);
      expect(idsOf(added)).to.include(idsOf(up));

      const removed = await stack.up({ program: program(["more", "b", "c"]) });
      expect(new Set(Object.values(changes(removed)))).to.deep.equal(new Set(["update", "delete"]));
      const destroyed = await stack.destroy();
      expect(Object.keys(destroyed.changes)).to.deep.equal(["delete"]);
      for (const table of ["protection", "scriptDeployment", "script", "roleAttachment"] as const) {
        expect(await rowsOf(stack.folder, table), table).to.deep.equal([]);
      }
    });
  });

  it("is renamed with an alias, and works for the provider that it is given", async () => {
    const withProvider = (variation: Variation) => async () => {
      const provider = new Provider("beijing", { region: "cn-beijing" });
      return program(["a"], { ...variation, options: { ...variation.options, provider } })();
    };
    await withStack("component-options", withProvider({}), async (stack) => {
      const up = await stack.up();
      const { deployment } = await stack.stack.exportStack();
      const resources = (deployment as { resources: { urn: string; parent?: string; provider?: string }[] }).resources;
      const children = resources.filter(({ parent }) => parent?.endsWith("::db"));
      expect(children).to.have.lengthOf(up.steps.length - 2);
      for (const child of children) expect(child.provider, child.urn).to.contain("::beijing::");
      const renamed = await stack.up({
        program: withProvider({ name: "base", options: { aliases: [{ name: "db" }] } }),
      });
      expect(changes(renamed)).to.deep.equal({});
      expect(renamed.steps.map((step) => step.id).sort()).to.deep.equal(up.steps.map((step) => step.id).sort());
    });
  });

  it("tells what is wrong: its own inputs, or one machine's protection", async () => {
    const wrong = { instanceIds: Array.from({ length: 100 }, (_, index) => `i-${index}`), policyId: "po-1" };
    await withStack("component-refused", program(["a"], { inputs: wrong }), async (stack) => {
      const refused = await stack.preview({ expectFailure: true });
      const [problem] = refused.diagnostics;
      expect(problem?.message).to.contain("'db' has a problem: its inputs are not right");
      expect(problem?.message).to.match(/\n\t\t- instanceIds: A-49: 100 machines; at most 99 can be added at once\n/);
      expect(problem?.message).to.match(/\n\t\t- rules: A-30: /);

      const open = { preScript: { ...scripts.preScript, fileMode: "0755" } };
      const gated = await stack.preview({ program: program(["a"], { inputs: open }), expectFailure: true });
      const errors = gated.diagnostics.filter(({ severity }) => severity === "error");
      expect(errors.map(({ urn }) => urn?.includes("$cloudbackup:hbr:InstanceProtection::"))).to.deep.equal([true]);
      expect(errors[0]?.message).to.contain("A-13");
    });
  });

  it("previews machines that are not known yet, and refuses nothing for it", async () => {
    await withStack("component-unknown", program([], { unknownMachines: 1 }), async (stack) => {
      const preview = await stack.preview();
      expect(complaints(preview)).to.deep.equal([]);
      expect(count(preview, "hbr:InstanceProtection")).to.equal(0);
      expect(count(preview, "ram:Role")).to.equal(1);
      const partly = await stack.preview({ program: program(["a"], { unknownMachines: 1 }) });
      expect(complaints(partly)).to.deep.equal([]);
      expect(count(partly, "hbr:InstanceProtection")).to.equal(1);
    });
  });
});
