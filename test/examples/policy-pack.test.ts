import { createRequire } from "node:module";
import { expect } from "chai";
import { consistency } from "../../examples/policy-pack/rules/consistency";
import { coverage } from "../../examples/policy-pack/rules/coverage";
import { crossRegionCopy } from "../../examples/policy-pack/rules/cross-region-copy";
import { frequency } from "../../examples/policy-pack/rules/frequency";
import { immutability } from "../../examples/policy-pack/rules/immutability";
import { retention } from "../../examples/policy-pack/rules/retention";
import { backupPolicy } from "../../examples/policy-pack/stack/backup-policy";
import { type StackResource, unknown } from "../../examples/policy-pack/stack/resource";
import { Stack } from "../../examples/policy-pack/stack/stack";
import type { Verdict } from "../../examples/policy-pack/stack/verdict";
import { machineRows } from "./policy-pack-machine-rows";
import { pointRows, type RuleName } from "./policy-pack-point-rows";
import { alibaba, resource } from "./policy-pack-stack";

const now = new Date("2026-02-01T00:00:00Z");
const rules: Readonly<Record<RuleName, (stack: Stack, config?: object) => Verdict>> = {
  frequency: (stack: Stack, config = {}) => frequency(stack, { maxGapInHours: 25, ...config }, now),
  retention: (stack: Stack, config = {}) => retention(stack, { minRetentionDays: 30, points: "every", ...config }),
  immutability: (stack: Stack, config = {}) => immutability(stack, { requireLocked: false, ...config }),
  copy: (stack: Stack, config = {}) => crossRegionCopy(stack, { minCopyRetentionDays: 0, ...config }),
  consistency: (stack: Stack, config = {}) => consistency(stack, { requiredLevel: "APPLICATION", ...config }),
  coverage: (stack: Stack, config = {}) => coverage(stack, config),
};

/** `db-backup: machine "db": …` per violation, and `? …` per thing that is not known yet. */
function told({ violations, unknown: unjudged }: Verdict): string[] {
  const lines = violations.map(({ urn, message }) => `${urn.split("::").at(-1)}: ${message}`);
  return [...lines, ...unjudged.map((reason) => `? ${reason}`)];
}

describe("the policy pack's rules", () => {
  for (const [rule, what, resources, expected, config] of [...pointRows, ...machineRows]) {
    it(`${rule}: ${what}`, () => {
      const lines = told(rules[rule](new Stack(resources), config));
      expect(lines).to.have.length(expected.length, lines.join("\n"));
      for (const [index, pattern] of expected.entries()) expect(lines[index]).to.match(pattern);
    });
  }

  it("say nothing of what scripts hold", () => {
    const scripts = resource("ecs:ScriptDeployment", "scripts", {
      instanceIds: ["i-7"],
      preScript: { content: "mysql --password=hunter2" },
    });
    const all = Object.values(rules).flatMap((rule) => told(rule(new Stack([...alibaba, scripts]))));
    expect(all.join("\n")).to.include("i-7").and.not.include("hunter2");
  });

  it("take values out of what @pulumi/policy hands over, and know what a preview does not know", async () => {
    // Not part of its interface: what it wraps values in so that nobody takes a placeholder for a value.
    const load = createRequire(require.resolve("@pulumi/policy"));
    const { unknownCheckingProxy, unknownStringValue } = load("./proxy") as {
      unknownCheckingProxy(props: object): object;
      unknownStringValue: string;
    };
    let seen: readonly StackResource[] = [];
    const policyOf = backupPolicy({
      name: "test",
      description: "A test.",
      enforcementLevel: "mandatory",
      defaults: { limit: 3 },
      properties: { limit: { type: "number" } },
      judge: ({ resources }, { limit }) => {
        seen = resources;
        return { violations: resources.map(({ urn }) => ({ urn, message: `limit ${limit}` })), unknown: [] };
      },
    });
    const given = {
      instanceId: "i-1",
      tags: { a: "b" },
      list: ["x", unknownStringValue],
      policyId: unknownStringValue,
    };
    const reported: string[] = [];
    const resources = [{ type: "t", name: "n", urn: "u", props: unknownCheckingProxy(given) }] as never;
    const rest = { stackTags: new Map(), notApplicable: () => expect.fail("applies to every stack") };
    await policyOf.validateStack(
      { resources, getConfig: <T>() => ({ limit: 7, limits: 8 }) as T, ...rest } as never,
      (message, urn) => reported.push(`${urn}: ${message}`),
    );
    const misspelt = "undefined: limits is no value of test, and changes nothing\n  fix: use limit, exempt, exemptTags";
    expect(reported).to.deep.equal([misspelt, "u: limit 7"]);
    expect(seen[0]?.props).to.deep.equal({
      instanceId: "i-1",
      tags: { a: "b" },
      list: ["x", unknown],
      policyId: unknown,
    });
    expect(policyOf.configSchema?.properties.limit).to.deep.equal({ type: "number", default: 3 });
  });
});
