import { expect } from "chai";
import * as fc from "fast-check";
import { Reference } from "../../support/program";
import { Estate } from "./estate";

interface Statement {
  readonly policyName: string;
  readonly policyType: string;
  readonly version: string;
  readonly statementIndex: number;
}

interface Answer {
  readonly roleName: string;
  readonly resources: readonly string[];
  readonly permissions: readonly { action: string; decision: string; statement?: Statement }[];
  readonly allAllowed: boolean;
  readonly ecsMayAssume: boolean;
  readonly policies: readonly string[];
}

const token = "ram:getEffectivePermissions";
const needed = ["ecs:DescribeSnapshot*", "ecs:CreateSnapshot*", "ecs:TagResources", "ecs:DescribeDisks"];

type Rule = Readonly<Record<string, unknown>>;
const allow = (action: unknown, more: Rule = {}) => ({ Effect: "Allow", Action: action, Resource: "*", ...more });
const deny = (action: unknown, more: Rule = {}) => ({ Effect: "Deny", Action: action, Resource: "*", ...more });
const condition = { Condition: { StringEquals: { "acs:SourceIp": "10.0.0.1" } } };

function trustIn(service: string) {
  const principal = { Principal: { Service: [service] } };
  return { Version: "1", Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", ...principal }] };
}

/** A machine with a role to which the policies are attached. */
async function estateOf(policies: readonly (readonly Rule[])[], service = "ecs.aliyuncs.com"): Promise<Estate> {
  const estate = (await Estate.make())
    .declare("machine", "ecs:Instance")
    .declare("role", "ram:Role", { roleName: "Snapshots", assumeRolePolicyDocument: trustIn(service) });
  for (const [index, statements] of policies.entries()) {
    estate
      .declare(`policy${index}`, "ram:Policy", {
        policyName: `Policy${index}`,
        policyDocument: { Version: "1", Statement: statements } as never,
      })
      .declare(`grant${index}`, "ram:RolePolicyAttachment", {
        policyName: new Reference(`policy${index}`, "policyName"),
        roleName: new Reference("role", "roleName"),
      });
  }
  if (service === "ecs.aliyuncs.com") {
    estate.declare("attachment", "ecs:RamRoleAttachment", {
      ramRoleName: new Reference("role", "roleName"),
      instanceIds: [new Reference("machine", "instanceId")],
    });
  }
  return estate.up();
}

/** One action of a role with the policies, as a line. */
async function decided(policies: readonly (readonly Rule[])[], action: string, resource?: string): Promise<string> {
  const estate = await estateOf(policies);
  const args = { roleName: "Snapshots", actions: [action], ...(resource === undefined ? {} : { resource }) };
  const [permission] = (await estate.call<Answer>(token, args)).permissions;
  const by = permission?.statement;
  return by === undefined
    ? `${permission?.decision}`
    : `${permission?.decision} ${by.policyName} ${by.version} ${by.statementIndex}`;
}

describe("getEffectivePermissions", () => {
  const disk = "acs:ecs:cn-hangzhou:1000000000000001:disk/d-1";
  const rows: readonly (readonly [string, readonly (readonly Rule[])[], string, string | undefined, string])[] = [
    ["an Allow", [[allow("ecs:*")]], "ecs:DescribeDisks", undefined, "allowed Policy0 v1 0"],
    ["nothing that speaks of it", [[allow("oss:*")]], "ecs:DescribeDisks", undefined, "notGranted"],
    ["no policy at all", [], "ecs:DescribeDisks", undefined, "notGranted"],
    [
      "a Deny after an Allow",
      [[allow("ecs:*"), deny("ecs:Describe*")]],
      "ecs:DescribeDisks",
      disk,
      "denied Policy0 v1 1",
    ],
    ["a Deny of another policy", [[allow("*")], [deny("ecs:*")]], "ecs:DescribeDisks", disk, "denied Policy1 v1 0"],
    ["a Deny with a condition", [[allow("*"), deny("*", condition)]], "ecs:DescribeDisks", disk, "denied Policy0 v1 1"],
    ["an Allow with a condition", [[allow("*", condition)]], "ecs:DescribeDisks", disk, "notGranted Policy0 v1 0"],
    [
      "an Allow with an empty condition",
      [[allow("*", { Condition: {} })]],
      "ecs:RunInstances",
      disk,
      "allowed Policy0 v1 0",
    ],
    [
      "an Allow of one disk, on it",
      [[allow("*", { Resource: disk })]],
      "ecs:DescribeDisks",
      disk,
      "allowed Policy0 v1 0",
    ],
    ["an Allow of one disk, on everything", [[allow("*", { Resource: disk })]], "ecs:DescribeDisks", "*", "notGranted"],
    [
      "a Deny of one disk, on everything",
      [[allow("*"), deny("*", { Resource: disk })]],
      "ecs:DescribeDisks",
      "*",
      "denied Policy0 v1 1",
    ],
    [
      "a wildcard that only today's actions meet",
      [[allow(["ecs:CreateSnapshot"])]],
      "ecs:CreateSnapshot*",
      "*",
      "notGranted",
    ],
    [
      "a wildcard of which one action is denied",
      [[allow("*"), deny("ecs:TagResources")]],
      "ecs:*",
      disk,
      "denied Policy0 v1 1",
    ],
  ];
  for (const [name, policies, action, resource, expected] of rows) {
    it(`${name}: ${action} is ${expected}`, async () => {
      expect(await decided(policies, action, resource)).to.equal(expected);
    });
  }

  it("a machine's role on its disks, with the four actions of A-10", async () => {
    const estate = await estateOf([[allow(needed)]]);
    const instanceId = estate.output("machine", "instanceId");
    const answer = await estate.call<Answer>(token, { instanceId });
    const resource = `acs:ecs:cn-hangzhou:1000000000000001:disk/${estate.output("machine", "systemDiskId")}`;
    expect(answer).to.deep.include({ roleName: "Snapshots", resources: [resource], policies: ["Policy0"] });
    expect(answer).to.include({ allAllowed: true, ecsMayAssume: true });
    expect(answer.permissions.map(({ action }) => action)).to.deep.equal(needed);
  });

  it("a role that ECS may not assume (A-09), and what isn't there", async () => {
    const estate = await estateOf([], "hbr.aliyuncs.com");
    expect((await estate.call<Answer>(token, { roleName: "Snapshots" })).ecsMayAssume).to.equal(false);
    expect(await estate.refusal(token, { roleName: "None" })).to.match(/^roleName: EntityNotExist.Role/);
    const instanceId = estate.output("machine", "instanceId");
    expect(await estate.refusal(token, { instanceId })).to.match(/^instanceId: HBR.NoRamRoleBound.*A-08/);
    expect(await estate.refusal(token, {})).to.match(/^roleName: MissingParameter/);
    expect(await estate.refusal(token, { instanceId, roleName: "Snapshots" })).to.match(
      /^instanceId: InvalidParameter/,
    );
  });

  it("a change of the policy is judged by its new default version", async () => {
    const estate = await estateOf([[allow("oss:*")]]);
    const args = { roleName: "Snapshots", actions: ["ecs:DescribeDisks"] };
    const before = await estate.call<Answer>(token, args);
    expect(before.permissions).to.deep.equal([{ action: "ecs:DescribeDisks", decision: "notGranted" }]);
    const policyDocument = { Version: "1", Statement: [allow("oss:*"), allow("ecs:*")] } as never;
    await estate.declare("policy0", "ram:Policy", { policyName: "Policy0", policyDocument }).up();
    const [after] = (await estate.call<Answer>(token, args)).permissions;
    expect(after?.statement).to.deep.equal({
      policyName: "Policy0",
      policyType: "Custom",
      version: "v2",
      statementIndex: 1,
    });
  });

  it("says that all is allowed exactly when consistency finds A-10 met", async () => {
    const resource = fc.constantFrom(
      "*",
      "acs:ecs:*:*:disk/*",
      "acs:ecs:*:*:instance/*",
      "acs:ecs:cn-hangzhou:*:disk/d-*",
    );
    const action = fc.constantFrom("*", "ecs:*", "ecs:DescribeSnapshot*", "ecs:DescribeSnapshots", "ecs:TagResources");
    const actions = fc.oneof(action, fc.constant([...needed]), fc.constant(needed.slice(1)));
    const statement = fc.record(
      {
        Effect: fc.constantFrom("Allow", "Allow", "Allow", "Deny"),
        Action: actions,
        Resource: resource,
        Condition: fc.constantFrom({}, condition.Condition),
      },
      { requiredKeys: ["Effect", "Action", "Resource"] },
    );
    const policies = fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 });
    const seen = new Set<boolean>();
    await fc.assert(
      fc.asyncProperty(policies, async (documents) => {
        const estate = await estateOf(documents);
        const instanceId = estate.output("machine", "instanceId");
        const { allAllowed } = await estate.call<Answer>(token, { instanceId });
        const settings = { instanceId, useProtection: false, appConsistent: true, ramRoleName: "Snapshots" };
        const { reasons } = await estate.call<{ reasons: readonly { rule: string }[] }>("hbr:getConsistency", settings);
        expect(allAllowed).to.equal(!reasons.some(({ rule }) => rule === "A-10"));
        seen.add(allAllowed);
      }),
      { numRuns: 100 },
    );
    expect([...seen].sort()).to.deep.equal([false, true]);
  });
});
